"""Options that several commands share, each written once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sfseed_core.errors import UserError

Again = Literal["stop", "continue", "replace", "top-up"]
Format = Literal["csv", "parquet", "xlsx"]
ProgressChoice = Literal["auto", "json", "none"]

Org = Annotated[
    str | None,
    typer.Option(
        "--org",
        metavar="NAME",
        help="demo, a saved name, an alias of Salesforce's CLI, env (SFSEED_* variables), or sfdx:PATH (a project's source).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line of stdout.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]
ProgressOption = Annotated[
    ProgressChoice,
    typer.Option("--progress", help="How progress shows on stderr: bars or lines, JSON lines, or not at all."),
]
RecipeFile = Annotated[
    Path | None, typer.Argument(metavar="[RECIPE]", help="A recipe file (YAML); or use --preset.", show_default=False)
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="minimal, core-objects, sales-cloud, service-cloud, custom-only, everything, or one of your own (presets/NAME.yaml).",
    ),
]
Count = Annotated[
    list[str] | None,
    typer.Option(
        "--count", metavar="OBJECT=N", help="Records of one object; objects counted per parent follow. Repeatable."
    ),
]
CountEach = Annotated[
    int | None, typer.Option("--count-each", metavar="N", min=1, help="Records of every object, required parents included.")
]
CountScale = Annotated[float | None, typer.Option("--count-scale", metavar="X", min=0.0, help="Multiply all counts by X.")]
UpTo = Annotated[
    list[str] | None,
    typer.Option("--up-to", metavar="OBJECT=N", help="So many records with those that the org has already. Repeatable."),
]
Fit = Annotated[
    str | None,
    typer.Option("--fit", metavar="P%", help="Scale the counts so that the records take P percent of the free storage."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Variation number; drawn and recorded when not given.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="What `today` means in the records; default: this day.")
]
Locale = Annotated[
    str | None, typer.Option("--locale", metavar="xx_YY", help="Whose names and places; default: the org's locale.")
]
AgainOption = Annotated[
    Again, typer.Option("--again", help="What to do when the same plan was loaded into this org before.", show_default=True)
]
Despite = Annotated[bool, typer.Option("--despite-findings", help="Send also records that the org will refuse.")]
MaxFailed = Annotated[
    str | None, typer.Option("--max-failed", metavar="N|P%", help="So many failed records (or percent) still count as ok.")
]
Timeout = Annotated[
    int, typer.Option("--timeout", metavar="SECONDS", min=0, help="Stop after so long, to be resumed; 0: never.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Do everything but write: say what would be loaded, in how many jobs and calls.")
]
TestFirst = Annotated[
    int | None,
    typer.Option(
        "--test-first",
        metavar="N",
        min=1,
        help="Load about N records first, with all that they refer to; if one fails, take them back and stop.",
    ),
]
RowsPerJob = Annotated[
    int | None, typer.Option("--rows-per-job", metavar="N", min=1, max=1_000_000, help="At most so many records in a job.")
]
MegabytesPerJob = Annotated[
    int | None, typer.Option("--mb-per-job", metavar="MB", min=1, max=100, help="At most so many megabytes in a job.")
]
LeaveCalls = Annotated[
    str | None,
    typer.Option("--leave-calls", metavar="P%", help="Leave so much of the org's daily API calls over; default: 20%."),
]
ShiftDates = Annotated[
    bool,
    typer.Option(
        "--shift-dates",
        help="Move dates that were made relative to today by the days since then, as an edit of the dataset.",
    ),
]
Activate = Annotated[
    bool,
    typer.Option(
        "--activate", help="Activate contracts and orders as the last step; an undo cannot delete them, nor their accounts."
    ),
]
Wait = Annotated[
    bool, typer.Option("--wait", help="When another run is working on the org, begin as soon as it has ended.")
]
PatienceMinutes = Annotated[
    int | None,
    typer.Option(
        "--patience",
        metavar="MINUTES",
        min=0,
        max=10_080,
        help="Wait so long for an org that does not answer; default: the setting `patience`, 60.",
    ),
]
KeepChanged = Annotated[
    bool, typer.Option("--keep-changed", help="Leave records that others changed or added records to, and what those need.")
]
UndoDryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")]
Adapt = Annotated[
    bool, typer.Option("--adapt", help="Leave out fields, record types and objects that this org does not have.")
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        metavar="PATH=VALUE",
        help="A value that rules ask for beside the record: '$Permission.Skip=true', '$Profile.Name=Sales'. Repeatable.",
    ),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or latest.")]
Upsert = Annotated[
    list[str] | None,
    typer.Option(
        "--upsert",
        metavar="OBJECT=FIELD",
        help="Of files: records that the org has under this external id are changed, the others made. Repeatable.",
    ),
]
WhatToLoad = Annotated[
    list[str],
    typer.Argument(metavar="DATASET|FILES", help="A dataset's id, latest, or files and folders named after objects."),
]
DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id, or latest.")]


def percent(given: str | None, option: str = "--fit") -> int | None:
    """Read a whole percentage; raises UserError when it is none."""
    if given is None:
        return None
    text = given.strip().removesuffix("%").strip()
    if not text.isdecimal() or int(text) > 100:
        raise UserError(f"{option} {given!r} is not a percentage", hint=f"For example: {option} 50%")
    return int(text)


def counts(given: list[str] | None, option: str = "--count") -> dict[str, int]:
    """Read `Object=N` options; raises UserError naming the one that is wrong."""
    read: dict[str, int] = {}
    for text in given or []:
        name, _, number = text.partition("=")
        if not name.strip() or not number.strip().isdecimal():
            raise UserError(f"{option} {text!r} is not of the form OBJECT=N", hint=f"For example: {option} Account=100")
        read[name.strip()] = int(number)
    return read


def given(texts: list[str] | None) -> dict[str, str | bool | int | float | None]:
    """Read `$Path=value` options, by path in small letters; true, false, null and numbers are read as such.

    Raises UserError naming the one that is wrong.
    """
    from sfseed_core.recipe.said_global import fitting, global_path

    read: dict[str, str | bool | int | float | None] = {}
    for text in texts or []:
        path, sign, value = text.partition("=")
        try:
            known = global_path(path if sign else "")
            read[known] = fitting(known, _value(value.strip()))
        except ValueError as error:
            raise UserError(
                f"--given {text!r}: {error}", hint="For example, in single quotes: --given '$Permission.Skip_Rules=true'"
            ) from error
    return read


def _value(text: str) -> str | bool | int | float | None:
    known = {"true": True, "false": False, "null": None}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return text


def day(given: str | None) -> date | None:
    """Read a date option; raises UserError when it is none."""
    if given is None:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UserError(f"--as-of {given!r} is not a date", hint="Write it as YYYY-MM-DD.") from None


def org(given: str | None) -> str:
    """Return the org's name; raises UserError when none was given, for there is no silent default."""
    if given is None:
        raise UserError("Which org?", hint="Say --org demo for the practice org, --org NAME for a saved one, or --org env.")
    return given


def most_failed(given: str | None) -> tuple[int, bool] | None:
    """Read `N` or `P%` as (number, whether percent); raises UserError when it is neither."""
    if given is None:
        return None
    text = given.strip().removesuffix("%")
    if not text.isdecimal():
        raise UserError(f"--max-failed {given!r} is neither a number nor a percentage", hint="For example: 10 or 2%")
    return int(text), given.strip().endswith("%")


def recipe_text(path: Path | None) -> str | None:
    """Read the recipe file; raises UserError when that cannot be done."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read the recipe {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from error
