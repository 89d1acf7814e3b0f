"""What an org allows a day, and how much of it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import storage
from sfseed_emulator.errors import ApiError

if TYPE_CHECKING:
    from sfseed_emulator.state import OrgState

API_CALLS = "api_calls"
BULK_BATCHES = "bulk_batches"
QUERY_JOBS = "query_jobs"


def use(state: OrgState, what: str, count: int = 1) -> int:
    """Use up some of a day's allowance and return what is used."""
    return state.advance(_today(state, what), count)


def used(state: OrgState, what: str) -> int:
    """Return what is used of a day's allowance."""
    return state.counter(_today(state, what))


def count_call(state: OrgState) -> None:
    """Count one API call; REQUEST_LIMIT_EXCEEDED when none is left."""
    if used(state, API_CALLS) >= state.options.daily_api_requests:
        raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    use(state, API_CALLS)


def usage_header(state: OrgState) -> str:
    """Return the value of the header Sforce-Limit-Info."""
    return f"api-usage={used(state, API_CALLS)}/{state.options.daily_api_requests}"


def report(state: OrgState) -> dict[str, dict[str, int]]:
    """Answer as `GET /limits` does, for the limits that the emulator keeps."""
    options = state.options
    return {
        "DailyApiRequests": _line(options.daily_api_requests, used(state, API_CALLS)),
        "DailyBulkApiBatches": _line(options.daily_bulk_batches, used(state, BULK_BATCHES)),
        "DailyBulkV2QueryFileStorageMB": _line(976_562, 0),
        "DailyBulkV2QueryJobs": _line(options.daily_query_jobs, used(state, QUERY_JOBS)),
        "DataStorageMB": {"Max": options.data_storage_mb, "Remaining": storage.remaining_mb(state)},
        "FileStorageMB": _line(options.file_storage_mb, 0),
    }


def _line(most: int, gone: int) -> dict[str, int]:
    return {"Max": most, "Remaining": max(0, most - gone)}


def _today(state: OrgState, what: str) -> str:
    return f"{what}:{state.now():%Y-%m-%d}"
