"""The columns that everyone who handles records agrees on."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

from sfseed_core.recipe.columns import arrow_type, schema_of
from sfseed_core.recipe.model import STANDARD_PRICE_BOOK, ColumnPlan, ObjectPlan, ReferencePlan, Target


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (("string", 0, 0), pa.string()),
        (("multipicklist", 0, 0), pa.string()),
        (("base64", 0, 0), pa.string()),
        (("never heard of", 0, 0), pa.string()),
        (("boolean", 0, 0), pa.bool_()),
        (("int", 0, 0), pa.int64()),
        (("currency", 18, 2), pa.decimal128(18, 2)),
        (("double", 18, 15), pa.decimal128(18, 15)),
        (("percent", 0, 3), pa.decimal128(18, 3)),
        (("double", 60, 2), pa.decimal128(38, 2)),
        (("date", 0, 0), pa.date32()),
        (("datetime", 0, 0), pa.timestamp("ms", tz="UTC")),
        (("time", 0, 0), pa.time32("ms")),
        (("reference", 0, 0), pa.int64()),
    ],
)
def test_describe_types_have_arrow_types(described, expected):
    """Each type of describe has one Arrow type, unknown ones are text."""
    assert arrow_type(*described) == expected


def test_the_schema_of_an_object():
    """Local key first, then columns, references with their targets where these differ, and the record type."""
    plan = ObjectPlan(
        "Opportunity",
        10,
        0,
        columns=(ColumnPlan("Name", "string", "x"), ColumnPlan("Amount", "currency", "x", precision=18, scale=2)),
        references=(
            ReferencePlan("AccountId", "children", (Target("Account"),)),
            ReferencePlan("Pricebook2Id", "symbol", (Target(None, STANDARD_PRICE_BOOK),)),
        ),
        record_types=(("New", 1),),
    )
    assert schema_of(plan).names == [
        *("record", "Name", "Amount", "AccountId", "Pricebook2Id", "Pricebook2Id@", "RecordTypeId")
    ]
    assert not schema_of(plan).field("record").nullable


def test_planning_stays_light():
    """Planning imports none of the heavy libraries: the command line starts with it."""
    code = (
        "import sys; import sfseed_core.recipe.plan, sfseed_core.recipe.columns, sfseed_core.recipe.presets as p;"
        "p.preset_recipe('everything');"
        "heavy = {'pandas', 'networkx', 'duckdb', 'simple_salesforce', 'requests', 'streamlit', 'pydantic_settings', 'faker'};"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
