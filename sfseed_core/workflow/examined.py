"""One thing that the doctor looked at, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_core.workflow.permissions import Allowed

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at; `allowed` where it is a permission of the org's user."""

    what: str
    level: Level
    said: str
    hint: str | None = None
    allowed: Allowed | None = None


def worst(found: Iterable[Examined]) -> Level:
    """Return how things are all in all."""
    levels = {one.level for one in found}
    return "problem" if "problem" in levels else "warning" if "warning" in levels else "ok"
