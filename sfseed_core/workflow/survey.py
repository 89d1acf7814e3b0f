"""What a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Survey:
    """The schema of the chosen objects and of what they require, and the snapshot."""

    schema: Schema
    snapshot: Snapshot
