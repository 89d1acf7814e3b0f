"""`sfseed orgs`: which orgs can be named, what one of them is, and the connections that are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sfseed_core.cli import options, orgs_add
from sfseed_core.cli.console import Console, table
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.guard import Decision
    from sfseed_core.workflow.connect import Known

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a saved connection.")]
AnyName = Annotated[str, typer.Argument(metavar="NAME", help="demo, env, a saved name, or an alias of Salesforce's CLI.")]


class Orgs(TyperGroup):
    """Reads `orgs NAME` as `orgs show NAME`, and `orgs` alone as `orgs list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that was left out."""
        if not any(one in self.commands or one == "--help" for one in args):
            args = ["list" if all(one.startswith("-") for one in args) else "show", *args]
        return list(super().parse_args(ctx, args))


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=Orgs,
        help="Orgs and saved connections; `orgs` alone lists them, `orgs NAME` connects to one.",
        no_args_is_help=False,
    )
    commands: dict[str, Callable[..., None]] = {
        "list": list_,
        "show": show,
        "add": orgs_add.add,
        "rename": rename,
        "colour": colour,
        "forget": forget,
        "revoke": revoke,
        "protect": protect,
        "message": message,
    }
    for name, command in commands.items():
        group.command(name)(command)
    root.add_typer(group, name="orgs")


def list_(*, json: options.Json = False) -> None:
    """List the orgs that --org can name: the practice org, saved connections, those of Salesforce's CLI, the environment's."""
    from sfseed_core import system
    from sfseed_core.workflow.connect import cli_orgs, known_orgs

    console = Console(json=json)
    known = known_orgs(system.home())
    try:
        of_cli = cli_orgs()
    except SfseedError as error:
        console.say(f"Salesforce's CLI does not say which orgs it knows: {error.message}")
        of_cli = ()
    rows = [(one.name, _marked(one)) for one in known]
    rows += [(one.name, f"Salesforce's CLI: {one.kind}, {one.username}, {one.instance_url}") for one in of_cli]
    data = [
        *(
            {"name": one.name, "what": one.what, "saved": one.saved is not None, "protected": one.protected}
            for one in known
        ),
        *({"name": one.name, "what": f"{one.kind} of Salesforce's CLI", "org_id": one.org_id} for one in of_cli),
    ]
    console.result({"orgs": data}, table(("org", "what"), rows))


def _marked(one: Known) -> str:
    colour = f" [{one.saved.colour}]" if one.saved is not None and one.saved.colour else ""
    return one.what + colour + (" PROTECTED" if one.protected else "")


def show(name: AnyName, *, json: options.Json = False) -> None:
    """Connect, and say what kind of org it is and whether it may be written to."""
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.connect import judge, open_org

    console = Console(json=json)
    facts = open_org(name, clock=SYSTEM, observer=console.observer()).facts
    decision = judge(facts)
    console.result(_as_json(name, facts, decision), _as_text(name, facts, decision))


def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    *,
    json: options.Json = False,
) -> None:
    """Give a saved connection another name."""
    from sfseed_core import system
    from sfseed_core.workflow import connections

    connections.rename(name, new, home=system.home())
    Console(json=json).result({"name": new, "was": name}, f"{name} is now {new}.")


def colour(
    name: Name,
    chosen: Annotated[str, typer.Argument(metavar="COLOUR", help="grey, blue, green, yellow, orange, red or violet.")],
    *,
    json: options.Json = False,
) -> None:
    """Mark a saved connection with a colour, shown wherever the org is named."""
    from sfseed_core import system
    from sfseed_core.workflow import connections

    connections.colour(name, chosen, home=system.home())
    Console(json=json).result({"name": name, "colour": chosen}, f"{name} is {chosen}.")


def forget(name: Name, *, yes: options.Yes = False, json: options.Json = False) -> None:
    """Remove a saved connection and its secret from this machine; the org is not touched."""
    from sfseed_core import system
    from sfseed_core.org.connections import read
    from sfseed_core.workflow import connections

    console = Console(json=json, yes=yes)
    read(system.home()).find(name)
    console.confirm(f"Forget {name} and its secret?")
    connections.forget(name, home=system.home())
    console.result({"forgotten": name}, f"{name} is forgotten.")


def revoke(name: Name, *, yes: options.Yes = False, json: options.Json = False) -> None:
    """End a connection's token in the org itself, then forget the connection."""
    from sfseed_core import system
    from sfseed_core.org.connections import read
    from sfseed_core.workflow import connections

    console = Console(json=json, yes=yes)
    read(system.home()).find(name)
    console.confirm(f"End the access of {name} in the org and forget it?")
    left = connections.revoke(name, home=system.home())
    console.result({"revoked": name, "left": left}, f"{name} is revoked and forgotten. {left}".strip())


def protect(
    name: AnyName,
    *,
    off: Annotated[bool, typer.Option("--off", help="Lift the protection; asks for the org's name to be typed.")] = False,
    json: options.Json = False,
) -> None:
    """Never write to this org from here, by page, command or CI, under whatever name it is reached."""
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow import connections
    from sfseed_core.workflow.connect import open_org

    console = Console(json=json)
    facts = open_org(name, clock=SYSTEM).facts
    if off:
        console.typed(facts.name or facts.org_id, f"{facts.name} ({facts.org_id}) could be written to again.")
        connections.unprotect(home=system.home(), facts=facts)
    else:
        connections.protect(name, home=system.home(), facts=facts)
    said = "is no longer protected" if off else "is protected: sfseed refuses to write to it"
    console.result({"org_id": facts.org_id, "protected": not off}, f"{facts.name} ({facts.org_id}) {said}.")


def message(
    way: orgs_add.WayArgument,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="The sandbox's address.")] = None,
    port: orgs_add.PortOption = 1717,
    *,
    json: options.Json = False,
) -> None:
    """Print a message for your admin: what to create for a way in, which scopes, why, how to remove it."""
    from sfseed_core.org.address import instance_url
    from sfseed_core.org.admin_message import admin_message

    text = admin_message(way, address=instance_url(url) if url else "", port=port)
    Console(json=json).result({"way": way, "message": text}, text)


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
