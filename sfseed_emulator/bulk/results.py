"""Result files of ended (or running) jobs, piece by piece."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sfseed_emulator.bulk import csv_out
from sfseed_emulator.bulk.csv_in import BadUpload
from sfseed_emulator.bulk.store import SUCCESS
from sfseed_emulator.bulk.upload import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_emulator.bulk.job import Job
    from sfseed_emulator.bulk.store import JobStore
    from sfseed_emulator.bulk.upload import Upload

_PREFIX = {"success": ("sf__Id", "sf__Created"), "failure": ("sf__Id", "sf__Error")}


def result_file(store: JobStore, job: Job, kind: str) -> Iterator[str]:
    """Return the header and the lines of successfulResults or failedResults; the order is not the order sent."""
    upload = _upload(store, job)
    header = upload.header if upload else ()
    yield csv_out.lines([(*_PREFIX[kind], *header)], job.separator, job.newline)
    parts = [part for part, _ in store.parts(job, kind)]
    random.Random(f"{job.id}:{kind}").shuffle(parts)  # noqa: S311 - Salesforce promises no order, so there is none
    for part in parts:
        yield store.lines(job, kind, part)


def unprocessed_file(store: JobStore, job: Job) -> Iterator[str]:
    """Return the header and rows that were never processed, as they were sent."""
    upload = _upload(store, job)
    if upload is None:
        return
    yield csv_out.lines([upload.header], job.separator, job.newline)
    try:
        for rows in upload.unprocessed(job.offset):
            yield csv_out.lines(rows.values, job.separator, job.newline)
    except BadUpload:
        return  # what cannot be read as CSV cannot be listed as rows


def _upload(store: JobStore, job: Job) -> Upload | None:
    try:
        return opened(store, job)
    except BadUpload:
        return None


# ---- query results


def query_page(store: JobStore, job: Job, offset: int, count: int) -> tuple[Iterator[str], int]:
    """Return (CSV lines, number of records) of a query's result from a record on."""
    wanted: list[tuple[int, int, int, int]] = []  # part, first line of it, lines taken, lines there
    found = at = 0
    for part, lines in store.parts(job, SUCCESS):
        if at + lines > offset and found < count:
            first = max(0, offset - at)
            taken = min(lines - first, count - found)
            wanted.append((part, first, taken, lines))
            found += taken
        at += lines
    return (
        _slice(store.lines(job, SUCCESS, part), first, taken, lines, job) for part, first, taken, lines in wanted
    ), found


def _slice(data: str, first: int, taken: int, lines: int, job: Job) -> str:
    if taken == lines:
        return data
    rows = csv_out.read(data, job.separator)
    return csv_out.lines(rows[first : first + taken], job.separator, job.newline)
