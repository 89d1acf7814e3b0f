"""The small dataset, staged."""

from __future__ import annotations

import pytest

from tests.staged import stage


@pytest.fixture
def dataset(home):
    """The small dataset with every column type and every kind of reference, staged in a private home."""
    return stage(home)
