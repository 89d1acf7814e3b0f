"""`sfseed generate`: make the records, staged for loading or as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("generate")(generate)


def generate(
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
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write one file per object here instead.")
    ] = None,
    file_format: Annotated[options.Format, typer.Option("--format", help="The files' format, with --out.")] = "csv",
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            metavar="N",
            min=1,
            help="With --out: make records on N threads (default: a processor each, up to 4).",
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option("--engine", metavar="ENGINE", help="With --out: dask[:SCHEDULER] makes records on Dask's workers."),
    ] = None,
    progress: options.ProgressOption = "auto",
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make the records of a recipe or preset: staged as a dataset (its id is printed), or as files with --out."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.generate import stage_for, write_for
    from sfseed_core.workflow.request import make_request

    console = Console(json=json, verbosity=verbose - quiet, progress=progress)
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
    )
    home, observer = system.home(), console.observer()
    if out is not None:
        written = write_for(
            request,
            home=home,
            out=out,
            file_format=file_format,
            threads=threads,
            engine=engine,
            observer=observer,
            clock=SYSTEM,
        )
        data = {"out": str(out), "seed": request.seed, "objects": written}
        console.result(data, table(("object", "records"), list(written.items())))
        return
    dataset = stage_for(request, home=home, observer=observer, clock=SYSTEM)
    counts = {name: dataset.count(name) for name in dataset.objects}
    data = {"dataset": dataset.id, "seed": request.seed, "objects": counts}
    console.say("\n".join(table(("object", "records"), list(counts.items()))))
    console.result(data, dataset.id)
