"""Doctor: is everything here that sfseed needs, and what does an org allow; only reads."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sfseed_core.clock import Clock

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


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at."""

    what: str
    level: Literal["ok", "warning", "problem"]
    said: str
    hint: str | None = None


def examine(home: Path, *, org: str | None, clock: Clock) -> tuple[Examined, ...]:
    """Look at this machine, the settings and, when named, an org."""
    results = [_python(), _packages(), _disk(home), *_settings(home)]
    if org is not None:
        results += list(_guarded(f"org {org}", lambda: _org(org, home, clock)))
    return tuple(results)


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


def _settings(home: Path) -> Iterator[Examined]:
    from sfseed_core.settings import load_settings, shown

    def read() -> Iterator[Examined]:
        given = [row for row in shown(load_settings(home), os.environ, home) if row[2] != "default"]
        said = "; ".join(f"{name} = {value} (from {source})" for name, value, source in given) or "all defaults"
        yield Examined("settings", "ok", said)

    yield from _guarded("settings", read)


def _org(name: str, home: Path, clock: Clock) -> Iterator[Examined]:
    from sfseed_core.org.guard import decide
    from sfseed_core.workflow.connect import open_org

    org = open_org(name, clock=clock, home=home)
    decision = decide(org.facts)
    yield Examined(f"org {name}", "ok", f"{org.facts.name} as {org.facts.username}, API {org.api_version}")
    allowed = decision.verdict != "refused"
    yield Examined("may be written to", "ok" if allowed else "problem", f"{decision.verdict}: {decision.reason}")
    limits = org.limits()
    if limits is None:
        yield Examined("limits", "warning", "this user may not read them", "Ask for View Setup and Configuration.")
        return
    calls, storage = limits.get("DailyApiRequests", {}), limits.get("DataStorageMB", {})
    yield Examined("API calls left today", "ok", f"{calls.get('Remaining')} of {calls.get('Max')}")
    yield Examined("data storage left", "ok", f"{storage.get('Remaining')} of {storage.get('Max')} MB")


def _guarded(what: str, look: Callable[[], Iterator[Examined]]) -> Iterator[Examined]:
    """Turn an error of ours into a result: the doctor looks on."""
    try:
        yield from look()
    except SfseedError as error:
        yield Examined(what, "problem", error.message, error.hint)
