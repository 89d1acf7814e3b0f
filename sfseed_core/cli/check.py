"""`sfseed check`: what the org would say to a dataset or to files of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from sfseed_core.check.finding import Finding
    from sfseed_core.check.report import Report, RuleReport

SAMPLES = 5


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("check")(check)


def check(
    what: Annotated[
        str,
        typer.Argument(metavar="DATASET|FILE", help="A dataset's id, latest, or CSV, Excel or Parquet: a file, a folder."),
    ],
    org: options.Org = None,
    object_name: Annotated[
        str | None,
        typer.Option(
            "--object", metavar="OBJECT", help="What the file's records are; default: what the file is named after."
        ),
    ] = None,
    given: options.Given = None,
    findings: Annotated[
        Path | None, typer.Option("--findings", metavar="CSV", help="Write a line for each record of each finding here.")
    ] = None,
    progress: options.ProgressOption = "auto",
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Check records against the schema and the org's rules; exit code 1 when the org would refuse some of them.

    A dataset is checked against the schema it was made for, or against --org. Files need --org.
    """
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.check import report_on

    console = Console(json=json, verbosity=verbose - quiet, progress=progress)
    report = report_on(
        what,
        org=org,
        home=system.home(),
        object_name=object_name,
        given=options.given(given),
        observer=console.observer(),
        clock=SYSTEM,
    )
    if findings is not None:
        from sfseed_core.check.findings_file import write_findings

        console.say(f"{write_findings(findings, report.findings):,} lines written to {findings}")
    console.result(_as_json(report), _as_text(report))
    return 1 if report.refused else 0


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "records": report.records,
        "refused": report.refused,
        "pass_rate": round(report.pass_rate, 6),
        "findings": [_finding_json(one) for one in report.findings],
        "rules": [_rule_json(one) for one in report.rules],
        "duplicate_rules": list(report.duplicates),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
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


def _rule_json(one: RuleReport) -> dict[str, Any]:
    return {
        "object": one.object,
        "rule": one.rule,
        "message": one.message,
        "cover": str(one.cover),
        "refused": one.refused,
        "on_update": one.on_update,
        "unknown": one.unknown,
        "samples": list(one.samples),
        "why": list(one.why),
    }


def _as_text(report: Report) -> list[str]:
    return [*_findings_text(report), *_rules_text(report), *report.duplicates, _summary(report)]


def _findings_text(report: Report) -> list[str]:
    if not report.findings:
        return ["No findings: nothing that the org is known to refuse."]
    rows = [
        (str(one.level), f"{one.object}.{one.field}" if one.field else one.object, one.count, one.message)
        for one in report.findings
    ]
    return table(("level", "where", "records", "finding"), rows)


def _rules_text(report: Report) -> list[str]:
    if not report.rules:
        return []
    rows = [
        (f"{one.object}.{one.rule}", str(one.cover), one.refused + one.on_update, _seen_in(one), "; ".join(one.why))
        for one in report.rules
    ]
    return ["", *table(("rule", "", "refused", "records, for instance", "why not"), rows)]


def _seen_in(one: RuleReport) -> str:
    return ", ".join(str(record) for record in one.samples)


def _summary(report: Report) -> str:
    passing = report.records - report.refused
    covered = sum(str(one.cover) == "covered" for one in report.rules)
    rules = f"; of {len(report.rules):,} rules {covered:,} are covered" if report.rules else ""
    return f"{passing:,} of {report.records:,} records pass ({100 * report.pass_rate:.1f} %){rules}."
