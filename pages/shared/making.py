"""From what the user chose to a plan, and to the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import frame, resources, state
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM

if TYPE_CHECKING:
    from sfseed_core.recipe.model import Plan
    from sfseed_core.workflow.request import Request

_AS_IT_IS = (0.6, 1.6)  # a recipe's own counts are "about" what is wanted within these factors


def scale_for(wanted: int, base: int) -> float | None:
    """Return the factor that brings a recipe of `base` records to about the wanted number; None: leave it as it is."""
    if base <= 0 or _AS_IT_IS[0] <= wanted / base <= _AS_IT_IS[1]:
        return None
    return round(wanted / base, 4) or 0.0001


def plan(where: state.Place) -> Plan:
    """Return what the choices would make."""
    assert where.org is not None
    bar = Bar()
    try:
        return resources.plan(where.org, where.recipe, scale(where, bar), where.day, bar)
    finally:
        bar.clear()


def scale(where: state.Place, bar: Bar) -> float | None:
    """Return the factor for the recipe's counts that the size asks for."""
    assert where.org is not None
    base = resources.plan(where.org, where.recipe, None, where.day, bar)
    return scale_for(where.size, sum(one.count for one in base.objects))


def request(where: state.Place, factor: float | None) -> Request:
    """Return the choices as the core takes them."""
    from sfseed_core.recipe.store import is_kept, kept
    from sfseed_core.workflow.request import make_request

    own = is_kept(where.recipe)
    return make_request(
        org=where.org or "",
        clock=SYSTEM,
        seed=where.seed,
        as_of=where.day,
        preset=None if own else where.recipe,
        recipe=kept(resources.home(), where.recipe) if own else None,
        recipe_path=where.recipe if own else None,
        count_scale=factor,
    )


def make(where: state.Place) -> None:
    """Make the records, showing how far it is, and go to them."""
    from sfseed_core.workflow.generate import stage_for

    with st.status("Making the records…", expanded=True):
        bar = Bar()
        asked = request(where, scale(where, bar))
        made = stage_for(asked, home=resources.home(), observer=bar, clock=SYSTEM)
    state.leave_for(frame.STEPS[3].file, dataset=made.id)
