"""Records that failed for a passing reason, locked parents above all: which may go again, in what portions and order.

A failed result line says that the record is not in the org, so that sending it again cannot double it. Bulk API 2.0 has no
serial mode; what stands in for it are jobs of one batch at most, one after another, with nothing else in flight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.load.beside import locking_fields
from sfseed_core.load.outcome import Fate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sfseed_core.load.options import Options
    from sfseed_core.load.outcome import Outcome
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan
    from sfseed_core.schema.model import ObjectSchema

PASSING = (
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "REQUEST_RUNNING_TOO_LONG",
    "QUERY_TIMEOUT",
    "TOO_MANY_APEX_REQUESTS",
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
)
"""Status codes of failed rows that may succeed at another time."""

_ONE_BATCH = 10_000  # the org cuts a job in batches of this size and runs them side by side
_HALVINGS = 2  # of the size, each further time
_LONGEST_WAIT = 60.0
_CODE = "^(?:" + "|".join(PASSING) + ")\\b"


def put_back(outcome: Outcome) -> Outcome:
    """Return the outcome with records that failed for a passing reason waiting to be sent again."""
    found = pc.match_substring_regex(outcome.errors, pattern=_CODE)
    hit = vectors.mask(found) & ~vectors.nulls(found) & (outcome.fates == Fate.FAILED)
    return replace(outcome, fates=np.where(hit, np.uint8(Fate.WAITING), outcome.fates)) if hit.any() else outcome


def most_rows(options: Options, round_: int) -> int:
    """Return how many records a job may have when they were sent `round_` times before: fewer each time."""
    if round_ == 0:
        return options.rows_per_job
    shrunk = min(options.rows_per_job, _ONE_BATCH) >> (_HALVINGS * (round_ - 1))
    return max(1, shrunk)


def pause_before(options: Options, round_: int) -> float:
    """Return how many seconds to leave the org alone before records go another time."""
    return min(options.lock_wait * 2.0 ** (round_ - 1), _LONGEST_WAIT)


def lock_parent(plan: ObjectPlan, schema: ObjectSchema, left_out: Collection[str], counts: Mapping[str, int]) -> str | None:
    """Return the reference whose record an insert locks: the master, else the parent that records are laid along.

    Of two masters it is the one with fewer records (`counts`, by object): each of those is wanted more often.
    """
    sent = [one for one in plan.references if one.field not in left_out and one.mode not in {"symbol", "self"}]
    locking = locking_fields(schema)
    worth = [(_strength(one, schema, locking, counts), -position, one.field) for position, one in enumerate(sent)]
    return max(worth)[2] if worth else None


def _strength(
    reference: ReferencePlan, schema: ObjectSchema, locking: Collection[str], counts: Mapping[str, int]
) -> tuple[bool, int, bool, bool, bool]:
    field = schema.fields.get(reference.field)
    master = field is not None and field.is_master_detail
    scarce = -sum(counts.get(one.object or "", 0) for one in reference.targets) if master else 0
    required = field is not None and not field.nillable
    return master, scarce, reference.mode == "children", reference.field in locking, required


def cuts(parents: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """Cut rows, ascending by parent, in pieces of at most `size`, between two parents where that costs at most half of it."""
    start = 0
    while start < len(parents):
        stop = min(start + size, len(parents))
        if stop < len(parents):
            first = int(np.searchsorted(parents, parents[stop]))
            stop = first if first > start + size // 2 else stop
        yield start, stop
        start = stop


def beside_each_other(texts: pa.Table, parent: str | None) -> np.ndarray | None:
    """Return the order of rows in which those of one parent are neighbours, else as they were; None to leave them."""
    if parent is None or parent not in texts.column_names or texts.num_rows == 0:
        return None
    filled = texts[parent].fill_null(vectors.texts([""])[0])
    codes = vectors.numbers(vectors.one_array(filled).dictionary_encode().indices)
    return None if (np.diff(codes) >= 0).all() else np.argsort(codes, kind="stable")
