"""The small dataset, staged."""

from __future__ import annotations

import pytest

from sfseed_core.dataset import store
from tests.staged import NOW, PLAN, SCHEMA, table_of


@pytest.fixture
def dataset(home):
    """The small dataset with every column type and every kind of reference, staged in a private home."""
    writer = store.create(home, PLAN, SCHEMA, now=NOW)
    for one in PLAN.objects:
        writer.add(one.name, table_of(one.name))
    return writer.finish()
