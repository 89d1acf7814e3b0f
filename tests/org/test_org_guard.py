"""Which org may be written to."""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.errors import InternalError
from sfseed_core.org.facts import OrgFacts
from sfseed_core.org.guard import Decision, GuardedOrg, decide

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SANDBOX = OrgFacts(
    org_id="00D000000000062EAA",
    instance_url="https://acme--uat.sandbox.my.salesforce.com",
    read_at=NOW,
    name="Acme",
    is_sandbox=True,
    organization_type="Enterprise Edition",
    user_id="005000000000001AAA",
)
SOON = "2026-12-24T08:00:00.000+0000"


@pytest.mark.parametrize(
    ("changes", "verdict", "kind"),
    [
        ({}, "allowed", "sandbox"),
        ({"organization_type": "Developer Edition"}, "allowed", "sandbox"),
        ({"trial_expiration": SOON}, "allowed", "scratch"),
        ({"trial_expiration": SOON, "organization_type": "Developer Edition"}, "allowed", "scratch"),
        ({"is_sandbox": False}, "refused", "production"),
        ({"is_sandbox": False, "organization_type": "Unlimited Edition"}, "refused", "production"),
        ({"is_sandbox": False, "organization_type": "Base Edition"}, "refused", "production"),
        ({"is_sandbox": False, "organization_type": "developer edition"}, "refused", "production"),
        ({"is_sandbox": False, "organization_type": "Developer Edition"}, "confirm", "developer"),
        ({"is_sandbox": False, "trial_expiration": SOON}, "confirm", "trial"),
        ({"is_sandbox": False, "trial_expiration": SOON, "organization_type": "Developer Edition"}, "confirm", "trial"),
        ({"is_sandbox": False, "trial_expiration": "2026-11-01T00:00:00.000+0000"}, "refused", "unknown"),
        ({"trial_expiration": "someday"}, "refused", "unknown"),
        ({"trial_expiration": ""}, "refused", "unknown"),
        ({"trial_expiration": 5}, "refused", "unknown"),
        ({"is_sandbox": None}, "refused", "unknown"),
        ({"is_sandbox": "true"}, "refused", "unknown"),
        ({"is_sandbox": 1}, "refused", "unknown"),
        ({"organization_type": None}, "refused", "unknown"),
        ({"organization_type": " "}, "refused", "unknown"),
        ({"name": None}, "refused", "unknown"),
        ({"name": ""}, "refused", "unknown"),
        ({"org_id": ""}, "refused", "unknown"),
        ({"org_id": "00D000000000062"}, "refused", "unknown"),
        ({"org_id": "001000000000001AAA"}, "refused", "unknown"),
        ({"doubts": ("its Organization record cannot be read",)}, "refused", "unknown"),
    ],
)
def test_each_kind_of_org_has_its_verdict(changes, verdict, kind):
    """Sandbox and scratch are allowed, Developer Edition and trial need a confirmation, all else is refused."""
    decision = decide(replace(SANDBOX, **changes))
    assert (decision.verdict, decision.kind) == (verdict, kind)
    assert decision.reason


odd = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@given(
    is_sandbox=odd,
    trial_expiration=odd | st.just(SOON),
    organization_type=odd | st.just("Developer Edition"),
    name=odd,
    org_id=odd | st.just(SANDBOX.org_id),
)
def test_nothing_but_a_true_sandbox_is_allowed(**facts):
    """Whatever an org answers, it is written to unasked only when IsSandbox is exactly true."""
    decision = decide(replace(SANDBOX, **facts))
    if decision.verdict == "allowed":
        assert facts["is_sandbox"] is True
    if decision.verdict == "confirm":
        assert facts["is_sandbox"] is False
        assert facts["organization_type"] == "Developer Edition" or facts["trial_expiration"] == SOON


def test_only_the_guard_makes_a_guarded_org():
    """Constructing, copying and unpickling do not."""
    for seal, verdict in itertools.product((None, object(), "seal"), ("allowed", "refused")):
        with pytest.raises(InternalError):
            GuardedOrg(None, Decision(verdict, "sandbox", ""), seal)
    hollow = object.__new__(GuardedOrg)
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(InternalError):
            way(hollow)


def test_bulk_and_row_verbs_have_one_door():
    """No module but the guard imports the verbs that write."""
    from pathlib import Path

    core = Path(__file__).resolve().parents[2] / "sfseed_core"
    users = {
        path.relative_to(core).as_posix()
        for path in core.rglob("*.py")
        if {"BulkVerbs", "RowVerbs"} & set(path.read_text(encoding="utf-8").replace("(", " ").replace(",", " ").split())
    }
    assert users <= {"org/guard.py", "org/bulk.py", "org/rows.py"}
