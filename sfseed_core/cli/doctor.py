"""`sfseed doctor`: is everything here that sfseed needs, and what would an org allow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console
from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.org.recording import Recording
    from sfseed_core.workflow.examined import Examined

SIGNS = {"ok": "ok  ", "warning": "warn", "problem": "FAIL"}


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("doctor")(doctor)


def doctor(
    org: options.Org = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Where the report goes; default: in sfseed's own folder."),
    ] = None,
    *,
    write_test: Annotated[
        bool, typer.Option("--write-test", help="Also insert 3 accounts and 3 contacts, read them back, undo them.")
    ] = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> int:
    """Look at this machine, the settings and (with --org) an org; it only reads. Exit code 3 when something is amiss.

    --write-test writes a little, after asking. With --org a report is written, with every name, id, token and value replaced:
    read it, and send it to whoever helps you.
    """
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.org.recording import Recording
    from sfseed_core.workflow.doctor import examine_machine, examine_org
    from sfseed_core.workflow.permissions import message
    from sfseed_core.workflow.report import NAME, write_report

    console = Console(json=json, yes=yes)
    home, recording = system.home(), Recording()
    results = list(examine_machine(home))
    path = report or home / NAME
    if org is None and write_test:
        raise UserError("--write-test needs --org", hint="For example: sfseed doctor --org demo --write-test")
    if org is not None:
        results += examine_org(org, home, SYSTEM, recording)
        try:
            if write_test:
                results += _written(org, home, console, recording)
        finally:
            write_report(path, results, recording.exchanges)
    lines = [f"{SIGNS[one.level]}  {one.what}: {one.said}" + (f"\n      {one.hint}" if one.hint else "") for one in results]
    data: dict[str, object] = {
        "checks": [{"what": one.what, "level": one.level, "said": one.said, "hint": one.hint} for one in results]
    }
    if org is not None:
        asked = message([one.allowed for one in results if one.allowed is not None])
        data["admin_message"] = asked
        lines += ["", "For your admin:", asked, ""]
        lines.append(f"Report, everything replaced by kind and length: {path}")
        data["report"] = str(path)
    console.result(data, lines)
    return 3 if any(one.level == "problem" for one in results) else 0


def _written(org: str, home: Path, console: Console, recording: Recording) -> Iterator[Examined]:
    """Ask, then try to write."""
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.connect import judge, open_org
    from sfseed_core.workflow.doctor import try_writing

    facts = open_org(org, clock=SYSTEM, home=home).facts
    name = facts.name or facts.org_id
    typed = None
    if judge(facts, home).verdict == "confirm":
        typed = console.typed(name, f"{name} is no sandbox.")
    else:
        console.confirm(f"Insert 3 accounts and 3 contacts into {name}, and delete them again?")
    return try_writing(org, home, SYSTEM, recording, confirmed_name=typed)
