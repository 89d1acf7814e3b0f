"""A page drawn by itself, without the frame around it, so that its buttons can be pressed in a test without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import ROOT

SCRIPT = """
from pathlib import Path
from pages.shared import state
state.note("framed", True)
path = {path!r}
exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"))
"""


def alone(page: str, /, **parameters: str) -> AppTest:
    """The page at an address, drawn."""
    at = AppTest.from_string(SCRIPT.format(path=str(ROOT / "pages" / f"{page}.py")), default_timeout=60)
    at.query_params.update(parameters)
    return at.run()
