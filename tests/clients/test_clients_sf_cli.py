"""Salesforce's own CLI, really installed: signed in to the emulator by the browser flow, and used as `--org ALIAS`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.clients, pytest.mark.skipif(sys.platform == "win32", reason="its browser is a shell script")]

BROWSER = """#!/bin/sh
nohup {python} {program} "$@" > {log} 2>&1 &
"""
PROGRAM = """
import json, sys, urllib.parse, urllib.request
url, form = sys.argv[-1], json.load(open({form!r}, encoding="utf-8"))
asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
data = urllib.parse.urlencode(asked | form).encode()
print(urllib.request.urlopen(url.partition("?")[0], data, timeout=20).status)
"""


@pytest.fixture(scope="module")
def cli(clients, tmp_path_factory):
    """The folder of a program called sf: the CLI as npm installs it."""
    program = tmp_path_factory.mktemp("sf") / "sf"
    node, script = clients.cli
    program.write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program.parent


@pytest.fixture
def emulator():
    """An emulator in a process of its own; its line of JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_emulator", "--json"], stdout=subprocess.PIPE, encoding="utf-8"
    )
    yield json.loads(process.stdout.readline())
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture
def user(cli, emulator, tmp_path, monkeypatch):
    """A person with the CLI, an empty home, and a browser that logs in to the emulator."""
    form, program = tmp_path / "form.json", tmp_path / "browse.py"
    form.write_text(json.dumps({key: emulator[key] for key in ("username", "password")}), encoding="utf-8")
    program.write_text(PROGRAM.format(form=str(form)), encoding="utf-8")
    opener = tmp_path / "xdg-open"
    opener.write_text(
        BROWSER.format(python=sys.executable, program=program, log=tmp_path / "browser.log"), encoding="utf-8"
    )
    opener.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{cli}:{os.environ['PATH']}")
    monkeypatch.setenv("BROWSER", str(opener))
    monkeypatch.setenv("SF_USE_GENERIC_UNIX_KEYCHAIN", "true")
    monkeypatch.setenv("SF_DISABLE_TELEMETRY", "true")
    return emulator


def sfseed(*arguments):
    """Run one command of ours."""
    command = [sys.executable, "-m", "sfseed_core.cli", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)


def test_from_a_sign_in_of_the_cli_to_a_seeded_org(home, user):
    """`orgs add --url` signs in through the CLI's browser flow; the org is listed, described, seeded and undone by its alias."""
    added = sfseed("orgs", "add", "uat", "--with", "sf-cli", "--url", user["base_url"])
    assert added.returncode == 0, added.stderr
    assert "Brightwater (sandbox)" in added.stdout
    listed = sfseed("orgs", "--json")
    assert "uat" in [one["name"] for one in json.loads(listed.stdout)["orgs"]]
    assert sfseed("orgs", "forget", "uat", "--yes").returncode == 0
    shown = sfseed("orgs", "uat", "--json")
    assert json.loads(shown.stdout)["org_id"][:15] == user["org_id"][:15]
    seeded = sfseed("seed", "--org", "uat", "--preset", "minimal", "--count-each", "3", "--yes", "--json")
    assert seeded.returncode == 0, seeded.stderr
    assert sfseed("runs", "undo", "latest", "--yes").returncode == 0
    unknown = sfseed("orgs", "nowhere")
    assert unknown.returncode == 2
    assert "no org called 'nowhere'" in unknown.stderr
