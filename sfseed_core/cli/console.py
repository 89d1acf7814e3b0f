"""What a command shows: results on stdout, everything else on stderr, UTF-8 whatever the console."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TextIO

from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfseed_core.events import Observer

ProgressStyle = Literal["auto", "json", "none"]


def use_utf8(*streams: TextIO) -> None:
    """Make the streams write UTF-8, and replace what even that cannot say, whatever the console's own encoding."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Console:
    """How this command talks: `verbosity` -1 quiet, 0 normal, 1 verbose."""

    json: bool = False
    verbosity: int = 0
    progress: ProgressStyle = "auto"
    yes: bool = False

    def say(self, text: str) -> None:
        """Tell the user something on stderr, unless quiet."""
        if self.verbosity >= 0:
            print(text, file=sys.stderr, flush=True)

    def detail(self, text: str) -> None:
        """Tell the user something on stderr when verbose."""
        if self.verbosity > 0:
            print(text, file=sys.stderr, flush=True)

    def result(self, data: Mapping[str, Any], text: str | Iterable[str]) -> None:
        """Print a command's result: with `--json` one object on the last line of stdout, else the text."""
        if self.json:
            print(json.dumps(data, ensure_ascii=False, default=str), flush=True)
            return
        print(text if isinstance(text, str) else "\n".join(text), flush=True)

    def confirm(self, question: str) -> None:
        """Ask before something is written; returns only on a yes.

        Raises UserError when the user says no, or when there is nobody to ask and `--yes` was not given.
        """
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise UserError(f"{question} Nobody is there to answer.", hint="Add --yes to go on without asking.")
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise UserError("Stopped, nothing was written.")

    def typed(self, name: str, question: str) -> str:
        """Have the org's name typed, which `--yes` never does; returns it.

        Raises UserError when something else was typed, or when there is nobody to type it.
        """
        if not sys.stdin.isatty():
            raise UserError(f"{question} Its name has to be typed by a person; --yes does not answer this.")
        print(f"{question}\nType its name to go on ({name}): ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != name.strip():
            raise UserError("That is not its name: stopped, nothing was written.")
        return name

    def observer(self) -> Observer:
        """Return the observer that shows progress in the chosen style."""
        from sfseed_core.cli.progress import observer

        return observer(self)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Lay out rows in columns, numbers to the right."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(header)]
    numeric = [bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(header))]

    def line(texts: Sequence[str]) -> str:
        parts = (t.rjust(w) if n else t.ljust(w) for t, w, n in zip(texts, widths, numeric, strict=True))
        return "  ".join(parts).rstrip()

    return [line(header), line(["-" * width for width in widths]), *(line(row) for row in cells)]
