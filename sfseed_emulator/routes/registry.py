"""All routes of the emulator, joined from the modules beside this one."""

from __future__ import annotations

from sfseed_emulator.routes.route import Route


def all_routes() -> tuple[Route, ...]:
    """Join the ROUTES of every module."""
    return ()
