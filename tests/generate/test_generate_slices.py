"""A record is the same whatever slice, process or processor it is made in."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.generate.engine import Engine, batches, rows
from sfseed_core.recipe.columns import schema_of
from tests.generate.conftest import plan_by_hand

ACCOUNTS = 5000  # contacts and deals then cover more than one block of parents
PLAN = plan_by_hand(ACCOUNTS)
NAMES = [one.name for one in PLAN.objects]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def whole() -> dict[str, pa.Table]:
    """All records of the plan, in one batch per object."""
    return {one.name: pa.Table.from_batches([rows(PLAN, one.name, 0, one.count)]) for one in PLAN.objects}


@given(name=st.sampled_from(NAMES), start=st.integers(0, 4 * ACCOUNTS), length=st.integers(0, 3000))
@settings(deadline=None, max_examples=80)
def test_any_slice_equals_the_same_rows_of_the_whole(whole: dict[str, pa.Table], name: str, start: int, length: int):
    """Rows of a slice are those of the whole, also beyond the end."""
    sliced = rows(PLAN, name, start, start + length)
    expected = whole[name].slice(start, length)
    assert sliced.schema == schema_of(PLAN.object(name))
    assert pa.Table.from_batches([sliced]).equals(expected)


@pytest.mark.parametrize("chunk", [777, 4096, 65_536])
def test_batches_are_the_whole(whole: dict[str, pa.Table], chunk: int):
    """Batches of any size, put together, are all records in order."""
    for name in NAMES:
        assert pa.Table.from_batches(batches(PLAN, name, chunk)).equals(whole[name])


def test_two_threads_make_the_same(whole: dict[str, pa.Table]):
    """Threads that share an engine make what one makes alone."""
    engine = Engine(PLAN)
    tasks = [(name, start) for name in NAMES for start in range(0, PLAN.object(name).count, 1500)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda task: engine.rows(task[0], task[1], task[1] + 1500), tasks))
    for (name, start), batch in zip(tasks, made, strict=True):
        assert pa.Table.from_batches([batch]).equals(whole[name].slice(start, 1500))


def test_another_seed_makes_other_records():
    """Plans that differ in the seed differ in nearly all records."""
    one, two = (rows(plan_by_hand(500, seed=seed), "Contact", 0, 1500) for seed in (1, 2))
    same = sum(a == b for a, b in zip(one["Email"].to_pylist(), two["Email"].to_pylist(), strict=True))
    assert same < 15


_DIGEST = """
import hashlib, sys
sys.path[:0] = [{tests!r}, {root!r}]
import pyarrow as pa
import pyarrow.ipc
from tests.generate.conftest import plan_by_hand
from sfseed_core.generate.engine import batches
plan, digest = plan_by_hand(3000), hashlib.sha256()
for one in plan.objects:
    for batch in batches(plan, one.name, 2000):
        digest.update(batch.serialize())
print(digest.hexdigest(), sorted(dict.fromkeys(["faker", "pandas"]).keys() & sys.modules.keys()))
"""
_WITHOUT_PYTEST = (
    "import sys, types; sys.modules['pytest'] = types.SimpleNamespace(fixture=lambda *a, **k: (lambda f: f))\n"
)


def _digest(**environment: str) -> str:
    script = _WITHOUT_PYTEST + _DIGEST.format(tests=str(ROOT / "tests" / "generate"), root=str(ROOT))
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _own_digest() -> str:
    plan, digest = plan_by_hand(3000), hashlib.sha256()
    for one in plan.objects:
        for batch in batches(plan, one.name, 2000):
            digest.update(batch.serialize())
    return digest.hexdigest()


def test_other_processes_and_processors_make_the_same_bytes():
    """A process with another hash seed, or with numpy's CPU features disabled, makes the same bytes, without Faker or pandas."""
    import numpy as np

    features = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    expected = f"{_own_digest()} []"
    assert _digest(PYTHONHASHSEED="1", TZ="Asia/Tokyo") == expected
    if features:
        assert _digest(NPY_DISABLE_CPU_FEATURES=" ".join(features)) == expected
