"""What a formula is worked out against: the rows, and the moment of saving them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from sfseed_core.formula.column import Column
    from sfseed_core.formula.vlookup import Lookup


class Blanks(Enum):
    """How empty number fields are handled; validation rules keep them blank."""

    AS_ZERO = "zero"
    AS_BLANK = "blank"


class Rows(Protocol):
    """Records by column."""

    def __len__(self) -> int:
        """Count the records."""

    def column(self, path: str) -> Column:
        """Return the values of a field or global, as `column.unknown` where they are not known."""

    def before(self, path: str) -> Column:
        """Return the values that a field had before the save."""

    def looked_up(self, lookup: Lookup, wanted: Column) -> Column:
        """Return what VLOOKUP finds for each record's wanted name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The moment of a save: the clock (aware), the running user's zone and locale, and whether the records are new.

    `labels` are texts by `section.key` in small letters, for LABEL.
    """

    now: datetime
    zone: tzinfo
    blanks: Blanks = Blanks.AS_BLANK
    is_new: bool = True
    is_clone: bool = False
    locale: str = "en_US"
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
