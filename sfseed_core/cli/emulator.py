"""`sfseed emulator`: a local Salesforce org."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console
from sfseed_core.errors import OrgUnreachable, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.serve import ServerInfo


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("emulator")(emulator)


def emulator(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")] = 0,
    org: Annotated[str, typer.Option("--org", help="Which org: demo.")] = "demo",
    describes: Annotated[
        Path | None, typer.Option("--describes", metavar="DIR", help="Serve these describes (JSON).")
    ] = None,
    sfdx: Annotated[
        Path | None, typer.Option("--sfdx", metavar="DIR", help="Serve the objects of this SFDX project.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Keep the org here; else it is temporary.")
    ] = None,
    faults: Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Faults to play (JSON or YAML).")] = None,
    job_delay: Annotated[
        float, typer.Option("--job-delay", metavar="SECONDS", min=0, help="How late Bulk jobs begin.")
    ] = 0,
    kind: Annotated[
        str, typer.Option("--kind", help="Kind of a new org: sandbox, scratch, developer, trial or production.")
    ] = "sandbox",
    user: Annotated[
        str,
        typer.Option(
            "--user", help="A new org's user: admin, no-setup, no-opportunity, no-api, no-marketing or audit-fields."
        ),
    ] = "admin",
    language: Annotated[str, typer.Option("--language", help="A new org's language: en or de.")] = "en",
    jwt_key: Annotated[
        Path | None, typer.Option("--jwt-key", metavar="FILE", help="Private key of the client's JWTs; made if missing.")
    ] = None,
    *,
    tls: Annotated[bool, typer.Option("--tls", help="Serve https, with a certificate made now.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Make a new org with a new org id.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Find or start the home's practice org, print its line, return.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the home's practice org.")] = False,
    json: options.Json = False,
) -> None:
    """Serve a local Salesforce org until ended: REST, SOQL, Bulk API 1 and 2.0, Tooling, SOAP, OAuth.

    With --json prints one JSON line once ready: base_url, username, password, security_token, client_id, client_secret,
    access_token, refresh_token.
    """
    from sfseed_core import system

    console = Console(json=json)
    if org != "demo":
        raise UserError(
            f"--org {org!r}: the emulator has one org of its own, demo.",
            hint="Serve another by --describes DIR or --sfdx DIR.",
        )
    if stop:
        _stop(console, system.home())
    elif demo:
        _demo(console, system.home())
    else:
        new = {"kind": kind, "user": user, "language": language}
        _check_new(new)
        _serve(
            console,
            port=port,
            describes=describes,
            sfdx=sfdx,
            state=state,
            reset=reset,
            faults=faults,
            job_delay=job_delay,
            tls=tls,
            jwt_key=jwt_key,
            **new,
        )


def _check_new(given: Mapping[str, str]) -> None:
    from sfseed_emulator.language import LANGUAGES
    from sfseed_emulator.org_kinds import KINDS, USERS

    allowed = {"kind": tuple(KINDS), "user": tuple(USERS), "language": LANGUAGES}
    for name, value in given.items():
        if value not in allowed[name]:
            raise UserError(
                f"--{name} {value!r} is none of: {', '.join(allowed[name])}.", hint="See: sfseed emulator --help"
            )


def _stop(console: Console, home: Path) -> None:
    from sfseed_emulator.demo import stop_demo

    ended = stop_demo(home)
    console.result({"ended": ended}, "The practice org has ended." if ended else "The practice org was not running.")


def _demo(console: Console, home: Path) -> None:
    from sfseed_emulator.demo import ensure_demo

    try:
        _ready(console, ensure_demo(home))
    except (OSError, RuntimeError) as error:
        raise OrgUnreachable(f"the practice org does not start: {error}", hint="See: sfseed doctor") from error


def _serve(console: Console, **given: Any) -> None:
    from sfseed_emulator.schema import SchemaFolderError
    from sfseed_emulator.serve import ServeOptions, serve

    try:
        serve(ServeOptions(**given), lambda info: _ready(console, info))
    except (SchemaFolderError, OSError, ValueError) as error:
        raise UserError(f"the emulator cannot serve that: {error}") from error


def _ready(console: Console, info: ServerInfo) -> None:
    if console.json:
        console.result(json_module.loads(info.to_json()), "")
        return
    console.result({}, f"Serving org {info.org_id} at {info.base_url} (user {info.username}); end it with Ctrl-C.")
