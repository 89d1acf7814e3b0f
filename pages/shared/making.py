"""From what the user chose to a plan, and to the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import frame, resources, state
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import FieldRecipe, Plan
    from sfseed_core.workflow.request import Request
    from sfseed_core.workflow.survey import Survey


def scale_for(wanted: int, base: int) -> float | None:
    """Return the factor that brings a recipe of `base` records to about the wanted number; None: leave it as it is."""
    if base <= 0 or wanted in {state.AS_IT_IS, base}:
        return None
    return round(wanted / base, 4) or 0.0001


def plan(where: state.Place) -> Plan:
    """Return what the choices would make."""
    assert where.org is not None
    with Bar() as bar:
        factor = scale_for(where.size, _base(where, bar))
        return resources.plan(where.org, where.recipe, factor, where.day, bar)


def base(where: state.Place) -> int:
    """Return how many records the recipe makes by itself."""
    with Bar() as bar:
        return _base(where, bar)


def _base(where: state.Place, bar: Bar) -> int:
    assert where.org is not None
    as_it_is = resources.plan(where.org, where.recipe, None, where.day, bar)
    return sum(one.count for one in as_it_is.objects)


def surveyed(where: state.Place) -> Survey:
    """Return the schema and snapshot that the plan is made from."""
    assert where.org is not None
    with Bar() as bar:
        return resources.survey(where.org, where.recipe, bar)


def title(recipe_id: str) -> str:
    """Return what a recipe is called, and whether it is a preset that was changed."""
    from sfseed_core.recipe.store import is_kept

    recipe = resources.recipe(recipe_id)
    changed = " (changed)" if is_kept(recipe_id) and recipe.preset else ""
    return f"{recipe.title or 'My recipe'}{changed}"


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

    with st.bottom, st.status("Making the records…", expanded=True), Bar() as bar:
        asked = request(where, scale_for(where.size, _base(where, bar)))
        made = stage_for(asked, home=resources.home(), observer=bar, clock=SYSTEM)
    state.leave_for(frame.STEPS[3].file, dataset=made.id)


def said(where: state.Place, object_name: str) -> Mapping[str, FieldRecipe]:
    """Return what the recipe says of an object's fields."""
    from sfseed_core.recipe.presets import complete

    found = complete(resources.recipe(where.recipe)).objects.get(object_name)
    return {} if found is None else found.fields
