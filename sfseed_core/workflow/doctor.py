"""Doctor: is everything here that sfseed needs, and what does an org allow; only reads."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from typing import TYPE_CHECKING, Literal

from sfseed_core.errors import SfseedError
from sfseed_core.workflow.examined import Examined

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.org.client import Org
    from sfseed_core.org.recording import Recording

PACKAGES = (
    "duckdb",
    "faker",
    "networkx",
    "numpy",
    "pandas",
    "pyarrow",
    "pyvis",
    "requests",
    "simple_salesforce",
    "streamlit",
)
LOW_DISK = 1 << 30
_SCARCE = 0.05


def examine_machine(home: Path) -> tuple[Examined, ...]:
    """Look at this machine and the settings."""
    return (_python(), _packages(), _disk(home), _keyring(home), *_settings(home))


def _python() -> Examined:
    return Examined("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def _packages() -> Examined:
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return Examined(
            "packages", "problem", f"missing: {', '.join(missing)}", "Install again: pip install --upgrade sfseed"
        )
    return Examined("packages", "ok", "all there")


def _disk(home: Path) -> Examined:
    free = shutil.disk_usage(home).free
    level: Literal["ok", "warning"] = "ok" if free > LOW_DISK else "warning"
    return Examined(
        "folder", level, f"{home}, {free >> 20:,} MB free", None if level == "ok" else "Free some space: sfseed clean"
    )


def _keyring(home: Path) -> Examined:
    from sfseed_core.org.secret_store import secret_store

    store = secret_store(home)
    hint = None if store.backend is not None else "Use Salesforce's CLI, a key file or SFSEED_* variables."
    return Examined("secrets of connections", "ok", f"kept in {store.where}", hint)


def _settings(home: Path) -> Iterator[Examined]:
    from sfseed_core.settings import load_settings, shown

    def read() -> Iterator[Examined]:
        given = [row for row in shown(load_settings(home), os.environ, home) if row[2] != "default"]
        said = "; ".join(f"{name} = {value} (from {source})" for name, value, source in given) or "all defaults"
        yield Examined("settings", "ok", f"{said} (order: options, SFSEED_* variables, the file, defaults)")

    yield from _guarded("settings", read)


def examine_org(
    name: str, home: Path, clock: Clock, recording: Recording, *, objects: Collection[str] = ()
) -> Iterator[Examined]:
    """Look at an org: reach it, what it is, limits, the user's permissions; every exchange goes through the recording.

    `objects` are those to be filled, by default the usual ones.
    """
    yield from _guarded(f"org {name}", lambda: _org(name, home, clock, recording, objects))


def try_writing(
    name: str, home: Path, clock: Clock, recording: Recording, *, confirmed_name: str | None
) -> Iterator[Examined]:
    """Write a few records by the load code, read them back and undo them; raises GuardRefused and UserError."""
    from sfseed_core.workflow.connect import find_login, reach
    from sfseed_core.workflow.write_test import write_test

    org = reach(find_login(name, home), clock=clock, home=home, mounts=recording.mounts)
    return write_test(org, name, home=home, clock=clock, confirmed_name=confirmed_name)


def _org(name: str, home: Path, clock: Clock, recording: Recording, objects: Collection[str]) -> Iterator[Examined]:
    from sfseed_core.workflow.connect import find_login, judge, reach

    org = reach(find_login(name, home), clock=clock, home=home, mounts=recording.mounts)
    decision = judge(org.facts, home)
    yield Examined(f"org {name}", "ok", f"{org.facts.name} as {org.facts.username}, API {org.api_version}")
    allowed = decision.verdict != "refused"
    yield Examined("may be written to", "ok" if allowed else "problem", f"{decision.verdict}: {decision.reason}")
    yield from _guarded("limits", lambda: _limits(org))
    yield from _guarded("permissions", lambda: _permissions(org, objects))


def _limits(org: Org) -> Iterator[Examined]:
    limits = org.limits()
    if limits is None:
        yield Examined("limits", "warning", "this user may not read them", "Ask for View Setup and Configuration.")
        return
    yield _left("API calls left today", limits.get("DailyApiRequests"), "")
    yield _left("data storage left", limits.get("DataStorageMB"), " MB")


def _left(what: str, limit: object, unit: str) -> Examined:
    """Say what is left of a limit; an answer of another shape than ours is shown as not told."""
    most, left = (limit.get("Max"), limit.get("Remaining")) if isinstance(limit, dict) else (None, None)
    if not isinstance(most, int | float) or not isinstance(left, int | float):
        return Examined(what, "ok", "the org does not say")
    scarce = left < most * _SCARCE
    hint = "A load may stop half-way: wait for tomorrow, or free some." if scarce else None
    return Examined(what, "warning" if scarce else "ok", f"{left:,} of {most:,}{unit}", hint)


def _permissions(org: Org, objects: Collection[str]) -> Iterator[Examined]:
    from sfseed_core.workflow.permissions import permissions

    for one in permissions(org, objects):
        missing: Literal["problem", "warning"] = "problem" if one.permission.needed else "warning"
        detail = f" ({one.detail})" if one.detail else ""
        said = {"there": "yes", "missing": "no", "unknown": "the org does not say"}[one.state] + detail
        hint = None if one.state == "there" else f"For: {one.permission.why}. Without it: {one.permission.without}."
        level = "ok" if one.state != "missing" else missing
        yield Examined(f"permission: {one.permission.name}", level, said, hint, one)


def _guarded(what: str, look: Callable[[], Iterator[Examined]]) -> Iterator[Examined]:
    """Turn an error of ours into a result: the doctor looks on."""
    try:
        yield from look()
    except SfseedError as error:
        yield Examined(what, "problem", error.message, error.hint)
