"""`sfseed orgs add`: connect to an org in one of the ways, and save the connection when it works."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console
from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.workflow.connections import Draft

WayName = Literal["sf-cli", "web", "client-credentials", "jwt", "token", "password"]
WayArgument = Annotated[
    WayName, typer.Argument(metavar="WAY", help="sf-cli, web, client-credentials, jwt, token, password.")
]
PortOption = Annotated[
    int, typer.Option("--callback-port", metavar="PORT", min=1, max=65535, help="Where the browser comes back to, for web.")
]


@dataclass(frozen=True, slots=True)
class Given:
    """What the command was given."""

    name: str
    url: str | None
    alias: str | None
    client_id: str | None
    username: str | None
    key_file: Path | None
    port: int
    open_browser: bool
    console: Console

    def need(self, option: str, value: str | None) -> str:
        """Return an option's value; raises UserError when it was not given."""
        if not value:
            raise UserError(f"this way in needs {option}", hint="What your admin has to create: sfseed orgs message WAY")
        return value


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call the connection.")],
    way: Annotated[
        WayName, typer.Option("--with", metavar="WAY", help="sf-cli, web, client-credentials, jwt, token, password.")
    ] = "sf-cli",
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The org's address; that of any of its pages will do.")
    ] = None,
    alias: Annotated[
        str | None, typer.Option("--alias", metavar="ALIAS", help="What Salesforce's CLI calls the org; default: NAME.")
    ] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", metavar="ID", help="The app's consumer key.")] = None,
    username: Annotated[str | None, typer.Option("--username", metavar="USER", help="For jwt and password.")] = None,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", metavar="FILE", help="The private key (PEM), for jwt; only its path is kept."),
    ] = None,
    port: PortOption = 1717,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address instead of opening it.")] = False,
    json: options.Json = False,
) -> None:
    """Connect to an org and save the connection under a name.

    sf-cli takes a login of Salesforce's CLI, or with --url signs in through it; web signs in with your admin's app. Secrets
    are asked for without showing them, or read from stdin (one line; a key: all of it), never taken from the command line.
    """
    from sfseed_core import system
    from sfseed_core.clock import SYSTEM
    from sfseed_core.org.connections import checked_name
    from sfseed_core.workflow import connections
    from sfseed_core.workflow.connect import judge

    console = Console(json=json)
    given = Given(checked_name(name), url, alias, client_id, username, key_file, port, not no_browser, console)
    added = connections.add(_DRAFTS[way](given), home=system.home(), clock=SYSTEM)
    decision = judge(added.facts, system.home())
    lines = [
        f"{name}: {added.facts.name} ({decision.kind}) as {added.facts.username}, {added.facts.instance_url}",
        f"writing {decision.verdict}: {decision.reason}",
    ]
    if added.kept == "memory":
        lines.append(
            "Its secret is not saved: there is no keyring here, or it is too long for it. It ends with this command; "
            "set SFSEED_* variables and --org env, or use Salesforce's CLI or a key file."
        )
    data = {"name": name, "org_id": added.facts.org_id, "kind": decision.kind, "verdict": decision.verdict}
    console.result(data | {"secret": added.kept or "none"}, lines)


def _of_cli(given: Given) -> Draft:
    from sfseed_core.org import sf_cli
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    alias = given.alias or given.name
    if given.url is not None:
        given.console.say("Salesforce's CLI opens the browser: sign in there.")
        address = sf_cli.sign_in(given.url, alias).instance_url
    else:
        address = sf_cli.carry_out(sf_cli.grant_of(alias)).instance_url
    return Draft(Connection(given.name, "sf-cli", address, alias=alias))


def _by_browser(given: Given) -> Draft:
    import webbrowser

    from sfseed_core.org.address import instance_url
    from sfseed_core.org.callback import redirect_uri
    from sfseed_core.org.connections import Connection
    from sfseed_core.org.web_login import WebApp, begin
    from sfseed_core.workflow.connections import Draft, sign_in, web_secret

    url = instance_url(given.need("--url", given.url))
    app = WebApp(url, given.need("--client-id", given.client_id), redirect_uri(given.port))

    def send_away(address: str) -> None:
        if not (given.open_browser and webbrowser.open(address)):
            given.console.say(f"Open this address in a browser of this machine and sign in:\n{address}")

    tokens = sign_in(begin(app, name=given.name), port=given.port, open_browser=send_away)
    address = tokens.grant.instance_url
    found = Connection(given.name, "web", address, client_id=app.client_id, callback_port=given.port)
    return Draft(found, web_secret(tokens, None))


def _by_client_credentials(given: Given) -> Draft:
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    client_id = given.need("--client-id", given.client_id)
    found = Connection(given.name, "client-credentials", given.need("--url", given.url), client_id=client_id)
    return Draft(found, secret("Consumer secret"))


def _by_key(given: Given) -> Draft:
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    key_file = str(given.key_file.expanduser().absolute()) if given.key_file is not None else None
    found = Connection(
        given.name,
        "jwt",
        given.need("--url", given.url),
        username=given.need("--username", given.username),
        client_id=given.need("--client-id", given.client_id),
        key_file=key_file,
    )
    return Draft(found, None if key_file else _all_of_stdin())


def _by_token(given: Given) -> Draft:
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    return Draft(Connection(given.name, "token", given.need("--url", given.url)), secret("Access token"))


def _by_password(given: Given) -> Draft:
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    username = given.need("--username", given.username)
    found = Connection(given.name, "password", given.need("--url", given.url), username=username)
    return Draft(found, secret("Password, with the security token behind it"))


_DRAFTS: Mapping[WayName, Callable[[Given], Draft]] = {
    "sf-cli": _of_cli,
    "web": _by_browser,
    "client-credentials": _by_client_credentials,
    "jwt": _by_key,
    "token": _by_token,
    "password": _by_password,
}


def secret(what: str) -> str:
    """Ask for a secret without showing it, or read it from a pipe; raises UserError when there is none."""
    seen = sys.stdin.isatty()
    given = getpass.getpass(f"{what}: ", stream=sys.stderr) if seen else sys.stdin.readline()
    if not given.strip():
        raise UserError(
            f"{what}: nothing was given", hint="Type it when asked, or pipe it in; never put it on the command line."
        )
    return given.strip()


def _all_of_stdin() -> str:
    found = sys.stdin.read() if not sys.stdin.isatty() else ""
    if not found.strip():
        raise UserError("this way in needs --key-file, or the private key piped in")
    return found
