"""`sfseed discover`: what an org holds and how it hangs together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.schema.drift import Drift
    from sfseed_core.schema.graph import Graph, Order
    from sfseed_core.schema.looked_up import LookedUp
    from sfseed_core.schema.model import Schema
    from sfseed_core.schema.seedable import Exclusion
    from sfseed_core.workflow.discover import Listed


_SHOWN = 4


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("discover")(discover)


def discover(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[OBJECT]...", help="These objects and what they need.")
    ] = None,
    org: options.Org = None,
    preset: options.Preset = None,
    progress: options.ProgressOption = "auto",
    *,
    only_list: Annotated[
        bool,
        typer.Option("--list", help="Only list the objects (OBJECT: words to look for): one call, nothing is described."),
    ] = False,
    excluded: Annotated[bool, typer.Option("--excluded", help="Say too what cannot be seeded, and why.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Read the schema of an org: the objects that can be seeded, what they need, in which order."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.schema.graph import order_of_most
    from sfseed_core.schema.looked_up import looked_up
    from sfseed_core.workflow.discover import discover_named, list_named

    console = Console(json=json, verbosity=verbose - quiet, progress=progress)
    if only_list:
        listed = list_named(options.org(org), home=system.home(), words=names, clock=SYSTEM)
        console.result(_list_json(listed), _list_text(listed, excluded=excluded))
        return
    try:
        found = discover_named(
            options.org(org), home=system.home(), names=names, preset=preset, observer=console.observer(), clock=SYSTEM
        )
    except KeyboardInterrupt:
        console.say("Interrupted. What was described is kept: the same command goes on from there.")
        raise
    schema = found.schema
    graph, order, stuck = order_of_most(schema.objects)
    schema = dataclasses.replace(schema, failures={**schema.failures, **stuck})
    why = found.excluded if excluded else ()
    outside = looked_up(schema.objects, graph.objects)
    console.result(
        _as_json(schema, graph, order)
        | _outside_json(outside)
        | {"needed": dict(found.needed)}
        | _changes_json(found.drift, why),
        [
            *_as_text(schema, order),
            *_needed(found.needed),
            *_outside(outside),
            *_changes(found.drift),
            *(f"not offered: {one.name}: {one.reason}" for one in why),
        ],
    )


def _needed(needed: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"in since {_first(why)}: {name}" for name, why in needed.items()]


def _outside_json(outside: Sequence[LookedUp]) -> dict[str, Any]:
    return {"looked_up": {one.name: {"why": one.why, "references": one.references} for one in outside}}


def _outside(outside: Sequence[LookedUp]) -> list[str]:
    """Say what set-up the objects refer to, and how many other objects that are not seeded here."""
    lines = [f"looked up, never seeded: {one.name}: {one.why} ({_first(one.references)})" for one in outside if one.setup]
    others = [one.name for one in outside if not one.setup]
    return [*lines, *([f"looked up, not chosen: {_first(others)}"] if others else [])]


def _first(names: Sequence[str]) -> str:
    more = f", +{len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _list_json(listed: Listed) -> dict[str, Any]:
    return {
        "org_id": listed.org_id,
        "objects": {one.name: {"label": one.label, "custom": one.custom} for one in listed.offered},
        "excluded": _reasons(listed.excluded),
        "calls": listed.calls,
    }


def _list_text(listed: Listed, *, excluded: bool) -> list[str]:
    lines = table(("object", "label"), [(one.name, one.label) for one in listed.offered])
    lines += [f"not offered: {one.name}: {one.reason}" for one in listed.excluded] if excluded else []
    others = "" if excluded else f", {len(listed.excluded):,} cannot (--excluded says why)"
    cost = f"; describing them all takes {listed.calls:,} calls of the org's" if listed.calls else ""
    return [*lines, f"{len(listed.offered):,} objects can be seeded{others}{cost}"]


def _reasons(excluded: Sequence[Exclusion]) -> dict[str, dict[str, str]]:
    return {one.name: {"rule": one.rule, "reason": one.reason} for one in excluded}


def _changes_json(drift: Drift, excluded: Sequence[Exclusion]) -> dict[str, Any]:
    return {
        "changes": {"added": drift.added, "removed": drift.removed, "changed": dict(drift.changed)},
        "excluded": _reasons(excluded),
    }


def _changes(drift: Drift) -> list[str]:
    """Say what is different from when the org was last read here."""
    lines = [f"new since last time: {name}" for name in drift.added]
    lines += [f"gone since last time: {name}" for name in drift.removed]
    return lines + [f"changed since last time: {name}: {'; '.join(what)}" for name, what in drift.changed.items()]


def _as_json(schema: Schema, graph: Graph, order: Order) -> dict[str, Any]:
    return {
        "org_id": schema.org_id,
        "api_version": schema.api_version,
        "levels": [list(level) for level in order.levels],
        "deferred": [f"{one.child}.{one.field}" for one in order.deferred],
        "cycles": [list(cycle) for cycle in order.cycles],
        "references": [
            {"object": one.child, "field": one.field, "to": one.parent, "required": one.required}
            for one in graph.references
        ],
        "objects": {
            name: {"label": one.label, "fields": len(one.fields), "custom": one.custom}
            for name, one in schema.objects.items()
        },
        "failures": dict(schema.failures),
    }


def _as_text(schema: Schema, order: Order) -> list[str]:
    rows = [
        (level, name, schema.objects[name].label, len(schema.objects[name].fields))
        for level, names in enumerate(order.levels)
        for name in names
        if name in schema.objects
    ]
    lines = table(("level", "object", "label", "fields"), rows)
    lines += [f"cycle: {' -> '.join(cycle)}" for cycle in order.cycles]
    lines += [f"first insert, then fill in {one.child}.{one.field}" for one in order.deferred]
    lines += [f"not usable: {name}: {why}" for name, why in schema.failures.items()]
    return lines
