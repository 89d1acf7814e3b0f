"""`sfseed clean`: remove what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from sfseed_core.workflow.clean import Leftover


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("clean")(clean)


def clean(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="DAYS", help="Only what is older, such as 30d.")
    ] = "30d",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also runs that can be undone, and the practice org.")] = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Remove old datasets, ended runs, caches and leftovers of crashes from sfseed's folder."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.clean import days, find, remove, sweep

    console = Console(json=json, yes=yes)
    found: tuple[Leftover, ...] = find(system.home(), older_than=days(older_than), everything=everything, clock=SYSTEM)
    rows = [(one.kind, one.name, one.size // 1024) for one in found]
    if found:
        console.say("\n".join(table(("what", "name", "KB"), rows)))
        console.confirm(f"Remove these {len(found)}?")
    remove(found)
    removed = [*sweep(system.home()), *(one.name for one in found)]
    console.result({"removed": removed}, f"Removed {len(removed)}.")
