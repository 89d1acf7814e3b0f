"""Some records of one object, whose columns are made when asked for and then remembered.

A column that must agree with another asks for exactly its cells, of the same records or of the records they refer to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from sfseed_core.errors import InternalError, RecipeError
from sfseed_core.generate import attempts, draws
from sfseed_core.generate.cells import Coded, both

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.locales import Locales
    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.references import Keys
    from sfseed_core.recipe.model import ObjectPlan

T = TypeVar("T")
_DENSE = 2  # a range of parents is made whole when it holds at most so many per child
_SMALL = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """The records that a reference leads to: `rows` of the parents, and for each child its `places` among them.

    Where `valid` is False the child has no parent of that object (its place is then any).
    """

    rows: Rows
    places: np.ndarray
    valid: np.ndarray | None

    def cells(self, field: str) -> Cells:
        """Return the parents' cells of the field, one per child."""
        return self.rows.cells(field).take(self.places, self.valid)

    def at(self, near: Link) -> Link:
        """Return the same records as seen by those that `near` leads from."""
        valid = None if self.valid is None else self.valid[near.places]
        return Link(self.rows, self.places[near.places], both(valid, near.valid))


class Rows:
    """Records of one object by their numbers (int64, in any order), within one engine.

    `attempts` say how often each was drawn again (None: never). `judged` are records that the rules have yet to judge: their
    parents are those of earlier objects as they will be, of others as they are first drawn.
    """

    def __init__(
        self,
        engine: Engine,
        plan: ObjectPlan,
        records: np.ndarray,
        attempts: np.ndarray | None = None,
        *,
        judged: bool = False,
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.records = records
        self.attempts = attempts
        self.judged = judged
        self._spread: np.ndarray | None = None
        self._made: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self.records)

    def draw(self, key: int) -> np.ndarray:
        """Return a 64-bit draw per record by the key (see `Engine.key`)."""
        if self._spread is None:
            self._spread = attempts.spread(self.records, self.attempts)
        return draws.mix(key, self._spread)

    def first(self) -> Rows:
        """Return the same records as they are first drawn: what must not change when a record is drawn again."""
        if self.attempts is None:
            return self
        return self.once("first", lambda: Rows(self.engine, self.plan, self.records, judged=self.judged))

    def part(self, places: np.ndarray) -> Rows:
        """Return some of the records, by their places here."""
        tries = None if self.attempts is None else self.attempts[places]
        return Rows(self.engine, self.plan, self.records[places], tries, judged=self.judged)

    def in_style(self, style: int) -> np.ndarray | None:
        """Return which records are drawn again in a style of `attempts`; None where none is."""
        return attempts.in_style(self.attempts, style)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` makes, made at the first time of asking for the name."""
        if name not in self._made:
            self._made[name] = _UNDER_WAY
            self._made[name] = make()
        known = self._made[name]
        if known is _UNDER_WAY:
            raise self._circle(name)
        return cast("T", known)

    def _circle(self, name: str) -> InternalError | RecipeError:
        """Return what to say of fields that are each made from the next: the recipe asks for one of them."""
        waiting = [one for one, made in self._made.items() if made is _UNDER_WAY]
        fields = [one.removeprefix("column ") for one in waiting[waiting.index(name) :] if one.startswith("column ")]
        if not fields:
            return InternalError(f"{self.plan.name}: {name} depends on itself")
        circle = " from ".join([*fields, fields[0]])
        return RecipeError(
            f"{self.plan.name}: {circle}: each of these would be made from the next, in a circle",
            hint="Let the recipe make one of them without the others.",
        )

    def has(self, field: str) -> bool:
        """Say whether the plan makes the field."""
        return self.engine.has_column(self.plan.name, field)

    def pools(self, locale: str | None = None) -> Pools:
        """Return the vocabularies of the locale, if not named the object's."""
        return self.engine.pools(locale or self.plan.locale)

    def cells(self, field: str) -> Cells:
        """Return the field's cells."""
        return self.once(f"column {field}", lambda: self.engine.make(self, field))

    def keys(self, field: str) -> Keys:
        """Return what the reference field points to."""
        return self.once(f"reference {field}", lambda: self.engine.refer(self, field))

    def record_types(self) -> np.ndarray:
        """Return the position of each record's type in the plan's `record_types`."""
        return self.once("record type", lambda: self.engine.record_types(self))

    def locale_parts(self) -> tuple[Locales, list[Rows]]:
        """Return which locale of the plan's shares each record has, and the records of each by themselves."""
        return self.once("locales", lambda: self.engine.locale_parts(self))

    def record_type_names(self) -> Coded:
        """Return the developer name of each record's type."""
        return Coded(self.engine.record_type_names(self.plan.name), self.record_types())

    def batch(self) -> pa.RecordBatch:
        """Return all columns of the records."""
        return self.engine.batch(self)

    def between(self, start: int, stop: int) -> np.ndarray:
        """Return where the record's number is from `start` up to `stop`."""
        return (self.records >= start) & (self.records < stop)

    def parents(self, field: str, target: str | None = None) -> Link | None:
        """Return the records of `target` (the reference's only object, if not named) that the reference points to.

        `field` may be a path of references joined by dots. None when it can lead to no record of that object.
        """
        return self.once(f"parents {field} {target or ''}", lambda: self._link(field, target))

    def _link(self, field: str, target: str | None) -> Link | None:
        first, _, rest = field.partition(".")
        if rest:
            near = self.parents(first)
            far = None if near is None else near.rows.parents(rest, target)
            return None if near is None or far is None else far.at(near)
        return self.led(self.keys(field), field, target)

    def led(self, keys: Keys, field: str, target: str | None = None) -> Link | None:
        """Return the records of `target` that the keys of a reference lead to."""
        if target is None:
            target = next((one.object for one in keys.targets if one.object), None)
        if target is None or not self.engine.count(target):
            return None
        valid = keys.pointing_to(target)
        numbers = keys.numbers if valid is None else np.where(valid, keys.numbers, 0)
        low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, -1)
        if valid is None and high - low + 1 <= max(_DENSE * len(numbers), _SMALL):
            return Link(self._kin(target, np.arange(low, high + 1), field), numbers - low, None)
        distinct, places = np.unique(numbers, return_inverse=True)
        return Link(self._kin(target, distinct, field), places, valid)

    def _kin(self, target: str, records: np.ndarray, field: str) -> Rows:
        """Return records of the target; in this object's locale, where the reference is what decides about it."""
        some = self._others(target, records)
        decides = self.plan.locale_via == field or (self.plan.locale_via or "").startswith(f"{field}.")
        return some.in_locale(self.plan.locale) if some.plan.locales and decides and not self.plan.locales else some

    def _others(self, target: str, records: np.ndarray) -> Rows:
        if self.judged and not self.engine.comes_before(target, self.plan.name):
            return self.engine.drawn(target, records)
        return self.engine.at(target, records)

    def in_locale(self, locale: str | None) -> Rows:
        """Return the same records, all taken to be of one locale."""
        plan = replace(self.plan, locale=locale, locales=())
        return Rows(self.engine, plan, self.records, self.attempts, judged=self.judged)


_UNDER_WAY = object()
