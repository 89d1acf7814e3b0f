"""`sfseed runs`: list, show, resume, retry, undo; the others are in `runs_after`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sfseed_core.cli import options, runs_after, summary
from sfseed_core.cli.console import Console, table
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import RunStatus


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What was loaded: list, show, ids, errors, report, export, import, pause, cancel, resume, retry, undo.",
        no_args_is_help=True,
    )
    group.command("list")(list_)
    group.command("show")(show)
    group.command("resume")(resume)
    group.command("retry")(retry)
    group.command("undo")(undo)
    runs_after.register(group)
    root.add_typer(group, name="runs")


def list_(*, json: options.Json = False) -> None:
    """List the runs of this machine, newest first."""
    from sfseed_core import system
    from sfseed_core.load.journal import list_runs
    from sfseed_core.workflow.refreshed import former_orgs

    runs = list_runs(system.home())
    found = [run.status() for run in runs]
    former = former_orgs(system.home())
    gone = {run.id for run in runs if run.get("org_id") in former}
    rows = [
        (one.run, _state(one, gone), one.org_name or "", sum(c.succeeded for c in one.objects.values()), one.dataset or "")
        for one in found
    ]
    text = table(("run", "state", "org", "records in", "dataset"), rows) if rows else "No runs yet."
    data = [summary.as_json(one) | {"before_the_refresh": one.run in gone} for one in found]
    Console(json=json).result({"runs": data}, text)


def _state(one: RunStatus, gone: set[str]) -> str:
    return f"{one.state}, before the refresh" if one.run in gone else str(one.state)


def show(run: options.RunName, *, json: options.Json = False) -> None:
    """Show one run: counts per object, the failures by cause, and what keeps back the records that were held back."""
    from sfseed_core import system
    from sfseed_core.load.advice import advice
    from sfseed_core.load.failures import failures
    from sfseed_core.load.journal import Run

    opened = Run.open(system.home(), run)
    status = opened.status()
    causes = failures(opened)
    lines = summary.as_text(status)
    if causes:
        lines += ["", "Failures by cause:"]
        for cause in causes:
            where = f" ({', '.join(cause.fields)})" if cause.fields else ""
            lines.append(f"  {cause.object}  {cause.code}{where}  x {cause.count:,}  {cause.message}")
            lines.append(f"    {advice(cause.code)}")
    held = summary.held(opened, status)
    lines += ["", *summary.held_text(held)] if held else []
    data = summary.as_json(status) | {
        "failures": [one.to_json() | {"advice": advice(one.code)} for one in causes],
        "held": [one.to_json() for one in held],
    }
    Console(json=json).result(data, lines)


def resume(
    run: options.RunName,
    max_failed: options.MaxFailed = None,
    leave_calls: options.LeaveCalls = None,
    timeout: options.Timeout = 0,
    patience: options.PatienceMinutes = None,
    progress: options.ProgressOption = "auto",
    *,
    adapt: options.Adapt = False,
    wait: options.Wait = False,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Go on with a run from whichever phase was interrupted; of an ended run, print the summary."""
    from sfseed_core import system
    from sfseed_core.cli.loading import carry_on
    from sfseed_core.load.journal import Run

    console = Console(json=json, verbosity=verbose - quiet, progress=progress, yes=yes)
    limit = options.most_failed(max_failed)
    home = system.home()
    opened = Run.open(home, run)
    if opened.state.ended:
        return summary.tell(console, opened.status(), limit)
    percent = options.percent(leave_calls, "--leave-calls")
    said: dict[str, object] = {"adapt": True} if adapt else {}
    said |= {"hold_refused": True} if yes else {}
    said |= {"leave_calls": percent} if percent is not None else {}
    opened.put("request", opened.get("request") | said)
    _say_waits(opened, wait=wait, patience=patience)
    return carry_on(opened, console, home=home, timeout=timeout, most_failed=limit)


def retry(
    run: options.RunName,
    max_failed: options.MaxFailed = None,
    timeout: options.Timeout = 0,
    patience: options.PatienceMinutes = None,
    progress: options.ProgressOption = "auto",
    *,
    wait: options.Wait = False,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Send the failed records of a run once more, and what was held back because of them."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.load.journal import Run
    from sfseed_core.workflow.resume import edited_since
    from sfseed_core.workflow.resume import retry as retry_run

    console = Console(json=json, verbosity=verbose - quiet, progress=progress, yes=yes)
    limit = options.most_failed(max_failed)
    opened = Run.open(system.home(), run)
    counts = opened.status().objects.values()
    again = sum(c.failed + c.held + c.unprocessed for c in counts)
    doubtful = sum(c.in_doubt for c in counts)
    edits = edited_since(opened, home=system.home())
    also = f", look again at {doubtful:,} in doubt" if doubtful else ""
    since = f", as {edits:,} later edits have left them" if edits > 0 else ""
    console.confirm(f"Send {again:,} records of {opened.id} again{since}{also}?")
    _say_waits(opened, wait=wait, patience=patience)
    status = retry_run(opened, home=system.home(), observer=console.observer(), clock=SYSTEM, timeout=timeout)
    return summary.tell(console, status, limit)


def undo(
    run: options.RunName,
    timeout: options.Timeout = 0,
    patience: options.PatienceMinutes = None,
    progress: options.ProgressOption = "auto",
    *,
    keep_changed: options.KeepChanged = False,
    dry_run: options.UndoDryRun = False,
    wait: options.Wait = False,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Delete what a run created and restore what it changed, after saying what was changed or added by others since."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.load.journal import Run
    from sfseed_core.workflow.undo import preview
    from sfseed_core.workflow.undo import undo as undo_run

    console = Console(json=json, verbosity=verbose - quiet, progress=progress, yes=yes)
    opened, home = Run.open(system.home(), run), system.home()
    status = opened.status()
    if status.state is RunState.UNDONE:
        return summary.tell(console, status, undo=True)
    foreseen = preview(opened, home=home, clock=SYSTEM)
    if dry_run:
        console.result(
            {"run": opened.id, "preview": foreseen.to_json()}, foreseen.lines() or ["There is nothing to delete."]
        )
        return summary.OK
    console.say("\n".join(foreseen.lines()))
    question = "Delete what was not changed of" if keep_changed and foreseen.drifted else "Delete"
    also = ", and change back what it changed" if foreseen.restored else ""
    console.confirm(f"{question} the {foreseen.total:,} records that {opened.id} put into {status.org_name}{also}?")
    _say_waits(opened, wait=wait, patience=patience)
    status = undo_run(
        opened, home=home, observer=console.observer(), clock=SYSTEM, timeout=timeout, keep_changed=keep_changed
    )
    return summary.tell(console, status, more={"preview": foreseen.to_json()}, undo=True)


def _say_waits(run: Run, *, wait: bool, patience: int | None) -> None:
    """Write down how the run's process is to wait this time: for other runs, and for an org that is away."""
    said: dict[str, object] = {"wait": wait} | ({} if patience is None else {"patience": patience})
    run.put("request", run.get("request") | said)
