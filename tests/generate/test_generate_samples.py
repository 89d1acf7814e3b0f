"""docs/samples.md shows what is generated now."""

from __future__ import annotations

import runpy

from tests.conftest import ROOT


def test_the_samples_are_those_of_today():
    """The page of samples is what docs/samples.py writes."""
    made = runpy.run_path(str(ROOT / "docs" / "samples.py"))["page"]()
    assert made == (ROOT / "docs" / "samples.md").read_text(encoding="utf-8"), "write it anew: python docs/samples.py"
