"""Check a dataset at a revision: what the org would say to its records."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow.compute as pc

from sfseed_core.check.finding import Finding, Level
from sfseed_core.check.records import Judged, Records, judge_records
from sfseed_core.check.validation import Activation, Held, TableRows, Validation
from sfseed_core.clock import SYSTEM
from sfseed_core.constraints.formula_rows import World
from sfseed_core.constraints.named import MOST, named_by_object, named_of
from sfseed_core.constraints.rules import object_rules
from sfseed_core.constraints.validation import validation_constraints
from sfseed_core.dataset import vectors
from sfseed_core.events import SILENT, Progress
from sfseed_core.formula.setting import Setting
from sfseed_core.formula.vlookup import KEY
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from sfseed_core.clock import Clock
    from sfseed_core.constraints.formula_rows import Value
    from sfseed_core.constraints.model import ObjectRules
    from sfseed_core.constraints.named import Named
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.recipe.model import ObjectPlan, RuleBook
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.snapshot.model import Snapshot


def check_dataset(
    dataset: Dataset,
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    rules: Mapping[str, ObjectRules] | None = None,
    *,
    revision: int | None = None,
    objects: Collection[str] | None = None,
    validation: bool = False,
    given: Mapping[str, Value] | None = None,
    activate: bool = False,
    observer: Observer = SILENT,
    clock: Clock = SYSTEM,
) -> list[Finding]:
    """Return what is wrong with the records of `objects` (all if not given), in load order.

    `schema` and `snapshot` are those of the org that the records are meant for; `rules` are made from them if not given.
    With `validation` the org's own validation rules are worked out too, as of now and where the running user is, with `given`
    values of globals over those that were read; with `activate` (or a plan that says so) as the last step shows contracts and
    orders too.
    """
    judged = world_of(schema, snapshot, clock, dataset.plan.rules, given) if validation else None
    pinned = dataset.revision if revision is None else revision
    found: list[Finding] = []
    lost: dict[str, vectors.Mask] = {}
    done, total = 0, sum(dataset.count(one.name, pinned) for one in dataset.plan.objects)
    for plan in dataset.plan.objects:
        if objects is None or plan.name in objects:
            observer.notify(Progress("check", done, total, "records", plan.name))
            judgement = _check_object(
                dataset, plan, schema, snapshot, rules, pinned, judged, lost, activate=activate or dataset.plan.activate
            )
            found += judgement.findings
            lost[plan.name] = judgement.lost
        done += dataset.count(plan.name, pinned)
    observer.notify(Progress("check", total, total, "records"))
    return found


def _check_object(
    dataset: Dataset,
    plan: ObjectPlan,
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    rules: Mapping[str, ObjectRules] | None,
    revision: int,
    judged: World | None,
    lost: Mapping[str, vectors.Mask],
    *,
    activate: bool,
) -> Judged:
    described = schema.get(plan.name)
    if described is None:
        records = dataset.state(plan.name, revision).numbers()
        message = f"the org has no object {plan.name}, or hides it from this user"
        finding = Finding(plan.name, None, "unknown-object", message, Level.REFUSED, "insert", records)
        return Judged([finding], np.ones(dataset.extent(plan.name, revision), bool))

    def exists(name: str, keys: np.ndarray) -> np.ndarray | None:
        if name not in dataset.objects:
            return np.zeros(len(keys), bool)
        return dataset.state(name, revision).exists(keys)

    given = Records(
        schema=described,
        rules=(rules or {}).get(plan.name) or object_rules(described, snapshot),
        tables=dataset.batches(plan.name, revision=revision),
        columns=_columns(dataset, plan),
        exists=exists,
        references={one.field: tuple(t.object or "" for t in one.targets) for one in plan.references},
        deferred=frozenset(one.field for one in plan.references if one.deferred),
        taken=taken_of(plan.name, snapshot),
        record_types=record_types_of(plan.name, snapshot),
        duplicates=has_duplicate_rules(plan.name, snapshot),
        validation=None
        if judged is None
        else _validation(dataset, described, schema, snapshot, revision, judged, lost, activate=activate),
        existing={} if snapshot is None else snapshot.existing,
        lost=lost,
        upsert=plan.upsert,
    )
    return judge_records(given)


def world_of(
    schemas: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    clock: Clock,
    book: RuleBook | None = None,
    given: Mapping[str, Value] | None = None,
) -> World:
    """Return what rules are worked out against: now, in the running user's zone, with what the snapshot or the plan knows."""
    if snapshot is None:
        known = {} if book is None else book.values
        looked_up = {} if book is None else named_by_object(book.looked_up)
        return World(_moment(None, clock), schemas, {**known, **(given or {})}, looked_up=looked_up)
    stated = {} if book is None else book.given
    values = {**snapshot.globals, **stated, **(given or {})}
    if snapshot.user.id:
        values.setdefault("$user.id", snapshot.user.id[:15])
    return World(_moment(snapshot, clock), schemas, values, snapshot.record_types, named_by_object(snapshot.looked_up))


