"""How each reference of an object is filled: the standard objects' own ways, else what the graph around it suggests."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.constraints.lookup_filters import filter_formula
from sfseed_core.constraints.persons import wants_business
from sfseed_core.errors import PlanRefused, RecipeError
from sfseed_core.recipe.model import RUNNING_USER, SHARE, FieldRecipe, ReferencePlan, Target
from sfseed_core.recipe.own_rows import given_keys
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.reference_options import asked_options
from sfseed_core.recipe.standard_links import PRICE_BOOK_FIELD, link_of, only_some
from sfseed_core.schema.seedable import setup_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sfseed_core.recipe.model import ObjectRecipe
    from sfseed_core.recipe.record_mix import RecordMix
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.recipe.standard_links import Link
    from sfseed_core.schema.model import Field
    from sfseed_core.snapshot.model import Snapshot

_EMPTY = SHARE // 20  # of optional references
_DEPTH = 3
_NO_SPREAD: Mapping[str, Any] = MappingProxyType({})
_UNIT = 1_000  # a weight's parts, where it is divided
_ROLE = "ContactRole"  # a contact has one role with each deal, case or contract
_LONGEST_PATH = 4
_PRICE_ENTRIES = "PricebookEntry"
_PRODUCTS = "Product2"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is settled of the plan when references are decided.

    `targets` are the seeded objects that each (object, field) may point to; `along` is, per object, the reference that its
    records are laid along; `deferred` and `left_empty` are what breaks the cycles. `named` are the objects that a person asked
    for. `existing` are, per object, the org's own records that the recipe takes.
    """

    shapes: Mapping[str, Shape]
    counts: Mapping[str, int]
    mixes: Mapping[str, RecordMix]
    targets: Mapping[tuple[str, str], tuple[str, ...]]
    along: Mapping[str, str]
    deferred: Collection[tuple[str, str]]
    left_empty: Collection[tuple[str, str]]
    snapshot: Snapshot
    named: Collection[str] = frozenset()
    existing: Mapping[str, Target] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def there(self, name: str) -> int:
        """Return how many records of the object can be referred to: those to be made, and those that the org has."""
        return self.counts[name] + (self.existing[name].count if name in self.existing else 0)

    def parent(self, name: str) -> str | None:
        """Return the object that the records of `name` are laid along."""
        field = self.along.get(name)
        return self.targets[name, field][0] if field else None


def plan_references(
    name: str, around: Situation, said: Mapping[str, FieldRecipe], spread: Mapping[str, Any] = _NO_SPREAD
) -> tuple[tuple[ReferencePlan, ...], dict[str, str]]:
    """Return how the object's references are filled, and why others are not; `spread`: how children fall on their parents.

    Raises PlanRefused for a required reference that nothing can fill.
    """
    shape = around.shapes[name]
    planned: dict[str, ReferencePlan] = {}
    empty: dict[str, str] = {}
    for field in _along_first(shape, around):
        to = said[field.name].to if field.name in said else None
        one = _Linking(shape, field, around, planned, to or {}).decide()
        if isinstance(one, str):
            empty[field.name] = one
            continue
        asked = _with_spread(said.get(field.name), spread) if one.mode == "children" else said.get(field.name)
        with about("objects", name, "fields", field.name):
            planned[field.name] = _finished(one, shape, field, around, asked)
    _respect_rules(shape, planned, empty)
    order = [field.name for field in shape.references() if field.name in planned]
    return tuple(planned[field] for field in order), empty


def with_given_keys(
    references: tuple[ReferencePlan, ...], recipe: ObjectRecipe, shape: Shape, recipes: Mapping[str, ObjectRecipe]
) -> tuple[ReferencePlan, ...]:
    """Return the references with what the recipe's own rows say of them; raises RecipeError for one that is not filled."""
    planned = {one.field: one for one in references}
    for name in sorted({field for row in recipe.rows for field in row if field in shape.object.fields}):
        field = shape.object.fields[name]
        if not field.is_reference:
            continue
        if name not in planned:
            with about("objects", shape.object.name, "rows"):
                raise RecipeError(
                    f"{shape.object.name}.{name}: the recipe's rows say it, but nothing it refers to is seeded"
                )
        targets = tuple(one.object for one in planned[name].targets if one.object)
        keys = given_keys(recipe, field, targets, recipes)
        if keys:
            options = MappingProxyType({**planned[name].options, "given": keys})
            planned[name] = dataclasses.replace(planned[name], options=options)
    return tuple(planned.values())


