"""What a check says about records: findings, not exceptions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Step = Literal["insert", "update", "status"]


class Level(StrEnum):
    """How bad it is, in the words the user sees."""

    REFUSED = "the org refuses"
    PAGES = "the API allows, its pages do not"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that records of an object break.

    `records` are local keys (int64, ascending). `rule` is a stable short name (`required`, `length`, `picklist`, ...);
    `fix` says what would mend it, if that is known.
    """

    object: str
    field: str | None
    rule: str
    message: str
    level: Level
    step: Step
    records: np.ndarray = dataclasses.field(compare=False, repr=False)
    fix: str | None = None

    @property
    def count(self) -> int:
        """The number of records concerned."""
        return len(self.records)
