"""Several files of one's own on the pages: how each is understood, what is wrong, and the records that they become."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.store import list_datasets, open_dataset
from sfseed_core.workflow.connect import open_org
from tests.app.conftest import settle
from tests.app.test_app_orgs import uat
from tests.app.test_app_pages import texts, visit
from tests.dataset.test_dataset_sfdmu import folder
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served", "uat"]

ACCOUNTS = "Id;Account Name;Phone;Customer_Number__c\n001A;Müller GmbH;1;K-1\n001B;Söhne AG;2;K-2\n".encode("cp1252")
CONTACTS = b"LastName,AccountId,Email\nWeber,001A,ada@example.com\nOkoro,S\xc3\xb6hne AG,ben@example.com\n"
DEALS = b"Name,Account.Customer_Number__c,StageName,CloseDate,Colour\nBig,K-2,Prospecting,2026-12-24,red\n"


def uploaded(*files):
    """The page of one's own files with these given: (name, content)."""
    at = visit("connect", org="uat", recipe="file")
    at.file_uploader(key="own_recipe").set_value([(name, data, "application/octet-stream") for name, data in files]).run()
    assert not at.exception
    return at


def chosen(at):
    """The object that each file is taken for."""
    return [one.value for one in at.selectbox if one.label.endswith(" holds")]


def bare(text):
    """A text without the signs that keep it from being read as Markdown."""
    return text.replace("\\", "").replace("\u2060", "")


def plain(at):
    """What the page says."""
    return bare(texts(at))


def test_files_that_refer_to_each_other_become_a_dataset(home, uat):
    """Whose records a file holds is told by its name; what the org has no field for is left out once that is said."""
    uat()
    at = uploaded(("Accounts.csv", ACCOUNTS), ("contacts 2026-11-30.csv", CONTACTS), ("Opportunity.csv", DEALS))
    assert chosen(at) == ["Account", "Contact", "Opportunity"]
    assert "Opportunity has no field 'Colour' that can be written" in plain(at)
    assert not [one for one in at.button if one.key == "own_set_use"]
    at.checkbox(key="own_set_left_out").check().run()
    assert not at.error
    columns = {row["Column"]: row["How"] for frame in at.dataframe for row in frame.value.to_dict("records")}
    assert columns["AccountId"] == "lookup by id, key or name: 2 to rows of these files"
    assert columns["Account.Customer_Number__c"] == "lookup by Customer_Number__c: 1 to rows of these files"
    at.button(key="own_set_use").click().run()
    assert not at.exception
    [made] = list_datasets(home)
    assert made.objects == {"Account": 2, "Contact": 2, "Opportunity": 1}
    assert open_dataset(home, made.id).read("Contact", 0, 2)["AccountId"].to_pylist() == [0, 1]
    assert "From files of yours" in plain(visit("preview", org="uat", dataset=made.id))


def test_rows_can_change_what_the_org_has(home, uat):
    """The external ids that a file has a column of are offered; the dataset then upserts by the one that was chosen."""
    uat()
    at = uploaded(("Account.csv", ACCOUNTS), ("Contact.csv", CONTACTS))
    ways = {bare(one.label): one for one in at.selectbox if one.label.startswith("Rows of ")}
    assert any("Customer Number" in one for one in ways["Rows of Account.csv are"].options)
    ways["Rows of Account.csv are"].set_value("Customer_Number__c").run()
    at.button(key="own_set_use").click().run()
    plan = open_dataset(home, list_datasets(home)[0].id).plan
    assert {one.name: one.upsert for one in plan.objects} == {"Account": "Customer_Number__c", "Contact": None}


