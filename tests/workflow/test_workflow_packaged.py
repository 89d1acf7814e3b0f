"""The practice org as it is shipped."""

from __future__ import annotations

from sfseed_core.workflow import packaged
from sfseed_emulator.demo import stop_demo


def test_the_packaged_org_is_a_new_practice_org(home):
    """The shipped schema and snapshot are those of a practice org that was just made."""
    try:
        made = packaged.files(*packaged.read_new_org(home))
    finally:
        stop_demo(home)
    shipped = {path.name: path.read_text(encoding="utf-8") for path in packaged.FOLDER.glob("*.json")}
    assert shipped == made, "write them anew: python -m sfseed_core.workflow.packaged"
