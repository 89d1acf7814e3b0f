"""`sfseed emulator`: a local Salesforce org."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.errors import UserError


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("emulator")(emulator)


def emulator(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")] = 0,
    org: Annotated[str, typer.Option("--org", help="Which org: demo.")] = "demo",
    describes: Annotated[
        Path | None, typer.Option("--describes", metavar="DIR", help="Serve these describes (JSON).")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Keep the org here; else it is temporary.")
    ] = None,
    faults: Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Faults to play (JSON or YAML).")] = None,
    job_delay: Annotated[
        float, typer.Option("--job-delay", metavar="SECONDS", min=0, help="How late Bulk jobs begin.")
    ] = 0,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Make a new org with a new org id.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Find or start the home's practice org, print its line, return.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the home's practice org.")] = False,
    json: options.Json = False,
) -> None:
    """Serve a local Salesforce org until ended: REST, SOQL, Bulk API 2.0, OAuth.

    With --json prints one JSON line once ready: base_url, username, password, security_token, client_id, client_secret,
    access_token, refresh_token.
    """
    raise NotImplementedError


def _refuse(message: str) -> UserError:
    return UserError(message)
