"""The command line as a user runs it, against an emulator of its own, and an org read by somebody else's client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce

SEED_TIMEOUT = 500


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of stdout as an object."""
        return json.loads(self.out.strip().splitlines()[-1])


def environment(home: Path, **extra: str) -> dict[str, str]:
    """A scrubbed environment with a private home."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SFSEED_")}
    return kept | {"SFSEED_HOME": str(home)} | extra


def sfseed(home: Path, *arguments: str, **extra: str) -> Outcome:
    """Run one command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "sfseed_core.cli", *arguments],
        env=environment(home, **extra),
        capture_output=True,
        encoding="utf-8",
        timeout=SEED_TIMEOUT,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Emulated:
    """A running emulator: its JSON line and its process."""

    info: dict[str, str]
    process: subprocess.Popen

    @property
    def variables(self) -> dict[str, str]:
        """What `--org env` needs."""
        return {"SFSEED_INSTANCE_URL": self.info["base_url"], "SFSEED_ACCESS_TOKEN": self.info["access_token"]}


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Callable[..., Emulated]]:
    """Start emulators with the options given; all end with the test."""
    started: list[subprocess.Popen] = []

    def start(*arguments: str) -> Emulated:
        process = subprocess.Popen(
            [sys.executable, "-m", "sfseed_core.cli", "emulator", "--port", "0", "--json", *arguments],
            env=environment(tmp_path / "emulator-home"),
            stdout=subprocess.PIPE,
            stderr=(tmp_path / f"emulator-{len(started)}.log").open("wb"),
            encoding="utf-8",
        )
        started.append(process)
        return Emulated(json.loads(process.stdout.readline()), process)

    yield start
    for process in started:
        process.terminate()
        process.wait(20)
        process.stdout.close()


class ToLoopback(requests.adapters.HTTPAdapter):
    """Carries https requests for a loopback address over http (the client below knows nothing but https)."""

    def send(self, request, **options):
        """Send over http."""
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        return super().send(request, **options)


def plain_client(base_url: str, access_token: str) -> Salesforce:
    """Somebody else's client on the same org."""
    session = requests.Session()
    session.mount("https://127.0.0.1", ToLoopback())
    return Salesforce(instance=base_url.removeprefix("http://"), session_id=access_token, session=session)


@pytest.fixture
def demo(home: Path) -> Iterator[dict[str, str]]:
    """The home's own practice org, ended with the test."""
    started = sfseed(home, "emulator", "--demo", "--json")
    assert started.code == 0, started.err
    yield started.json
    assert sfseed(home, "emulator", "--stop").code == 0
