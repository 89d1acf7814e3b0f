"""Cleaning: what is old goes, what is still needed stays, and with --all nothing of the work is left."""

from __future__ import annotations

import os
from datetime import timedelta

from sfseed_core.clock import SYSTEM
from sfseed_core.workflow.clean import find, remove

FOLDERS = ("datasets/d-1", "makings/m-1", "orgs/00D", "recipes", "presets")


def test_what_is_old_is_found_and_removed(home):
    """Datasets, orders and caches by age; given recipes with --all only; one's own presets and connections never."""
    for name in FOLDERS:
        (home / name).mkdir(parents=True)
        (home / name / "file").write_text("x", encoding="utf-8")
        os.utime(home / name / "file", (1e9, 1e9))
    (home / "connections.json").write_text('{"connections": []}', encoding="utf-8")

    def found(everything):
        return find(home, older_than=timedelta(days=30), everything=everything, clock=SYSTEM)

    assert {one.kind for one in found(False)} == {"dataset", "making", "cache"}
    assert {one.kind for one in found(True)} == {"dataset", "making", "cache", "recipes"}
    assert found(False)[0].size == 1
    os.utime(home / FOLDERS[0] / "file")
    assert "dataset" not in {one.kind for one in found(True)}
    remove(found(True))
    assert sorted(one.name for one in home.rglob("file")) == ["file", "file"]
    assert (home / "presets" / "file").exists()
    assert (home / "connections.json").exists()
