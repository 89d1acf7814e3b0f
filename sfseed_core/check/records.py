"""All checks over the records of one object, whether they come from a dataset or from a file."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.check import unique
from sfseed_core.check.alike import NAMES, alike, columns_of
from sfseed_core.check.between import BETWEEN_CHECKS
from sfseed_core.check.cells import CELL_CHECKS, has_default, read_only
from sfseed_core.check.column import Broken, Collector, Column, Rows
from sfseed_core.check.finding import Level
from sfseed_core.check.references import (
    check_key,
    check_keyed,
    check_reference,
    circles,
    is_self_reference,
    is_there,
    waiting,
)
from sfseed_core.check.validation import Held, TableRows, validated
from sfseed_core.constraints.model import FieldRules
from sfseed_core.dataset import vectors
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, target_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sfseed_core.check.finding import Finding, Step
    from sfseed_core.check.references import Exists
    from sfseed_core.check.validation import Validation
    from sfseed_core.constraints.model import ObjectRules, StandardRule
    from sfseed_core.schema.model import ObjectSchema

_ANYTHING = FieldRules()
_ANOTHER = "give it another value"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one object with what is needed to judge them.

    `tables` are read once, in order, with `columns`. `references` names the reference columns that hold local keys, with
    the objects that the keys count; `deferred` those that only the update pass fills, `linked` those given in another way than
    by a column of theirs. `taken` holds the values that the
    org has, per field; `record_types` the developer names that can be resolved, or None where they were not read;
    `validation` the org's validation rules, None where they are not asked for; `duplicates`: whether duplicate rules are active.
    `existing` is what the org has of the records that are named by a field (`snapshot.keyed`). `lost` says of the objects that
    go before, by local key, which records will not be in the org. `upsert` is the external id by which records of the org are
    changed instead of made.
    """

    schema: ObjectSchema
    rules: ObjectRules
    tables: Iterable[pa.Table | pa.RecordBatch]
    columns: tuple[str, ...]
    exists: Exists
    references: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    deferred: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    taken: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    record_types: Collection[str] | None = None
    validation: Validation | None = None
    duplicates: bool = False
    existing: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    lost: Mapping[str, vectors.Mask] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    upsert: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with records, and by local key which of them will not be in the org: refused, or without their parent."""

    findings: list[Finding]
    lost: vectors.Mask


def check_records(given: Records) -> list[Finding]:
    """Return every finding."""
    return judge_records(given).findings


def judge_records(given: Records) -> Judged:
    """Check records; memory holds a row group and the few columns that must be compared as a whole."""
    collector = Collector(given.schema.name)
    whole_names = _compared_whole(given)
    kept: list[pa.Table] = []
    for batch in given.tables:
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        rows = Rows(given.schema, given.rules, vectors.numbers(table[RECORD]), table)
        _check_slice(given, rows, collector)
        kept.append(table.select([RECORD, *(name for name in table.column_names if name in whole_names)]))
    if not kept:
        return Judged([], np.zeros(0, bool))
    whole = pa.concat_tables(kept)
    extent = int(vectors.numbers(whole[RECORD])[-1]) + 1 if whole.num_rows else 0
    _check_whole(given, whole, collector)
    _check_unique(given, whole, collector, extent)
    return Judged(collector.findings(), collector.lost(extent))


def _check_slice(given: Records, rows: Rows, collector: Collector) -> None:
    changed = is_there(rows, given.upsert, given.existing)
    for name in given.columns:
        step: Step = "update" if name in given.deferred else "insert"
        collector.add(_needed(_cells(given, rows, name), changed), name, rows.records, step)
    if given.upsert is not None:
        collector.add(check_key(rows, given.upsert, given.existing), given.upsert, rows.records)
    for field in _missing(given):
        every = ~changed
        collector.add([Broken("required", "a value is required", every, fix="give it a value")], field, rows.records)
    for name in given.columns if given.lost else ():
        if name in given.references and name not in given.deferred:
            collector.hold(rows.records[waiting(rows, name, given.references[name], given.lost)])
    for check in BETWEEN_CHECKS:
        for shown, broken in check(rows):
            collector.add([broken], shown, rows.records)
    if given.validation is not None:
        for step, shown, broken in validated(_seen(given, rows, given.validation), given.validation):
            made = dataclasses.replace(broken, rows=broken.rows & ~changed)  # what else a changed one holds is not known
            collector.add([made], shown, rows.records, step)


def _needed(found: Iterable[Broken], changed: vectors.Mask) -> Iterator[Broken]:
    """The answers of checks; a record that is changed, not made, needs no value."""
    for one in found:
        yield dataclasses.replace(one, rows=one.rows & ~changed) if one.rule == "required" else one


def _seen(given: Records, rows: Rows, validation: Validation) -> TableRows:
    how = Held(given.references, given.deferred, given.linked)
    return TableRows(given.schema, validation.world, rows.table, validation.parents, how)


def _cells(given: Records, rows: Rows, name: str) -> Iterator[Broken]:
    field = given.schema.fields.get(name)
    if field is None:
        every = np.ones(len(rows.records), bool)
        yield Broken("unknown-field", f"{given.schema.name} has no such field in this org", every, fix="leave it out")
        return
    if name == RECORD_TYPE:
        yield from _record_type(given, rows)
        return
    rules = given.rules.fields.get(name, _ANYTHING)
    column = Column(given.schema.name, field, rules, rows.one(name))
    if name in given.references:
        yield from read_only(column)
        yield from check_reference(rows, field, given.references[name], given.exists, required=rules.required)
        yield from check_keyed(rows, name, given.existing)
        return
    for check in CELL_CHECKS:
        yield from check(column)


def _record_type(given: Records, rows: Rows) -> Iterator[Broken]:
    if given.record_types is not None:
        import pyarrow.compute as pc

        values = rows.one(RECORD_TYPE)
        known = vectors.mask(pc.is_in(values, value_set=vectors.texts(sorted(given.record_types))))
        yield Broken("record-type", "no such record type for this user", ~known & ~vectors.nulls(values))


def _missing(given: Records) -> list[str]:
    """The required fields for which there is no column."""
    there = {*given.columns, *given.linked}
    wanted = (name for name, rules in given.rules.fields.items() if rules.required and name not in there)
    return [name for name in wanted if name not in given.schema.fields or not has_default(given.schema.fields[name])]


def _compared_whole(given: Records) -> frozenset[str]:
    """The columns that some check must see as a whole, references with their target columns."""
    names = {name for name, rules in given.rules.fields.items() if rules.unique}
    names |= {given.upsert} if given.upsert is not None else set()
    names |= {name for rule in _together(given) for name in rule.fields}
    names |= {name for name, targets in given.references.items() if is_self_reference(given.schema.name, targets)}
    names |= columns_of(given.schema.name, given.columns) if given.duplicates else set()
    names &= set(given.columns)
    return frozenset(names | {target_column(name) for name in names if name in given.references})


def _together(given: Records) -> list[StandardRule]:
    return [
        rule for rule in given.rules.standard if rule.kind == "unique_together" and set(rule.fields) <= set(given.columns)
    ]


def _check_whole(given: Records, table: pa.Table, collector: Collector) -> None:
    records = vectors.numbers(table[RECORD])
    for name in given.columns:
        if is_self_reference(given.schema.name, given.references.get(name, ())):
            step: Step = "update" if name in given.deferred else "insert"
            collector.add(_circles(table, name, records), name, records, step)
    if given.duplicates and given.schema.name in NAMES:
        collector.add(alike(given.schema.name, table), NAMES[given.schema.name][-1], records)


def _check_unique(given: Records, table: pa.Table, collector: Collector, extent: int) -> None:
    """Check last what must differ: a record that the org refuses for another reason takes no value from those after it."""
    records = vectors.numbers(table[RECORD])
    differing = [*_single(given, table, collector), *_pairs(given, table)]
    if not differing:
        return
    refused = collector.lost(extent)[records]
    taken = unique.held_before([one.codes for one in differing], refused)
    for one, rows in zip(differing, taken, strict=True):
        besides = "a record before it has the same value, which the org refuses as it is"
        again = Broken(one.rule, besides, unique.later(one.codes) & ~rows, Level.DOUBTFUL, one.fix)
        collector.add([Broken(one.rule, one.message, rows, fix=one.fix), again], one.field, records)


@dataclass(frozen=True, slots=True)
class _Differing:
    """Values that must differ from record to record."""

    field: str
    rule: str
    message: str
    codes: np.ndarray
    fix: str | None = None


def _single(given: Records, table: pa.Table, collector: Collector) -> Iterator[_Differing]:
    """The unique fields; values that the org has are told at once."""
    for name in given.columns:
        rules = given.rules.fields.get(name, _ANYTHING)
        if name == given.upsert:
            codes = unique.codes(unique.folded(table[name], case_sensitive=rules.case_sensitive))
            yield _Differing(name, "unique", "another record before it has the same value", codes, _ANOTHER)
            continue
        if not rules.unique or name in given.references:
            continue
        values = unique.folded(table[name], case_sensitive=rules.case_sensitive)
        existing = given.taken.get(name, ())
        if existing:
            rows = unique.taken(values, existing, case_sensitive=rules.case_sensitive)
            if given.upsert is not None:  # it may be the very record that is changed
                rows = rows & ~is_there(Rows(given.schema, given.rules, rows, table), given.upsert, given.existing)
            theirs = Broken("unique", "the org has a record with this value", rows, fix=_ANOTHER)
            collector.add([theirs], name, vectors.numbers(table[RECORD]))
        yield _Differing(name, "unique", "another record before it has the same value", unique.codes(values), _ANOTHER)


def _pairs(given: Records, table: pa.Table) -> Iterator[_Differing]:
    """The fields that must differ together."""
    for rule in _together(given):
        columns = [
            tuple(table[one] for one in (name, target_column(name)) if one in table.column_names) for name in rule.fields
        ]
        yield _Differing(rule.fields[-1], "unique-together", rule.message, unique.codes_together(columns))


def _circles(table: pa.Table, name: str, records: np.ndarray) -> Iterator[Broken]:
    parents = np.full(int(records[-1]) + 1 if len(records) else 0, -1, np.int64)
    parents[records] = vectors.keys(table[name])
    circular = circles(parents)
    if len(circular):
        yield Broken("circle", "is its own ancestor", np.isin(records, circular), fix="choose another record, or none")
