"""`sfseed config`: show, set, path."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console, table


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Settings: defaults, then the config file, then SFSEED_* variables.", no_args_is_help=True)
    group.command("show")(show)
    group.command("set")(set_)
    group.command("path")(path)
    root.add_typer(group, name="config")


def show(*, json: options.Json = False) -> None:
    """Show every setting and where its value comes from, secrets masked."""
    from sfseed_core.settings import load_settings, shown

    rows = shown(load_settings(), os.environ)
    data = {name: {"value": value, "from": source} for name, value, source in rows}
    Console(json=json).result({"settings": data}, table(("setting", "value", "from"), rows))


def set_(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    *,
    json: options.Json = False,
) -> None:
    """Write one setting into the config file; secrets never go there."""
    from sfseed_core.settings import save_setting

    where = save_setting(name, value)
    Console(json=json).result({"path": str(where), name: value}, f"{name} = {value}, in {where}")


def path(*, json: options.Json = False) -> None:
    """Print where the config file is, or would be."""
    from sfseed_core.settings import config_path

    Console(json=json).result({"path": str(config_path())}, str(config_path()))
