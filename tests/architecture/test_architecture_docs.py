"""The documentation holds together: links lead somewhere, commands and options that it names exist."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from sfseed_core.cli.root import application
from tests.conftest import ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "examples").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"^\s*(?:- (?:run|script): )?(sfseed [^#\n|&;]+)", re.MULTILINE)


def anchor(heading: str) -> str:
    """The address of a heading, as renderers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(page):
    """Each relative link names a file that is there, and a heading that it has."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, place = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{page.name}: {target}"
        if place:
            assert place in {anchor(one) for one in HEADING.findall(path.read_text(encoding="utf-8"))}, (
                f"{page.name}: {target}"
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_are_as_the_command_line_has_them(page):
    """Each `sfseed` command in a block of code, with every option that it is shown with, exists."""
    for block in re.findall(r"```(?:bash|yaml)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in COMMAND.findall(block):
            known(shlex.split(line)[1:], f"{page.name}: {line}")


def known(words, where):
    """Walk down the commands, then look up the options."""
    command = typer.main.get_command(application())
    words = list(words)
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, where
        command = command.commands[words.pop(0)]
    options = {name for one in command.params for name in one.opts}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options | {"--help"}, where
