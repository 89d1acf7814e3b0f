"""All routes of the emulator, joined from the modules beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.routes import (
    async_bulk,
    authorize,
    bulk,
    changes,
    composite,
    layouts,
    lightning,
    oauth,
    object_info,
    query,
    records,
    rest,
    search,
    soap,
    sobject_collections,
    tooling,
    tree,
    ui_api,
)

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Route

MODULES = (
    oauth,
    authorize,
    soap,
    rest,
    records,
    layouts,
    sobject_collections,
    composite,
    tree,
    ui_api,
    object_info,
    query,
    search,
    changes,
    tooling,
    bulk,
    async_bulk,
    lightning,
)


def all_routes() -> tuple[Route, ...]:
    """Join the ROUTES of every module."""
    return tuple(route for module in MODULES for route in module.ROUTES)
