"""Shared fixtures: outside data, a private home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.emulated import EmulatedOrg

ROOT = Path(__file__).resolve().parents[1]

# a slow machine fails no test
settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")


@pytest.fixture(scope="session", autouse=True)
def nobodys_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test ever sees or touches the home, the keyring or the settings of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SFSEED_") and name != "SFSEED_OUTSIDE_DATA"]:
            patch.delenv(name)
        patch.setenv("SFSEED_HOME", str(tmp_path_factory.mktemp("nobody")))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder of data from elsewhere; tests over it skip where it is absent."""
    folder = Path(os.environ.get("SFSEED_OUTSIDE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"outside data not present at {folder}: set SFSEED_OUTSIDE_DATA")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty private home for one test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("SFSEED_HOME", str(folder))
    return folder


@pytest.fixture
def emulated() -> Iterator[Callable[..., EmulatedOrg]]:
    """A maker of emulated orgs (see `tests.emulated.EmulatedOrg.start`) that end with the test."""
    from tests.emulated import EmulatedOrg

    started: list[EmulatedOrg] = []

    def start(**more: Any) -> EmulatedOrg:
        started.append(EmulatedOrg.start(**more))
        return started[-1]

    yield start
    for one in started:
        one.stop()
