"""Every difference between operating systems that the emulator meets: sudden death, locks, detached processes, private files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_WINDOWS = sys.platform == "win32"


def kill_this_process() -> None:
    """End this process at once, as a power cut would: nothing is closed, flushed or said."""
    os._exit(137)


def private_folder(path: Path) -> Path:
    """Make the folder, readable by this user only, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _WINDOWS:
        path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file that only this user may read; readers see the old or the new content."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def lock(path: Path, *, timeout: float = 0) -> Iterator[None]:
    """Hold an OS lock on a file: it ends with the process, however that ends.

    Raises TimeoutError when another process holds it for `timeout` seconds.
    """
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    held = FileLock(path, timeout=timeout)
    try:
        held.acquire()
    except Timeout:
        raise TimeoutError(f"{path} is locked by another process") from None
    try:
        yield
    finally:
        held.release()


def start_detached(command: Sequence[str], *, environment: Mapping[str, str], output: Path) -> int:
    """Start a process that outlives this one and inherits no descriptor; its output goes to the file `output`."""
    flags: dict[str, int | bool] = (
        {"creationflags": 0x00000008 | 0x00000200}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
        if _WINDOWS
        else {"start_new_session": True}
    )
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - fixed command, no shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=dict(environment),
            close_fds=True,
            **flags,
        )
    finally:
        os.close(descriptor)
    return int(process.pid)


def is_running(pid: int) -> bool:
    """Say whether a process of that id is running (a zombie is not)."""
    import psutil

    try:
        process = psutil.Process(pid)
        # On Linux the first thread is a zombie while others still hold the files, and so the locks.
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False


def stop_process(pid: int, *, timeout: float = 10) -> None:
    """End a process: asked first, then by force.

    One that has ended but was not reaped by the process that started it (which may be a server that lives on) has ended.
    """
    import psutil

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        if not _has_ended(pid, timeout):
            process.kill()
            _has_ended(pid, timeout)


def _has_ended(pid: int, timeout: float) -> bool:
    """Wait for the end of a process, at most so many seconds; say whether it came."""
    end = time.monotonic() + timeout
    while is_running(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
