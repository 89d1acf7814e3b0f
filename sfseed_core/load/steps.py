"""What a load does in which order: stages of steps, those of one stage independent of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfseed_core.recipe.model import ObjectPlan, Plan

STATUS = "Status"
Part = Literal["all", "first", "rest"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a load, known by `name` in the journal.

    An `insert` sends an object's records, but leaves `deferred` references empty; `part` says which: where the plan has a
    `first_pass`, the rows whose reference holds its symbol go before the rest. An `update` fills one deferred `field` of
    records that are in. An `activate` sets the status of records that are in to the one that locks them.
    """

    name: str
    kind: Literal["insert", "update", "activate"]
    object: str
    part: Part = "all"
    field: str | None = None
    first_pass: tuple[str, str] | None = None
    deferred: frozenset[str] = frozenset()


def plan_stages(plan: Plan, activated: Iterable[str] = ()) -> tuple[tuple[Step, ...], ...]:
    """Return the stages of a load: the levels, each split where an object's first rows go before the rest, then updates.

    Last of all each of the `activated` objects in turn.
    """
    stages: list[tuple[Step, ...]] = []
    for level in sorted({one.level for one in plan.objects}):
        objects = [one for one in plan.objects if one.level == level and one.count]
        stages.append(tuple(_insert(one, "first" if one.first_pass else "all") for one in objects))
        stages.append(tuple(_insert(one, "rest") for one in objects if one.first_pass))
    stages.append(tuple(step for one in plan.objects for step in _updates(one)))
    stages += [(Step(f"activate {name}", "activate", name, field=STATUS),) for name in activated]
    return tuple(stage for stage in stages if stage)


def deferred_fields(plan: ObjectPlan) -> tuple[str, ...]:
    """Return the references that an insert leaves empty."""
    return tuple(one.field for one in plan.references if one.deferred)


def update_name(object_name: str, field: str) -> str:
    """Return the name under which a deferred reference is counted."""
    return f"{object_name}.{field}"


def is_activation(name: str) -> bool:
    """Say whether a name that updates are counted under stands for activating records."""
    return name.partition(".")[2] == STATUS


def _insert(one: ObjectPlan, part: Part) -> Step:
    suffix = "" if part == "all" else f" ({part})"
    return Step(
        f"insert {one.name}{suffix}", "insert", one.name, part, None, one.first_pass, frozenset(deferred_fields(one))
    )


def _updates(one: ObjectPlan) -> Iterator[Step]:
    for field in deferred_fields(one) if one.count else ():
        yield Step(f"update {update_name(one.name, field)}", "update", one.name, field=field)
