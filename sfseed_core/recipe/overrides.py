"""What the command line (or the app) says over a recipe: other counts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Overrides:
    """Counts that win over the recipe's.

    `counts` are absolute, by object; objects counted per parent follow. `count_each` sets every object that has no count
    of its own here, required parents included. `count_scale` multiplies what the recipe counts.
    """

    counts: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    count_each: int | None = None
    count_scale: float | None = None

    def __post_init__(self) -> None:
        wrong = [f"--count {name}={count}" for name, count in self.counts.items() if count < 1]
        if self.count_each is not None and self.count_each < 1:
            wrong.append(f"--count-each {self.count_each}")
        if self.count_scale is not None and not 0 < self.count_scale < float("inf"):
            wrong.append(f"--count-scale {self.count_scale}")
        if wrong:
            raise UserError(f"Counts start at 1 and scales above 0: {', '.join(wrong)}")


NONE = Overrides()
