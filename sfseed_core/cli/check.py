"""`sfseed check`: what the org would say to a dataset or to files of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.check.finding import Finding

SAMPLES = 5


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("check")(check)


def check(
    what: Annotated[
        str, typer.Argument(metavar="DATASET|FILE", help="A dataset's id, latest, an Object.csv or a folder of them.")
    ],
    org: options.Org = None,
    progress: options.ProgressOption = "auto",
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Check records against the schema and rules; exit code 1 when the org would refuse some of them.

    A dataset is checked against the schema it was made for, or against --org. Files need --org.
    """
    from sfseed_core import system
    from sfseed_core.check.finding import Level
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.check import check_anything

    console = Console(json=json, verbosity=verbose - quiet, progress=progress)
    findings = check_anything(what, org=org, home=system.home(), observer=console.observer(), clock=SYSTEM)
    console.result({"findings": [_as_json(one) for one in findings]}, _as_text(findings))
    return 1 if any(one.level is Level.REFUSED for one in findings) else 0


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "object": finding.object,
        "field": finding.field,
        "rule": finding.rule,
        "level": str(finding.level),
        "step": finding.step,
        "message": finding.message,
        "fix": finding.fix,
        "count": finding.count,
        "records": [int(number) for number in finding.records[:SAMPLES]],
    }


def _as_text(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return ["No findings: nothing that the org is known to refuse."]
    rows = [
        (str(one.level), f"{one.object}.{one.field}" if one.field else one.object, one.count, one.message)
        for one in findings
    ]
    return table(("level", "where", "records", "finding"), rows)
