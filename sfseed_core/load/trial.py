"""The test load: a few records, closed under references, go first; when one of them does not arrive, all are taken back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.errors import DataError
from sfseed_core.load.hold import read_held
from sfseed_core.load.outcome import Fate
from sfseed_core.load.steps import deferred_fields, update_name
from sfseed_core.load.texts import targets
from sfseed_core.recipe.columns import RECORD, SYMBOL_MARK, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.load.ledger import Ledger
    from sfseed_core.recipe.model import Plan

_FILE = "test.npz"
_KEY = "test"  # {"records": how many, "passed": None while they are on their way}
_LOST = (Fate.FAILED, Fate.UNPROCESSED, Fate.IN_DOUBT)
Chosen = dict[str, np.ndarray]


class TestLoadFailed(DataError):
    """A record of the test load did not arrive."""

    __test__ = False


def drawn(run: Run, dataset: Dataset, revision: int) -> Chosen | None:
    """Return the records of the run's test load (local keys by object), drawn once; None when there is none, or it is over."""
    wanted = int(run.get("request", {}).get("test_first") or 0)
    if not wanted or run.get(_KEY, {}).get("passed"):
        return None
    path = run.folder / _FILE
    if not path.exists():
        chosen = choose(dataset, revision, wanted, held=read_held(run))
        sink = io.BytesIO()
        np.savez(sink, allow_pickle=False, **chosen)
        system.write_durably(path, sink.getvalue())
        run.put(_KEY, {"records": sum(len(keys) for keys in chosen.values()), "passed": None})
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def choose(dataset: Dataset, revision: int, wanted: int, *, held: Mapping[str, np.ndarray]) -> Chosen:
    """Choose about so many records, at least one of each object, with every record that they refer to.

    The last objects choose first, since what they need brings records of the others along.
    """
    objects = [one for one in dataset.plan.objects if dataset.count(one.name, revision)]
    chosen = {one.name: np.zeros(dataset.extent(one.name, revision), bool) for one in objects}
    total = sum(dataset.count(one.name, revision) for one in objects)
    for plan in reversed(objects):
        share = max(1, wanted * dataset.count(plan.name, revision) // total)
        there = vectors.numbers(dataset.read(plan.name, revision=revision, columns=[RECORD])[RECORD])
        free = there[~np.isin(there, held.get(plan.name, np.zeros(0, np.int64)))]
        missing = share - int(chosen[plan.name].sum())
        if missing > 0:
            _take(dataset, revision, chosen, plan.name, free[~chosen[plan.name][free]][:missing])
    return {name: np.flatnonzero(mask) for name, mask in chosen.items()}


def _take(dataset: Dataset, revision: int, chosen: Mapping[str, np.ndarray], name: str, keys: np.ndarray) -> None:
    """Add records, and all that they refer to."""
    chosen[name][keys] = True
    todo = [(name, keys)]
    while todo:
        object_name, fresh = todo.pop()
        references = dataset.plan.object(object_name).references
        columns = [RECORD, *(one.field for one in references)]
        columns += [target_column(one.field) for one in references if needs_target(one)]
        table = dataset.take(object_name, fresh, revision=revision, columns=columns)
        for reference in references:
            pointed = vectors.keys(table[reference.field])
            for target, mask in targets(table, reference):
                if target.startswith(SYMBOL_MARK) or target not in chosen:
                    continue
                parents = np.unique(pointed[mask & (pointed >= 0)])
                parents = parents[~chosen[target][parents]]
                if len(parents):
                    chosen[target][parents] = True
                    todo.append((target, parents))


def judge(run: Run, plan: Plan, ledger: Ledger, chosen: Chosen) -> None:
    """Write down that the test load has passed; raises TestLoadFailed when a record or a reference of it is not in."""
    lost = {name: int(np.isin(ledger.fates(name)[keys], _LOST).sum()) for name, keys in chosen.items()}
    for one in plan.objects:
        for field in deferred_fields(one) if one.name in chosen else ():
            name = update_name(one.name, field)
            lost[name] = int(np.isin(ledger.update_fates(name)[chosen[one.name]], _LOST).sum())
    failed = {name: count for name, count in lost.items() if count}
    run.put(_KEY, run.get(_KEY) | {"passed": not failed})
    if failed:
        told = ", ".join(f"{count:,} {name}" for name, count in failed.items())
        raise TestLoadFailed(f"the test load of {run.get(_KEY)['records']:,} records failed: {told} did not arrive")


def has_failed(run: Run) -> bool:
    """Say whether the run's test load has failed: nothing more is sent then, and what is in is taken back."""
    return run.get(_KEY, {}).get("passed") is False