def test_a_zip_is_taken_apart_and_what_is_wrong_told_by_file(home, uat):
    """Every place that is not understood stands under its file; files of one object, and files of none, stop it too."""
    uat()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../set/Account.csv", ACCOUNTS)
        archive.writestr("set/Contact.csv", "LastName,Birthdate,AccountId\nA,someday,001A\nB,,nobody\n")
    at = uploaded(("export.zip", packed.getvalue()))
    assert chosen(at) == ["Account", "Contact"]
    [told] = [one.value.replace("\\", "").replace("\u2060", "") for one in at.error]
    assert "line 2, column Birthdate: 'someday'" in told
    assert "line 3, column AccountId: 'nobody'" in told
    at = uploaded(("Account.csv", ACCOUNTS), ("Account (1).csv", ACCOUNTS), ("odd.csv", b"Zzz\n1\n"))
    assert "Account.csv holds Accounts too" in plain(at)
    assert "Say what the rows are" in plain(at)
    at = uploaded(("Account.csv", ACCOUNTS), ("Contact.csv", b'LastName,Email\n"A,b\n'))
    assert "Contact.csv" in plain(at)
    assert str(home.parent) not in plain(at)
    assert "/tmp" not in plain(at)
    assert list_datasets(home) == []


def test_a_single_file_can_be_taken_by_itself(home, uat):
    """A spreadsheet has more made around it unless its rows are all that is wanted; a recipe comes alone."""
    uat()
    at = uploaded(("Account.csv", ACCOUNTS))
    assert [one.key for one in at.button if one.key.startswith("own_")] == ["own_use"]
    at.segmented_control(key="own_way").set_value("alone").run()
    at.button(key="own_set_use").click().run()
    assert list_datasets(home)[0].objects == {"Account": 2}
    at = uploaded(("Account.csv", ACCOUNTS), ("recipe.yaml", b"version: 1\nobjects: {Account: 7}\n"))
    assert "recipe.yaml is a recipe" in plain(at)


def test_a_folder_of_sfdmu_is_taken_as_its_script_says(home, uat, tmp_path):
    """A zip of it: what is only looked up is left out, upserts are proposed, and what would come twice is warned of."""
    uat()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder(tmp_path / "sfdmu").iterdir()):
            archive.write(path, f"data/{path.name}")
        archive.writestr("data/source/Account_source.csv", "Name\nA copy\n")
    at = uploaded(("data.zip", packed.getvalue()))
    assert set(chosen(at)) == {"Account", "Contact", "Opportunity"}
    assert "Product2: left out, since export.json says Readonly" in plain(at)
    ways = {bare(one.label): one.value for one in at.selectbox if one.label.startswith("Rows of ")}
    assert ways["Rows of Account.csv are"] == "Customer_Number__c"
    assert "by Name;Account.Name, by which the org cannot find any" in plain(at)
    at.button(key="own_set_use").click().run()
    assert list_datasets(home)[0].objects == {"Account": 2, "Contact": 2, "Opportunity": 1}


@pytest.mark.parametrize("page", ["discover", "design"])
def test_pages_of_recipes_say_that_files_need_none(home, uat, page):
    """Where the files are all there is, they lead on to the records instead of failing for want of a recipe."""
    uat()
    at = visit(page, org="uat", recipe="file")
    assert not at.error
    assert "taken as they are" in plain(at)


@pytest.mark.slow
@pytest.mark.browser
def test_files_of_ones_own_are_loaded(person, app, tmp_path):
    """Several files in one go: seen, used, loaded, and in the org each contact has its account."""
    for name, data in (("Account.csv", ACCOUNTS), ("Contact.csv", CONTACTS)):
        (tmp_path / name).write_bytes(data)
    page = person.tab("/?org=demo")
    page.get_by_text("Spreadsheets or a recipe of mine").click()
    page.locator("input[type=file]").set_input_files(sorted(tmp_path.glob("*.csv")))
    page.get_by_role("button", name="Use these 4 records of 2 objects").click()
    page.get_by_role("button", name="Next: Load").click()
    page.get_by_role("button", name=re.compile(r"^Load 4 ")).click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=60_000)
    settle(page)
    org = open_org("demo", clock=SYSTEM, home=app.home)
    found = org.query("SELECT LastName, Account.Name FROM Contact WHERE LastName IN ('Weber', 'Okoro') ORDER BY LastName")
    assert [(one["LastName"], one["Account"]["Name"]) for one in found] == [("Okoro", "Söhne AG"), ("Weber", "Müller GmbH")]
