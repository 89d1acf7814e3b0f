"""Own set: files of records that the user brings, staged as a dataset; from there on they are like records that were made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.brought.plan import Asked
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Schema


def is_set(names: Sequence[str]) -> bool:
    """Say whether these are files or folders, and not the name of a dataset."""
    from sfseed_core import ids

    return bool(names) and not (len(names) == 1 and (names[0] == "latest" or ids.is_own(names[0])))


def bring(
    paths: Sequence[str], asked: Asked, *, org: str, home: Path, observer: Observer = SILENT, clock: Clock
) -> Dataset:
    """Stage files, and the files of folders, each named after its object, as a dataset for the org.

    Raises NotFound for a file or object that is not there, DataError naming the cells that are not understood.
    """
    from sfseed_core.dataset.brought.plan import make_set
    from sfseed_core.dataset.store import create
    from sfseed_core.snapshot.read import take
    from sfseed_core.workflow.connect import open_org

    opened = open_org(org, clock=clock, home=home)
    files, schema = _read(paths, opened, home=home, observer=observer)
    snapshot = take(opened, schema, objects=tuple(files), observer=observer)
    made = make_set(files, schema, snapshot, asked, as_of=clock.now().date())
    with create(home, made.plan, schema.objects, now=clock.now()) as writer:
        for name, table in made.tables.items():
            writer.add(name, table)
            observer.notify(Progress("generate", table.num_rows, table.num_rows, "records", name))
        return writer.finish()


def _read(paths: Sequence[str], org: Org, *, home: Path, observer: Observer) -> tuple[dict[str, Brought], Schema]:
    """The files by object, and the schema of their objects and of what these refer to."""
    from sfseed_core.dataset.brought.columns import understand
    from sfseed_core.dataset.brought.table import read_brought
    from sfseed_core.dataset.user_file import user_files
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import discover, find

    found = list(dict.fromkeys(one for path in paths for one in user_files(Path(path))))
    first = discover(org, names=[one.stem for one in found], cache=Cache(home), observer=observer, also_parents=False)
    named = [(find(one.stem, first.listing), one) for one in found]
    _each_once(named)
    files = {name: read_brought(path) for name, path in named}
    linked = {
        target
        for name, file in files.items()
        for link in understand(file, first.objects[name]).links
        for target in link.field.reference_to
        if link.by is not None and target in first.listing
    }
    whole = discover(org, names=[*files, *sorted(linked - {*files})], cache=Cache(home), also_parents=False)
    return files, whole


def _each_once(named: Iterable[tuple[str, Path]]) -> None:
    known: dict[str, Path] = {}
    for name, path in named:
        if name in known:
            raise UserError(f"{known[name]} and {path} both hold records of {name}", hint="Put them into one file.")
        known[name] = path


def upserts(given: Sequence[str] | None) -> Mapping[str, str]:
    """Read `OBJECT=FIELD` options; raises UserError naming the one that is wrong."""
    read = {}
    for text in given or ():
        name, sign, field = (part.strip() for part in text.partition("="))
        if not sign or not name or not field:
            raise UserError(
                f"--upsert {text!r} is not of the form OBJECT=FIELD", hint="For example: --upsert Account=Key__c"
            )
        read[name] = field
    return read
