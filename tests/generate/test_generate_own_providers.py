"""Providers that other packages bring: found by their entry points, used by name and by meaning."""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import pytest

from sfseed_core.cli.root import run
from sfseed_core.errors import UserError
from sfseed_core.generate.registry import installed

DOCS = Path(__file__).parents[2] / "docs/providers.md"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A maker of an installed package `garden` whose module is the text."""
    installed.cache_clear()
    folder = tmp_path / "site"

    def install(text):
        (folder / "garden").mkdir(parents=True)
        (folder / "garden" / "__init__.py").write_text("", encoding="utf-8")
        (folder / "garden" / "providers.py").write_text(text, encoding="utf-8")
        about = folder / "garden-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: garden\nVersion: 1.0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(
            "[sfseed.providers]\ngarden = garden.providers:PROVIDERS\n", encoding="utf-8"
        )
        monkeypatch.syspath_prepend(str(folder))

    yield install
    installed.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "garden"]:
        del sys.modules[name]


def test_the_documented_package_works(package, home, tmp_path):
    """The package of docs/providers.md, word by word, makes the fields that a recipe asks it for."""
    package(re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1])
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        """
version: 1
objects:
  Account:
    count: 50
    fields:
      Site: {provider: garden.tree, options: {trees: [Oak, Yew]}, empty: 0}
      NumberOfEmployees: {provider: garden.height, empty: 0}
""",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    assert run(["generate", str(recipe), "--org", "demo", "--out", str(out), "--seed", "1", "-q"]) == 0
    with (out / "Account.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {one["Site"] for one in rows} == {"Oak", "Yew"}
    assert all(2 <= int(one["NumberOfEmployees"]) <= 40 for one in rows)


def test_a_broken_package_is_named(package):
    """What cannot be loaded is refused with the entry point and its own words, not with a traceback."""
    package("raise RuntimeError('no spade')")
    with pytest.raises(UserError, match=r"garden\.providers:PROVIDERS.*no spade"):
        installed()


def test_something_else_than_providers_is_refused(package):
    """An entry point that names no provider is refused."""
    package("PROVIDERS = ('oak',)")
    with pytest.raises(UserError, match="is no Provider, nor a list of them: 'oak'"):
        installed()
