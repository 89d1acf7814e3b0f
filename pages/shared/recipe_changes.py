"""Changing the recipe from a page: the changed one is kept, tried, and only then taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import resources, state, words
from sfseed_core.errors import SfseedError
from sfseed_core.events import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pages.shared.state import Place
    from sfseed_core.recipe.model import Plan, Recipe

_PLACE = re.compile(r"^k-[0-9a-f]+:(\d+):\d+: ")  # how the core names a line of a recipe that the app keeps


def change(where: Place, how: Callable[[Recipe], Recipe]) -> None:
    """Go on with a changed recipe; one that cannot be planned is refused with the reason, and nothing changes."""
    from sfseed_core.recipe.write import recipe_yaml

    try:
        text = recipe_yaml(how(resources.recipe(where.recipe)))
    except SfseedError as error:
        state.note("recipe_refused", str(error))
        return
    replace(where, text)


def replace(where: Place, text: str) -> None:
    """Go on with another recipe, as text; one that cannot be planned is refused with the reason, and nothing changes."""
    from sfseed_core.recipe.store import keep

    assert where.org is not None
    try:
        changed = keep(resources.home(), text)
        resources.plan(where.org, changed, None, where.day, SILENT)
    except SfseedError as error:
        state.note("recipe_refused", str(error))
        return
    state.go(recipe=changed, focus=where.focus, size=state.AS_IT_IS)


def own(recipe: Recipe) -> Recipe:
    """Return the recipe to be changed: of a preset, one that stands on it."""
    from sfseed_core.recipe.change import own_version

    return own_version(recipe)


def refused() -> None:
    """Say why the last change was not taken."""
    why = state.taken("recipe_refused")
    if why:
        told = _PLACE.sub(r"Line \1: ", str(why))
        st.error(words.plain(told), title="This change was not taken", icon=":material/error:")


def frozen(plan: Plan, recipe: Recipe, counts: dict[str, int]) -> Recipe:
    """Return the recipe with these counts; where the page showed scaled numbers, all of them are kept as shown."""
    from sfseed_core.recipe.change import with_counts

    shown = {one.name: one.count for one in plan.objects}
    return with_counts(recipe, {**shown, **counts})
