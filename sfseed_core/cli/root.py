"""The root command: its parts, and what an error becomes."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

import typer

from sfseed_core import __version__
from sfseed_core.cli.console import use_utf8
from sfseed_core.errors import InternalError, Interrupted, SfseedError
from sfseed_core.logs import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    "app",
    "emulator",
    "orgs",
    "config",
    "discover",
    "plan",
    "generate",
    "check",
    "load",
    "seed",
    "datasets",
    "runs",
    "clean",
    "doctor",
)
HELP = """Fill a Salesforce sandbox with realistic, related, valid records.

Results go to stdout, everything else to stderr. Exit codes: 0 ok; 1 the org would refuse some records (nothing written);
2 wrong usage; 3 the org refused or is unreachable; 4 interrupted or out of time (resumable); 5 loaded, but records failed.
"""
FAILED_RECORDS = 5


def application(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """Build the command line from the command modules, each of which has a `register`; without `names` all of it."""
    root = typer.Typer(
        name="sfseed",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @root.callback(invoke_without_command=True)
    def top(*, version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True)) -> None:
        if version:
            print(f"sfseed {__version__}")
            raise typer.Exit

    for name in names:
        importlib.import_module(f"sfseed_core.cli.{name}").register(root)
    return root


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    use_utf8(sys.stdout, sys.stderr)
    try:
        # the options of one command take a tenth of the time of all
        asked = [name for name in arguments[:1] if name in COMMANDS]
        code = application(asked or COMMANDS)(args=list(arguments), prog_name="sfseed", standalone_mode=False)
    except SfseedError as error:
        return _report(error, as_json="--json" in arguments)
    except KeyboardInterrupt:
        return _report(
            Interrupted("Interrupted.", hint="Go on with: sfseed runs resume latest"), as_json="--json" in arguments
        )
    except BrokenPipeError:
        # the reader of our output went away (`| head`): nothing more to say, and nothing to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last stop: a bug's traceback may quote a token
        return _usage(error) if hasattr(error, "format_message") else _bug(error, as_json="--json" in arguments)
    return code if isinstance(code, int) else 0


def _bug(error: Exception, *, as_json: bool) -> int:
    """Print the traceback of what should not have happened, secrets blacked out."""
    import traceback

    text = "".join(traceback.format_exception(error))
    print(redact(text), file=sys.stderr)
    hint = "This is a bug of sfseed. Nothing is lost: see sfseed runs list. With sfseed doctor --org NAME comes a report to send."
    return _report(InternalError(redact(f"{type(error).__name__}: {error}"), hint=hint), as_json=as_json)


def _usage(error: Exception) -> int:
    """Print a wrong option or argument the way the option parser words it."""
    message = error.format_message() or type(error).__name__  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "sfseed"
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message, file=sys.stderr)
    else:
        print(f"error: {message}\nSee: {path} --help", file=sys.stderr)
    return 2


def _report(error: SfseedError, *, as_json: bool) -> int:
    message, hint = redact(error.message), redact(error.hint or "")
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(hint, file=sys.stderr)
    if as_json:
        print(json.dumps({"error": message, "hint": hint or None, "kind": type(error).__name__}, ensure_ascii=False))
    return error.exit_code
