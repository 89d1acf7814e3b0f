"""The API versions that the emulator answers to."""

from __future__ import annotations

from sfseed_emulator.errors import ApiError

OLDEST = 31
NEWEST = 68
_SEASONS = ("Summer", "Winter", "Spring")


def release(version: int) -> str:
    """Name the release of a version, for instance Summer '26 of 67."""
    return f"{_SEASONS[(version - OLDEST) % 3]} '{14 + (version - OLDEST + 2) // 3}"


def listed() -> list[dict[str, str]]:
    """List all versions, oldest first, as `GET /services/data` does."""
    return [
        {"label": release(version), "url": f"/services/data/v{version}.0", "version": f"{version}.0"}
        for version in range(OLDEST, NEWEST + 1)
    ]


def check(text: str) -> None:
    """Refuse a version in a path that is retired or was never there."""
    whole, dot, fraction = text.partition(".")
    if not whole.isdecimal() or (dot and fraction != "0") or not dot or int(whole) > NEWEST:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    if int(whole) < OLDEST:
        raise ApiError("GONE", f"API version {text} has been removed", status=410)
