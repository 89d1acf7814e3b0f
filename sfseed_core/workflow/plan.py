"""Plan: a request resolved against an org."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.unmet import with_unmet_named
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import preset_recipe
from sfseed_core.recipe.read import parse_recipe

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.recipe.model import Plan, Recipe
    from sfseed_core.workflow.request import Request
    from sfseed_core.workflow.survey import Survey


def recipe_of(request: Request) -> Recipe:
    """Return the recipe that the request names: its file's text, or a preset."""
    if request.recipe is not None:
        return parse_recipe(request.recipe, path=request.recipe_path or "recipe")
    if request.preset is None:
        raise UserError("Say what to seed: a recipe file or --preset NAME.")
    return preset_recipe(request.preset)


def overrides_of(request: Request) -> Overrides:
    """Return what the request says over its recipe."""
    return Overrides(
        counts=request.counts,
        count_each=request.count_each,
        count_scale=request.count_scale,
        up_to=request.up_to,
        fit=request.fit,
    )


def draw_up(request: Request, found: Survey, *, recipe: Recipe | None = None, observer: Observer = SILENT) -> Plan:
    """Resolve the request (its `recipe`, where it was read before) against what was found in the org.

    Raises PlanRefused, RecipeError or UserError.
    """
    said = recipe or recipe_of(request)
    plan = make_plan(
        replace(said, given={**said.given, **request.given}) if request.given else said,
        found.schema,
        found.snapshot,
        chooser=Chooser(),
        seed=request.seed,
        as_of=request.as_of,
        locale=request.locale,
        overrides=overrides_of(request),
    )
    if plan.rules is not None:
        from sfseed_core.generate.named import with_names  # the formula language, which most plans do without

        plan = with_unmet_named(with_names(plan))
    total = sum(one.count for one in plan.objects)
    observer.notify(Progress("plan", len(plan.objects), len(plan.objects), f"objects, {total:,} records"))
    return plan


def look(request: Request, *, home: Path, observer: Observer, clock: Clock) -> Survey:
    """Connect to the request's org and read what its plan needs; a project's source is read without any connection."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.workflow.connect import open_org
    from sfseed_core.workflow.discover import survey

    if is_source(request.org):
        from sfseed_core.workflow.source import source_survey

        return source_survey(request.org, recipe_of(request), clock=clock)
    org = open_org(request.org, clock=clock, home=home)
    return survey(org, recipe_of(request), home=home, observer=observer)
