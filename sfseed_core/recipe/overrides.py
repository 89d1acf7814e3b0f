"""What the command line (or the app) says over a recipe: other counts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping


_MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Overrides:
    """Counts that win over the recipe's.

    `counts` are absolute, by object; objects counted per parent follow. `count_each` sets every object that has no count
    of its own here, required parents included. `count_scale` multiplies what the recipe counts. `up_to` are the records that
    an object should have with those that the org has already. `fit` scales all that has no number of its own here so that the
    records take this many percent of the free storage.
    """

    counts: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    count_each: int | None = None
    count_scale: float | None = None
    up_to: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    fit: int | None = None

    def __post_init__(self) -> None:
        wrong = [f"--count {name}={count}" for name, count in self.counts.items() if count < 1]
        if self.count_each is not None and self.count_each < 1:
            wrong.append(f"--count-each {self.count_each}")
        if self.count_scale is not None and not 0 < self.count_scale < float("inf"):
            wrong.append(f"--count-scale {self.count_scale}")
        wrong += [f"--up-to {name}={count}" for name, count in self.up_to.items() if count < 1]
        if self.fit is not None and not 0 < self.fit <= _MOST_PERCENT:
            raise UserError(f"--fit {self.fit}: between 1 and {_MOST_PERCENT} percent of the free storage can be filled")
        if self.fit is not None and (self.count_each is not None or self.count_scale is not None):
            raise UserError("--fit finds the scale itself: it goes with --count, not with --count-each or --count-scale")
        if wrong:
            raise UserError(f"Counts start at 1 and scales above 0: {', '.join(wrong)}")


NONE = Overrides()
