"""Records that are steps of a whole: phases of a project, tasks of a phase, hours spent on a task.

Where custom objects hang on a parent with a first and a last day, the children's days lie within it one after another, and their
status follows from their days (elsewhere the days follow from the status: see `generate.agreed`). So nothing is done before the
whole has begun, or still to be done when it is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.generate.phases import phases_of
from sfseed_core.generate.ways import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.chooser import FieldRequest, PlanContext
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan

_SPANNING = frozenset({"date.phase", "date.part"})
_LATELY = {"from": -45, "to": -1, "working": True}  # of what is said to have happened in something that has yet to begin
_UP = 3  # so many parents up a whole is looked for
_LATEST = 20  # working days after the beginning on which something happens, if it is not over sooner


def step_of(request: FieldRequest) -> Way | None:
    """Return the way of a step's first, last or due day, or of its status."""
    parts = _parts(request.context) if request.context.object.custom else {}
    if request.field.name in parts:
        whole = {**_whole(request.context), "part": parts[request.field.name]}
        return Way("date.part", whole, otherwise=True, filled=True)
    if parts and request.meaning is not None and request.meaning.name == "status":
        return _status(request, parts)
    return None


def happened_in(request: FieldRequest) -> Way | None:
    """Return the way of a day on which something happened: after the whole, or its whole, has begun, before its end or today."""
    name = request.meaning.name if request.meaning else ""
    if not request.context.object.custom or name != "date.past" or request.field.type != "date":
        return None
    references, path = request.context.references, list[str]()
    for _ in range(_UP):
        via = _hangs_on(references)
        plan = None if via is None else request.context.earlier.get(_target(via))
        if via is None or plan is None:
            return None
        path.append(via.field)
        span = _span(plan)
        if span is not None:
            first, last = ({"field": field, "via": ".".join(path), "of": plan.name} for field in span)
            ahead = {"otherwise": {"provider": "date", "options": _LATELY}}
            when = {"days": [0, _LATEST], "past": True, "begun": True}
            return Way("date.after", {**first, **when, "until": last, **ahead}, otherwise=True)
        references = {one.field: one for one in plan.references}
    return None


def _parts(context: PlanContext) -> Mapping[str, str]:
    """Return which day of its part of a whole each field is; nothing where the object's records are no steps of one.

    What the recipe says of the status counts: then the days have to follow from that. So has a status that only some record
    types, or some values of another field, allow.
    """
    phases = phases_of(context)
    if not _whole(context) or (phases is not None and _is_told(context, phases.field)):
        return {}
    found = {
        field: part
        for field, one in context.meanings.items()
        if one is not None
        and (part := {"date.start": "first", "date.end": "last", "date.due": "any"}.get(one.name))
        and context.object.fields[field].type == "date"
    }
    spans = sorted(found.values())
    return found if spans in (["first", "last"], ["any"]) else {}


def _is_told(context: PlanContext, status: str) -> bool:
    rules = context.rules.fields[status]
    return status in context.said or bool(rules.controller or rules.by_record_type)


def _whole(context: PlanContext) -> Mapping[str, str]:
    """Return the reference to the whole, what object it is, and its fields with the first and the last day."""
    via = _hangs_on(context.references)
    of = "" if via is None else _target(via)
    span = _span(context.earlier.get(of))
    return {"via": via.field, "of": of, "first": span[0], "last": span[1]} if via is not None and span else {}


def _hangs_on(references: Mapping[str, ReferencePlan]) -> ReferencePlan | None:
    return next((one for one in references.values() if one.mode == "children" and not one.deferred), None)


def _target(reference: ReferencePlan) -> str:
    return next((one.object for one in reference.targets if one.object), "")


def _span(plan: ObjectPlan | None) -> tuple[str, str] | None:
    """Return the fields with the first and the last day of an object whose days go with its status."""
    columns = () if plan is None else plan.columns
    spanning = {one.field: one for one in columns if one.provider in _SPANNING and one.type == "date"}
    for name, one in spanning.items():
        if one.provider == "date.phase" and str(one.options.get("start")) in spanning:
            return str(one.options["start"]), name
    parts = {str(one.options.get("part")): name for name, one in spanning.items()}
    return (parts["first"], parts["last"]) if {"first", "last"} <= {*parts} else None


def _status(request: FieldRequest, parts: Mapping[str, str]) -> Way | None:
    phases = phases_of(request.context)
    if phases is None or phases.field != request.field.name or not phases.done:
        return None
    days = {part: field for field, part in parts.items()}
    whole = _whole(request.context)
    begun = {"field": whole["first"], "via": whole["via"], "of": whole["of"]}
    span = {"last": days["any"], "begun": begun} if "any" in days else {"first": days["first"], "last": days["last"]}
    values = {"ahead": list(phases.ahead), "running": list(phases.running), "over": list(phases.over)}
    return Way("status.by_days", {**span, **values, "done": phases.done[-1]}, filled=True)
