"""The suite for real orgs (`pytest -m org`) passes where the org is an emulator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]


@pytest.mark.slow
def test_the_suite_for_real_orgs_passes_on_an_emulator(served):
    """Discovery, doctor, write test, load, kills and undo: every test runs, none is skipped."""
    login = served(name="Acme UAT").login
    given = {
        "SFSEED_INSTANCE_URL": login.instance_url,
        "SFSEED_CLIENT_ID": login.client_id,
        "SFSEED_CLIENT_SECRET": login.client_secret,
    }
    suite = Path(__file__).with_name("test_org_real.py")
    command = [sys.executable, "-m", "pytest", "-q", "-m", "org", "-p", "no:cacheprovider", str(suite)]
    done = subprocess.run(command, env=os.environ | given, capture_output=True, encoding="utf-8", check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
