"""The pages speak plainly: the words of the core that stand for an idea have others for people."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = sorted((ROOT / "pages").rglob("*.py"))
NOT_FOR_PEOPLE = re.compile(
    r"\b(findings?|seeds?|providers?|drift|null share|local keys?|schema|snapshot|describes?|payload|SObjects?|dataset id)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"`[^`]*`")  # what is written into a recipe
COMMAND = re.compile(r"`sfseed [a-z]")


def said(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that people may read: of more than one word, not documentation of the code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            node.value = ast.Constant(0) if isinstance(node.value, ast.Constant) else node.value  # a docstring
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, node.value


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_plain_words(path):
    """No page shows a word that only the code has."""
    shown = [(line, text) for line, text in said(path) if not text.lstrip().startswith(("<", "\n<", "\n.", "\nconst"))]
    assert [(line, text) for line, text in shown if NOT_FOR_PEOPLE.search(CODE.sub("", text))] == []


def test_pages_do_not_send_people_to_a_terminal():
    """What one can do in the app is not told as a command; Connect names the ways that need Salesforce's own program."""
    own = [path for path in PAGES if path.stem not in {"connect", "connecting", "signing_in", "your_orgs", "org_check"}]
    assert [(path.stem, text) for path in own for _, text in said(path) if COMMAND.search(text)] == []
