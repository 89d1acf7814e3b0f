"""Counting rows of CSV while it streams by, and noticing that it was cut."""

from __future__ import annotations

_KEEP = b'"\n'
_DROP = bytes(set(range(256)) - set(_KEEP))


class RowCounter:
    """Counts line ends outside of quotes over chunks of CSV bytes."""

    def __init__(self) -> None:
        self.lines = 0
        self.size = 0
        self._inside = False
        self._last = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if not chunk:
            return
        self.size += len(chunk)
        self._last = chunk[-1:]
        # adjacent quotes cancel out wherever they stand, so what is left of most rows is their line end
        parts = chunk.translate(None, _DROP).replace(b'""', b"").split(b'"')
        self.lines += sum(part.count(b"\n") for part in parts[int(self._inside) :: 2])
        self._inside ^= len(parts) % 2 == 0

    @property
    def rows(self) -> int:
        """The complete lines after the header."""
        return max(self.lines - 1, 0)

    @property
    def torn(self) -> bool:
        """Whether the text ends inside a quoted value."""
        return self._inside

    @property
    def ended(self) -> bool:
        """Whether the text is made of whole lines."""
        return not self._inside and self._last == b"\n"
