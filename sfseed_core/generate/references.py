"""Local keys of references: one function per mode of `recipe.model.ReferencePlan`, in one table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.attempts import MOVED, kept
from sfseed_core.generate.cells import both
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.ranks import RANKED, of_rows
from sfseed_core.generate.wanted import wanted
from sfseed_core.recipe.model import ONLY, SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.layout import Layout
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ReferencePlan, Target

_TRIALS = 8
_FIRST_LEVELS = np.array([0, 1])
_DEPTH = 2
_ROOTS = 40  # of a hundred records of a forest


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What a reference of some records points to.

    `numbers` are local keys of the object of `targets[which]` (`which` None: the first), or of the org's records that its
    query finds; without meaning where the target is another symbol or `valid` is False. `starts`: where the numbers of each
    target begin when all are counted through, as records are laid along them.
    """

    numbers: np.ndarray
    targets: tuple[Target, ...]
    which: np.ndarray | None = None
    valid: np.ndarray | None = None
    starts: np.ndarray | None = None

    def laid(self) -> np.ndarray:
        """Return the numbers counted through all targets."""
        return self.numbers if self.starts is None or self.which is None else self.numbers + self.starts[self.which]

    def pointing_to(self, name: str) -> np.ndarray | None:
        """Return where the reference holds a record of the object; None means everywhere."""
        return self._where([target.object == name for target in self.targets])

    def with_number(self) -> np.ndarray | None:
        """Return where the reference holds a local key (and no symbol); None means everywhere."""
        return self._where([target.object is not None or target.count > 0 for target in self.targets])

    def at(self, places: np.ndarray, valid: np.ndarray | None) -> Keys:
        """Return the keys at the places, empty where `valid` says so."""
        which = None if self.which is None else self.which[places]
        mine = both(None if self.valid is None else self.valid[places], valid)
        return Keys(self.numbers[places], self.targets, which, mine, self.starts)

    def _where(self, chosen: list[bool]) -> np.ndarray | None:
        if all(chosen):
            return self.valid
        if self.which is None:
            return self.valid if chosen[0] else np.zeros(len(self.numbers), dtype=bool)
        return both(np.array(chosen, dtype=bool)[self.which], self.valid)


def refer(rows: Rows, plan: ReferencePlan) -> Keys:
    """Return what the reference points to, empty for the plan's share of records."""
    keys = _MODES[plan.mode](rows, plan)
    valid = keys.valid
    slot = plan.options.get("slot")
    if slot:
        drawn = _slot_draw(rows, slot)
        valid = both(valid, (drawn >= int(slot["low"])) & (drawn < int(slot["high"])))
    if plan.null_share:
        key = rows.engine.key(rows.plan.name, plan.field, "empty")
        valid = both(valid, kept(rows, key, plan.null_share))
    if plan.rows is not None:
        valid = both(valid, rows.between(*plan.rows))
    if ONLY in plan.options:
        valid = both(valid, wanted(rows, plan.field, replace(keys, valid=valid), plan.options[ONLY]))
    keys = keys if valid is keys.valid else replace(keys, valid=valid)
    return _with_given(rows, keys, plan.options["given"]) if "given" in plan.options else keys


def _with_given(rows: Rows, keys: Keys, given: Sequence[int]) -> Keys:
    """Return the keys with those that the recipe's own rows name."""
    numbers = np.array([*given, -1], dtype=np.int64)[np.minimum(rows.records, len(given))]
    said = numbers != -1
    if not said.any():
        return keys
    valid = np.ones(len(rows), dtype=bool) if keys.valid is None else keys.valid
    which = None if keys.which is None else np.where(said, 0, keys.which)
    chosen = np.where(said & (numbers >= 0), numbers, keys.numbers)
    return Keys(chosen, keys.targets, which, np.where(said, numbers >= 0, valid))


def _slot_draw(rows: Rows, slot: Mapping[str, Any]) -> np.ndarray:
    """Return the draw (out of SHARE) that all references of the slot's name share."""
    return draws.sixteenths(rows.draw(rows.engine.key(rows.plan.name, "slot", str(slot["name"])))).astype(np.int64)


def _symbol(rows: Rows, plan: ReferencePlan) -> Keys:
    return Keys(np.zeros(len(rows), dtype=np.int64), plan.targets[:1])


