"""What is found out about a recipe only when it is planned names file, line and column, and what was probably meant.

`golden/planning_errors.txt` holds, for each case, the objects of a recipe and below `=>` the message. To write the messages
anew, look at each, and run `python -m tests.recipe.test_recipe_planning_errors`.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from sfseed_core.errors import PlanRefused, UserError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.packaged import demo_survey

GOLDEN = Path(__file__).parent / "golden" / "planning_errors.txt"
NOBODY = "Account WHERE Name = 'Nobody' ORDER BY Id LIMIT 2000"


def cases() -> list[tuple[str, str, str]]:
    """The name, the objects and the message of each case."""
    parts = re.split(r"^# ", GOLDEN.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = [re.fullmatch(r"(.*)\n((?:.*\n)*?)=> ?(.*)\n+", part) for part in parts]
    return [(one[1], one[2], one[3]) for one in found if one is not None]


def message(objects: str) -> str:
    """What planning the recipe with these objects says."""
    indented = "".join(f"  {line}\n" for line in objects.splitlines())
    try:
        recipe = parse_recipe(f"version: 1\nobjects:\n{indented}", path="recipe.yaml")
        found = demo_survey(recipe)
        snapshot = dataclasses.replace(found.snapshot, existing={NOBODY: ()})
        make_plan(recipe, found.schema, snapshot, chooser=Chooser(), seed=1, as_of=date(2026, 11, 23))
    except UserError as error:
        return error.message
    return "planned"


@pytest.mark.parametrize(("objects", "says"), [pytest.param(one[1], one[2], id=one[0]) for one in cases()])
def test_a_recipe_that_cannot_be_planned_says_where_and_why(objects, says):
    """The message is the one of the golden file, and begins with the place."""
    assert message(objects) == says
    assert re.match(r"recipe\.yaml:\d+:\d+: ", says)


def test_every_case_is_read():
    """No case of the golden file is passed over."""
    assert len(cases()) == GOLDEN.read_text(encoding="utf-8").count("\n=>") > 30


def unread(survey, name: str):
    """The same schema where the org would not describe one object."""
    objects = {one: described for one, described in survey.schema.objects.items() if one != name}
    return dataclasses.replace(survey.schema, objects=objects, failures={name: "An unexpected error occurred"})


def test_an_object_of_a_preset_that_cannot_be_read_is_left_out_with_a_note():
    """The others are planned, and the reason is told; a recipe of one's own that names it is refused."""
    recipe = preset_recipe("sales-cloud")
    found = demo_survey(recipe)
    schema, more = unread(found, "Lead"), {"chooser": Chooser(), "seed": 1, "as_of": date(2026, 11, 23)}
    plan = make_plan(recipe, schema, found.snapshot, **more)
    assert {one.name for one in plan.objects} & {"Lead", "Account"} == {"Account"}
    assert "left out, since the org did not describe them: Lead (An unexpected error occurred)" in plan.notes
    own = parse_recipe("version: 1\nobjects: {Account: 3, Lead: 3}\n", path="recipe.yaml")
    with pytest.raises(PlanRefused, match="Lead could not be described"):
        make_plan(own, schema, found.snapshot, **more)


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(f"# {name}\n{objects}=> {message(objects)}\n" for name, objects, _ in cases()), "utf-8")
