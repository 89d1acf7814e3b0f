"""`sfseed seed`: discover, plan, generate, check and load in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.cli import options
from sfseed_core.cli.console import Console

if TYPE_CHECKING:
    import typer


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("seed")(seed)


def seed(
    recipe: options.RecipeFile = None,
    org: options.Org = None,
    preset: options.Preset = None,
    count: options.Count = None,
    count_each: options.CountEach = None,
    count_scale: options.CountScale = None,
    up_to: options.UpTo = None,
    fit: options.Fit = None,
    seed: options.Seed = None,
    as_of: options.AsOf = None,
    locale: options.Locale = None,
    given: options.Given = None,
    again: options.AgainOption = "stop",
    max_failed: options.MaxFailed = None,
    test_first: options.TestFirst = None,
    rows_per_job: options.RowsPerJob = None,
    mb_per_job: options.MegabytesPerJob = None,
    leave_calls: options.LeaveCalls = None,
    timeout: options.Timeout = 0,
    patience: options.PatienceMinutes = None,
    progress: options.ProgressOption = "auto",
    *,
    activate: options.Activate = False,
    dry_run: options.DryRun = False,
    despite_findings: options.Despite = False,
    wait: options.Wait = False,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Discover, plan, generate, check and load in one go.

    Stopped in between, `sfseed runs resume latest` goes on. With --yes, records that the org would refuse are held back
    and the rest is loaded.
    """
    from sfseed_core import system
    from sfseed_core.cli.loading import carry_on
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.request import make_request
    from sfseed_core.workflow.seed import begin

    console = Console(json=json, verbosity=verbose - quiet, progress=progress, yes=yes)
    limit = options.most_failed(max_failed)
    request = make_request(
        org=options.org(org),
        clock=SYSTEM,
        seed=seed,
        as_of=options.day(as_of),
        preset=preset,
        recipe=options.recipe_text(recipe),
        recipe_path=str(recipe) if recipe else None,
        counts=options.counts(count),
        count_each=count_each,
        count_scale=count_scale,
        up_to=options.counts(up_to, "--up-to"),
        fit=options.percent(fit),
        locale=locale,
        given=options.given(given),
        again=again,
        despite_findings=despite_findings,
        hold_refused=yes or dry_run,
        dry_run=dry_run,
        test_first=test_first,
        rows_per_job=rows_per_job,
        megabytes_per_job=mb_per_job,
        leave_calls=options.percent(leave_calls, "--leave-calls"),
        wait=wait,
        activate=activate,
        patience=patience,
    )
    home = system.home()
    run = begin(request, home=home, clock=SYSTEM)
    console.detail(f"run {run.id} in {run.folder}")
    return carry_on(run, console, home=home, timeout=timeout, most_failed=limit)
