"""The preset `everything` into the practice org, twice in a row: under all its rules, no record fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.conftest import plain_client, sfseed

OBJECTS = 30


@pytest.mark.slow
@pytest.mark.parametrize(
    "counts",
    [pytest.param(("--count-each", "3"), id="3-each"), pytest.param((), id="as-it-is")],
)
def test_everything_is_seeded_twice_without_a_failure(tmp_path: Path, counts: tuple[str, ...]) -> None:
    """With the standard objects' rules, the org's validation rules and its duplicate rules on; at least 30 objects each time."""
    home = tmp_path / "home"
    info = sfseed(home, "emulator", "--demo", "--json").json
    try:
        client = plain_client(info["base_url"], info["access_token"])
        active = client.query("SELECT SobjectType FROM DuplicateRule WHERE IsActive = true ORDER BY SobjectType")
        assert [one["SobjectType"] for one in active["records"]] == ["Account", "Contact", "Lead"]
        for turn in (1, 2):
            run = sfseed(home, "seed", "--org", "demo", "--preset", "everything", *counts, "--yes", "--json")
            assert run.code == 0, run.err
            objects = run.json["objects"]
            assert len(objects) >= OBJECTS
            wrong = {name: one for name, one in objects.items() if not one["planned"] == one["sent"] == one["succeeded"]}
            assert not wrong, (turn, wrong)
        contacts = client.query("SELECT COUNT() FROM Contact")["totalSize"]
        assert contacts >= 2 * objects["Contact"]["planned"]
    finally:
        sfseed(home, "emulator", "--stop")
