"""`sfseed plan`: what would be made, before anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from sfseed_core.recipe.model import ColumnPlan, Plan, ReferencePlan


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("plan")(plan)


def plan(
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
    progress: options.ProgressOption = "auto",
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Say for each field what will be generated and why.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Resolve a recipe or preset against an org: objects, counts, order, storage; nothing is written."""
    import json as json_module

    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.recipe.plan_json import fingerprint, to_json
    from sfseed_core.workflow.plan import draw_up, look
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
    found = look(request, home=system.home(), observer=console.observer(), clock=SYSTEM)
    made, free = draw_up(request, found, observer=console.observer()), found.snapshot.storage_free_mb
    console.result(
        {"fingerprint": fingerprint(made), "storage": _storage(made, free), "plan": json_module.loads(to_json(made))},
        _as_text(made, free, explain=explain),
    )


def _storage(plan: Plan, free_mb: int | None) -> dict[str, int | None]:
    """Return how much data storage the records take, and how much is free (None: not known), in KB."""
    needed = sum(one.count * one.storage_bytes for one in plan.objects)
    return {"needed_kb": needed // 1024, "free_kb": None if free_mb is None else free_mb * 1024}


def _together(plan: Plan, free_mb: int | None) -> str:
    needed = sum(one.count * one.storage_bytes for one in plan.objects) / 2**20
    share = f" ({100 * needed / free_mb:.1f} %)" if free_mb else ""
    free = "free storage unknown" if free_mb is None else f"{free_mb:,} MB free{share}"
    return f"together {sum(one.count for one in plan.objects):,} records, {needed:,.1f} MB of data storage; {free}"


def _as_text(plan: Plan, free_mb: int | None, *, explain: bool) -> list[str]:
    rows = [(one.level, one.name, one.count, one.count * one.storage_bytes // 1024, one.why) for one in plan.objects]
    lines = table(("level", "object", "records", "storage KB", "why"), rows)
    lines.append(_together(plan, free_mb))
    lines.append(f"seed {plan.seed}, as of {plan.as_of}, locale {plan.locale}")
    lines += [f"cycle: {' -> '.join(cycle)}" for cycle in plan.cycles]
    lines += [
        f"first insert, then fill in {one.name}.{reference.field}"
        for one in plan.objects
        for reference in one.references
        if reference.deferred
    ]
    lines += [f"note: {note}" for note in plan.notes]
    return lines + (_explained(plan) if explain else [])


def _explained(plan: Plan) -> list[str]:
    rows = [
        (f"{one.name}.{column.field}", column.provider, _share(column.null_share), _unique(column) + column.why)
        for one in plan.objects
        for column in one.columns
    ] + [
        (f"{one.name}.{reference.field}", _pointing(reference), _share(reference.null_share), reference.why)
        for one in plan.objects
        for reference in one.references
    ]
    rows += [(name, "(nothing)", "", why) for name, why in plan.omitted.items()]
    return ["", *table(("field", "made by", "empty", "why"), sorted(rows))]


def _share(null_share: int) -> str:
    from sfseed_core.recipe.model import SHARE

    return f"{null_share * 100 / SHARE:.0f} %" if null_share else ""


def _unique(column: ColumnPlan) -> str:
    return "no value twice; " if column.unique else ""


def _pointing(reference: ReferencePlan) -> str:
    """Return what the reference points to and how: `Account (children)`."""
    targets = ", ".join(one.object or one.symbol or "" for one in reference.targets)
    return f"{targets} ({reference.mode}{', filled in later' if reference.deferred else ''})"
