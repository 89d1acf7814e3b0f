"""The records that a run holds back from the start, because checks say that the org would refuse them."""

from __future__ import annotations

import io
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core import system

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.load.journal import Run

_FILE = "held.npz"
_WHY = "held_why"


def write_held(
    run: Run, records: Mapping[str, np.ndarray], why: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> None:
    """Have the run's load hold these records (local keys by object) back; what hangs on them is held with them.

    `why` says per object what the checks found. Replaces what was held back before; to be called before the load.
    """
    run.put(_WHY, {name: list(said) for name, said in why.items()})
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **{name: np.unique(keys).astype(np.int64) for name, keys in records.items()})
    system.write_durably(run.folder / _FILE, sink.getvalue())


def read_held(run: Run) -> dict[str, np.ndarray]:
    """Return the records that are held back, by object."""
    path = run.folder / _FILE
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def why_held(run: Run, object_name: str) -> list[str]:
    """Return what the checks found in the object's records that are held back."""
    found: list[str] = run.get(_WHY, {}).get(object_name, [])
    return found
