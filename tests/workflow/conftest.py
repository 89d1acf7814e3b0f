"""Orgs on ports, repeated reads without waits, and `--org env` leading to one of them."""

from __future__ import annotations

import pytest

from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]


@pytest.fixture
def env(monkeypatch):
    """A function that lets `--org env` lead to a served org."""
    for name in ("SFSEED_ACCESS_TOKEN", "SFSEED_JWT_KEY", "SFSEED_JWT_KEY_FILE", "SFSEED_USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def lead(server):
        login = server.login
        monkeypatch.setenv("SFSEED_INSTANCE_URL", login.instance_url)
        monkeypatch.setenv("SFSEED_CLIENT_ID", login.client_id)
        monkeypatch.setenv("SFSEED_CLIENT_SECRET", login.client_secret)

    return lead
