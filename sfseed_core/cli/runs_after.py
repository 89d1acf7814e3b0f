"""`sfseed runs ids`, `errors`, `pause`, `cancel`: what a run left in the org, and ending one that is at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options, summary
from sfseed_core.cli.console import Console

if TYPE_CHECKING:
    from sfseed_core.load.journal import Stop

_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files; made if it is not there.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("ids")(ids_)
    group.command("errors")(errors)
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
