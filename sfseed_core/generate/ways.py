"""What a field's own way is, and the ways that several have in common: see `generate.agreed` for whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.generate.phases import phases_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.provider import Options
    from sfseed_core.recipe.chooser import FieldRequest

    Rule = Callable[[FieldRequest], "Way | None"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Way:
    """How a field is made: a provider with its options; with `otherwise` as usual where that leaves it empty.

    Without a provider it is made as usual. `when` names the field, and its values, without which it stays empty; then, or
    where it is to be `filled`, it has a value in every other record.
    """

    provider: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    otherwise: bool = False
    when: Mapping[str, Any] | None = None
    filled: bool = False


def copied(via: str, name: str, *, otherwise: bool = True, when: Rule | None = None) -> Rule:
    """Take what the field of the record that the reference leads to holds."""

    def rule(request: FieldRequest) -> Way | None:
        source = of_parent(request, via, name)
        condition = when(request) if when else None
        return Way("copy", source, otherwise, condition.when if condition else None) if source else None

    return rule


def of_parent(request: FieldRequest, via: str, name: str) -> Options | None:
    """Return where the field of the record is that the path of references leads to, if it is made."""
    context = request.context
    references: Mapping[str, Any] = context.references
    parent = None
    for step in via.split("."):
        reference = references.get(step)
        target = next((one.object for one in reference.targets if one.object), None) if reference else None
        parent = context.earlier.get(target or "")
        if parent is None or (reference is not None and reference.deferred):
            return None
        references = {one.field: one for one in parent.references}
    if parent is None or not any(one.field == name for one in parent.columns):
        return None
    return {"field": name, "via": via, "of": parent.name}


def name_of(via: str, *, otherwise: bool = True, when: Rule | None = None) -> Rule:
    """Take the whole name of the person that the reference leads to."""

    def rule(request: FieldRequest) -> Way | None:
        parts = {part: of_parent(request, via, name) for part, name in (("first", "FirstName"), ("last", "LastName"))}
        last = parts["last"]
        if last is None:
            return None
        names = {part: found["field"] for part, found in parts.items() if found}
        condition = when(request) if when else None
        options = {"via": last["via"], "of": last["of"], **names}
        return Way("person.named", options, otherwise, condition.when if condition else None)

    return rule


def has(request: FieldRequest, *names: str) -> bool:
    """Say whether the object's fields of these names get values."""
    return all(name in request.context.meanings for name in names)


def after(name: str, *, via: str = "", until: tuple[str, str] | None = None, otherwise: bool = True, **more: Any) -> Rule:
    """Follow another field by some time."""

    def rule(request: FieldRequest) -> Way | None:
        source = of_parent(request, via, name) if via else {"field": name} if has(request, name) else None
        limit = of_parent(request, *until) if until else None
        limited = {"until": limit} if limit else {}
        return Way("date.after", {**source, **more, **limited}, otherwise=otherwise) if source else None

    return rule


def lasting(start: str, amount: str, unit: str | None = None, until: tuple[str, str] | None = None) -> Rule:
    """End what begins with one field and lasts as long as another says."""

    def rule(request: FieldRequest) -> Way | None:
        if not has(request, start):
            return None
        limit = of_parent(request, *until) if until else None
        options = {
            "field": start,
            "amount": amount,
            **({"unit": unit} if unit else {}),
            **({"until": limit} if limit else {}),
        }
        return Way("date.lasting", options)

    return rule


def when(*codes: str, then: Rule | None = None) -> Rule:
    """Leave the field empty unless the status has one of the codes; always, where the org's statuses have none."""

    def rule(request: FieldRequest) -> Way | None:
        phases = phases_of(request.context)
        values = [] if phases is None else phases.of_code(*codes)
        way = (then(request) if then else None) or Way()
        condition = {"field": phases.field, "values": values} if phases else {"field": request.field.name, "values": []}
        return Way(way.provider, way.options, way.otherwise, condition)

    return rule
