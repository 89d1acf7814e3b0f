"""How a project is named where an org is: `sfdx:PATH`."""

from __future__ import annotations

from pathlib import Path

from sfseed_core.errors import UserError

PREFIX = "sfdx:"


def is_source(name: str) -> bool:
    """Return whether an org's name is the path of an SFDX project."""
    return name.startswith(PREFIX)


def project_folder(name: str) -> Path:
    """Return the folder that such a name leads to; UserError when it names none."""
    path = name.removeprefix(PREFIX).strip()
    if not path:
        raise UserError("sfdx: names no project", hint="Name its folder: --org sfdx:PATH")
    return Path(path).expanduser()


def refuse_source(name: str) -> None:
    """Raise UserError when the name is a project's, where only an org will do."""
    if is_source(name):
        raise UserError(
            f"{name} is a project's source, not an org: there is nothing to connect to.",
            hint="discover, plan, generate and check work with it; to load, name an org.",
        )