def _with_spread(said: FieldRecipe | None, spread: Mapping[str, Any]) -> FieldRecipe | None:
    if not spread:
        return said
    said = said or FieldRecipe()
    return dataclasses.replace(said, options=MappingProxyType({**spread, **said.options}))


def capacity(name: str, around: Situation) -> tuple[int, str] | None:
    """Return how many records the object can have at most, and what bounds it; None when nothing does."""
    counts = around.counts
    if name == _PRICE_ENTRIES and _PRODUCTS in counts:
        books = counts.get("Pricebook2", 0) if (name, PRICE_BOOK_FIELD) in around.targets else 0
        products = around.there(_PRODUCTS)
        return products * (1 + books), f"{products:,} products in {1 + books:,} price books"
    most, parent = _most_each(name, around), around.parent(name)
    if most is None or parent is None:
        return None
    return around.there(
        parent
    ) * most, f"{around.there(parent):,} records of {parent} with {most:,} different partners each"


def _along_first(shape: Shape, around: Situation) -> list[Field]:
    along = around.along.get(shape.object.name)
    return sorted(shape.references(), key=lambda field: field.name != along)


def _finished(one: ReferencePlan, shape: Shape, field: Field, around: Situation, said: FieldRecipe | None) -> ReferencePlan:
    """Return the reference with what holds for every mode: deferral, required, rows, share of empty ones."""
    name = shape.object.name
    required = shape.rules.fields[field.name].needed
    sometimes_empty = (
        _EMPTY if field.filtered_lookup and not field.filter_optional else 0
    )  # a record that none fits has none
    null_share = 0 if required else max(one.null_share, sometimes_empty)
    if said is not None and said.empty is not None and not required:
        null_share = SHARE * said.empty // 100
    return dataclasses.replace(
        one,
        required=required,
        deferred=(name, field.name) in around.deferred,
        null_share=null_share,
        rows=around.mixes[name].rows(field),
        options=MappingProxyType({**one.options, **asked_options(one, name, said)}),
    )


def _respect_rules(shape: Shape, planned: dict[str, ReferencePlan], empty: dict[str, str]) -> None:
    """Take out what can never go together: a reference that must be empty whenever another points to an object."""
    for rule in shape.rules.standard:
        if rule.kind == "not_with" and rule.fields[0] in planned and rule.fields[1] in planned:
            other = planned[rule.fields[1]]
            if all(target.object == rule.target for target in other.targets):
                del planned[rule.fields[0]]
                empty[rule.fields[0]] = rule.message


def _most_each(name: str, around: Situation) -> int | None:
    """Return how many children a parent may have, so that no pair comes twice."""
    partners = []
    for field in around.shapes[name].references():
        link, targets = link_of(name, field.name), around.targets.get((name, field.name), ())
        if link is not None and link.mode == "pair" and targets:
            partners.append(_pool(name, targets[0], around) - ("away_from" in link.options))
    return max(min(partners), 1) if partners else None


