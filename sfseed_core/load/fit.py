"""Whether a dataset fits an org: what it uses and the org does not have, or the org wants and it does not have."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sfseed_core.check.finding import Level
from sfseed_core.dataset import vectors
from sfseed_core.errors import FindingsStop
from sfseed_core.recipe.columns import RECORD_TYPE, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.org.client import Org
    from sfseed_core.recipe.model import ObjectPlan
    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

_KEY = "left_out"
_SHOWN = 5
_REPORTED = 12


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that does not fit, how many records have it, and what could be done.

    `rule` is a stable short name (`object`, `field`, `type`, `record-type`, `required`, or a check's own). `adaptable`: the
    load can leave it out by itself, if asked to adapt.
    """

    object: str
    field: str | None
    rule: str
    records: int
    message: str
    proposal: str
    adaptable: bool = False

    def line(self) -> str:
        """Return it as a line for a person."""
        where = f"{self.object}.{self.field}" if self.field else self.object
        return f"{where}: {self.message} ({self.records:,} records). {self.proposal}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def misfits(
    dataset: Dataset,
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot,
    findings: Iterable[Finding] = (),
    *,
    revision: int | None = None,
) -> tuple[Misfit, ...]:
    """Compare a dataset with what an org says of its objects by now; `findings` are those of a check against it."""
    found: list[Misfit] = []
    for plan in dataset.plan.objects:
        count = dataset.count(plan.name, revision)
        if count and plan.name not in schema:
            told = "leave its records, and what hangs on them, out with --adapt, or make the records again for this org"
            found.append(
                Misfit(plan.name, None, "object", count, "the org has no such object", _proposal(told), adaptable=True)
            )
        elif count:
            found += _of_fields(dataset, plan, schema[plan.name], revision)
            found += _of_record_types(dataset, plan, snapshot, revision)
            found += (
                _of_required(plan, schema[plan.name], count) if plan.upsert is None else ()
            )  # some may be there already
    structural = {(one.object, one.field) for one in found}
    return (*found, *(one for one in _of_findings(findings) if (one.object, one.field) not in structural))


