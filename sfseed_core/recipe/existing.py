"""Records that the org has already, as targets of references: found by a query, never held by id."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused
from sfseed_core.recipe.model import Existing, Target
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.presets import complete

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfseed_core.recipe.model import Plan, Recipe
    from sfseed_core.snapshot.model import Snapshot

ACTIVE = "active"
ACTIVE_USERS = Existing("IsActive = true AND UserType = 'Standard'")
_ASSUMED = 100


def existing_targets(recipe: Recipe, names: Iterable[str], snapshot: Snapshot) -> Mapping[str, Target]:
    """Return, per object of the plan, the target that stands for the records which the recipe takes from the org.

    Raises PlanRefused where the org has none, and none are to be made. Where it could not be asked, as many as the limit says
    are assumed, 100 at most.
    """
    found = {}
    for name in names:
        said = recipe.objects[name].existing if name in recipe.objects else None
        if said is None:
            continue
        if recipe.objects[name].only_existing or snapshot.existing.get(said.found_in(name)) != ():
            with about("objects", name, "existing"):
                found[name] = target_of(name, said, snapshot)
    return MappingProxyType(found)


def target_of(name: str, said: Existing, snapshot: Snapshot, weight: int = 1) -> Target:
    """Return the target that stands for the object's records which the query finds."""
    symbol = said.found_in(name)
    ids = snapshot.existing.get(symbol)
    if ids is not None and not ids:
        raise PlanRefused(
            f"the org has no {symbol.partition(' ORDER BY ')[0]}", hint="Change `existing` or `owner` in the recipe."
        )
    return Target(None, symbol, weight, min(said.limit, _ASSUMED) if ids is None else len(ids))


def assumed(target: Target, snapshot: Snapshot) -> bool:
    """Say whether how many records the target stands for is a guess."""
    return target.symbol not in snapshot.existing


def owner_queries(owners: Mapping[str, int] | None) -> dict[str, tuple[Existing, int]]:
    """Return, per owner that a recipe names, the query that finds the user, and the weight."""
    return {name: (_user(name), weight) for name, weight in (owners or {}).items()}


def _user(name: str) -> Existing:
    from sfseed_core.org.soql import text

    return ACTIVE_USERS if name == ACTIVE else Existing(f"Username = {text(name)} AND IsActive = true", 1)


def asked_queries(recipe: Recipe, objects: Iterable[str]) -> tuple[str, ...]:
    """Return every query of a recipe (`Existing.found_in`) that planning it for these objects wants answered."""
    whole = complete(recipe)
    own = [whole.objects[name] for name in objects if name in whole.objects]
    found = [one.existing.found_in(one.name) for one in own if one.existing is not None]
    for owners in (whole.owners, *(one.owners for one in own)):
        found += [query.found_in("User") for query, _ in owner_queries(owners).values()]
    return tuple(dict.fromkeys(found))


def held_queries(plan: Plan) -> tuple[str, ...]:
    """Return every query that stands for records in a plan."""
    targets = (each for one in plan.objects for reference in one.references for each in reference.targets)
    return tuple(dict.fromkeys(one.symbol for one in targets if one.count and one.symbol))
