"""The files of a set as they lie there: single ones, folders, and zips, which are unpacked with care."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sfseed_core.dataset.brought.sfdmu import SCRIPT
from sfseed_core.dataset.user_file import READERS, user_files
from sfseed_core.errors import DataError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zipfile import ZipFile, ZipInfo

    from sfseed_core.schema.model import ObjectSummary

KINDS = (*READERS, ".tsv", ".txt")  # endings of files of records
ZIP = ".zip"
_MOST_FILES = 1_000
_MOST_BYTES = 4 << 30
_PIECE = 1 << 20
_COPY = re.compile(r"[ _-]*(?:\(\d+\)|- copy|copy)$", re.IGNORECASE)
_DATED = re.compile(r"[ _-]+(?:\d[\d._:tz-]*|export|extract|source|insert|upsert|update)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+[ ._-]+")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of records that paths come to, and SFDMU's script where one is among them."""

    files: tuple[Path, ...]
    script: Path | None = None


def gather(paths: Iterable[Path], into: Path, *, most_bytes: int = _MOST_BYTES) -> Gathered:
    """Return the files that the paths come to; zips are unpacked below the folder `into`, each to at most so many bytes.

    Raises NotFound for a path that is not there or holds no such file, DataError for a zip that cannot be taken.
    """
    found: list[Path] = []
    for number, path in enumerate(dict.fromkeys(paths)):
        if path.suffix.lower() == ZIP and path.is_file():
            found += _unpacked(path, into / str(number), most_bytes)
        elif path.name == SCRIPT and path.is_file():
            found.append(path)
        else:
            found += user_files(path)
            found += [path / SCRIPT] if (path / SCRIPT).is_file() else []
    every = tuple(dict.fromkeys(found))
    scripts = [one for one in every if one.name == SCRIPT]
    return Gathered(tuple(one for one in every if one.name != SCRIPT), scripts[0] if scripts else None)


def plain_name(name: str) -> str:
    """Return the last part of a path as some other machine wrote it, without what a terminal would take for more than text."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable())


def object_of(name: str, listing: Mapping[str, ObjectSummary]) -> str | None:
    """Return the object whose records a file of that name (without its ending) holds; None when that is not clear.

    Told by API name or label, of one or of many; a number before it and a date, `(1)` or `export` behind it do not count.
    """
    plain = name.strip()
    while True:
        found = _named(plain, listing)
        shorter = _DATED.sub("", _COPY.sub("", _NUMBERED.sub("", plain)))
        if found is not None or shorter == plain:
            return found
        plain = shorter


def _named(name: str, listing: Mapping[str, ObjectSummary]) -> str | None:
    wanted = _letters(name)
    by_name = [one for one in listing if one.lower() == name.lower()]
    by_label = [one for one, about in listing.items() if wanted in {_letters(about.label), _letters(about.label_plural)}]
    custom = [one for one in listing if one.lower() == f"{name.lower()}__c"]
    for found in (by_name, custom, by_label):
        if len(found) == 1 and wanted:
            return found[0]
    return None


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())


def _unpacked(path: Path, into: Path, most_bytes: int) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as packed:
            wanted = _beside_script([one for one in packed.infolist() if _is_wanted(one)])
            if len(wanted) > _MOST_FILES:
                raise DataError(f"{path} holds {len(wanted):,} files; at most {_MOST_FILES:,} are taken")
            left, found = most_bytes, []
            for number, one in enumerate(wanted):
                file = into / str(number) / plain_name(one.filename)  # a folder each: names of a zip may come twice
                file.parent.mkdir(parents=True)
                left -= _write(path, packed, one, file, left)
                found.append(file)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise DataError(f"{path} is no zip that can be read: {error}") from error
    if not any(one.name != SCRIPT for one in found):
        raise NotFound(
            f"{path} holds no file of records ({', '.join(KINDS)})", hint="Name each after its object: Contact.csv"
        )
    return found


def _is_wanted(one: ZipInfo) -> bool:
    """Whether it is a file of records: no folder, no link, nothing that a Mac or an open program adds."""
    name = plain_name(one.filename)
    own = name.startswith((".", "~$")) or "__MACOSX" in one.filename
    link = stat.S_ISLNK(one.external_attr >> 16)
    return (name == SCRIPT or Path(name).suffix.lower() in KINDS) and not (one.is_dir() or own or link)


def _beside_script(found: list[ZipInfo]) -> list[ZipInfo]:
    """With a script of SFDMU only what stands beside it: in folders below are its reports and copies."""
    scripts = [one for one in found if plain_name(one.filename) == SCRIPT]
    if not scripts:
        return found
    folder = PurePosixPath(scripts[0].filename).parent
    return [one for one in found if PurePosixPath(one.filename).parent == folder]


def _write(path: Path, packed: ZipFile, one: ZipInfo, file: Path, most: int) -> int:
    """Unpack one file and return how many bytes that were: counted, since what a zip says of itself may be wrong."""
    if one.flag_bits & 1:
        raise DataError(f"{path}: {plain_name(one.filename)} is locked with a password", hint="Pack it without one.")
    written = 0
    with packed.open(one) as source, file.open("wb") as target:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > most:
                raise DataError(f"{path}: unpacked it is larger than what is taken ({_MOST_BYTES >> 30} GB)")
            target.write(piece)
    return written
