"""Check: what the org would say to a dataset, or to files of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core import ids
from sfseed_core.errors import NotFound, UserError
from sfseed_core.events import SILENT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sfseed_core.check.finding import Finding
    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot


def check(
    dataset: Dataset, snapshot: Snapshot | None, *, validation: bool = False, observer: Observer = SILENT
) -> Sequence[Finding]:
    """Check a dataset against the schema that it was made for, with or without the org's validation rules."""
    from sfseed_core.check.dataset import check_dataset

    return check_dataset(dataset, dataset.schema, snapshot, validation=validation, observer=observer)


def check_anything(what: str, *, org: str | None, home: Path, observer: Observer, clock: Clock) -> Sequence[Finding]:
    """Check a dataset (by id or `latest`), a CSV file or a folder of them.

    Raises NotFound when it is none of these, UserError when files come without an org.
    """
    from sfseed_core.dataset.store import open_dataset

    path = Path(what)
    if what == "latest" or ids.is_own(what):
        dataset = open_dataset(home, what)
        if org is None:
            return check(dataset, None, validation=True, observer=observer)
        from sfseed_core.check.dataset import check_dataset

        schema, snapshot = _asked(dataset.objects, org=org, home=home, observer=observer, clock=clock)
        return check_dataset(dataset, schema.objects, snapshot, validation=True, observer=observer, clock=clock)
    if not path.exists():
        raise NotFound(f"{what!r} is neither a dataset nor a file.", hint="Name a dataset's id, latest, or a path.")
    if org is None:
        raise UserError("To check files an org must be named.", hint="Add --org NAME.")
    return _check_files(path, org=org, home=home, observer=observer, clock=clock)


def _check_files(path: Path, *, org: str, home: Path, observer: Observer, clock: Clock) -> Sequence[Finding]:
    from sfseed_core.check.file import check_file, objects_in

    names = objects_in(path)
    schema, snapshot = _asked(names, org=org, home=home, observer=observer, clock=clock)
    return check_file(path, schema.objects, snapshot, clock=clock)


def _asked(names: Collection[str], *, org: str, home: Path, observer: Observer, clock: Clock) -> tuple[Schema, Snapshot]:
    """Read schema and snapshot of some objects, of an org or of a project's source."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.snapshot.read import take
    from sfseed_core.workflow.connect import open_org
    from sfseed_core.workflow.discover import discover

    if is_source(org):
        from sfseed_core.workflow.source import source_schema, source_snapshot

        schema = source_schema(org, names=names)
        return schema, source_snapshot(schema, clock=clock)
    opened = open_org(org, clock=clock, home=home)
    schema = discover(opened, home=home, names=names, observer=observer)
    return schema, take(opened, schema, objects=names, observer=observer)
