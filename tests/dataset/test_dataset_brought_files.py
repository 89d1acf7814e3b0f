"""Files of a set as they lie there: zips are unpacked with care, and names say whose records a file holds."""

from __future__ import annotations

import zipfile

import pytest

from sfseed_core.dataset.brought.files import gather, object_of, plain_name
from sfseed_core.errors import DataError, NotFound
from sfseed_core.schema.model import ObjectSummary


def packed(path, **files):
    """A zip with these files, by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_a_zip_gives_its_files_of_records_and_nothing_else(tmp_path):
    """Folders within do not count; what a Mac or an open program adds, and other kinds of files, are passed over."""
    names = ("export/Account.csv", "Contact.xlsx", "__MACOSX/._Account.csv", "~$Contact.xlsx", "notes.pdf", ".hidden.csv")
    found = gather([packed(tmp_path / "set.zip", **dict.fromkeys(names, "Name\nA\n"))], tmp_path / "out").files
    assert sorted(one.name for one in found) == ["Account.csv", "Contact.xlsx"]


def test_a_zip_writes_nowhere_but_in_its_own_folder(tmp_path):
    """Names that lead up, from the root or through a link come to plain files of their last part."""
    path = packed(tmp_path / "set.zip", **{"../../up.csv": "1", "/etc/root.csv": "2", "C:\\win.csv": "3", "up.csv": "4"})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    found = gather([path], tmp_path / "out").files
    assert sorted((one.name, one.read_text()) for one in found) == [
        ("root.csv", "2"),
        ("up.csv", "1"),
        ("up.csv", "4"),
        ("win.csv", "3"),
    ]
    assert all(one.is_relative_to(tmp_path / "out") for one in found)
    assert not (tmp_path.parent / "up.csv").exists()


def test_zips_that_cannot_be_taken_are_told(tmp_path):
    """One that swells, one without records and one that is none each say so."""
    swelling = packed(tmp_path / "swelling.zip", **{"Account.csv": "x" * 100_000, "Contact.csv": "x" * 100_000})
    with pytest.raises(DataError, match="unpacked it is larger"):
        gather([swelling], tmp_path / "a", most_bytes=150_000)
    with pytest.raises(NotFound, match="no file of records"):
        gather([packed(tmp_path / "none.zip", **{"readme.md": "hello"})], tmp_path / "b")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DataError, match="no zip that can be read"):
        gather([broken], tmp_path / "c")


def test_a_locked_zip_is_told(tmp_path):
    """A zip with a password says what to do, and is not guessed at."""
    path = packed(tmp_path / "locked.zip", **{"Account.csv": "Name\nA\n"})
    data = bytearray(path.read_bytes())
    for mark, offset in (
        (b"PK\x03\x04", 6),
        (b"PK\x01\x02", 8),
    ):  # the flag of a password, in both places where a zip keeps it
        data[data.index(mark) + offset] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(DataError, match="locked with a password"):
        gather([path], tmp_path / "out")


def test_names_from_other_machines_are_only_names():
    """Folders of Windows and control characters are no part of a name."""
    assert plain_name("C:\\Users\\x\\Account.csv") == "Account.csv"
    assert plain_name("../a/\x1b[31mContact.csv") == "[31mContact.csv"


LISTING = {
    name: ObjectSummary(name, label, plural, None, name.endswith("__c"), True, True, True, True)
    for name, label, plural in (
        ("Account", "Account", "Accounts"),
        ("Product2", "Product", "Products"),
        ("Time_Entry__c", "Time Entry", "Time Entries"),
        ("Site__c", "Site", "Sites"),
        ("ns__Site__c", "Site", "Sites"),
    )
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Account", "Account"),
        ("ACCOUNT", "Account"),
        ("accounts export 2026-11-30", "Account"),
        ("02_Account (1)", "Account"),
        ("Products", "Product2"),
        ("Time Entries - Copy", "Time_Entry__c"),
        ("Time_Entry__c_insert", "Time_Entry__c"),
        ("Site", "Site__c"),
        ("Sites", None),  # the label of two
        ("Customers", None),
        ("1", None),
        ("", None),
    ],
)
def test_whose_records_a_file_holds(name, expected):
    """API name, label, one or many, with what people and tools write around it; two objects of one label are not guessed."""
    assert object_of(name, LISTING) == expected
