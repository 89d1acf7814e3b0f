"""Results to disk: streamed, checked for having been cut, fetched again when they were."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sfseed_core.errors import OrgUnreachable
from sfseed_core.org.csv_rows import RowCounter
from sfseed_core.org.retry import reads
from sfseed_core.org.transport import translated

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    import requests

    from sfseed_core.org.session import Request, Session

_CHUNK = 1 << 18


def fetch(session: Session, request: Request, into: Path, *, expect: int | None = None) -> int:
    """Stream the CSV that a read gives into a file and return its number of rows.

    A file that ends in the middle of a line, or has fewer rows than `expect`, was probably cut and is fetched again;
    when the org answers the same bytes twice they are what it has (it is the caller's part to compare with counters).
    `into` appears only when complete.
    """
    partial = into.with_name(f"{into.name}.part")
    seen: tuple[int, int] | None = None
    for attempt in reads():
        with attempt:
            rows, whole, seal = _stream(session, request, partial)
            short = expect is not None and rows < expect
            if (not whole or short) and seal != seen:
                seen = seal
                raise OrgUnreachable(f"the answer to {request} was cut after {rows} rows")
            partial.replace(into)
            return rows
    raise AssertionError  # the last attempt raises


def _stream(session: Session, request: Request, partial: Path) -> tuple[int, bool, tuple[int, int]]:
    counter, checksum = RowCounter(), 0
    with session.once(request) as answer, partial.open("wb") as file:
        with translated(str(request)):
            checksum = _copy(answer, file, counter)
        _complete(answer, counter, request)
    if counter.torn:
        raise OrgUnreachable(f"the answer to {request} was cut inside a value")
    return counter.rows, counter.ended, (counter.size, checksum)


def _copy(answer: requests.Response, file: BinaryIO, counter: RowCounter) -> int:
    checksum = 0
    for chunk in answer.iter_content(_CHUNK):
        file.write(chunk)
        counter.feed(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return checksum


def _complete(answer: requests.Response, counter: RowCounter, request: Request) -> None:
    """Compare with the announced length, where bytes were not compressed on the way."""
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and "Content-Encoding" not in answer.headers and int(announced) != counter.size:
        raise OrgUnreachable(f"the answer to {request} was cut: {counter.size} of {announced} bytes")
