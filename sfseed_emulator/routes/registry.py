"""All routes of the emulator, joined from the modules beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Route


def all_routes() -> tuple[Route, ...]:
    """Join the ROUTES of every module."""
    return ()
