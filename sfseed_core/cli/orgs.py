"""`sfseed orgs`: which orgs can be named, and what one of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table

if TYPE_CHECKING:
    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.guard import Decision


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("orgs")(orgs)


def orgs(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Connect to this one and say what it is.")] = None,
    *,
    json: options.Json = False,
) -> None:
    """List the orgs that --org can name; with NAME, connect and say what kind it is and whether it may be written to."""
    from sfseed_core.workflow.connect import known_orgs

    console = Console(json=json)
    if name is None:
        known = known_orgs()
        rows = [(one.name, one.what) for one in known]
        console.result({"orgs": [{"name": one.name, "what": one.what} for one in known]}, table(("org", "what"), rows))
        return
    from sfseed_core.clock import SYSTEM
    from sfseed_core.org.guard import decide
    from sfseed_core.workflow.connect import open_org

    facts = open_org(name, clock=SYSTEM).facts
    decision = decide(facts)
    console.result(_as_json(name, facts, decision), _as_text(name, facts, decision))


def _as_json(name: str, facts: OrgFacts, decision: Decision) -> dict[str, object]:
    return {
        "name": name,
        "org_id": facts.org_id,
        "org_name": facts.name,
        "kind": decision.kind,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "instance_url": facts.instance_url,
        "username": facts.username,
    }


def _as_text(name: str, facts: OrgFacts, decision: Decision) -> list[str]:
    return [
        f"{name}: {facts.name} ({decision.kind}), {facts.org_id}",
        f"user {facts.username} at {facts.instance_url}",
        f"writing {decision.verdict}: {decision.reason}",
    ]
