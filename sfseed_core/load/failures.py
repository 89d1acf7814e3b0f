"""Why records of a run did not arrive: grouped by the org's status code and the fields it names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.load import ids, jobs
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.load.journal import Run

_ID = re.compile(r"\b[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?\b")
_FORM = re.compile(r"(?P<code>[A-Z][A-Z0-9_]+):(?P<text>.*?):(?P<fields>[\w. ]*?)\s*--\s*", re.DOTALL)
_LONGEST = 300
_LOST = (int(Fate.FAILED), int(Fate.UNPROCESSED), int(Fate.IN_DOUBT))


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason: `count` records of the object met it; `message` is the org's text for the first of them."""

    object: str
    code: str
    fields: tuple[str, ...]
    count: int
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self) | {"fields": list(self.fields)}


def failures(run: Run) -> list[Cause]:
    """Return why records of the run are not in the org, the commonest cause first.

    Only what stands now counts: a record that failed and arrived at a later try is left out.
    """
    counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    samples: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for object_name, text, number in _texts(run):
        code, message, fields = understood(text)
        key = (object_name, code, fields)
        counts[key] += number
        samples.setdefault(key, message[:_LONGEST])
    return [Cause(*key, count, samples[key]) for key, count in counts.most_common()]


def understood(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Split the org's text of a failed record (`CODE:message:Field1 Field2 --`) into code, message and fields."""
    found = _FORM.fullmatch(text)
    if found is None:
        return "", text, ()
    return found["code"], found["text"], tuple(found["fields"].split())


def lost_records(run: Run) -> dict[tuple[str, str | None], pa.Table]:
    """Return the records that failed, were left undone or are in doubt, with their error, by object and filled field.

    What a record's last job says counts.
    """
    seen: dict[tuple[str, str | None], pa.Array] = {}
    lost: dict[tuple[str, str | None], list[pa.Table]] = {}
    for job in reversed(jobs.read_jobs(run, phases={Phase.SETTLED}, operations=(*jobs.MAKING, "update"))):
        found = Outcome.read(files_of(run, job).outcome)
        kind = (job.object, job.field)
        keys = vectors.integers(found.keys)
        later = seen.get(kind, pa.nulls(0, pa.int64()))
        told = vectors.mask(pc.is_in(keys, value_set=later))
        mine = ~told & (found.keys >= 0) & np.isin(found.fates, _LOST)
        seen[kind] = pa.concat_arrays([later, keys])
        if mine.any():
            chosen = vectors.booleans(mine)
            columns = {"record": keys, "id": ids.to_texts(found.ids), "error": found.errors}
            lost.setdefault(kind, []).append(pa.table(columns).filter(chosen))
    return {kind: pa.concat_tables(parts) for kind, parts in lost.items()}


def _texts(run: Run) -> Iterator[tuple[str, str, int]]:
    """Every different text (ids aside) of records that are not in, with how many records have it."""
    seen: dict[tuple[str, str | None], pa.Array] = {}
    for job in reversed(jobs.read_jobs(run, phases={Phase.SETTLED}, operations=(*jobs.MAKING, "update"))):
        found = Outcome.read(files_of(run, job).outcome)
        kind = (job.object, job.field)
        later = seen.get(kind, pa.nulls(0, pa.int64()))
        keys = vectors.integers(found.keys)
        fresh = vectors.mask(pc.invert(pc.is_in(keys, value_set=later)))
        lost = fresh & (found.fates != Fate.SUCCEEDED) & (found.fates != Fate.WAITING) & (found.keys >= 0)
        texts = found.errors.filter(vectors.booleans(lost)).drop_null()
        seen[kind] = pa.concat_arrays([later, keys])
        for entry in texts.value_counts().to_pylist():  # different texts, not records
            yield job.object, entry["values"], entry["counts"]
