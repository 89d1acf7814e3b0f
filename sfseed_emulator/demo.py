"""The practice org of a home: one detached process, started on demand, found through a private file beside an OS lock."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from sfseed_emulator import system
from sfseed_emulator.serve import ServeOptions, ServerInfo, serve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DemoInfo = ServerInfo

_START_SECONDS = 60.0
_LAST_BREATH = 10.0
_POLL = 0.05
_SECRET_MARKS = ("TOKEN", "SECRET", "PASSWORD", "JWT_KEY")


def ensure_demo(home: Path) -> DemoInfo:
    """Return where the home's practice org runs, with a valid access token; start it first if it does not run.

    Raises RuntimeError with the end of its log when it does not start.
    """
    until = time.monotonic() + _LAST_BREATH
    while True:
        info = _found_or_started(home)
        try:
            return _with_valid_token(info)
        except RuntimeError:  # a process that is just ending still holds its lock, and does not answer any more
            if time.monotonic() > until:
                raise
            time.sleep(_POLL)


def _found_or_started(home: Path) -> DemoInfo:
    folder = system.private_folder(home / "demo")
    with system.lock(folder / "start.lock", timeout=_START_SECONDS):
        if _is_held(folder):
            return _await_ready(folder)
        (folder / "server.json").unlink(missing_ok=True)
        return _await_ready(folder, _start(home, folder))


def stop_demo(home: Path) -> bool:
    """End the home's practice org; say whether it ran. Its records stay for the next start."""
    folder = home / "demo"
    if not folder.is_dir():
        return False
    with system.lock(folder / "start.lock", timeout=_START_SECONDS):
        if not _is_held(folder):
            return False
        info = _await_ready(folder)
        system.stop_process(info.pid)
        (folder / "server.json").unlink(missing_ok=True)
    return True


def serve_demo(home: Path) -> None:
    """Be the practice org of a home, until ended; TimeoutError when another process already is."""
    folder = system.private_folder(home / "demo")
    with system.lock(folder / "lock", timeout=5):  # who only looks whether it is held holds it for a moment
        serve(
            ServeOptions(state=folder / "org"),
            lambda info: system.write_private(folder / "server.json", info.to_json()),
        )


def _is_held(folder: Path) -> bool:
    """Say whether a process is the practice org: whether it holds the lock, which ends with it however it ends."""
    try:
        with system.lock(folder / "lock"):
            return False
    except TimeoutError:
        return True


def _start(home: Path, folder: Path) -> int:
    command = [sys.executable, "-m", "sfseed_emulator", "--serve-demo", "--home", str(home.absolute())]
    return system.start_detached(command, environment=_scrubbed(os.environ), output=folder / "server.log")


def _scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without secrets, and with the path that this process imports from."""
    kept = {name: value for name, value in environment.items() if not any(mark in name.upper() for mark in _SECRET_MARKS)}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109 - what "" means


def _await_ready(folder: Path, pid: int | None = None) -> DemoInfo:
    """Wait for the server's file, for as long as the process `pid` (if it is ours) lives."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        info = read_info(folder / "server.json")
        if info is not None:
            return info
        if pid is not None and not system.is_running(pid):
            break
        time.sleep(_POLL)
    raise RuntimeError(
        f"the practice org did not start; the end of {folder / 'server.log'}: {_tail(folder / 'server.log')}"
    )


def read_info(path: Path) -> DemoInfo | None:
    """Read a server.json; None when there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return ServerInfo(**{one.name: data[one.name] for one in fields(ServerInfo) if one.name in data})


def _tail(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-600:] if path.is_file() else "(nothing)"


def _with_valid_token(info: DemoInfo) -> DemoInfo:
    """Return the info with a fresh access token, since the one of the start may have expired."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": info.refresh_token,
        "client_id": info.client_id,
        "client_secret": info.client_secret,
    }
    request = urllib.request.Request(  # noqa: S310 - always http on 127.0.0.1
        f"{info.base_url}/services/oauth2/token", data=urllib.parse.urlencode(form).encode("ascii"), method="POST"
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=30) as response:
            answer = json.load(response)
    except urllib.error.URLError as error:
        raise RuntimeError(f"the practice org at {info.base_url} does not answer: {error.reason}") from None
    return replace(info, access_token=answer["access_token"])
