"""One thing that the doctor looked at, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at."""

    what: str
    level: Level
    said: str
    hint: str | None = None
