"""The command line's surface: help, errors, exit codes, the reference page."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from sfseed_core.cli.reference import PAGES
from sfseed_core.cli.root import COMMANDS


def run(home, *arguments, **options):
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sfseed_core.cli", *arguments],
        env=os.environ | {"SFSEED_HOME": str(home), "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **options,
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_reference_pages_are_the_code_s_own(path):
    """The page says what the commands and registries say of themselves."""
    assert path.read_text(encoding="utf-8") == PAGES[path](), "write it anew: python -m sfseed_core.cli.reference"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(home, command):
    """Each command explains itself and exits with 0."""
    shown = run(home, command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Usage:" in shown.stdout
    assert len(shown.stdout.splitlines()) > 5


def test_help_imports_nothing_heavy():
    """The root help needs none of the large libraries (its budget is 200 ms)."""
    code = (
        "import sys; from sfseed_core.cli.root import run; run(['--help']); "
        "heavy = {'pandas', 'pyarrow', 'numpy', 'streamlit', 'simple_salesforce', 'requests', 'pydantic', 'duckdb', 'faker'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["seed", "--preset", "minimal"], 2, "Which org?"),
        (["seed", "--org", "demo"], 2, "recipe file or --preset"),
        (["seed", "--org", "demo", "--preset", "minimal", "--count", "Account"], 2, "OBJECT=N"),
        (["seed", "--org", "demo", "--preset", "minimal", "--as-of", "yesterday"], 2, "not a date"),
        (["seed", "--org", "demo", "--preset", "minimal", "--max-failed", "few"], 2, "neither a number"),
        (["seed", "--org", "nowhere", "--preset", "minimal"], 2, "no org called"),
        (["plan", "--org", "demo", "no-such-recipe.yaml"], 2, "cannot read the recipe"),
        (["runs", "show", "latest"], 2, "no run"),
        (["runs", "resume", "../../etc"], 2, "no run"),
        (["load", "latest", "--org", "demo"], 2, "dataset"),
        (["datasets", "show", "d-nothing"], 2, "sfseed datasets list"),
        (["frobnicate"], 2, "frobnicate"),
        (["seed", "--frobnicate"], 2, "--frobnicate"),
        (["config", "set", "access_token", "x"], 2, "never written to a file"),
        (["config", "set", "colour", "x"], 2, "no setting"),
        (["check", "missing.csv"], 2, "neither a dataset nor a file"),
        (["clean", "--older-than", "soon"], 2, "number of days"),
    ],
)
def test_wrong_usage_is_told_in_words(home, arguments, code, said):
    """Each mistake ends with its exit code and a message that says what is wrong, without a traceback."""
    done = run(home, *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_env_org_asks_for_its_variables(home):
    """`--org env` without variables names the one that is missing."""
    done = run(home, "discover", "--org", "env")
    assert done.returncode == 2
    assert "SFSEED_INSTANCE_URL" in done.stderr


def test_config_is_written_and_shown_with_its_source(home):
    """A setting that was set is shown with the file as its source."""
    assert run(home, "config", "set", "instance_url", "https://acme--uat.sandbox.my.salesforce.com").returncode == 0
    shown = json.loads(run(home, "config", "show", "--json").stdout)["settings"]["instance_url"]
    assert shown["value"] == "https://acme--uat.sandbox.my.salesforce.com"
    assert shown["from"].endswith("config.json")


def test_nothing_is_seeded_without_a_yes(home):
    """Without --yes and with nobody to ask, nothing is written and the exit code is 2."""
    done = run(home, "seed", "--org", "demo", "--preset", "minimal", stdin=subprocess.DEVNULL)
    try:
        assert done.returncode == 2
        assert "--yes" in done.stderr
    finally:
        run(home, "emulator", "--stop")
