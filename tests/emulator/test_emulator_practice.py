"""The practice org of a home: one process, found again, ended and started again."""

from __future__ import annotations

import stat
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sfseed_emulator import system
from sfseed_emulator.demo import ensure_demo, read_info, stop_demo


@pytest.fixture
def practice_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home whose practice org ends with the test."""
    monkeypatch.setenv("SOME_SECRET", "not to be inherited")
    return tmp_path / "home"


def asked(base_url: str, token: str) -> int:
    """Ask for the list of resources and return the status."""
    request = urllib.request.Request(f"{base_url}/services/data/v67.0", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        return int(response.status)


def test_one_process_per_home(practice_home: Path) -> None:
    """Several who ask at once get the same process, with a token that works; its file is private."""
    try:
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(lambda _: ensure_demo(practice_home), range(3)))
        assert len({(one.pid, one.base_url, one.org_id) for one in found}) == 1
        assert asked(found[0].base_url, found[0].access_token) == 200
        file = practice_home / "demo" / "server.json"
        if sys.platform != "win32":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            environment = Path(f"/proc/{found[0].pid}/environ")
            assert not environment.exists() or b"not to be inherited" not in environment.read_bytes()
        assert found[0].access_token not in repr(found[0])
    finally:
        stop_demo(practice_home)


def test_a_killed_practice_org_is_started_again(practice_home: Path) -> None:
    """After a kill the lock is free: the next who asks starts it, on the same org and with the same credentials."""
    try:
        first = ensure_demo(practice_home)
        system.stop_process(first.pid)
        second = ensure_demo(practice_home)
        assert second.pid != first.pid
        assert (second.org_id, second.client_id, second.refresh_token) == (
            first.org_id,
            first.client_id,
            first.refresh_token,
        )
        assert asked(second.base_url, first.access_token) == 200
    finally:
        assert stop_demo(practice_home)
    assert not stop_demo(practice_home)
    assert not system.is_running(second.pid)
    assert read_info(practice_home / "demo" / "server.json") is None


def test_why_it_does_not_start_is_said(practice_home: Path) -> None:
    """A start that fails ends with the end of its log instead of waiting for ever."""
    (practice_home / "demo").mkdir(parents=True)
    (practice_home / "demo" / "org").write_text("in the way", encoding="utf-8")
    with pytest.raises(RuntimeError, match="did not start"):
        ensure_demo(practice_home)