def _nobody(rows: Rows, plan: ReferencePlan) -> Keys:
    return Keys(np.zeros(len(rows), dtype=np.int64), plan.targets, valid=np.zeros(len(rows), dtype=bool))


def reachable(engine: Engine, plan: ReferencePlan, target: Target) -> int:
    """Return among how many records of the target the reference may choose."""
    if target.object is None:
        return max(target.count, 1)
    count = engine.count(target.object)
    return min(count, int(plan.options.get("below", count)))


def _reachable(rows: Rows, plan: ReferencePlan, target: Target) -> int:
    return reachable(rows.engine, plan, target)


def _counted_through(rows: Rows, plan: ReferencePlan, numbers: np.ndarray) -> Keys:
    """Return the keys of numbers that count through all targets of the reference: records to be made, then the org's own."""
    if len(plan.targets) == 1:
        return Keys(numbers, plan.targets)
    ends = np.cumsum([_reachable(rows, plan, target) for target in plan.targets])
    starts = np.concatenate(([0], ends[:-1]))
    which = np.searchsorted(ends, numbers, side="right")
    return Keys(numbers - starts[which], plan.targets, which, starts=starts)


def _spread(rows: Rows, plan: ReferencePlan) -> Keys:
    drawn = rows.draw(rows.engine.key(rows.plan.name, str(plan.options.get("as", plan.field))))
    counts = [_reachable(rows, plan, target) for target in plan.targets]
    if not any(counts):
        return _nobody(rows, plan)
    if len(plan.targets) == 1:
        return Keys(_drawn_among(drawn, counts[0], plan.options.get("first")), plan.targets)
    slot = plan.options.get("slot") or {}
    if slot.get("chooses"):
        which = _table_of(plan, counts, int(slot["low"]), int(slot["high"]))[_slot_draw(rows, slot)]
    else:
        which = _table_of(plan, counts, 0, SHARE)[draws.sixteenths(drawn, 3)]
    keys = Keys(draws.below(drawn, np.array(counts, dtype=np.int64)[which]), plan.targets, which)
    return _near(rows, plan, keys, drawn) if "near" in plan.options else keys


