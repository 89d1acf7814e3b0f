"""Lines woven from the codes of cells are those that the encoder writes of the same records."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.lines import Lines
from sfseed_core.dataset.export.readable import readable
from sfseed_core.generate import texts
from sfseed_core.generate.cells import Cells, Coded, Numbers, Texts, joined
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.provider import ALL_TEXT, Provider, nothing_to_say
from sfseed_core.generate.registry import standard
from sfseed_core.recipe.model import ObjectPlan, Plan, ReferencePlan, Target
from tests.generate.conftest import AS_OF, column, plan_by_hand

COUNT = 7
WORDS = st.text(st.sampled_from(list("ab ,\";\r\n'é#N/A漢\U0001f600")), max_size=6)
VALID = st.none() | st.lists(st.booleans(), min_size=COUNT, max_size=COUNT).map(np.array)
BIG = 10**17
KINDS = {
    "int": st.integers(-BIG, BIG) | st.integers(-20, 20_000),
    "boolean": st.integers(0, 1),
    "date": st.integers(-719_162, 2_932_896) | st.integers(0, 20_000),
    "datetime": st.integers(-60_000_000_000_000, 250_000_000_000_000)
    | st.integers(0, 3_000_000).map(lambda n: n * 900_000),
    "time": st.integers(0, 86_399_999) | st.integers(0, 1439).map(lambda n: n * 60_000),
    "currency": st.integers(-BIG, BIG) | st.integers(-20_000, 20_000),
}


def written(plan: Plan, name: str, engine: Engine, stop: int | None = None) -> tuple[bytes, bytes]:
    """What the encoder writes of the records, and what is woven."""
    records = readable(plan.object(name), engine.rows(name, 0, stop or plan.object(name).count))
    lines = Lines(plan.object(name))
    woven = b"".join(bytes(block) for piece in engine.pieces(name, 0, stop) for block in lines.blocks(piece()))
    return CsvEncoder(records.column_names).whole(records), lines.header() + woven


def plan_of(cells: dict[str, Cells], types: dict[str, tuple[str, int]]) -> tuple[Plan, Engine]:
    """A plan whose columns hold the cells."""
    provider = Provider(
        "test.cells",
        "given cells",
        ALL_TEXT,
        nothing_to_say,
        lambda scope: lambda rows: cells[scope.column.field].take(rows.records),
    )
    columns = tuple(column(name, *types[name][:1], "test.cells", precision=38, scale=types[name][1]) for name in cells)
    one = ObjectPlan("Thing__c", COUNT, 0, columns, ())
    plan = Plan(1, AS_OF, "GMT", "en_US", (one,), "")
    return plan, Engine(plan, standard().extended(provider))


@st.composite
def text_cells(draw: st.DrawFn) -> Cells:
    """Text as codes, as free text, or joined of both; no line break stands half in one part and half in the next."""
    whole = draw(st.booleans())
    words = WORDS if whole else WORDS.map(lambda text: text.rstrip("\r"))
    pool = texts.strings(draw(st.lists(words, min_size=1, max_size=4)))
    codes = np.array(draw(st.lists(st.integers(0, len(pool) - 1), min_size=COUNT, max_size=COUNT)))
    free = Texts(texts.strings(draw(st.lists(words, min_size=COUNT, max_size=COUNT))))
    coded = Coded(pool, codes.astype(draw(st.sampled_from([np.uint16, np.int32, np.int64]))))
    together = [joined(coded, free), joined(free, "-", coded, coded), joined('"', coded)]
    made = draw(st.sampled_from([coded, free] if whole else together))
    return made.masked(draw(VALID))


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_woven_lines_are_those_of_the_encoder(data: st.DataObject):
    """Whatever the cells hold (quotes, line breaks, far dates, tiny decimals, nothing), both ways write the same bytes."""
    cells: dict[str, Cells] = {}
    types: dict[str, tuple[str, int]] = {}
    for number in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(["string", *KINDS]))
        scale = data.draw(st.sampled_from([0, 1, 2, 4, 6, 7, 15])) if kind == "currency" else 0
        if kind == "string":
            made = data.draw(text_cells())
        else:
            values = np.array(data.draw(st.lists(KINDS[kind], min_size=COUNT, max_size=COUNT)), dtype=np.int64)
            made = Numbers(values, data.draw(VALID))
        cells[f"F{number}__c"], types[f"F{number}__c"] = made, (kind, scale)
    plan, engine = plan_of(cells, types)
    encoded, woven = written(plan, "Thing__c", engine)
    assert woven == encoded


@pytest.mark.parametrize("name", [one.name for one in plan_by_hand(10).objects])
def test_objects_of_a_plan_are_written_alike(name: str):
    """References of every mode, record types and all usual providers are written alike both ways, over several pieces."""
    plan = plan_by_hand(6000)
    encoded, woven = written(plan, name, Engine(plan))
    assert woven == encoded


def test_symbols_and_records_in_one_reference_are_written_alike():
    """A reference that holds records of two objects, or a record that the org has, is written alike both ways."""
    query = Target(None, "User WHERE IsActive = true", weight=2, count=12)
    targets = (Target("Thing__c"), Target(None, "standard-price-book", weight=2), query)
    other = ObjectPlan("Thing__c", 20_000, 0, (), ())
    one = ObjectPlan("Link__c", 300, 1, (), (ReferencePlan("To__c", "spread", targets, null_share=9000),))
    plan = Plan(1, AS_OF, "GMT", "en_US", (other, one), "")
    encoded, woven = written(plan, "Link__c", Engine(plan))
    assert woven == encoded
    assert b'"=standard-price-book"' in woven
    assert b'"=User WHERE IsActive = true#11"' in woven


def test_pools_made_anew_in_every_call_do_not_pile_up():
    """A provider that breaks the promise of one pool costs time, but no memory without end, and the bytes stay right."""
    pool = ["long text " * 1000 + str(number) for number in range(40)]

    def make(rows):
        return Coded(texts.strings(pool), rows.records % len(pool))

    provider = Provider("test.anew", "a new pool each time", ALL_TEXT, nothing_to_say, lambda _: make)
    one = ObjectPlan("Thing__c", 40, 0, (column("A__c", "string", "test.anew"),), ())
    plan = Plan(1, AS_OF, "GMT", "en_US", (one,), "")
    engine, lines = Engine(plan, standard().extended(provider)), Lines(one)
    encoded = b""
    for _ in range(60):
        encoded = b"".join(bytes(block) for piece in engine.pieces("Thing__c") for block in lines.blocks(piece()))
    assert lines.kept_bytes < 20_000_000
    assert encoded.decode().count("\n") == 40
    assert encoded.split(b"\n")[39] == f'"Thing__c:39","{pool[39]}"'.encode()
