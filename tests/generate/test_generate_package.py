"""What the package promises of itself: no loops over records, no floats of draws, vocabularies made from their sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import sfseed_core.generate
from sfseed_core.errors import RecipeError
from sfseed_core.generate import pools, texts
from sfseed_core.generate.cells import Joined, Numbers
from sfseed_core.generate.pools.build import build

PACKAGE = Path(sfseed_core.generate.__file__).parent
LOOPS = re.compile(r"\.to_pylist\(|iterrows|\.as_py\(|\.tolist\(|np\.vectorize|apply_along_axis|itertuples")
FLOATS = re.compile(
    r"np\.(exp|log|log2|log10|sqrt|power|sin|cos|random|float32|float64|linspace|divide|true_divide)\b|\.astype\(float"
)
PANDAS = re.compile(r"\bpa\.(array|scalar)\(|\.to_numpy\(|\bto_pandas\b|import pandas")


def lines(pattern: re.Pattern[str], *, without: str = "") -> list[str]:
    """Where the package's files match."""
    return [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if path.name != without and pattern.search(line) and '"""' not in line and not line.lstrip().startswith("`")
    ]


def test_no_loop_over_records():
    """Nothing in the package turns records into Python objects."""
    assert lines(LOOPS) == []


def test_no_float_function_of_a_draw():
    """Nothing in the package computes with floats: they differ between processors."""
    assert lines(FLOATS) == []


def divisions(source: str) -> list[int]:
    """The lines of a source that divide truly or hold a number with a point: what only floats do (paths aside)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(node.lineno)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not isinstance(node.right, ast.JoinedStr):
            found.append(node.lineno)
    return found


def test_no_true_division():
    """Outside the vocabularies' build nothing divides truly."""
    sources = [path for path in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "pools" not in path.parents]
    assert len(sources) > 25
    assert {
        path.name: divisions(path.read_text(encoding="utf-8")) for path in sources if divisions(path.read_text("utf-8"))
    } == {}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (LOOPS, "values = column.to_pylist()"),
        (LOOPS, "for _, row in frame.iterrows():"),
        (LOOPS, "first = array[0].as_py()"),
        (FLOATS, "draws = np.random.default_rng(1)"),
        (FLOATS, "shares = np.sqrt(drawn)"),
        (FLOATS, "x = drawn.astype(float)"),
        (FLOATS, "np.true_divide(drawn, 2)"),
        (PANDAS, "import pandas as pd"),
        (PANDAS, "pa.array(values)"),
    ],
)
def test_the_watch_bites(pattern: re.Pattern[str], line: str):
    """What is forbidden is found where it stands."""
    assert pattern.search(line)
    assert divisions("share = drawn / 65536") == [1]
    assert divisions("share = drawn * 0.5") == [1]
    assert divisions("path = folder / f'{name}.arrow'") == []


def test_cells_hold_whole_numbers_and_places_only():
    """Whatever a provider makes for the practice org's fields is text, places in a pool, or whole numbers: never a float."""
    from sfseed_core.generate.engine import Engine
    from tests.generate.conftest import plan_by_hand

    plan = plan_by_hand(100)
    engine = Engine(plan)
    for one in plan.objects:
        rows = engine.at(one.name, np.arange(one.count))
        for column in one.columns:
            cells = rows.cells(column.field)
            held = (
                [cells.values]
                if isinstance(cells, Numbers)
                else [part.codes for part in (cells.parts if isinstance(cells, Joined) else [cells])]
            )
            assert all(array.dtype.kind in "iub" for array in held), (one.name, column.field)


def test_nothing_that_imports_pandas():
    """Nothing that generates uses what imports pandas behind one's back."""
    assert lines(PANDAS, without="build.py") == []


@pytest.mark.parametrize("locale", pools.shipped())
def test_vocabularies_are_made_from_their_sources(locale: str):
    """The shipped vocabularies are what the build makes (names of people aside, which depend on Faker's release)."""
    columns, settings = build(locale)
    shipped = pools.Pools.of(locale)
    assert shipped.settings == settings
    for name, values in columns.items():
        if name.startswith(("first_", "last_", "company_stem")):
            continue
        mine = texts.listed(shipped.text(name)) if shipped.has(name) else list(map(int, shipped.numbers(name)))
        assert mine == values, name


@pytest.mark.parametrize(
    ("locale", "there", "not_there"),
    [
        ("es_ES", {"José", "José Luis", "Nerea", "Martínez", "Piña", "Pina"}, {"Jose", "Martinez", "Chita", "Eutropio"}),
        ("pt_BR", {"Patrícia", "Guimarães"}, {"Costela", "Ravi Lucca"}),
        ("fr_FR", {"Nathalie", "Karim", "Gonçalves"}, {"Margaud", "Goncalves", "Anastasie", "Bègue"}),
    ],
)
def test_names_are_mended_by_the_sources(locale: str, there: set[str], not_there: set[str]):
    """Names that the sources add or spell are there, those they leave out are not, and each is there once for a sex."""
    shipped = pools.Pools.of(locale)
    first, last = texts.listed(shipped.text("first_names")), texts.listed(shipped.text("last_names"))
    assert there <= {*first, *last}
    assert not not_there & {*first, *last}
    males = int(shipped.numbers("first_males")[0])
    assert all(len(set(names)) == len(names) for names in (first[:males], first[males:], last))


@pytest.mark.parametrize("locale", pools.shipped())
def test_vocabularies_are_clean(locale: str):
    """No text of a vocabulary has blanks at its ends, line breaks or control characters; parallel ones are equally long."""
    columns, _ = build(locale)
    for name, values in columns.items():
        assert values, name
        for value in values:
            if isinstance(value, str) and not name.startswith(
                ("company_region", "salutation_genders", "city_phones", "city_mobiles")
            ):
                assert value == value.strip(), name
                assert value, name
                assert not re.search(r"[\x00-\x1f\x7f]", value), name
    for family in ("city_", "first_n", "last_"):
        assert len({len(values) for name, values in columns.items() if name.startswith(family)}) == 1


def test_unknown_locales_are_served_by_english():
    """A locale without vocabularies gets those of its language, else en_US."""
    assert pools.available("en_NZ") == "en_US"
    assert pools.available("xx_XX") == "en_US"


def test_options_that_cannot_be_used_are_an_error_with_their_place():
    """A plan whose options do not fit their provider says which field it is about."""
    from sfseed_core.generate.engine import Engine
    from sfseed_core.recipe.model import ObjectPlan, Plan
    from tests.generate.conftest import AS_OF, column

    plan = Plan(
        1, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", 5, 0, (column("A__c", "int", "number", {"curve": ["x"]}),)),), ""
    )
    with pytest.raises(RecipeError, match=r"Thing__c\.A__c: the provider 'number' cannot use its options"):
        Engine(plan).rows("Thing__c", 0, 5)