def _divided(target: Target, around: Situation) -> tuple[Target, ...]:
    """Return the target with the org's own records of its object beside those to be made, each by its number."""
    name = target.object or ""
    unit = _UNIT if around.existing else 1
    own = around.existing.get(name)
    if own is None:
        return (dataclasses.replace(target, weight=target.weight * unit),)
    there = max(around.there(name), 1)
    taken = dataclasses.replace(own, weight=max(target.weight * unit * own.count // there, 1))
    if not around.counts[name]:
        return (taken,)
    return dataclasses.replace(target, weight=max(target.weight * unit - taken.weight, 1)), taken


def _pool(name: str, target: str, around: Situation) -> int:
    """Return how many records of the target may be pointed to: of accounts, perhaps only the business ones."""
    business = around.mixes[target].business
    made = around.counts[target] if business is None or not wants_business(name) else business
    return made + around.there(target) - around.counts[target]


@dataclass(frozen=True, slots=True)
class _Linking:
    """The decision on one reference; `planned` are the references of the object decided before."""

    shape: Shape
    field: Field
    around: Situation
    planned: Mapping[str, ReferencePlan]
    to: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        return self.shape.object.name

    @property
    def targets(self) -> tuple[str, ...]:
        return self.around.targets.get((self.name, self.field.name), ())

    def decide(self) -> ReferencePlan | str:
        """Return how the reference is filled, or why it is not."""
        link = link_of(self.name, self.field.name)
        if link is not None and (link.mode == "symbol" or (link.symbol and not self.targets)):
            return self._symbol(link)
        if not self.targets:
            return self._absent()
        unmet = self._filter_unmet()
        if unmet is not None and self.name not in self.around.named:
            return self._refused_if_needed(f"a lookup filter says which records it may point to, and {unmet}")
        if (self.name, self.field.name) in self.around.left_empty:
            return "it would close a circle of references and cannot be filled later"
        if link is not None and link.mode != "self":
            return self._by_link(link)
        return self._by_graph(link)

    def _filter_unmet(self) -> str | None:
        """Return why the field's lookup filter could not be heeded; None where it can be, or binds nobody."""
        if not self.field.filtered_lookup or self.field.filter_optional:
            return None
        objects = {name: shape.object for name, shape in self.around.shapes.items()}
        if filter_formula(self.field, self.shape.object, objects) is None:
            return "what it asks is not known"
        return "it could only be filled later" if (self.name, self.field.name) in self.around.deferred else None

    def _by_graph(self, link: Link | None) -> ReferencePlan:
        if self.targets == (self.name,):
            along = self.around.along.get(self.name, "")
            if link is None and along in self.planned and self.field.custom:
                return self._made("self", {"via": along}, "an earlier one of the same parent")
            options = dict(link.options) if link else {"depth": _DEPTH}
            return self._made("self", options, link.why if link else "a tree of records, filled in later")
        if self.around.along.get(self.name) == self.field.name:
            return self._children("its records hang on their parents")
        if len(self.targets) == 1:
            near = self._along() or self._within() or self._junction()
            if near is not None:
                return near
        return self._spread()

    def _symbol(self, link: Link) -> ReferencePlan | str:
        if self.around.snapshot.standard_price_book is None:
            return self._refused_if_needed("the org's standard price book was not found")
        return ReferencePlan(self.field.name, "symbol", (Target(None, link.symbol),), why=link.why)

    def _absent(self) -> ReferencePlan | str:
        """Nothing that the field may point to is seeded."""
        wanted = self.field.reference_to
        if "User" in wanted and (self.shape.rules.fields[self.field.name].needed or self.field.custom):
            targets = (Target(None, RUNNING_USER),)
            return ReferencePlan(self.field.name, "symbol", targets, null_share=_EMPTY, why="the running user")
        names = ", ".join(wanted[:3]) + (f", +{len(wanted) - 3} more" if len(wanted) > 3 else "")
        reasons = {setup_reason(one) for one in wanted} - {None}
        why = f"it refers to {names}, which is not seeded" + (f": {reasons.pop()}" if len(reasons) == 1 else "")
        return self._refused_if_needed(why)

    def _refused_if_needed(self, why: str) -> str:
        if self.shape.rules.fields[self.field.name].needed:
            raise PlanRefused(
                f"{self.name}.{self.field.name} is required, but {why}",
                hint=f"Leave {self.name} out, or seed what it refers to.",
                objects=(self.name,),
            )
        return why

    def _by_link(self, link: Link) -> ReferencePlan:
        options = dict(link.options)
        if not all(one in self.around.counts for one in link.needs):
            options.pop("slot", None)
        if self.to:  # a target that the account lacks would give way to another, against the shares asked for
            options.pop("near", None)
        if link.mode == "children":
            return self._children(link.why)
        if link.mode == "along":
            return self._as_beside(link) or self._by_graph(None)
        if link.symbol is not None:
            targets = (Target(None, link.symbol), *self._as_targets())
            return ReferencePlan(self.field.name, link.mode, targets, options=options, why=link.why)
        return self._made(link.mode, options | self._below(), link.why, 0, link)

    def _as_beside(self, link: Link) -> ReferencePlan | None:
        """What the record that another reference leads to says, if that is made and has the reference."""
        beside, through = self.planned.get(str(link.options["via"])), str(link.options["through"])
        other = None if beside is None else beside.targets[0].object
        if other is None or not self.around.targets.get((other, through)):
            return None
        later = {*self.around.deferred, *self.around.left_empty}
        return None if (other, through) in later else self._made("along", link.options, link.why)

    def _children(self, why: str) -> ReferencePlan:
        most = _most_each(self.name, self.around)
        options: dict[str, Any] = self._below() | ({"maximum": most} if most else {})
        return self._made("children", options, why)

    def _along(self) -> ReferencePlan | None:
        """The record that a parent, or a parent's parent, already hangs on."""
        for path, upper in self._upwards():
            through = self.around.along.get(upper)
            if path and self.around.parent(upper) == self.targets[0]:
                return self._made("along", {"via": path, "through": through}, f"as its {upper} says")
        return None

    def _within(self) -> ReferencePlan | None:
        """A record that hangs on the same parent as this one, or on this very record."""
        target = self.targets[0]
        through, shared = self.around.along.get(target), self.around.parent(target)
        if through is None or shared is None or not self._worth_it(target, shared):
            return None
        for path in self._paths_to(shared):
            why = f"one of the same {shared}" if path else f"one that belongs to this {shared}"
            once = {"once": True} if self.name.endswith(_ROLE) and self.field.name == "ContactId" else {}
            return self._made("within", {"via": path, "through": through, **once}, why)
        return None

    def _worth_it(self, target: str, shared: str) -> bool:
        """Custom references stay filled: they keep to one parent only where each parent has candidates."""
        enough = self.around.there(target) >= self.around.there(shared)
        return enough or self.shape.rules.fields[self.field.name].needed or not self.field.custom

    def _paths_to(self, wanted: str) -> Iterator[str]:
        if wanted == self.name:
            yield ""
        for path, upper in self._upwards():
            if path and upper == wanted:
                yield path
        for one in self.planned.values():
            if one.mode in {"within", "along", "spread"} and [t.object for t in one.targets if t.object] == [wanted]:
                yield one.field

    def _upwards(self) -> Iterator[tuple[str, str]]:
        """Yield what this record hangs on, and so on upwards, each with the path that leads there."""
        name, path = self.name, ""
        for _ in range(_LONGEST_PATH):
            field, upper = self.around.along.get(name), self.around.parent(name)
            if field is None or upper is None or (name == self.name and field == self.field.name):
                return
            path = f"{path}.{field}" if path else field
            yield path, upper
            name = upper

    def _junction(self) -> ReferencePlan | None:
        """The other side of a junction: no pair twice, where there is room."""
        parent = self.around.parent(self.name)
        if parent is None or not (self.field.is_master_detail and self.field.custom):
            return None
        room = self.around.there(parent) * self.around.there(self.targets[0])
        crowded = self.around.counts[self.name] * 4 > room  # uneven quotas need some slack
        return None if crowded else self._made("pair", self._below(), f"each pair of {parent} and {self.targets[0]} once")

    def _spread(self) -> ReferencePlan:
        options = self._below()
        if self.targets == (_PRICE_ENTRIES,) and self.around.counts[_PRICE_ENTRIES]:
            products = (
                self.around.there(_PRODUCTS) if _PRODUCTS in self.around.counts else self.around.counts[_PRICE_ENTRIES]
            )
            options = {"below": min(products, self.around.counts[_PRICE_ENTRIES])}
            return self._made("spread", options, "entries of the standard price book, as all deals use it")
        return self._made("spread", options, "spread over what is seeded", _EMPTY)

    def _below(self) -> dict[str, Any]:
        mix, count = self.around.mixes[self.targets[0]], self.around.counts[self.targets[0]]
        business = mix.business if wants_business(self.name) else None
        return {"below": business} if len(self.targets) == 1 and business is not None and business < count else {}

    def _as_targets(self, link: Link | None = None) -> tuple[Target, ...]:
        weights = dict(zip(link.prefer, link.weights, strict=False)) if link else {}
        return tuple(
            target
            for one in self.targets
            for target in _divided(Target(one, weight=self.to.get(one, weights.get(one, 1))), self.around)
        )

    def _made(
        self, mode: Any, options: Mapping[str, Any], why: str, null_share: int = 0, link: Link | None = None
    ) -> ReferencePlan:
        if not self.shape.rules.fields[self.field.name].needed:
            options = {**options, **only_some(self.name, self.field.name, self.around.snapshot)}
        return ReferencePlan(self.field.name, mode, self._as_targets(link), null_share=null_share, options=options, why=why)