def _proposal(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _of_fields(dataset: Dataset, plan: ObjectPlan, schema: ObjectSchema, revision: int | None) -> Iterator[Misfit]:
    """Fields that hold values, and that the org does not have, does not take, or has of another kind."""
    columns = {one.field: one.field for one in plan.columns}
    columns |= {one.field: target_column(one.field) if needs_target(one) else one.field for one in plan.references}
    there = _filled(dataset, plan.name, columns, revision)
    known = dataset.schema[plan.name].fields if plan.name in dataset.schema else {}
    for name, records in there.items():
        field = schema.fields.get(name)
        if not records:
            continue
        if field is None or not field.createable:
            what = "the org has no such field" if field is None else "the org does not take values for this field"
            told = _proposal("leave it out with --adapt, or grant it to the user in the org")
            yield Misfit(plan.name, name, "field", records, what, told, adaptable=not _is_needed(known.get(name)))
        elif name in known and field.type != known[name].type:
            told = f"it is {field.type} in this org and {known[name].type} in the records"
            yield Misfit(
                plan.name, name, "type", records, told, _proposal("leave it out with --adapt, or make the records again"),
                adaptable=True,
            )  # fmt: skip


def _is_needed(field: Field | None) -> bool:
    return field is not None and field.is_master_detail


def _filled(dataset: Dataset, name: str, columns: Mapping[str, str], revision: int | None) -> dict[str, int]:
    """How many records have a value in each field."""
    counts = dict.fromkeys(columns, 0)
    for batch in dataset.batches(name, revision=revision, columns=list(dict.fromkeys(columns.values()))):
        for field, column in columns.items():
            counts[field] += batch.num_rows - batch.column(column).null_count
    return counts


def _of_record_types(dataset: Dataset, plan: ObjectPlan, snapshot: Snapshot, revision: int | None) -> Iterator[Misfit]:
    if not plan.record_types:
        return
    known = snapshot.record_types.get(plan.name, {})
    held = dataset.read(plan.name, revision=revision, columns=[RECORD_TYPE])[RECORD_TYPE]
    for entry in vectors.one_array(held).drop_null().value_counts().to_pylist():  # different types, not records
        name = str(entry["values"])
        if name not in known:
            has = ", ".join(sorted(known)[:_SHOWN]) or "none"
            told = _proposal(f"use the default type with --adapt, or one of its own: {has}")
            message = f"the org has no record type {name!r}"
            yield Misfit(plan.name, "RecordTypeId", "record-type", entry["counts"], message, told, adaptable=True)


def _of_required(plan: ObjectPlan, schema: ObjectSchema, count: int) -> Iterator[Misfit]:
    """Fields that the org requires and the records lack altogether."""
    has = {one.field for one in plan.columns} | {one.field for one in plan.references} | {"RecordTypeId", "OwnerId"}
    for field in schema.fields.values():
        if field.required_on_create and field.name not in has:
            told = _proposal("make the records again for this org: sfseed generate, or give the field a default in the org")
            yield Misfit(plan.name, field.name, "required", count, "the org requires this field, the records lack it", told)


def _of_findings(findings: Iterable[Finding]) -> Iterator[Misfit]:
    for one in findings:
        if one.level is Level.REFUSED and one.step == "insert":
            told = one.fix or _proposal(
                "change these values; with --yes these records are held back and the rest is loaded"
            )
            yield Misfit(one.object, one.field, one.rule, one.count, one.message, told)


# -- what an adapted load leaves out -------------------------------------------------------------------------------------


def adapt(run: Run, found: Iterable[Misfit]) -> None:
    """Have the run's load leave out what can be left out of the misfits (objects are held back by the caller)."""
    fields: dict[str, list[str]] = {}
    for one in found:
        if one.adaptable and one.field is not None:
            fields.setdefault(one.object, []).append(one.field)
    run.put(_KEY, {name: sorted(set(names)) for name, names in fields.items()})


def ask_again(run: Run, org: Org, dataset: Dataset, snapshot: Snapshot, *, home: Path) -> None:
    """Compare the run's records with the org once more before its first job, since it waited a while for its turn.

    Raises FindingsStop with the report where the org has changed so that they do not fit any more: going on with the run
    checks them anew. Once the run has jobs nothing is asked.
    """
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import discover, listing

    if run.get("request", {}).get("despite_findings") or run.read("SELECT 1 FROM jobs LIMIT 1"):
        return
    cache = Cache(home)
    names = [name for name in dataset.objects if name in listing(org, cache)]
    schema = discover(org, names=names, cache=cache, also_parents=False).objects
    types = {
        name: {one.developer_name: one.id for one in each.record_types if not one.master} for name, each in schema.items()
    }
    known = {(one["object"], one["field"], one["rule"]) for one in run.get("fit", [])}
    found = misfits(dataset, schema, replace(snapshot, record_types=types), revision=run.get("revision"))
    fresh = [one for one in found if one.rule in STRUCTURAL and (one.object, one.field, one.rule) not in known]
    if fresh:
        run.put("agreed", False)
        hint = f"Look at it once more with: sfseed runs resume {run.id}"
        raise FindingsStop(report(fresh, since="The org has changed while this run waited."), hint=hint)


def report(stopping: Sequence[Misfit], *, since: str = "") -> str:
    """Return why a dataset is not loaded into an org, point by point."""
    head = f"The dataset does not fit this org in {len(stopping):,} points; nothing was written."
    lines = [" ".join([*([since] if since else []), head])]
    lines += [one.line() for one in stopping[:_REPORTED]]
    more = len(stopping) - _REPORTED
    return "\n".join([*lines, *([f"and {more:,} more"] if more > 0 else [])])


STRUCTURAL = frozenset({"object", "field", "type", "record-type", "required"})
"""Rules of misfits that lie in the org's schema and not in single records."""


def left_out(run: Run, object_name: str) -> frozenset[str]:
    """Return the fields of an object that the run's load leaves out."""
    return frozenset(run.get(_KEY, {}).get(object_name, ()))