def _moment(snapshot: Snapshot | None, clock: Clock) -> Setting:
    try:
        zone = ZoneInfo("GMT" if snapshot is None else snapshot.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("GMT")
    return Setting(clock.now(), zone)


@dataclass(frozen=True, slots=True)
class _Staged:
    """The records of a dataset as parents of others, and as what they look up."""

    dataset: Dataset
    revision: int
    lost: Mapping[str, vectors.Mask]
    read: dict[tuple[str, bool], Named | str] = dataclasses.field(default_factory=dict)

    def take(self, name: str, keys: np.ndarray) -> pa.Table | None:
        if name not in self.dataset.objects:
            return None
        table = self.dataset.take(name, keys, revision=self.revision)
        return table if table.num_rows == len(keys) else None

    def named(self, name: str, by: str, world: World) -> Named | str | None:
        """Return records by their names: surely there where their object goes before, none where it goes later.

        Of the records' own object those of other records' names may be there, for nobody knows which are saved together.
        """
        if name not in self.dataset.objects:
            return None
        plan, own = self.dataset.plan.object(name), self.dataset.plan.object(by)
        if plan.level > own.level:
            return None
        key = (name, plan.level < own.level)
        if key not in self.read:
            self.read[key] = self._named(plan, world, sure=key[1], repeated=name == by)
        return self.read[key]

    def _named(self, plan: ObjectPlan, world: World, *, sure: bool, repeated: bool) -> Named | str:
        records = self.dataset.state(plan.name, self.revision).numbers()
        if len(records) > MOST:
            return f"VLOOKUP is worked out through at most {MOST:,} records of {plan.name}"
        lost = self.lost.get(plan.name)
        kept = records if lost is None else records[~lost[records]]
        table = self.dataset.take(plan.name, kept, revision=self.revision)
        if repeated and KEY in table.column_names:
            counts = pc.value_counts(vectors.one_array(table[KEY]))
            often = counts.field(0).filter(pc.greater(counts.field(1), 1))
            table = table.filter(pc.is_in(table[KEY], value_set=often))
        how = Held({one.field: tuple(t.object or "" for t in one.targets) for one in plan.references})
        rows = TableRows(world.schemas[plan.name], world, table, self, how)
        return named_of(rows, np.full(table.num_rows, sure))


def _validation(
    dataset: Dataset,
    described: ObjectSchema,
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    revision: int,
    judged: World,
    lost: Mapping[str, vectors.Mask],
    *,
    activate: bool,
) -> Validation | None:
    constraints = validation_constraints(described, schema, snapshot)
    if not constraints:
        return None
    activation = _activation(dataset, described.name, snapshot, revision) if activate else None
    return Validation(constraints, judged, _Staged(dataset, revision, lost), activation)


_STATUS_TABLES: Mapping[str, str] = {"Contract": "ContractStatus", "Order": "OrderStatus"}
_PRODUCTS: Mapping[str, tuple[str, str]] = {"Order": ("OrderItem", "OrderId")}
_ACTIVATED = "Activated"


def _activation(dataset: Dataset, name: str, snapshot: Snapshot | None, revision: int) -> Activation | None:
    """Return what activating the object's records sets: an order without products is left a draft."""
    stages = () if snapshot is None else snapshot.statuses.get(_STATUS_TABLES.get(name, ""), ())
    activating = sorted((one.sort_order, one.api_name) for one in stages if one.active and one.category == _ACTIVATED)
    if not activating:
        return None
    status = activating[0][1]
    if name not in _PRODUCTS:
        return Activation(status)
    product, field = _PRODUCTS[name]
    if product not in dataset.objects:
        return None
    parents = vectors.keys(dataset.read(product, revision=revision, columns=[field])[field])
    return Activation(status, np.unique(parents[parents >= 0]))


def taken_of(object_name: str, snapshot: Snapshot | None) -> dict[str, tuple[str, ...]]:
    """Return the values that the org has in unique fields of the object, by field."""
    taken = {} if snapshot is None else snapshot.taken
    prefix = f"{object_name}."
    return {name.removeprefix(prefix): values for name, values in taken.items() if name.startswith(prefix)}


def has_duplicate_rules(object_name: str, snapshot: Snapshot | None) -> bool:
    """Say whether the org has an active duplicate rule for the object."""
    return snapshot is not None and any(one.object == object_name for one in snapshot.duplicate_rules)


def record_types_of(object_name: str, snapshot: Snapshot | None) -> Collection[str] | None:
    """Return the developer names of the object's record types, None where they are not known."""
    if snapshot is None or "record types" in snapshot.unread:
        return None
    return snapshot.record_types.get(object_name, {}).keys()


def _columns(dataset: Dataset, plan: ObjectPlan) -> tuple[str, ...]:
    """The fields of the object that the dataset has values for."""
    return tuple(name for name in dataset.arrow_schema(plan.name).names if name != RECORD and not name.endswith("@"))
