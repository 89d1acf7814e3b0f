"""What to do about an error is told in terms of the app."""

from __future__ import annotations

import ast
import re

import pytest

from pages.shared.hints import in_the_app, said
from tests.app.conftest import ROOT

CORE = sorted((ROOT / "sfseed_core").rglob("*.py"))


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("List them: sfseed datasets list; 'latest' is the newest.", "Choose records made earlier on *Connect*."),
        ("Go on with: sfseed runs resume r-20261123-120000-abcd", "Press *Go on* on *Runs*."),
        ("See: sfseed doctor", "Check the org on *Connect*."),
        ("Known: demo, env, sfdx:PATH. See: sfseed orgs", "Choose the org on *Connect*."),
        ("Presets are: minimal, everything.", "Choose what to fill on *Connect*."),
        ("Connect once more: sfseed orgs add uat (it is gone)", "Connect once more: add it on *Connect* (it is gone)."),
        ("Choose fewer.", "Choose fewer."),
        ("See: sfseed emulator --help", "In a terminal: sfseed emulator --help."),
    ],
)
def test_a_hint_names_a_page(hint, told):
    """A command becomes the page that does it; what is no command stays as it is."""
    assert in_the_app(hint) == told


def test_what_went_wrong_is_told_without_folders():
    """What is not there any more is told without the folder that it was looked for in."""
    told = said("no dataset 'd-20200101-000000-aaaa' in /home/somebody/sfseed/datasets")
    assert told == "These records are not on this computer any more: d-20200101-000000-aaaa."
    assert said("the org is away") == "The org is away"


def test_no_hint_of_the_core_is_left_with_a_command_that_the_app_has():
    """Whatever command a hint of the core names, people who use the app read of a page instead."""
    for path in CORE:
        if "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                texts = [
                    one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                told = in_the_app("".join(texts))
                assert not re.search(
                    r"(?<!terminal: )sfseed (runs|datasets|generate|seed|check|orgs|doctor|clean)\b", told
                ), told
