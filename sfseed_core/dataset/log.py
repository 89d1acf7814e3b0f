"""The log of edits: one durable JSON line per operation, only ever appended to.

The revision of a dataset is the number of its lines. A line that a crash left torn has no line end: it was never
acknowledged, readers pass over it and the next writer cuts it off.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sfseed_core import system
from sfseed_core.errors import DataError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

LOCK_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """What an operation does to one object: the patch `file` holds record numbers and, but for `delete`, values.

    `columns` are those that a `set` writes; `first` is the number of the first record that an `add` adds.
    """

    object: str
    kind: Literal["set", "add", "delete"]
    file: str
    count: int
    columns: tuple[str, ...] = ()
    first: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the log: an edit with its parts, or the `undo` or `redo` of the edit with number `of`."""

    kind: Literal["edit", "undo", "redo"]
    label: str
    at: datetime
    parts: tuple[Part, ...] = ()
    of: int = 0


def live(operations: Sequence[Operation]) -> tuple[int, ...]:
    """Return the numbers (from 1) of the edits that are in force."""
    dead: set[int] = set()
    for operation in operations:
        if operation.kind == "undo":
            dead.add(operation.of)
        elif operation.kind == "redo":
            dead.discard(operation.of)
    return tuple(n for n, one in enumerate(operations, 1) if one.kind == "edit" and n not in dead)


def next_undo(operations: Sequence[Operation]) -> int | None:
    """Return the number of the edit that an undo takes back: the last one in force."""
    return max(live(operations), default=None)


def next_redo(operations: Sequence[Operation]) -> int | None:
    """Return the number of the edit that a redo brings back: the one undone last, if nothing was edited since."""
    alive = set(live(operations))
    for operation in reversed(operations):
        if operation.kind == "edit":
            return None
        if operation.kind == "undo" and operation.of not in alive:
            return operation.of
    return None


class EditLog:
    """The log file of one dataset, read again only as far as it grew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "log.jsonl"
        self._read = 0
        self._operations: tuple[Operation, ...] = ()

    def operations(self) -> tuple[Operation, ...]:
        """Return every operation so far, also those that other processes appended."""
        if not self._path.exists() or self._path.stat().st_size == self._read:
            return self._operations
        with self._path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if whole:
            self._operations += tuple(_parse(line, self._path) for line in whole.split(b"\n") if line)
            self._read += len(whole)
        return self._operations

    def lock(self) -> AbstractContextManager[None]:
        """Hold the log while an operation is decided on and appended."""
        return _held(self.folder / "lock")

    def append(self, operation: Operation) -> int:
        """Append the operation durably and return its number, the new revision; the caller holds the lock."""
        known = self.operations()
        fresh = not self._path.exists()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(self._read)
            file.seek(self._read)
            file.write(_line(operation))
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            system.sync_folder(self.folder)
        return len(known) + 1


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """The file lock, with a message for people where another process holds it."""
    try:
        lock = system.lock(path, timeout=LOCK_TIMEOUT)
        lock.__enter__()
    except TimeoutError as error:
        raise UserError(
            "another window or process is changing this dataset right now", hint="Try again in a moment."
        ) from error
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _line(operation: Operation) -> bytes:
    data = asdict(operation) | {"at": operation.at.isoformat()}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parse(line: bytes, path: Path) -> Operation:
    try:
        data = json.loads(line)
        data["at"] = datetime.fromisoformat(data["at"])
        data["parts"] = tuple(Part(**{**part, "columns": tuple(part["columns"])}) for part in data["parts"])
        return Operation(**data)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: a line of the edit log cannot be read: {error}") from error


def iterate_parts(operations: Sequence[Operation], object_name: str) -> Iterator[tuple[int, Part]]:
    """Yield the parts that concern the object, each with the number of its operation."""
    for number, operation in enumerate(operations, 1):
        for part in operation.parts:
            if part.object == object_name:
                yield number, part
