"""Activating contracts and orders as the last step of a load, where that was asked for: it locks them for good.

Activated contracts and orders cannot be deleted, nor can the products of such an order (SALESFORCE.md 8.1). An order can be made
a draft again, which an undo does first; a contract cannot: an undo leaves it, with what it belongs to. An order without products
cannot be activated and stays a draft.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.load import ids, jobs
from sfseed_core.load.before import Before
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.steps import STATUS, update_name
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.load.resolve import Resolver
    from sfseed_core.recipe.model import Plan

KEY = "activates"
_DRAFTS = "drafts"  # the status that an undo gives records back, by object
_GO_BACK = ("Order",)
_DRAFT = "Draft"
_LOOKED_AT = 100  # records
STATUS_TABLES: Mapping[str, str] = MappingProxyType({"Contract": "ContractStatus", "Order": "OrderStatus"})
"""Objects whose records a status activates, with the table that says which."""
_PRODUCTS: Mapping[str, tuple[str, str]] = MappingProxyType({"Order": ("OrderItem", "OrderId")})
DEACTIVATE = "deactivate"
"""How the steps of an undo begin that make drafts again."""
ACTIVATED = tuple(STATUS_TABLES)
"""The objects that can be activated, in the order in which that is done."""


def is_asked(run: Run, plan: Plan) -> bool:
    """Say whether the run is to activate what it loads: the request or the recipe says so."""
    return bool(run.get("request", {}).get("activate")) or plan.activate


def settle(run: Run, plan: Plan, resolver: Resolver) -> Mapping[str, str]:
    """Decide, once for the run, which status each object is activated by; an org may have none."""
    if run.get(KEY) is None:
        wanted = [one.name for one in plan.objects if one.name in ACTIVATED and one.count] if is_asked(run, plan) else []
        for name in wanted:
            if name not in resolver.activated:
                run.note(f"{name}: the org has no status that means activated, so all stay as they are")
        run.put(
            KEY, {name: resolver.activated[name] for name in ACTIVATED if name in wanted and name in resolver.activated}
        )
    return status_of(run)


def remember_drafts(run: Run, dataset: Dataset, revision: int) -> None:
    """Keep the status that records had before they were activated, for an undo that has the run's folder only."""
    drafts = {}
    for name in status_of(run):
        if name in _GO_BACK:
            has = STATUS in dataset.arrow_schema(name).names
            cells = (
                dataset.read(name, 0, _LOOKED_AT, revision=revision, columns=[STATUS])[STATUS].drop_null() if has else []
            )
            drafts[name] = str(cells[0].as_py()) if len(cells) else _DRAFT
    run.put(_DRAFTS, drafts)


def to_make_drafts(run: Run) -> dict[str, tuple[str, Before]]:
    """Return, by step of an undo, the object and the activated records that become drafts again before they are deleted."""
    drafts: dict[str, str] = run.get(_DRAFTS, {})
    found: dict[str, tuple[str, Before]] = {}
    for name, status in drafts.items():
        changed = [np.zeros(0, ids.ID)]
        for job in jobs.read_jobs(run, phases={Phase.SETTLED, Phase.FETCHED}, operations=("update",)):
            if job.object == name and job.field == STATUS and (path := files_of(run, job).outcome).exists():
                outcome = Outcome.read(path)
                changed.append(outcome.ids[np.isin(outcome.fates, (Fate.SUCCEEDED, Fate.IN_DOUBT)) & (outcome.ids != b"")])
        every = np.unique(np.concatenate(changed))
        if len(every):
            values = pa.table({STATUS: pa.repeat(status, len(every))})
            found[f"{DEACTIVATE} {name}"] = (name, Before(np.arange(len(every), dtype=np.int64), every, values))
    return found


def status_of(run: Run) -> Mapping[str, str]:
    """Return the status that each object of the run is activated by."""
    found: dict[str, str] = run.get(KEY) or {}
    return {name: found[name] for name in ACTIVATED if name in found}


def activated(run: Run) -> dict[str, int]:
    """Return how many records of each object the run has activated."""
    counts = run.counts("update")
    return {name: counts[key].succeeded for name in status_of(run) if (key := update_name(name, STATUS)) in counts}


def locked(run: Run) -> dict[str, int]:
    """Return how many records of each object the run has activated that nobody can make drafts again."""
    drafts = run.get(_DRAFTS, {})
    return {name: count for name, count in activated(run).items() if name not in drafts}


def can_be(
    dataset: Dataset, name: str, revision: int, size: int, *, only: Callable[[str, np.ndarray], np.ndarray] | None = None
) -> np.ndarray:
    """Say for each record of the object whether it has what activating it needs: an order its products.

    Products count that `only` lets through, which gets their object and local keys.
    """
    if name not in _PRODUCTS:
        return np.ones(size, bool)
    product, field = _PRODUCTS[name]
    has = np.zeros(size, bool)
    if product not in dataset.objects:
        return has
    for batch in dataset.batches(product, revision=revision, columns=[RECORD, field]):
        parents = vectors.keys(batch.column(field))
        there = parents >= 0
        if only is not None:
            there &= only(product, vectors.numbers(batch.column(RECORD)))
        has[parents[there]] = True
    return has


def beyond_undo(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Say what of a load that activates an undo cannot take back."""
    return tuple(
        f"{name}: up to {counts[name]:,} records are activated as the last step; neither they nor what they belong to can be "
        "deleted from then on"
        for name in ACTIVATED
        if counts.get(name) and name not in _GO_BACK
    )
