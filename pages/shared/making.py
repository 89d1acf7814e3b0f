"""From what the user chose to a plan, and to the records."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import frame, resources, state
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
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
    from sfseed_core.recipe.presets import preset_recipe
    from sfseed_core.recipe.store import is_kept

    recipe = resources.recipe(recipe_id)
    preset = preset_recipe(recipe.preset).title if is_kept(recipe_id) and recipe.preset else None
    changed = " (changed)" if preset is not None and recipe.title in {None, preset} else ""
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
    """Begin making the records in a process of their own, and go where it is shown how far they are.

    What was changed by hand in the records that were made before is made again in the new ones, which then are as like them
    as the choices allow.
    """
    from sfseed_core.workflow import making
    from sfseed_core.workflow.plan import draw_up

    with st.bottom, st.spinner("Working out what to make…"), Bar() as bar:
        earlier = edited_before(where)
        if earlier is not None and where.seed is None:
            where = dataclasses.replace(where, seed=earlier.plan.seed)
        found = surveyed(where)
        asked = request(where, scale_for(where.size, _base(where, bar)))
        plan = draw_up(asked, found)
        begun = making.begin(
            plan,
            found.schema.objects,
            home=resources.home(),
            clock=SYSTEM,
            recipe=resources.recipe(where.recipe),
            edits_of=None if earlier is None else earlier.id,
        )
    state.leave_for(frame.STEPS[3].file, making=begun)


def edited_before(where: state.Place) -> Dataset | None:
    """Return the dataset that was made before for this org, if it was changed by hand since."""
    from sfseed_core.dataset.log import live
    from sfseed_core.errors import NotFound

    try:
        earlier = None if where.dataset is None else resources.dataset(where.dataset)
    except NotFound:
        return None
    return earlier if earlier is not None and live(earlier.operations()) else None


def said(where: state.Place, object_name: str) -> Mapping[str, FieldRecipe]:
    """Return what the recipe says of an object's fields."""
    from sfseed_core.recipe.presets import complete

    found = complete(resources.recipe(where.recipe)).objects.get(object_name)
    return {} if found is None else found.fields
