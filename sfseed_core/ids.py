"""Salesforce record ids, and the names of our own datasets and runs."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")
_OWN = re.compile(r"[drm]-\d{8}-\d{6}-[a-z0-9]{4}")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def checksum(id15: str) -> str:
    """Return the three characters that make a 15-character id safe in case-insensitive places."""
    return "".join(_CHECKSUM[sum(1 << k for k in range(5) if "A" <= id15[block + k] <= "Z")] for block in (0, 5, 10))


def to18(record_id: str) -> str:
    """Return the 18-character form of a 15- or 18-character id.

    Raises ValueError when the text is no id or its checksum is wrong.
    """
    if not _SHAPE.fullmatch(record_id):
        raise ValueError(f"not a Salesforce id: {record_id!r}")
    full = record_id[:15] + checksum(record_id[:15])
    if len(record_id) == 18 and record_id != full:
        raise ValueError(f"a Salesforce id with a wrong checksum: {record_id!r}")
    return full


def is_id(text: str) -> bool:
    """Say whether the text is a well-formed record id."""
    try:
        to18(text)
    except ValueError:
        return False
    return True


def new_dataset_id(now: datetime) -> str:
    """Return a new dataset id; ids of one machine sort by time and are safe as folder names."""
    return _own("d", now)


def new_run_id(now: datetime) -> str:
    """Return a new run id; ids of one machine sort by time and are safe as folder names."""
    return _own("r", now)


def new_making_id(now: datetime) -> str:
    """Return a new id of records being made; safe as a folder name."""
    return _own("m", now)


def is_own(text: str) -> bool:
    """Say whether the text has the form of a dataset, run or making id (so it cannot leave its folder)."""
    return _OWN.fullmatch(text) is not None


def _own(kind: str, now: datetime) -> str:
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(4))
    return f"{kind}-{now:%Y%m%d-%H%M%S}-{tail}"
