"""What single faults do to a request or its answer: a proxy's page, half an answer, a purged job, a refreshed sandbox."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sfseed_emulator import ids, oauth
from sfseed_emulator.bulk.store import JobStore
from sfseed_emulator.routes.route import Answer
from sfseed_emulator.tables import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.state import OrgState

_JOB = re.compile(r"/jobs/(ingest|query)/(\w{15,18})")
_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>"
    b"<hr><center>nginx</center></body></html>"
)


def proxy_page(settings: Mapping[str, Any]) -> Answer:
    """Answer with the HTML page of a proxy that reaches nobody behind it."""
    return Answer(_PAGE, status=int(settings.get("status", 502)), media_type="text/html")


def half(answer: Answer, settings: Mapping[str, Any]) -> Answer:
    """Let an answer break off after some bytes, its length told in full."""
    whole = _body(answer)
    kept = int(settings.get("bytes", len(whole) // 2))
    return replace(answer, content=whole, pieces=None, cut_after=kept)


def without_last_rows(answer: Answer, settings: Mapping[str, Any]) -> Answer:
    """Leave the last rows of a CSV out, as if they had not been written yet."""
    lines = _body(answer).splitlines(keepends=True)
    behind = max(1, len(lines) - int(settings.get("rows_left_out", 1)))
    return replace(answer, content=b"".join(lines[:behind]), pieces=None)


def _body(answer: Answer) -> bytes:
    return b"".join(answer.pieces) if answer.pieces is not None else answer.encoded()


def purge_job(call: Call) -> None:
    """Forget the job that the request is about, with its results, as after seven days."""
    found = _JOB.search(call.path)
    job_id = ids.full_id(found[2]) if found else None
    if found is None or job_id is None:
        return
    with call.state.transaction():
        store = JobStore(call.state)
        job = store.find(job_id, found[1])
        if job is not None:
            store.delete(job)


def refresh_sandbox(state: OrgState) -> None:
    """Make the org another one at the same address: a new org id, no business records, no live token."""
    former = state.org_id
    with state.transaction():
        state.take_org_id(ids.random_org_id())
        for name, found in state.schema.objects.items():
            if found.setup or not found.createable:
                continue
            gone = state.live_count(name)
            state.db.execute(f"DELETE FROM {quoted(name)} WHERE IFNULL({_standard(found.fields)}, 0) = 0")
            left = int(state.db.execute(f"SELECT COUNT(*) FROM {quoted(name)} WHERE IsDeleted = 0").fetchone()[0])
            state.rows_gone(name, gone - left)
        if "Organization" in state.schema.objects:
            state.db.execute('UPDATE "Organization" SET Id = ? WHERE Id = ?', (state.org_id, former))
        oauth.end_all(state)


def _standard(fields: Mapping[str, object]) -> str:
    """Return the column that marks what every org has from the start: the standard price book."""
    return '"IsStandard"' if "IsStandard" in fields else "0"
