"""`sfseed app`: open the app in the browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfseed_core.cli import options
from sfseed_core.cli.console import Console
from sfseed_core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGED = "_app"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command("app")(app)


def app(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port on 127.0.0.1.")] = 8501,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    quiet: options.Quiet = False,
) -> int:
    """Open the app (the same as `streamlit run streamlit_app.py`), on this machine only."""
    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "streamlit_app.py"), "--server.port", str(port)]
    if no_browser:
        command += ["--server.headless", "true"]
    if not quiet:
        Console().say(f"http://127.0.0.1:{port}  (end with Ctrl-C)")
    # Streamlit reads .streamlit/config.toml from the working folder
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603 - fixed command, no shell


def app_folder() -> Path:
    """Return the folder of `streamlit_app.py`: inside the installed package, else the checkout's root."""
    for folder in _places():
        if (folder / "streamlit_app.py").is_file():
            return folder
    raise NotFound("The app's files are not installed.", hint="Install sfseed again: pip install --force-reinstall sfseed")


def _places() -> Iterator[Path]:
    package = Path(__file__).resolve().parents[1]
    yield package / PACKAGED
    yield package.parent
