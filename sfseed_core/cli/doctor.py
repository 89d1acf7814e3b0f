"""`sfseed doctor`: is everything here that sfseed needs, and what would an org allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.cli import options
from sfseed_core.cli.console import Console

if TYPE_CHECKING:
    import typer

SIGNS = {"ok": "ok  ", "warning": "warn", "problem": "FAIL"}


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("doctor")(doctor)


def doctor(org: options.Org = None, *, json: options.Json = False) -> int:
    """Look at this machine, the settings and (with --org) an org; only reads. Exit code 3 when something is amiss."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.doctor import examine

    results = examine(system.home(), org=org, clock=SYSTEM)
    lines = [f"{SIGNS[one.level]}  {one.what}: {one.said}" + (f"\n      {one.hint}" if one.hint else "") for one in results]
    data = {"checks": [{"what": one.what, "level": one.level, "said": one.said, "hint": one.hint} for one in results]}
    Console(json=json).result(data, lines)
    return 3 if any(one.level == "problem" for one in results) else 0
