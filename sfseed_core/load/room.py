"""Room on the disk: a load that runs out of it stops with a clear word, and nothing of what it knows is lost.

The journal needs a few kilobytes to say how it ended, when there are none left; they are kept in reserve until then.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sfseed_core.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.load.journal import Run

_RESERVE = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FULL_WORDS = ("disk is full", "disk i/o error")


@contextmanager
def room_for(run: Run) -> Iterator[None]:
    """Turn a full disk inside into Interrupted, once there is room again to write down that the run has stopped."""
    try:
        _keep_reserve(run)
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if not is_full(error):
            raise
        (run.folder / "reserve").unlink(missing_ok=True)
        raise Interrupted(
            f"there is no room left on the disk of {run.folder}: the run has stopped, and nothing is lost",
            hint=f"Make room (see: sfseed clean), then go on with: sfseed runs resume {run.id}",
        ) from error


def is_full(error: OSError | sqlite3.OperationalError) -> bool:
    """Say whether an error means that the disk has no room."""
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error).lower() for words in _FULL_WORDS)
    return error.errno in _FULL


def _keep_reserve(run: Run) -> None:
    path = run.folder / "reserve"
    if path.exists() and path.stat().st_size == _RESERVE:
        return
    with path.open("wb") as file:
        file.write(os.urandom(_RESERVE))  # a disk that compresses must not give it away


def give_up_reserve(run: Run) -> None:
    """Give the reserve back, when the run has come to rest."""
    (run.folder / "reserve").unlink(missing_ok=True)
