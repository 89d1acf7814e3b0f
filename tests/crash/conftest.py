"""Orgs on ports, and repeated reads without waits."""

from __future__ import annotations

from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]
