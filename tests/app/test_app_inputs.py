"""Each input of each page says what it is and what it is for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.app.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = sorted((ROOT / "pages").rglob("*.py"))
INPUTS = frozenset(
    {"text_input", "number_input", "text_area", "date_input", "file_uploader"}
    | {"selectbox", "multiselect", "radio", "checkbox", "toggle", "segmented_control", "pills"}
)
COLUMNS = frozenset({"CheckboxColumn", "NumberColumn", "SelectboxColumn", "TextColumn"})
# these choose what is looked at, like tabs; the title beside them is their label, and Streamlit shows no help without one
LIKE_TABS = {"What should it be filled with?", "Part of the design", "How to show them", "Object"}


def calls(path: Path, wanted: frozenset[str]) -> Iterator[ast.Call]:
    """The calls of a module that make one of these."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in wanted):
            continue
        if ast.unparse(node.func.value) != "recipe_text":  # a part of a page that has such a name
            yield node


def options(call: ast.Call) -> dict[str | None, ast.expr]:
    """What is given by name."""
    return {one.arg: one.value for one in call.keywords}


def test_each_input_has_a_label_and_a_help():
    """An input without a help is one of the few that are like tabs; none is without a label."""
    bare = []
    for path in PAGES:
        for call in calls(path, INPUTS):
            label = call.args[0]
            assert not (isinstance(label, ast.Constant) and not str(label.value).strip()), (path.stem, call.lineno)
            if "help" not in options(call):
                bare.append((path.stem, call.lineno, ast.unparse(label)))
    assert [one for one in bare if one[2].strip("'") not in LIKE_TABS] == []
    assert {one[2].strip("'") for one in bare} == LIKE_TABS, "what has a help by now is no exception"


def test_each_column_that_can_be_changed_has_a_help():
    """In tables to change, what is no heading for reading says what it is for."""
    bare = []
    for path in PAGES:
        for table in calls(path, frozenset({"data_editor"})):
            given = options(table)
            if not isinstance(given["column_config"], ast.Dict):
                continue  # made column by column from the org's fields: `record_table.configuration`
            fixed = {one.value for one in given["disabled"].elts} if "disabled" in given else set()
            for name, column in zip(given["column_config"].keys, given["column_config"].values, strict=True):
                made = [one for one in ast.walk(column) if isinstance(one, ast.Call)]
                made = [one for one in made if isinstance(one.func, ast.Attribute) and one.func.attr in COLUMNS]
                bare += [(path.stem, one.lineno) for one in made if name.value not in fixed and "help" not in options(one)]
    assert bare == []
