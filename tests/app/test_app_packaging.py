"""The app as it is installed: inside the wheel, the same from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.app.conftest import ROOT, App, free_port, settle, sit_down


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_the_wheel_holds_the_app(wheel):
    """The app's files lie inside the package, and nothing called pages lies beside it."""
    for name in ("streamlit_app.py", "pages/connect.py", "pages/shared/frame.py", ".streamlit/config.toml"):
        assert (wheel / "sfseed_core" / "_app" / name).read_bytes() == (ROOT / name).read_bytes()
    top = {one.name for one in wheel.iterdir()}
    assert {one for one in top if not one.endswith(".dist-info")} == {"sfseed_core", "sfseed_emulator"}


@pytest.mark.slow
@pytest.mark.browser
def test_the_installed_app_is_the_same(wheel, browser, tmp_path):
    """`sfseed app` of the installed package, in another folder, opens the same page on this machine only."""
    port, home = free_port(), tmp_path / "home"
    home.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SFSEED_", "STREAMLIT_"))}
    log = tmp_path / "app.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", "app", "--no-browser", "--port", str(port)],
        cwd=tmp_path,
        env=kept | {"SFSEED_HOME": str(home), "PYTHONPATH": str(wheel)},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    app = App(home, port, process, log)
    try:
        app.wait()
        for person in sit_down(browser, app):
            page = person.tab()
            page.get_by_role("button", name="Try it").wait_for()
            settle(page)
    finally:
        import psutil

        for child in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
            child.terminate()
        process.wait(20)


def test_the_app_stays_on_this_machine():
    """The settings bind to this machine, refuse strange hosts, send nothing and show no tracebacks."""
    found = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert found["server"]["address"] == "127.0.0.1"
    assert set(found["server"]["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert found["browser"]["gatherUsageStats"] is False
    assert found["client"]["showErrorLinks"] is False
    assert found["client"]["showErrorDetails"] == "type"
    assert "http" not in str(found.get("theme"))
