"""Own set: files of records that the user brings, staged as a dataset; from there on they are like records that were made."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.brought.columns import Columns
    from sfseed_core.dataset.brought.plan import Asked, Set
    from sfseed_core.dataset.brought.sfdmu import Script
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot


def is_set(names: Sequence[str]) -> bool:
    """Say whether these are files or folders, and not the name of a dataset."""
    from sfseed_core import ids

    return bool(names) and not (len(names) == 1 and (names[0] == "latest" or ids.is_own(names[0])))


@dataclass(frozen=True, slots=True)
class Read:
    """The files of a set by their object, and what the org says of those objects."""

    files: Mapping[str, Brought]
    schema: Schema
    snapshot: Snapshot

    def understood(self, name: str) -> Columns:
        """Return what the columns of an object's file are."""
        from sfseed_core.dataset.brought.columns import understand

        return understand(self.files[name], self.schema.objects[name])


def bring(
    paths: Sequence[str], asked: Asked, *, org: str, home: Path, observer: Observer = SILENT, clock: Clock
) -> Dataset:
    """Stage files, and the files of folders and zips, each named after its object, as a dataset for the org.

    Raises NotFound for a file or object that is not there, FilesRefused naming the cells that are not understood.
    """
    from sfseed_core.dataset.brought import sfdmu
    from sfseed_core.dataset.brought.files import gather
    from sfseed_core.dataset.brought.plan import make_set
    from sfseed_core.dataset.brought.table import read_brought
    from sfseed_core.workflow.connect import open_org

    opened = open_org(org, clock=clock, home=home)
    with tempfile.TemporaryDirectory() as folder:
        gathered = gather([Path(one) for one in paths], Path(folder))
        script = None if gathered.script is None else sfdmu.read_script(gathered.script)
        found = named(gathered.files, opened, home=home, script=script)
        notes: list[str] = []
        if script is not None:
            found, notes = sfdmu.taken(script, found)
        files = {name: read_brought(path) for name, path in found.items()}
        if script is not None:
            files = {name: file.without(script[name.lower()].without) for name, file in files.items()}
        read = read_set(files, opened, home=home, observer=observer)
        if script is not None:
            asked, more = _as_said(read, asked, script, opened)
            notes += more
        made = make_set(read.files, read.schema, read.snapshot, asked, as_of=clock.now().date())
        whole = replace(made, plan=replace(made.plan, notes=(*notes, *made.plan.notes)))
        return stage(whole, read.schema, home=home, observer=observer, clock=clock)


def _as_said(read: Read, asked: Asked, script: Script, org: Org) -> tuple[Asked, list[str]]:
    """Ask for the upserts of SFDMU's script besides those that were asked for, and say what is done otherwise.

    Raises UserError where records that the org has would be doubled, since it cannot find them by what the script says.
    """
    from sfseed_core.dataset.brought.plan import keys_of

    own = {name.lower() for name in asked.upsert}
    upsert, notes = dict(asked.upsert), []
    for name in read.files:
        said = script[name.lower()]
        if not said.changes or name.lower() in own:
            continue
        keys = {one.lower(): one for one in keys_of(read.schema.objects[name])}
        key = keys.get(said.key.lower())
        if key is not None:
            upsert[name] = key
        elif org.count(f"SELECT COUNT() FROM {name}"):  # noqa: S608 - an object of the org's own listing
            hint = f"Say by which external id with --upsert {name}=FIELD, or say Insert in export.json to add all rows."
            why = (
                f"export.json says {said.operation.capitalize()} by {said.key}, by which the org cannot find {name} records"
            )
            raise UserError(f"{why}; it has some, and they would come twice", hint=hint)
        else:
            notes.append(
                f"{name}: all are new, since the org has none (export.json: {said.operation.capitalize()} by {said.key})"
            )
    return replace(asked, upsert=upsert), notes


def named(paths: Iterable[Path], org: Org, *, home: Path, script: Script | None = None) -> dict[str, Path]:
    """Return the files by the objects that they are named after; beside a script of SFDMU those of no object are passed over.

    Raises NotFound with the nearest names for a file of no object, UserError for two of one object.
    """
    from sfseed_core.dataset.brought.files import object_of
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import find, listing

    there = listing(org, Cache(home))
    known: dict[str, Path] = {}
    for path in paths:
        name = object_of(path.stem, there)
        if name is None and script is not None:
            continue  # its reports, and tables of values and fields
        name = name or find(path.stem, there)
        if name in known:
            raise UserError(f"{known[name]} and {path} both hold records of {name}", hint="Put them into one file.")
        known[name] = path
    return known


def read_set(files: Mapping[str, Brought], org: Org, *, home: Path, observer: Observer = SILENT) -> Read:
    """Read what the org says of the objects of files and of what these refer to; raises UserError for one that it hides."""
    from sfseed_core.dataset.brought.columns import understand
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import discover
    from sfseed_core.snapshot.read import take

    first = discover(org, names=[*files], cache=Cache(home), observer=observer, also_parents=False)
    for name, why in first.failures.items():
        raise UserError(f"{files[name].path.name}: {name} could not be described: {why}")
    linked = {
        target
        for name, file in files.items()
        for link in understand(file, first.objects[name]).links
        for target in link.field.reference_to
        if link.by is not None and target in first.listing
    }
    whole = discover(org, names=[*files, *sorted(linked - {*files})], cache=Cache(home), also_parents=False)
    return Read(files, whole, take(org, whole, objects=tuple(files), observer=observer))


def stage(made: Set, schema: Schema, *, home: Path, observer: Observer = SILENT, clock: Clock) -> Dataset:
    """Write a set as a dataset."""
    from sfseed_core.dataset.store import create

    with create(home, made.plan, schema.objects, now=clock.now()) as writer:
        for name, table in made.tables.items():
            writer.add(name, table)
            observer.notify(Progress("generate", table.num_rows, table.num_rows, "records", name))
        return writer.finish()


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
