"""Each kind of user of an org, from looking to loading to taking back: what they may not do is left out and said."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import sfseed

PROMISED = {
    "admin": {"Account", "Contact", "Opportunity", "Campaign"},
    "no-setup": {"Account", "Contact", "Opportunity", "Campaign"},
    "no-opportunity": {"Account", "Contact", "Campaign"},
    "no-marketing": {"Account", "Contact", "Opportunity"},
    "audit-fields": {"Account", "Contact", "Opportunity", "Campaign"},
}
LACKS = {"no-opportunity": "Opportunity", "no-marketing": "Campaign"}
SAID = {"no-setup": "View Setup and Configuration: no", "no-marketing": "Marketing User: no"}
SAID["audit-fields"] = "Set Audit Fields upon Record Creation: yes"


@pytest.mark.slow
@pytest.mark.parametrize("user", sorted(PROMISED))
def test_a_user_seeds_what_the_user_may(home, emulator, user):
    """The doctor says what is missing; the rest is loaded without a failure; undo takes all of it back."""
    org = emulator("--user", user)
    looked = sfseed(home, "doctor", "--org", "env", **org.variables)
    assert looked.code in {0, 3}, looked.err
    assert SAID.get(user, "API Enabled: yes") in looked.out
    seeded = sfseed(
        home, "seed", "--org", "env", "--preset", "sales-cloud", "--count-scale", "0.3", "--yes", "--json", **org.variables
    )
    assert seeded.code == 0, seeded.err
    objects = seeded.json["objects"]
    assert objects.keys() >= PROMISED[user]
    assert LACKS.get(user) not in objects
    assert all(one["succeeded"] == one["planned"] for one in objects.values())
    undone = sfseed(home, "runs", "undo", "latest", "--yes", "--json", **org.variables)
    assert undone.code == 0, undone.err
    assert undone.json["state"] == "undone"


def test_a_user_without_the_api_is_told_what_to_ask_for(home, emulator):
    """Every command ends in words that name the permission, and writes nothing."""
    org = emulator("--user", "no-api")
    for command in (["doctor"], ["discover"], ["seed", "--preset", "minimal", "--yes"]):
        done = sfseed(home, *command, "--org", "env", **org.variables)
        assert done.code == 3, done.err
        assert "API" in done.out + done.err
        assert "Traceback" not in done.err
