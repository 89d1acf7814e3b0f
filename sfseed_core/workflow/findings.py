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

_SAID = 3  # findings of an object that are told with its held records


def refused_records(findings: Iterable[Finding]) -> dict[str, np.ndarray]:
    """Return per object the records that the org would refuse at insert, ascending, each once."""
    by_object = _by_object(findings)
    return {name: np.unique(np.concatenate([one.records for one in found])) for name, found in by_object.items()}


def hold(run: Run, records: Mapping[str, np.ndarray], findings: Iterable[Finding] = ()) -> None:
    """Have the run's load hold these records back, for what the findings say; what hangs on them is held with them."""
    by_object = _by_object(findings)
    commonest = {name: sorted(found, key=lambda one: -one.count)[:_SAID] for name, found in by_object.items()}
    write_held(run, records, {name: [_sentence(one) for one in found] for name, found in commonest.items()})


def _by_object(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        if one.level is Level.REFUSED and one.step == "insert" and one.count:
            found.setdefault(one.object, []).append(one)
    return found


def _sentence(one: Finding) -> str:
    return f"{one.field}: {one.message}" if one.field else one.message
