"""Check: what the org would say to a dataset, or to files of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core import ids
from sfseed_core.errors import NotFound, UserError
from sfseed_core.events import SILENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sfseed_core.check.finding import Finding
    from sfseed_core.check.in_org import InOrg
    from sfseed_core.check.report import Report
    from sfseed_core.clock import Clock
    from sfseed_core.constraints.formula_rows import Value
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot


def check(
    dataset: Dataset, snapshot: Snapshot | None, *, validation: bool = False, observer: Observer = SILENT
) -> Sequence[Finding]:
    """Check a dataset against the schema that it was made for, with or without the org's validation rules."""
    from sfseed_core.check.dataset import check_dataset

    return check_dataset(dataset, dataset.schema, snapshot, validation=validation, observer=observer)


def report_on(
    what: str,
    *,
    org: str | None,
    home: Path,
    object_name: str | None = None,
    given: Mapping[str, Value] | None = None,
    observer: Observer = SILENT,
    clock: Clock,
) -> Report:
    """Check a dataset (by id or `latest`), a file of records, or a folder of files, and say what became of each rule.

    `given` are values of globals that rules ask for (`$Permission.Skip`), over those of the org. Raises NotFound when `what` is
    nothing of the kind, UserError when files come without an org.
    """
    from sfseed_core.dataset.store import open_dataset

    path = Path(what)
    if what == "latest" or ids.is_own(what):
        return _on_dataset(open_dataset(home, what), org, given or {}, home=home, observer=observer, clock=clock)
    if not path.exists():
        raise NotFound(f"{what!r} is neither a dataset nor a file.", hint="Name a dataset's id, latest, or a path.")
    if org is None:
        raise UserError("To check files an org must be named.", hint="Add --org NAME.")
    return _on_files(path, org, object_name, given or {}, home=home, observer=observer, clock=clock)


def _on_dataset(
    dataset: Dataset, org: str | None, given: Mapping[str, Value], *, home: Path, observer: Observer, clock: Clock
) -> Report:
    from sfseed_core.check.dataset import check_dataset
    from sfseed_core.check.report import report_of

    schemas, snapshot, in_org = dataset.schema, None, None
    if org is not None:
        schema, snapshot, opened = _asked(dataset.objects, org=org, home=home, observer=observer, clock=clock)
        schemas, snapshot = schema.objects, _with_links(snapshot.with_globals(given), dataset, opened)
        in_org = None if opened is None else dataset_in_org(dataset, snapshot, opened)
    findings = check_dataset(dataset, schemas, snapshot, validation=True, given=given, observer=observer, clock=clock)
    return report_of(findings, {name: dataset.count(name) for name in dataset.objects}, schemas, snapshot, in_org)


def dataset_in_org(dataset: Dataset, snapshot: Snapshot, org: Org) -> InOrg:
    """Compare a dataset's records with those that the org has, by the duplicate rules that refuse them."""
    from sfseed_core.check.in_org import columns_compared, found_in_org
    from sfseed_core.recipe.columns import RECORD

    wanted = {one.object for one in snapshot.duplicate_rules if one.refuses}
    tables = {
        name: dataset.read(name, columns=[RECORD, *columns])
        for name in dataset.objects
        if name in wanted and (columns := columns_compared(name, dataset.arrow_schema(name).names))
    }
    return found_in_org(tables, snapshot, org.query)


def _with_links(snapshot: Snapshot, dataset: Dataset, org: Org | None) -> Snapshot:
    from sfseed_core.workflow.links import named_by_field, with_links

    return snapshot if org is None or not named_by_field(dataset) else with_links(snapshot, org, dataset)


def _on_files(
    path: Path,
    org: str,
    object_name: str | None,
    given: Mapping[str, Value],
    *,
    home: Path,
    observer: Observer,
    clock: Clock,
) -> Report:
    from sfseed_core.check.file import check_files, files_of, numbered, objects_in
    from sfseed_core.check.in_org import found_in_org
    from sfseed_core.check.report import report_of

    schema, snapshot, opened = _asked(objects_in(path, object_name), org=org, home=home, observer=observer, clock=clock)
    snapshot = snapshot.with_globals(given)
    files = files_of(path, schema.objects, object_name)
    findings = check_files(files, schema.objects, snapshot, clock=clock)
    tables = {name: numbered(one, schema.objects[name]) for name, one in files.items()}
    in_org = None if opened is None else found_in_org(tables, snapshot, opened.query)
    return report_of(findings, {name: one.table.num_rows for name, one in files.items()}, schema.objects, snapshot, in_org)


def _asked(
    names: Collection[str], *, org: str, home: Path, observer: Observer, clock: Clock
) -> tuple[Schema, Snapshot, Org | None]:
    """Read schema and snapshot of some objects, of an org (which comes with them) or of a project's source."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.snapshot.read import take
    from sfseed_core.workflow.connect import open_org
    from sfseed_core.workflow.discover import discover

    if is_source(org):
        from sfseed_core.workflow.source import source_schema, source_snapshot

        schema = source_schema(org, names=names)
        return schema, source_snapshot(schema, clock=clock), None
    opened = open_org(org, clock=clock, home=home)
    schema = discover(opened, home=home, names=names, observer=observer)
    return schema, take(opened, schema, objects=names, observer=observer), opened
