"""Records that are held back from the start because the org would refuse them: kept in the run's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core import system

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.load.journal import Run

FOLDER = "held"


def write_held(run: Run, records: Mapping[str, np.ndarray]) -> None:
    """Keep, per object, the local keys (int64, ascending) of the records that are not to be sent."""
    folder = system.private_folder(run.folder / FOLDER)
    for name, keys in records.items():
        system.write_durably(folder / f"{system.safe_name(name)}.i64", np.ascontiguousarray(keys, dtype="<i8").tobytes())
    run.put("held", sorted(records))


def read_held(run: Run) -> dict[str, np.ndarray]:
    """Return what `write_held` kept."""
    folder = run.folder / FOLDER
    return {
        name: np.frombuffer((folder / f"{system.safe_name(name)}.i64").read_bytes(), dtype="<i8")
        for name in run.get("held", [])
    }
