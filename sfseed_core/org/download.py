"""Results to disk: streamed, checked for having been cut, fetched again when they were."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Received:
    """What one attempt has brought: rows, whether the last line is whole, and the number of bytes."""

    rows: int
    whole: bool
    size: int


def fetch(session: Session, request: Request, into: Path, *, expect: int | None = None) -> int:
    """Stream the CSV that a read gives into a file and return its number of rows.

    A text that ends inside a line, has no header, or has fewer rows than `expect` was probably cut and is fetched again.
    Whole lines that stay fewer, the same bytes twice, are what the org has: comparing with its counters is the caller's
    part. `into` appears only when complete.
    """
    partial = into.with_name(f"{into.name}.part")
    seen: tuple[_Received, int] | None = None
    for attempt in reads():
        with attempt:
            found = _stream(session, request, partial)
            short = expect is not None and found.rows < expect
            if short or not found.whole:
                before, seen = seen, (found, _checksum(partial))
                if seen != before or (short and not found.whole):
                    raise OrgUnreachable(f"the answer to {request} was cut after {found.rows} rows")
            partial.replace(into)
            return found.rows
    raise AssertionError  # the last attempt raises


def _stream(session: Session, request: Request, partial: Path) -> _Received:
    counter = RowCounter()
    with session.once(request) as answer, partial.open("wb") as file:
        with translated(str(request)):
            _copy(answer, file, counter)
        _complete(answer, counter, request)
    if counter.torn or counter.size == 0:
        raise OrgUnreachable(f"the answer to {request} was cut {'inside a value' if counter.torn else 'before its header'}")
    unended = 0 if counter.ended else 1  # a last line without its end
    return _Received(counter.rows + unended * (counter.lines > 0), counter.ended, counter.size)


def _copy(answer: requests.Response, file: BinaryIO, counter: RowCounter) -> None:
    for chunk in answer.iter_content(_CHUNK):
        file.write(chunk)
        counter.feed(chunk)


def _checksum(path: Path) -> int:
    """What tells the bytes of two attempts apart."""
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.adler32(chunk, checksum)
    return checksum


def _complete(answer: requests.Response, counter: RowCounter, request: Request) -> None:
    """Compare with the announced length, where bytes were not compressed on the way."""
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and "Content-Encoding" not in answer.headers and int(announced) != counter.size:
        raise OrgUnreachable(f"the answer to {request} was cut: {counter.size} of {announced} bytes")
