"""`sfseed generate --out` as a whole process: what it imports, its bytes with any number of threads, its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sfseed_core.cli.root import run
from sfseed_core.dataset.export.ahead import ahead

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
RECIPE = BENCHMARKS / "account_contact_opportunity.yaml"
HEAVY = ("pandas", "streamlit", "simple_salesforce", "networkx", "duckdb", "pydantic_settings", "faker", "requests")
UNASKED = (
    "sfseed_core.formula.parser",
    "sfseed_core.formula.evaluate",
    "sfseed_core.generate.judged",
    "sfseed_core.load",
    "sfseed_emulator",
    "numpy.ma",
    "pyarrow.compute",
)


def generate(out: Path, *more: str) -> int:
    """Run the command over the benchmark's recipe."""
    common = ["--org", "demo", "--out", str(out), "--format", "csv", "--seed", "5", "--as-of", "2026-11-23", "-q"]
    return run(["generate", str(RECIPE), *common, *more])


def test_the_command_imports_nothing_heavy_and_starts_no_org(home, tmp_path):
    """Files are made without pandas, streamlit, duckdb and their like, and with nothing left in the home."""
    out = tmp_path / "out"
    out.mkdir()
    program = (
        "import sys; from sfseed_core.cli.root import run\n"
        f"code = run(['generate', {str(RECIPE)!r}, '--org', 'demo', '--out', {str(out)!r}, '--format', 'csv', "
        "'--count', 'Account=20', '-q'])\n"
        f"print(code, [name for name in {HEAVY + UNASKED!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert sorted(path.name for path in out.iterdir()) == ["Account.csv", "Contact.csv", "Opportunity.csv"]
    assert not any(home.iterdir())


def test_the_bytes_are_the_same_with_any_number_of_threads(home, tmp_path):
    """One thread and three write the same files."""
    for threads in ("1", "3"):
        assert generate(tmp_path / threads, "--count", "Account=30000", "--threads", threads) == 0
    for name in ("Account.csv", "Contact.csv", "Opportunity.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes()


def test_only_the_listed_fields_are_filled(home, tmp_path):
    """Of fields that may stay empty, those that `only` lists get values, and the reference that counts the records."""
    assert generate(tmp_path / "out", "--count", "Account=3") == 0
    header = (tmp_path / "out" / "Opportunity.csv").read_text(encoding="utf-8").splitlines()[0].replace('"', "")
    assert set(header.split(",")) == {
        "Id", "Name", "StageName", "Amount", "CloseDate", "Probability", "LeadSource", "Type", "AccountId",
    }  # fmt: skip


def test_the_benchmarks_hold_one_recipe():
    """The benchmark's recipe is the only YAML beside it."""
    assert [path.name for path in BENCHMARKS.rglob("*.y*ml")] == [RECIPE.name]


def test_work_done_ahead_comes_in_order_and_stops_at_a_failure():
    """Results are handed over in the order of the tasks, whichever ends first; a failure is raised in its place."""
    assert list(ahead([lambda number=number: number for number in range(50)], 4)) == [*range(50)]

    def fail() -> int:
        raise ValueError("no")

    results = ahead([lambda: 1, fail, lambda: 3], 2)
    assert next(results) == 1
    with pytest.raises(ValueError, match="no"):
        next(results)
