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

from sfseed_core.errors import UserError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.recipe.plan import make_plan
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


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(f"# {name}\n{objects}=> {message(objects)}\n" for name, objects, _ in cases()), "utf-8")
