"""Which objects a plan holds, what each of their references may point to, and along which its records are laid."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused, RecipeError
from sfseed_core.recipe.columns import RECORD_TYPE
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.presets import chosen_objects, preset_recipe, usual_counts
from sfseed_core.recipe.shape import Shape, existing_shape, shape_of
from sfseed_core.recipe.standard_links import link_of
from sfseed_core.recipe.suggestion import did_you_mean
from sfseed_core.schema.graph import Graph, Order, build, order, required_parents
from sfseed_core.schema.model import ObjectSummary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sfseed_core.recipe.model import Recipe
    from sfseed_core.schema.model import Field, ObjectSchema, Schema
    from sfseed_core.snapshot.model import Snapshot

_MOST_TARGETS = 6  # of a polymorphic reference that no table knows
_FIRST_CHOICES = ("Account", "Contact", "Opportunity", "Case")
_CHOICES = frozenset({"exactly_one", "at_least_one"})

_Targets = dict[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Selection:
    """The objects to seed and how they hang together; `reasons` says why those are in that nobody chose."""

    shapes: Mapping[str, Shape]
    targets: Mapping[tuple[str, str], tuple[str, ...]]
    along: Mapping[str, str]
    order: Order
    reasons: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()


def select(recipe: Recipe, whole: Recipe, schema: Schema, snapshot: Snapshot) -> Selection:
    """Return what the recipe means in this org; `whole` is the recipe together with its preset.

    Raises RecipeError for an object or field that the org does not have, PlanRefused when no load order exists or a required
    parent cannot be seeded.
    """
    chosen = _chosen(recipe, schema)
    shapes = {name: _shape(one, snapshot, whole) for name, one in schema.objects.items()}
    names, reasons = _with_parents(chosen, shapes, schema)
    targets = _targets(names, shapes, whole)
    along = _along(names, shapes, targets, whole)
    linked = {name: shape.linked for name, shape in shapes.items()}
    graph = build(linked, names, {key: value for key, value in targets.items() if key[0] in names})
    return Selection(
        shapes=MappingProxyType({name: shapes[name] for name in names}),
        targets=MappingProxyType(targets),
        along=MappingProxyType(along),
        order=_ordered(graph, along, tuple(_looked_through(names, schema, snapshot))),
        reasons=MappingProxyType(reasons),
        notes=(*_missing(recipe, chosen, schema), *_unread(recipe, schema)),
    )


def _shape(one: ObjectSchema, snapshot: Snapshot, whole: Recipe) -> Shape:
    said = whole.objects.get(one.name)
    return existing_shape(one, snapshot) if said is not None and said.only_existing else shape_of(one, snapshot, said)


def _chosen(recipe: Recipe, schema: Schema) -> tuple[str, ...]:
    listing = schema.listing or {name: _summary(one) for name, one in schema.objects.items()}
    names = chosen_objects(recipe, listing)
    own = recipe.objects if recipe.path is not None else {}
    for name in names:
        if name in schema.objects:
            continue
        if name in own and name in schema.failures:
            raise PlanRefused(f"{name} could not be described: {schema.failures[name]}")
        if name in own:
            with about("objects", name):
                raise RecipeError(f"the org has no object {name!r}{did_you_mean(name, listing)}")
    chosen = tuple(name for name in names if name in schema.objects)
    if not chosen:
        raise PlanRefused(
            f"nothing to seed: none of the objects of {recipe.preset or recipe.path or 'the recipe'} is in the org",
            hint="See what the org has with: sfseed discover --org NAME",
        )
    return chosen


def _missing(recipe: Recipe, chosen: Sequence[str], schema: Schema) -> Iterator[str]:
    if recipe.preset is not None:
        known = {*chosen, *recipe.without, *schema.failures}
        gone = [name for name in preset_recipe(recipe.preset).objects if name not in known]
        if gone:
            yield f"left out, since the org does not offer them: {', '.join(gone)}"


def _unread(recipe: Recipe, schema: Schema) -> Iterator[str]:
    """Say which objects that nobody named are left out because the org did not describe them."""
    listing = schema.listing or {}
    gone = [name for name in chosen_objects(recipe, listing) if name in schema.failures] if listing else []
    if gone:
        yield f"left out, since the org did not describe them: {', '.join(gone)} ({schema.failures[gone[0]]})"


def _summary(one: ObjectSchema) -> ObjectSummary:
    return ObjectSummary(
        name=one.name,
        label=one.label,
        label_plural=one.label_plural,
        key_prefix=one.key_prefix,
        custom=one.custom,
        createable=one.createable,
        queryable=one.queryable,
        updateable=one.updateable,
        deletable=one.deletable,
    )


def _with_parents(
    chosen: Sequence[str], shapes: Mapping[str, Shape], schema: Schema
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the chosen objects and what they require, which may require more in turn."""
    linked = {name: shape.linked for name, shape in shapes.items()}
    reasons: dict[str, tuple[str, ...]] = {}
    names = list(chosen)
    while True:
        more = required_parents(linked, names) or _one_of_several(names, shapes)
        if not more:
            return tuple(names), reasons
        for parent, why in more.items():
            _check_parent(parent, why, schema)
            reasons[parent] = why
            names.append(parent)


