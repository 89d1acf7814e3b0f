"""`sfseed runs ids`, `errors`, `report`, `export`, `import`, `pause`, `cancel`: what a run left, and ending one at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options, summary
from sfseed_core.cli.console import Console

if TYPE_CHECKING:
    from sfseed_core.load.journal import Stop

_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files; made if it is not there.")]

_File = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write; one that is there is replaced.")]
_Exported = Annotated[Path, typer.Argument(metavar="FILE", help="What `sfseed runs export` wrote.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("ids")(ids_)
    group.command("errors")(errors)
    group.command("report")(report)
    group.command("export")(export)
    group.command("import")(import_)
    group.command("pause")(pause)
    group.command("cancel")(cancel)


def ids_(run: options.RunName, *, json: options.Json = False) -> None:
    """Print the object, record number and id of every record that a run put into the org, as CSV or JSON."""
    import pyarrow as pa

    from sfseed_core import system
    from sfseed_core.dataset.export.csv import CsvEncoder
    from sfseed_core.load.after import IDS_SCHEMA, record_ids
    from sfseed_core.load.journal import Run

    opened = Run.open(system.home(), run)
    found = pa.concat_tables([IDS_SCHEMA.empty_table(), *record_ids(opened)])
    data = {"run": opened.id, "ids": found.to_pylist() if json else []}
    text = "" if json else CsvEncoder(IDS_SCHEMA.names).whole(found).decode("utf-8").rstrip("\n")
    Console(json=json).result(data, text)


def errors(run: options.RunName, out: _Out, *, json: options.Json = False) -> None:
    """Write the records of a run that are not in the org as CSV: the org's id and error, the record's number, its cells."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.load.after import write_errors
    from sfseed_core.load.journal import Run

    opened = Run.open(system.home(), run)
    written = write_errors(opened, open_dataset(system.home(), opened.get("dataset")), out)
    lines = [f"{path}: {rows:,} records" for path, rows in written.items()] or ["No record of this run failed."]
    Console(json=json).result({"files": {str(path): rows for path, rows in written.items()}}, lines)


def report(run: options.RunName, out: _File, *, json: options.Json = False) -> None:
    """Write a run as one HTML page: counts, charts, failures with advice, calls; to be read or sent without anything else."""
    from sfseed_core import system
    from sfseed_core.load.journal import Run
    from sfseed_core.load.page_of_run import html

    opened = Run.open(system.home(), run)
    system.write_durably(out, html(opened, summary.held(opened, opened.status())).encode())
    Console(json=json).result({"run": opened.id, "file": str(out)}, f"{out}: the report of {opened.id}")


def export(run: options.RunName, out: _File, *, json: options.Json = False) -> None:
    """Write a run's journal and ids to one file, without what its records hold, so that it can be undone elsewhere."""
    from sfseed_core import system
    from sfseed_core.load.journal import Run
    from sfseed_core.load.portable import export_run

    opened = Run.open(system.home(), run)
    export_run(opened, out)
    Console(json=json).result({"run": opened.id, "file": str(out)}, f"{out}: {opened.id}, to be read by sfseed runs import")


def import_(file: _Exported, org: options.Org = None, *, json: options.Json = False) -> None:
    """Take over a run that was exported on another machine, to look at it or undo it here."""
    from sfseed_core import system
    from sfseed_core.load.portable import import_run

    run = import_run(file, system.home(), org=options.org(org))
    status = run.status()
    Console(json=json).result(
        summary.as_json(status), [*summary.as_text(status), f"Take it back with: sfseed runs undo {run.id}"]
    )


def pause(run: options.RunName, *, json: options.Json = False) -> None:
    """Stop a run that is at work: its jobs in the org are ended and counted; `runs resume` goes on with it."""
    _stop(run, "stop", json=json)


def cancel(run: options.RunName, *, json: options.Json = False) -> None:
    """End a run for good: its jobs in the org are ended and counted; what is in stays, for `runs undo`."""
    _stop(run, "cancel", json=json)


def _stop(name: str, how: Stop, *, json: bool) -> None:
    from sfseed_core import system
    from sfseed_core.load.control import stop
    from sfseed_core.load.journal import Run

    console = Console(json=json)
    opened = Run.open(system.home(), name)
    status = stop(opened, how, observer=console.observer())
    console.result(summary.as_json(status), summary.as_text(status))
