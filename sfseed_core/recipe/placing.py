"""Where in its file a recipe says what cannot be planned: what is found out later names the place as reading does."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused, RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.recipe.model import Recipe


@contextmanager
def about(*path: str | int) -> Iterator[None]:
    """Let what is raised within know which part of the recipe it is about; within one another the paths add up."""
    try:
        yield
    except (RecipeError, PlanRefused) as error:
        error.at = (*(str(one) for one in path), *error.at)
        raise


@contextmanager
def placed(recipe: Recipe) -> Iterator[None]:
    """Let what is raised within begin with `file:line:column` of the part that it is about, as far as the file says it."""
    try:
        yield
    except (RecipeError, PlanRefused) as error:
        path, error.at = error.at, ()
        known = (recipe.places.get(path[:length]) for length in range(len(path), 0, -1))
        place = next((one for one in known if one), None)
        if place is not None:
            error.message = f"{place}: {error.message}"
            error.args = (error.message,)
        raise
