"""From findings to the records that are held back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.check.finding import Level
from sfseed_core.load.hold import write_held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfseed_core.check.finding import Finding
    from sfseed_core.load.journal import Run


def refused_records(findings: Iterable[Finding]) -> dict[str, np.ndarray]:
    """Return per object the records that the org would refuse at insert, ascending, each once."""
    by_object: dict[str, list[np.ndarray]] = {}
    for one in findings:
        if one.level is Level.REFUSED and one.step == "insert" and one.count:
            by_object.setdefault(one.object, []).append(one.records)
    return {name: np.unique(np.concatenate(parts)) for name, parts in by_object.items()}


def hold(run: Run, records: Mapping[str, np.ndarray]) -> None:
    """Have the run's load hold these records back; what hangs on them is held with them."""
    write_held(run, records)