def _check_parent(parent: str, why: tuple[str, ...], schema: Schema) -> None:
    one = schema.objects.get(parent)
    if one is None:
        raise PlanRefused(f"{why[0]}, but {parent} was not described{_failure(parent, schema)}", objects=_who(why))
    if not one.createable:
        raise PlanRefused(f"{why[0]}, but this user cannot create records of {parent}", objects=_who(why))


def _who(why: tuple[str, ...]) -> tuple[str, ...]:
    """Return the objects that reasons begin with: `Object.Field is required`, `Object needs ...`."""
    return tuple(dict.fromkeys(reason.split(" ")[0].split(".")[0] for reason in why))


def _failure(name: str, schema: Schema) -> str:
    return f": {schema.failures[name]}" if name in schema.failures else ""


def _one_of_several(names: Sequence[str], shapes: Mapping[str, Shape]) -> dict[str, tuple[str, ...]]:
    """Return a parent for a rule that asks for one of several references, none of which could be filled."""
    for name in names:
        shape = shapes[name]
        fields = {field.name: field for field in shape.references()}
        for rule in shape.rules.standard:
            if rule.kind not in _CHOICES or not all(one in fields for one in rule.fields):
                continue
            wanted = [target for one in rule.fields for target in fields[one].reference_to]
            if not set(wanted) & set(names):
                first = next((one for one in wanted if one in shapes), wanted[0])
                return {first: (f"{name} needs one of {', '.join(rule.fields)}",)}
    return {}


def _targets(names: Sequence[str], shapes: Mapping[str, Shape], whole: Recipe) -> _Targets:
    """Return what each reference may point to among the objects to be seeded."""
    found: _Targets = {}
    for name in names:
        said = whole.objects[name].fields if name in whole.objects else {}
        for field in shapes[name].object.references:
            found[name, field.name] = ()
        for field in shapes[name].references():
            to = said[field.name].to if field.name in said else None
            found[name, field.name] = (
                _targets_of(name, field, names) if to is None else _asked_targets(name, field, to, names)
            )
    return found


