"""How many records of each object: what was asked, else so many per parent, else what looks alive."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.budget import default_scale, fitting_scale
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sfseed_core.recipe.model import ObjectRecipe
    from sfseed_core.recipe.overrides import Overrides
    from sfseed_core.snapshot.model import Snapshot

_USUAL_ROOT = 10
_USUAL_CHILDREN = 2.0
_LARGEST = 200_000_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and why; `asked` when a person gave the number."""

    number: int
    why: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is to count by: the recipe's own objects, the preset's, the usual counts, and each object's parent.

    `existing` says how many records of an object the org has that the recipe means; of those `only_existing` none is made.
    """

    own: Mapping[str, ObjectRecipe]
    preset: Mapping[str, ObjectRecipe]
    usual: Mapping[str, ObjectRecipe]
    parents: Mapping[str, str]
    overrides: Overrides
    existing: Mapping[str, int] = field(default_factory=dict)
    only_existing: Collection[str] = ()


def resolve_counts(names: Sequence[str], asked: Asked, snapshot: Snapshot) -> dict[str, Count]:
    """Return the count of every object; counts that nobody asked for shrink to their share of the free storage.

    Raises RecipeError for a count of an object that is not to be seeded, or parents that are counted in a circle.
    """
    _check_names(names, {**asked.overrides.counts, **asked.overrides.up_to})
    if asked.overrides.up_to:
        asked = replace(asked, overrides=_topped_up(asked.overrides, snapshot))
    if asked.overrides.fit is not None:
        return _fitted(names, asked, asked.overrides.fit, snapshot)
    counts = _Counting(frozenset(names), asked, 1.0).all(names)
    automatic = {name: one.number for name, one in counts.items() if not one.asked}
    scale = default_scale(automatic, snapshot)
    return counts if scale == 1.0 else _Counting(frozenset(names), asked, scale).all(names)


def _topped_up(overrides: Overrides, snapshot: Snapshot) -> Overrides:
    """Return the overrides with what is missing to the wanted numbers as counts."""
    counts = dict(overrides.counts)
    for name, wanted in overrides.up_to.items():
        has = snapshot.counts.get(name)
        if has is None:
            raise RecipeError(f"--up-to {name}={wanted}: how many records of {name} the org has is not known")
        if has >= wanted:
            raise RecipeError(f"--up-to {name}={wanted}: the org already has {has:,}", hint=f"Leave {name} out.")
        counts[name] = wanted - has
    return replace(overrides, counts=counts, up_to={})


def _fitted(names: Sequence[str], asked: Asked, percent: int, snapshot: Snapshot) -> dict[str, Count]:
    """Return counts that together take so many percent of the free storage, rather less than more."""
    plain = replace(asked.overrides, fit=None)
    counts = _Counting(frozenset(names), replace(asked, overrides=plain), 1.0).all(names)
    own = {name: one.number for name, one in counts.items() if name in plain.counts}
    scale = fitting_scale({name: one.number for name, one in counts.items() if name not in own}, own, percent, snapshot)
    scaled = replace(asked, overrides=replace(plain, count_scale=scale))
    return _Counting(frozenset(names), scaled, 1.0).all(names)


def _check_names(names: Collection[str], counts: Mapping[str, int]) -> None:
    for name in counts:
        if name not in names:
            near = did_you_mean(name, names) or f"; to be seeded are {', '.join(sorted(names)[:8])}"
            raise RecipeError(f"--count {name}: {name} is not among the objects to be seeded{near}")


class _Counting:
    """One pass over the objects, parents before those that are counted by them."""

    def __init__(self, names: frozenset[str], asked: Asked, scale: float) -> None:
        self._names = names
        self._asked = asked
        self._scale = scale
        self._known: dict[str, Count] = {}
        self._open: list[str] = []

    def all(self, names: Sequence[str]) -> dict[str, Count]:
        return {name: self.count(name) for name in names}

    def count(self, name: str) -> Count:
        if name not in self._known:
            if name in self._open:
                circle = " -> ".join([*self._open[self._open.index(name) :], name])
                with about("objects", name, "per"):
                    raise RecipeError(
                        f"objects are counted per parent in a circle: {circle}", hint="Give one of them a count."
                    )
            self._open.append(name)
            self._known[name] = self._counted(name)
            self._open.pop()
        return self._known[name]

    def _counted(self, name: str) -> Count:
        overrides = self._asked.overrides
        if name in self._asked.only_existing:
            if name in overrides.counts:
                raise RecipeError(f"--count {name}: the recipe takes the {name} records that the org has, and makes none")
            return Count(0, f"the org has {self._asked.existing.get(name, 0):,} of them")
        if name in overrides.counts:
            return _checked(name, Count(overrides.counts[name], "as asked", asked=True))
        if overrides.count_each is not None:
            return _checked(name, Count(overrides.count_each, "as asked for each object", asked=True))
        own = self._asked.own.get(name)
        if own is not None and (own.count is not None or own.per is not None):
            return self._by_recipe(name, own, "as the recipe says", asked=True)
        for source in (self._asked.preset, self._asked.usual):
            one = source.get(name)
            if one is not None and (one.count is not None or one.per in self._names):
                return self._by_recipe(name, one, "looks alive", asked=False)
        return self._by_structure(name)

    def _by_recipe(self, name: str, one: ObjectRecipe, why: str, *, asked: bool) -> Count:
        if one.per is None:
            return self._scaled(name, one.count or 1, why, asked=asked)
        if one.per not in self._names:
            near = did_you_mean(one.per, sorted(self._names - {name}))
            with about("objects", name, "per"):
                raise RecipeError(f"{name} is counted per {one.per}, which is not to be seeded{near}")
        return self._per(name, one.per, one.each or 1.0, asked=asked)

    def _by_structure(self, name: str) -> Count:
        parent = self._asked.parents.get(name)
        if parent is None or parent in self._open:
            return self._scaled(name, _USUAL_ROOT, "looks alive", asked=False)
        return self._per(name, parent, _USUAL_CHILDREN, asked=False)

    def _per(self, name: str, parent: str, each: float, *, asked: bool) -> Count:
        above = self.count(parent)
        number = max(1, round((above.number + self._asked.existing.get(parent, 0)) * each))
        return _checked(name, Count(number, f"{each:g} per {parent}", asked=asked and above.asked))

    def _scaled(self, name: str, number: int, why: str, *, asked: bool) -> Count:
        scale = self._asked.overrides.count_scale or 1.0
        scale *= 1.0 if asked else self._scale
        return _checked(name, Count(max(1, round(number * scale)), why, asked=asked))


def _checked(name: str, count: Count) -> Count:
    if count.number > _LARGEST:
        with about("objects", name, "count"):
            raise RecipeError(f"{count.number:,} records of {name}: more than {_LARGEST:,} cannot be planned")
    return count
