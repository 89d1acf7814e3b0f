"""Every difference between operating systems: folders, locks, durable files, detached processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WINDOWS = sys.platform == "win32"
PORTS_REUSABLE = not _WINDOWS
"""Whether SO_REUSEADDR only shortens the wait after a listener has ended; on Windows two programs could share the port."""

_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(1, 10))})


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the private folder of this user's sfseed: `SFSEED_HOME`, else the platform's data folder."""
    named = environment.get("SFSEED_HOME")
    if named:
        return private_folder(Path(named).expanduser().absolute())
    from platformdirs import user_data_path

    return private_folder(user_data_path("sfseed", appauthor=False))


def private_folder(path: Path) -> Path:
    """Make the folder (and those above it) if need be, readable by this user only, and return it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _WINDOWS:
            path.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            f"cannot use the folder {path}: {error.strerror}", hint="Set SFSEED_HOME to a folder of your own."
        ) from error
    return path


def safe_name(name: str) -> str:
    """Return the name when it can be a file name on every system; raise ValueError otherwise.

    Names of objects come from an org and are not to be trusted with a path.
    """
    plain = name.replace("_", "").replace("-", "")
    if not plain.isascii() or not plain.isalnum() or len(name) > 120 or name.upper() in _RESERVED:
        raise ValueError(f"not usable as a file name: {name!r}")
    return name


def write_durably(path: Path, data: bytes, *, private: bool = True) -> None:
    """Replace the file's content so that a crash leaves either the old or the new content."""
    write_whole(path, data, private=private, durable=True)
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes, *, private: bool = True, durable: bool = False) -> None:
    """Replace the file's content so that whoever reads it sees either the old or the new; a power cut may leave neither."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


def sync_folder(path: Path) -> None:
    """Make new names in the folder survive a power cut, where the system offers that."""
    if _WINDOWS:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def lock(path: Path, *, timeout: float = 0) -> Iterator[None]:
    """Hold an OS lock on the file: it ends with the process, however that ends.

    Raises TimeoutError when another process holds it for `timeout` seconds (0: right away).
    """
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    held = FileLock(path, timeout=timeout)
    try:
        held.acquire()
    except Timeout as error:
        raise TimeoutError(f"{path} is locked by another process") from error
    try:
        yield
    finally:
        held.release()


def start_detached(command: Sequence[str], *, stdin: bytes, environment: Mapping[str, str], output: Path) -> int:
    """Start a process that outlives this one and inherits no descriptor; return its process id.

    `stdin` is written to it and closed; stdout and stderr go to the file `output`.
    """
    flags: dict[str, int | bool] = (
        {"creationflags": 0x00000008 | 0x00000200}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
        if _WINDOWS
        else {"start_new_session": True}
    )
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - fixed command, no shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            env=dict(environment),
            close_fds=True,
            **flags,
        )
    finally:
        os.close(descriptor)
    with suppress(BrokenPipeError):
        process.stdin.write(stdin)
        process.stdin.close()
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
