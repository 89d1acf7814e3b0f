"""`sfseed datasets`: list, show, add, export, remove what was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from sfseed_core.dataset.store import Listed


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="What was made or brought: list, show, add, export, remove.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("add")(add)
    group.command("export")(export)
    group.command("remove")(remove)
    root.add_typer(group, name="datasets")


def list_(*, json: options.Json = False) -> None:
    """List the datasets of this machine, newest first."""
    from sfseed_core import system
    from sfseed_core.dataset.store import list_datasets

    found = list_datasets(system.home())
    rows = [
        (one.id, f"{one.created:%Y-%m-%d %H:%M}", len(one.objects), _records(one), one.edits, one.bytes // 1024)
        for one in found
    ]
    header = ("dataset", "made (UTC)", "objects", "records", "edits", "KB")
    text = table(header, rows) if rows else "No datasets yet. Make one: sfseed generate --org demo --preset sales-cloud"
    Console(json=json).result({"datasets": [_as_json(one) for one in found]}, text)


def _records(one: Listed) -> int:
    return sum(one.objects.values())


def _as_json(one: Listed) -> dict[str, Any]:
    return {
        "dataset": one.id,
        "created": one.created.isoformat(),
        "objects": dict(one.objects),
        "edits": one.edits,
        "bytes": one.bytes,
    }


def show(dataset: options.DatasetName, *, json: options.Json = False) -> None:
    """Show one dataset: its objects in load order with their records, its variation number and its date."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset

    opened = open_dataset(system.home(), dataset)
    plan, counts = opened.plan, dict(opened.counts)
    data = {
        "dataset": opened.id,
        "created": opened.created.isoformat(),
        "revision": opened.revision,
        "seed": plan.seed,
        "as_of": str(plan.as_of),
        "locale": plan.locale,
        "objects": counts,
    }
    head = (
        f"Dataset {opened.id}, revision {opened.revision}: variation number {plan.seed}, as of {plan.as_of}, {plan.locale}"
    )
    Console(json=json).result(data, [head, *table(("object", "records"), list(counts.items()))])


def add(
    files: Annotated[
        list[str], typer.Argument(metavar="FILES", help="Files, or folders or zips of them, named after objects.")
    ],
    org: options.Org = None,
    upsert: options.Upsert = None,
    progress: options.ProgressOption = "auto",
    *,
    adapt: options.Adapt = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Stage files of your own (CSV, Excel, Parquet) as a dataset, to be looked at, changed and checked before it is loaded."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.dataset.brought.plan import Asked
    from sfseed_core.workflow.own_set import bring, upserts

    console = Console(json=json, verbosity=-quiet, progress=progress)
    asked = Asked(upserts(upsert), adapt=adapt)
    made = bring(files, asked, org=options.org(org), home=system.home(), observer=console.observer(), clock=SYSTEM)
    counts = dict(made.counts)
    data = {"dataset": made.id, "objects": counts, "notes": list(made.plan.notes)}
    console.result(data, [made.id, *table(("object", "records"), list(counts.items())), *made.plan.notes])


def export(
    dataset: options.DatasetName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files; made if it is not there.")],
    file_format: Annotated[options.Format, typer.Option("--format", help="The files' format.")] = "csv",
    progress: options.ProgressOption = "auto",
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a dataset as it stands, edits included: one file per object; parents by record number, as `generate --out` does."""
    from sfseed_core import system
    from sfseed_core.dataset.export.folder import export_folder
    from sfseed_core.dataset.store import open_dataset

    console = Console(json=json, verbosity=-quiet, progress=progress)
    opened = open_dataset(system.home(), dataset)
    files = export_folder(out, opened.plan, opened.batches, format=file_format, observer=console.observer())
    counts = {name: opened.count(name) for name in files}
    data = {"dataset": opened.id, "out": str(out), "objects": counts}
    console.result(data, table(("object", "records"), list(counts.items())))


def remove(dataset: options.DatasetName, *, yes: options.Yes = False, json: options.Json = False) -> None:
    """Remove a dataset with its edits; what it put into an org stays there, and can still be undone."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.workflow.clean import remove_dataset

    console = Console(json=json, yes=yes)
    opened = open_dataset(system.home(), dataset)
    console.confirm(f"Remove {opened.id} ({sum(opened.counts.values()):,} records, {opened.revision} edits)?")
    remove_dataset(system.home(), opened.id)
    console.result({"removed": [opened.id]}, f"Removed {opened.id}.")