def _drawn_among(drawn: np.ndarray, count: int, first: Sequence[int] | None) -> np.ndarray:
    """Return a number below the count for each draw; of every `first[1]` only one of the first `first[0]`, where asked."""
    if first is None:
        return draws.below(drawn, count)
    some, of = first
    rounds, turn = np.divmod(draws.below(drawn, count // of * some + min(count % of, some)), some)
    return rounds * of + turn


def _near(rows: Rows, plan: ReferencePlan, keys: Keys, drawn: np.ndarray) -> Keys:
    """Return the keys with those that hang on the parent that the path `near` leads to; the parent itself where it has none."""
    home = _far_end(rows, str(plan.options["near"]))
    parent = home.targets[0].object if home is not None else None
    if home is None or parent is None or keys.which is None:
        return keys
    at_home = home.pointing_to(parent)
    known = np.ones(len(rows), dtype=bool) if at_home is None else at_home
    itself = next((place for place, target in enumerate(plan.targets) if target.object == parent), -1)
    numbers, which = keys.numbers.copy(), keys.which.copy()
    for place, target in enumerate(plan.targets):
        mine = known & (keys.which == place)
        layout = None if place == itself else _hanging_on(rows.engine, target.object, parent)
        if layout is not None:
            inside = mine & (home.numbers < layout.parents)
            first, count = layout.children_of(np.where(inside, home.numbers, 0))
            found = inside & (count > 0)
            numbers = np.where(found, first + draws.below(drawn, np.maximum(count, 1)), numbers)
            mine &= ~found
        if itself >= 0 and (layout is not None or place == itself):
            numbers, which = np.where(mine, home.numbers, numbers), np.where(mine, itself, which)
    return replace(keys, numbers=numbers, which=which)


def _hanging_on(engine: Engine, name: str | None, parent: str) -> Layout | None:
    """Return how the object's records are laid along the parent's, if they are."""
    plan = next((one for one in engine.plan.objects if one.name == name), None)
    along = next((one for one in plan.references if one.mode == "children"), None) if plan else None
    alone = along is not None and [target.object for target in along.targets] == [parent]
    return engine.layout(plan.name, along.field) if plan and along and alone else None


def _table_of(plan: ReferencePlan, counts: list[int], low: int, high: int) -> np.ndarray:
    """Return which target each draw from `low` to `high` chooses: by cumulative weight, without targets that are empty."""
    weights = [target.weight if count else 0 for target, count in zip(plan.targets, counts, strict=True)]
    weights = weights if sum(weights) else [1 if count else 0 for count in counts]
    edges = low + np.cumsum(np.array(weights, dtype=np.int64)) * (high - low) // sum(weights)
    found = np.searchsorted(edges, np.arange(SHARE), side="right")
    return np.minimum(found, int(np.flatnonzero(weights)[-1]))


def _children(rows: Rows, plan: ReferencePlan) -> Keys:
    layout = rows.engine.layout(rows.plan.name, plan.field)
    if layout is None:
        return _nobody(rows, plan)
    numbers = layout.parents_of(rows.records)
    moved = rows.in_style(MOVED)
    if moved is not None and rows.engine.may_move(rows.plan.name, plan.field):
        drawn = rows.draw(rows.engine.key(rows.plan.name, plan.field, "moved"))
        numbers = np.where(moved, draws.below(drawn, layout.parents), numbers)
    return _counted_through(rows, plan, numbers)


def _pair(rows: Rows, plan: ReferencePlan) -> Keys:
    """The j-th partner of the record's parent, by a permutation of the partners keyed by the parent."""
    along = _laid_along(rows)
    partners = sum(_reachable(rows, plan, target) for target in plan.targets)
    away = _far_end(rows, plan.options.get("away_from"))
    if along is None or partners <= (away is not None):
        return _nobody(rows, plan)
    parents, place = siblings(along, rows.records)
    key = rows.engine.key(rows.plan.name, plan.field)
    tweak = draws.mix(key, draws.spread(parents))
    if away is None:
        return _counted_through(rows, plan, Permutation(partners, key).at(place, tweak))
    numbers = Permutation(partners - 1, key).at(place, tweak)
    skipped = away.laid() if away.valid is None else np.where(away.valid, away.laid(), partners)
    return _counted_through(rows, plan, numbers + (numbers >= skipped))


def _laid_along(rows: Rows) -> Layout | None:
    """Return how the records are laid along their parents, if they are."""
    along = next((one.field for one in rows.plan.references if one.mode == "children"), None)
    return rows.engine.layout(rows.plan.name, along) if along else None


def siblings(layout: Layout, records: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the parent of each record, and which of its children (from 0) the record is."""
    parents = layout.parents_of(records)
    first, _ = layout.children_of(parents)
    return parents, records - first


def _self(rows: Rows, plan: ReferencePlan) -> Keys:
    """A lower record: of the same parent where `via` says so, else one a level higher in a forest of `depth` levels.

    With `ranked` it is one who outranks this one.
    """
    via, roots = plan.options.get("via"), SHARE * int(plan.options.get("roots", _ROOTS)) // 100
    layout = rows.engine.layout(rows.plan.name, str(via)) if via else None
    key = rows.engine.key(rows.plan.name, plan.field)
    if layout is not None:
        first, above = _above(rows, layout, ranked=bool(plan.options.get(RANKED)))
        below = ~draws.happens(rows.draw(draws.key(key, "roots")), roots) if "roots" in plan.options else True
        return Keys(first + draws.below(rows.draw(key), above), plan.targets[:1], valid=(above > 0) & below)
    if plan.options.get(RANKED):
        return _nobody(rows, plan)  # who works where is not known
    depth = max(int(plan.options.get("depth", _DEPTH)), 1)
    whole = (1 << depth) - 1
    shares = draws.table([roots * whole, *((SHARE - roots) << (depth - step) for step in range(1, depth + 1))])
    level = _levels(key, shares, rows.records)
    numbers, found = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool)
    for trial in range(_TRIALS):
        open_places = np.flatnonzero(~found & (level > 0))
        records = rows.records[open_places]
        tried = draws.below(draws.mix(draws.key(key, trial), draws.spread(records)), records)
        fits = (_levels(key, shares, tried) == level[open_places] - 1) & (records > 0)
        numbers[open_places[fits]] = tried[fits]
        found[open_places[fits]] = True
    found |= level == 1  # record 0 is a root, for whoever found no other
    return Keys(numbers, plan.targets[:1], valid=found)


def _above(rows: Rows, layout: Layout, *, ranked: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of each record's siblings, and how many from there on it may belong to."""
    if ranked:
        mine = of_rows(rows, layout)
        return mine.first, mine.above
    _, elders = siblings(layout, rows.records)
    return rows.records - elders, elders


def _levels(key: int, shares: np.ndarray, records: np.ndarray) -> np.ndarray:
    """Return the level that each record would like in its tree; one of level n looks for a lower record of level n - 1.

    The first record is a root and the second its child, so that even two records show the hierarchy.
    """
    levels = shares[draws.sixteenths(draws.mix(draws.key(key, "level"), draws.spread(records)))].astype(np.int64)
    return np.where(records < 2, records, levels)


def _along(rows: Rows, plan: ReferencePlan) -> Keys:
    """What the record that `via` points to holds in its reference `through`."""
    found = _follow(rows, [*_path(str(plan.options["via"])), str(plan.options["through"])])
    return found or _nobody(rows, plan)


def _path(dotted: str) -> list[str]:
    return dotted.split(".") if dotted else []


def _far_end(rows: Rows, path: str | None) -> Keys | None:
    return None if path is None else _follow(rows, _path(path))


def _follow(rows: Rows, path: Sequence[str]) -> Keys | None:
    """Return what the path's last reference holds, one per record here; the empty path leads to the records themselves.

    None where the path leads nowhere: a reference on it is not made.
    """
    if not path:
        return Keys(rows.records, ())
    if not rows.engine.refers(rows.plan.name, path[0]):
        return None
    if len(path) == 1:
        return rows.keys(path[0])
    link = rows.parents(path[0])
    there = None if link is None else _follow(link.rows, path[1:])
    return None if link is None or there is None else there.at(link.places, link.valid)


def _within(rows: Rows, plan: ReferencePlan) -> Keys:
    """One of the target's records whose reference `through` holds what the path `via` leads to from here."""
    layout = rows.engine.layout(plan.targets[0].object or "", str(plan.options["through"]))
    shared = _far_end(rows, str(plan.options.get("via", "")))
    if layout is None or shared is None:
        return _spread(rows, plan) if plan.required else _nobody(rows, plan)
    laid = shared.laid()
    inside = both(shared.with_number(), laid < layout.parents)
    assert inside is not None
    first, count = layout.children_of(np.where(inside, laid, 0))
    numbers = first + _picks(rows, plan, count)
    along = _laid_along(rows) if plan.options.get("once") else None
    valid = both(inside, count > (0 if along is None else siblings(along, rows.records)[1]))
    if not plan.required or valid is None or valid.all():
        return Keys(numbers, plan.targets[:1], valid=valid)
    others = _spread(rows, plan)
    which = None if others.which is None else np.where(valid, 0, others.which)
    return Keys(np.where(valid, numbers, others.numbers), plan.targets, which, others.valid)


def _picks(rows: Rows, plan: ReferencePlan, count: np.ndarray) -> np.ndarray:
    """Return which of its `count` candidates each record takes: one after the other among the children of one parent."""
    key = rows.engine.key(rows.plan.name, plan.field)
    layout = _laid_along(rows)
    if layout is None:
        return draws.below(rows.draw(key), count)
    parents, place = siblings(layout, rows.records)
    start = draws.below(draws.mix(key, draws.spread(parents)), count)
    return (start + place) % np.maximum(count, 1)


def _cycle(rows: Rows, plan: ReferencePlan) -> Keys:
    count = sum(_reachable(rows, plan, target) for target in plan.targets)
    if not count:
        return _nobody(rows, plan)
    keys = _counted_through(rows, plan, rows.records % count)
    return replace(keys, valid=both(keys.valid, rows.records < count)) if plan.options.get("once") else keys


def _round(rows: Rows, plan: ReferencePlan) -> Keys:
    """The first target in the first round through the targets of `with`, then one record of the second per round."""
    with_field = str(plan.options["with"])
    cycle = next(one for one in rows.plan.references if one.field == with_field)
    count = max(sum(_reachable(rows, cycle, target) for target in cycle.targets), 1)
    rounds = rows.records // count
    return Keys(np.maximum(rounds - 1, 0), plan.targets, (rounds > 0).astype(np.int64))


_MODES: Mapping[str, Callable[[Rows, ReferencePlan], Keys]] = MappingProxyType(
    {
        "children": _children,
        "spread": _spread,
        "pair": _pair,
        "self": _self,
        "along": _along,
        "within": _within,
        "cycle": _cycle,
        "round": _round,
        "symbol": _symbol,
    }
)