def _asked_targets(name: str, field: Field, to: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    missing = [one for one in to if one not in names]
    if missing:
        with about("objects", name, "fields", field.name, "to", missing[0]):
            raise RecipeError(
                f"{name}.{field.name} shall point to {missing[0]}, which is not to be seeded", hint="Add it to the objects."
            )
    return tuple(to)


def _targets_of(name: str, field: Field, names: Sequence[str]) -> tuple[str, ...]:
    if field.name == RECORD_TYPE:
        return ()
    link = link_of(name, field.name)
    if link is not None and link.mode == "symbol":
        return ()
    seeded = [one for one in field.reference_to if one in names]
    if link is not None and link.prefer:
        return tuple(one for one in link.prefer if one in seeded)
    if len(field.reference_to) == 1:
        return tuple(seeded)
    others = [one for one in seeded if one != name]
    first = [one for one in _FIRST_CHOICES if one in others]
    return tuple(dict.fromkeys([*first, *others]))[:_MOST_TARGETS]


def _along(names: Sequence[str], shapes: Mapping[str, Shape], targets: _Targets, recipe: Recipe) -> dict[str, str]:
    usual = usual_counts()
    counted_by = {
        name: tuple(source[name].per for source in (recipe.objects, usual) if name in source and source[name].per)
        for name in names
    }
    laying = _Laying(shapes, targets, counted_by)
    found = {name: laying.along(name) for name in names}
    return {name: field for name, field in found.items() if field is not None}


@dataclass(frozen=True, slots=True)
class _Laying:
    """Which reference each object's records are laid along: the one that they hang on most."""

    shapes: Mapping[str, Shape]
    targets: _Targets
    counted_by: Mapping[str, tuple[str | None, ...]]

    def along(self, name: str) -> str | None:
        """Return the reference, as the object's table says, else by how much the object hangs on its parents."""
        links = {field.name: link_of(name, field.name) for field in self.shapes[name].references()}
        for field_name, link in links.items():
            if link is not None and link.mode == "children" and self.targets[name, field_name]:
                return field_name
        if any(link is not None and link.mode == "cycle" and "once" not in link.options for link in links.values()):
            return None
        free = [
            field
            for field in self.shapes[name].references()
            if links[field.name] is None and self._single(name, field) and self._hangs_on_it(name, field)
        ]
        return min(free, key=lambda field: self._weakness(name, field)).name if free else None

    def _single(self, name: str, field: Field) -> bool:
        targets = self.targets[name, field.name]
        return len(targets) == 1 and targets != (name,)

    def _hangs_on_it(self, name: str, field: Field) -> bool:
        """Say whether the object belongs to the parent, rather than only naming it, and not the other way round."""
        parent = self.targets[name, field.name][0]
        strong = field.is_master_detail or field.cascade_delete or self.shapes[name].rules.fields[field.name].needed
        if not strong and parent != "Account" and parent not in self.counted_by[name]:
            return False
        back = [
            self._weakness(parent, one)
            for one in self.shapes[parent].references()
            if self.targets[parent, one.name] == (name,)
        ]
        return not back or (self._weakness(name, field), name) < (min(back), parent)

    def _weakness(self, name: str, field: Field) -> tuple[bool | int, ...]:
        """Sorts references by how much the object hangs on them, the most first."""
        parent = self.targets[name, field.name][0]
        return (
            parent not in self.counted_by[name],
            field.relationship_order != 0,
            not field.is_master_detail,
            not self.shapes[name].rules.fields[field.name].needed,
            not field.cascade_delete,
            parent != "Account",
            field.custom,
            list(self.shapes[name].object.fields).index(field.name),
        )


def _ordered(graph: Graph, along: Mapping[str, str], after: Collection[tuple[str, str]]) -> Order:
    """Return the load order; references that records are laid along are kept where a cycle leaves the choice."""
    try:
        return order(graph, must_keep=tuple(along.items()), after=after)
    except PlanRefused:
        return order(graph, after=after)


def _looked_through(names: Collection[str], schema: Schema, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give each object with those that its rules go through by VLOOKUP, whose records are to be in first."""
    written = {name.lower(): name for name in names}
    for name in names:
        rules = snapshot.validation_rules.get(name) or schema.objects[name].validation_rules
        formulas = [one.formula for one in rules if one.active and "vlookup" in one.formula.lower()]
        if formulas:
            from sfseed_core.snapshot.looked_up import looked_through  # the formula language, which most plans do without

            yield from ((name, written[one.lower()]) for one in looked_through(formulas) if one.lower() in written)
