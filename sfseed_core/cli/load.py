"""`sfseed load`: put an existing dataset into an org."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.cli import options
from sfseed_core.cli.console import Console

if TYPE_CHECKING:
    from pathlib import Path

    import typer


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("load")(load)


def load(
    what: options.WhatToLoad,
    org: options.Org = None,
    again: options.AgainOption = "stop",
    max_failed: options.MaxFailed = None,
    test_first: options.TestFirst = None,
    rows_per_job: options.RowsPerJob = None,
    mb_per_job: options.MegabytesPerJob = None,
    leave_calls: options.LeaveCalls = None,
    upsert: options.Upsert = None,
    timeout: options.Timeout = 0,
    patience: options.PatienceMinutes = None,
    progress: options.ProgressOption = "auto",
    *,
    adapt: options.Adapt = False,
    shift_dates: options.ShiftDates = False,
    activate: options.Activate = False,
    dry_run: options.DryRun = False,
    despite_findings: options.Despite = False,
    wait: options.Wait = False,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Check a dataset, or files of your own, and load the records into an org, exactly once.

    Files (CSV, Excel, Parquet, or a zip of them) are named after their objects: Account.csv. They are staged as a dataset first.
    """
    from sfseed_core import system
    from sfseed_core.cli.loading import carry_on, own_set
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.seed import begin, request_for_dataset

    console = Console(json=json, verbosity=verbose - quiet, progress=progress, yes=yes)
    limit = options.most_failed(max_failed)
    home = system.home()
    name = own_set(what, console, org=options.org(org), upsert=upsert, adapt=adapt, home=home)
    if shift_dates:
        _shift(name, console, home=home)
    request = request_for_dataset(
        name,
        org=options.org(org),
        home=home,
        again=again,
        despite_findings=despite_findings,
        hold_refused=yes or dry_run,
        adapt=adapt,
        dry_run=dry_run,
        test_first=test_first,
        rows_per_job=rows_per_job,
        megabytes_per_job=mb_per_job,
        leave_calls=options.percent(leave_calls, "--leave-calls"),
        wait=wait,
        activate=activate,
        patience=patience,
    )
    run = begin(request, home=home, clock=SYSTEM)
    return carry_on(run, console, home=home, timeout=timeout, most_failed=limit)


def _shift(name: str, console: Console, *, home: Path) -> None:
    """Move the dataset's dates to this day, and say so."""
    from sfseed_core.clock import SYSTEM
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.workflow.another_day import behind, move

    dataset = open_dataset(home, name)
    later = behind(dataset, now=SYSTEM.now())
    if later is None:
        console.say("No dates to move: they were made for this day.")
        return
    move(dataset, clock=SYSTEM)
    fields = ", ".join(f"{one}.{field}" for one, fields in later.fields.items() for field in fields)
    console.say(f"Dates moved by {later.days:,} days: {fields}")
