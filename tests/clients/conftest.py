"""Other people's clients, installed as they are into a temporary folder (or that of TEST_CLIENTS_FOLDER), and orgs for them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CLI, JSFORCE, NODE = "@salesforce/cli", "jsforce@3", "node@22"
_OLDEST_NODE = (22, 19)


@dataclass(frozen=True)
class Clients:
    """Where node and the packages are."""

    node: str
    packages: Path

    @property
    def cli(self) -> list[str]:
        """The command that runs Salesforce's CLI."""
        return [self.node, str(self.packages / "node_modules" / "@salesforce" / "cli" / "bin" / "run.js")]


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    """Install the clients once; skip where npm is missing."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = Path(os.environ.get("TEST_CLIENTS_FOLDER") or tmp_path_factory.mktemp("clients"))
    packages = folder / "node_modules"
    wanted = [name for name in (CLI, JSFORCE, NODE) if not (packages / _bare(name)).exists()]
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "package.json").exists():
            (folder / "package.json").write_text("{}", encoding="utf-8")
        subprocess.run([npm, "install", "--no-audit", "--no-fund", *wanted], cwd=folder, check=True, timeout=900)
    return Clients(_node(packages), folder)


def _bare(name: str) -> str:
    scope, _, package = name.rpartition("/")
    return "/".join(filter(None, (scope, package.split("@")[0])))


def _node(packages: Path) -> str:
    """Return a node that is new enough for the CLI: the machine's own, or the one of npm's package `node`."""
    found = [shutil.which("node"), *map(str, sorted(packages.glob("**/node-*/bin/node*")))]
    for path in filter(None, found):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
        version = tuple(int(part) for part in said.split(".")[:2] if part.isdecimal())
        if version >= _OLDEST_NODE:
            return path
    pytest.skip(f"no node from {'.'.join(map(str, _OLDEST_NODE))} on")


@pytest.fixture(scope="session")
def serve_org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    """Start emulators, each a process of its own; return what their JSON line says."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "sfseed_emulator", "--port", "0", "--json", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return dict(json.loads(process.stdout.readline()))

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(20)


@pytest.fixture(scope="session")
def org(serve_org: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """One org over plain http for all clients that can."""
    return serve_org()
