"""Numbers: amounts, counts, shares, each by a curve of its meaning, within the field's digits and range."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Numbers, coded
from sfseed_core.generate.currencies import CURRENCIES, currency_of, money
from sfseed_core.generate.curves import Curve
from sfseed_core.generate.provider import NUMBER, TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.unique import Free
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ColumnPlan

_MONEY = (500, 1_500, 3_000, 5_000, 8_000, 12_000, 18_000, 26_000, 38_000, 60_000, 95_000, 160_000, 320_000)
_SMALL_MONEY = (10, 25, 49, 79, 120, 180, 250, 380, 550, 800, 1_200, 2_000, 3_500)
_REVENUE = (200_000, 900_000, 2_500_000, 6_000_000, 12_000_000, 25_000_000, 60_000_000, 150_000_000, 600_000_000)

# meaning -> (quantiles in whole units, step in whole units or, where negative, decimals kept)
CURVES: Mapping[str, tuple[tuple[int, ...], int]] = MappingProxyType(
    {
        "amount": (_MONEY, 50),
        "price": (_SMALL_MONEY, -2),
        "company.revenue": (_REVENUE, 10_000),
        "company.employees": ((3, 8, 15, 28, 50, 90, 160, 300, 700, 2_500, 9_000), 1),
        "company.year_started": ((1950, 1972, 1985, 1994, 2001, 2007, 2012, 2016, 2020), 1),
        "company.sic": ((1_000, 8_999), 1),
        "quantity": ((1, 1, 2, 3, 4, 5, 8, 12, 20, 40), 1),
        "count": ((0, 1, 2, 3, 5, 8, 12, 20, 35), 1),
        "percent": ((0, 10, 25, 40, 50, 60, 75, 90, 100), 5),
        "percent.discount": ((0, 0, 0, 0, 5, 10, 15, 25), 5),
        "percent.probability": ((5, 10, 25, 50, 75, 90, 95), 5),
        "phone.extension": ((100, 899), 1),
        "score": ((1, 3, 5, 6, 7, 8, 9, 10), 1),
        "duration.minutes": ((15, 30, 30, 45, 60, 60, 90, 120), 15),
        "duration.hours": ((1, 1, 2, 3, 4, 6, 8), 1),
        "duration.days": ((1, 2, 3, 5, 7, 10, 14, 30, 60), 1),
        "duration.months": ((6, 12, 12, 12, 24, 24, 36, 36, 60), 6),
        "year": ((-8, 0), 1),
        "sort_order": ((1, 1, 1, 2, 2, 3, 4, 5), 1),
        "temperature": ((-5, 8, 15, 20, 24, 30), -1),
        "weight": ((1, 2, 5, 10, 20, 45, 90, 180), -2),
        "length": ((1, 5, 10, 20, 50, 120, 400), -2),
        "version": ((1, 9), 1),
        "number": ((0, 5, 12, 25, 50, 100, 250, 800), 1),
    }
)
# words that say what is counted, its quantiles; no minimum is above a maximum, whatever each is of
_COUNTED: tuple[tuple[frozenset[str], tuple[int, ...]], ...] = (
    (frozenset({"minimum", "min"}), (1, 1, 1, 2, 2, 3, 4, 5)),
    (frozenset({"maximum", "max"}), (5, 6, 8, 10, 15, 20, 30, 50)),
    (frozenset({"children", "dependents", "siblings"}), (0, 0, 0, 1, 1, 2, 2, 3, 4)),
    (frozenset({"sent"}), (60, 150, 400, 900, 2_000, 5_000)),
    (frozenset({"credit"}), (520, 610, 660, 690, 720, 750, 780, 830)),
    (frozenset({"convictions"}), (0, 0, 0, 0, 0, 0, 0, 0, 2)),
    (frozenset({"capacity", "guests", "seats", "beds", "baths"}), (1, 1, 2, 3, 5, 8, 12, 20, 35)),
)
# words of a field's name, the meaning or words of another field of the record, shares of that in thousandths, step
_RELATED: tuple[tuple[frozenset[str], str | frozenset[str], tuple[int, int], int], ...] = (
    (frozenset({"annual", "revenue"}), "company.employees", (60_000_000, 420_000_000), 10_000),
    (frozenset({"actual", "cost"}), frozenset({"budgeted", "cost"}), (550, 1_150), 50),
    (frozenset({"expected", "revenue"}), frozenset({"budgeted", "cost"}), (1_500, 9_000), 50),
)
_HOURLY = frozenset({"hourly", "rate"})
_RATES = (25, 40, 55, 70, 85, 95, 110, 130, 160, 220)  # what an hour of somebody's work costs
_AREA = (80, 150, 300, 600, 1_200, 2_500, 5_000, 9_000)  # of a floor, in square metres or feet
_SECONDS = (20, 45, 90, 150, 240, 400, 700, 1_500)  # of a call
_SMALL = frozenset({"tax", "shipping", "handling", "freight", "fee", "postage", "surcharge"})
_YEARS_FROM_NOW = frozenset({"year"})
_DEFAULT = {"currency": "amount", "percent": "percent"}
_RECORDS_CURRENCY = "CurrencyIsoCode"
_DECIMALS = 4  # more are never filled
_MOST_DIGITS = 15  # what a double holds exactly, and so what Salesforce gives back unchanged


def propose(request: FieldRequest) -> Options | str:
    """Propose the curve of the field's meaning, within its digits and bounds."""
    meaning = request.meaning.name if request.meaning else ""
    words = {*words_of(request.field.name)}
    name = meaning if meaning in CURVES else _DEFAULT.get(request.field.type, "number")
    name = "price" if name == "amount" and words & _SMALL else name
    knots, step = (_SECONDS, 1) if name == "duration.minutes" and "seconds" in words else CURVES[name]
    if name == "price" and words >= _HOURLY:
        knots, step = _RATES, 5
    if words >= {"floor", "area"} and name in {"number", "length"}:
        knots, step = _AREA, 10
    if name in {"count", "score"}:
        knots = next((known for counted, known in _COUNTED if words & counted), knots)
    if name in _YEARS_FROM_NOW:
        knots = tuple(request.context.as_of.year + years for years in knots)
    knots, step = _in_money(request, knots, step)
    low, high = _bounds(request)
    if low > high:
        return f"no number has {request.rules.whole_digits} digits before the point and lies between its bounds"
    if request.rules.unique:
        return _distinct(request, low, high)
    return {**_within([*knots], step, low, high), **_related(request, words, high), **in_currency(request)}


def _currency(request: FieldRequest) -> str:
    """Return the currency of the records' amounts, where it is known to be one that looks otherwise than dollars."""
    context = request.context
    code = context.snapshot.currency or currency_of(context.locale)
    return code if request.field.type == "currency" and code in CURRENCIES else ""


def _in_money(request: FieldRequest, knots: tuple[int, ...], step: int) -> tuple[tuple[int, ...], int]:
    """Return the curve in units of the records' currency; prices in many units are round, and need no decimals."""
    units = money(_currency(request)).units
    return (
        (tuple(knot * units for knot in knots), step * units if step > 0 else units // 10) if units > 1 else (knots, step)
    )


def in_currency(request: FieldRequest) -> dict[str, Any]:
    """Return the option that says in what currency the amounts are meant, where they look otherwise than dollars."""
    code = _currency(request)
    return {"currency": code} if code else {}


def _related(request: FieldRequest, words: set[str], high: int) -> dict[str, Any]:
    """Return of what other number of the record this one is a share, so that the two look like each other."""
    units = money(_currency(request)).units
    for mine, other, shares, step in _RELATED:
        least, most = (
            share * units if isinstance(other, str) else share for share in shares
        )  # so much money for one of them
        if not mine <= words or most * 9_000 // 1_000 > high:
            continue
        found = request.context.find(other) if isinstance(other, str) else _named(request, other)
        if found and found != request.field.name:
            return {"of": found, "thousandths": [least, most], "rounded": step * units}
    return {}


def _named(request: FieldRequest, words: frozenset[str]) -> str | None:
    fields, kind = request.context.object.fields, request.field.type
    known = (name for name in request.context.meanings if fields[name].type == kind and words <= {*words_of(name)})
    return next(known, None)


def _bounds(request: FieldRequest) -> tuple[int, int]:
    """Return the lowest and highest whole number that the field takes."""
    digits = request.rules.whole_digits if request.rules.whole_digits is not None else 9
    most = 10 ** min(digits, _MOST_DIGITS - min(request.field.scale, _DECIMALS)) - 1 if digits > 0 else 0
    low = -most if request.rules.low is None else max(int(request.rules.low), -most)
    high = most if request.rules.high is None else min(int(request.rules.high), most)
    return low, high


def _within(knots: list[int], step: int, low: int, high: int) -> dict[str, Any]:
    """Return the curve, shrunk when it does not fit between the bounds."""
    if knots[-1] > high or knots[0] < low:
        room = max(high - max(low, 0), 0)
        span = max(knots[-1] - knots[0], 1)
        knots = [max(low, 0) + (knot - knots[0]) * room // span for knot in knots]
        step = min(step, 1) if room < 100 else step
        knots = [min(max(knot, low), high) for knot in knots]
    if step > 1 and (knots[0] // step * step) < low:
        step = 1
    return {"curve": knots, "step": step}


def _distinct(request: FieldRequest, low: int, high: int) -> Options | str:
    low = max(low, 1)
    taken = sorted({int(float(text)) - low for text in request.taken if _is_number(text)})
    wanted = request.context.count
    size = min(high - low + 1, max(10 * (wanted + len(taken)), 1_000))
    if size - sum(0 <= number < size for number in taken) < wanted:
        size = high - low + 1
    free = size - sum(0 <= number < size for number in taken)
    if free < wanted:
        return f"only {max(free, 0):,} distinct values fit, {wanted:,} are wanted"
    return {"low": low, "size": size, "taken": [number for number in taken if 0 <= number < size]}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return abs(float(text)) < 10**_MOST_DIGITS


def prepare(scope: Scope) -> Make:
    """Prepare numbers by the options' curve, or distinct ones; of amounts in the currency that each record has."""
    return exchanged(scope, _numbers(scope))


def exchanged(scope: Scope, make: Make) -> Make:
    """Prepare amounts in the record's own currency, where it has one, given those in the currency that the plan counts in."""
    said = scope.engine.column(scope.object.name, _RECORDS_CURRENCY)
    if said is None or scope.column.type != "currency" or scope.column.unique:
        return make
    unit = 10**scope.column.scale
    most = 10 ** min(scope.column.precision or 18, 18) - 1
    usual = money(scope.options.get("currency")).units

    def converted(rows: Rows) -> Numbers:
        amounts = make(rows)
        assert isinstance(amounts, Numbers)
        pool, codes = coded(rows.cells(_RECORDS_CURRENCY))
        monies = [money(code) for code in texts.listed(pool)]
        units = np.array([one.units for one in monies], dtype=np.int64)[codes]
        values = np.where(units == usual, amounts.values, np.minimum(amounts.values // usual * units, most))
        whole = ~np.array([one.has_decimals for one in monies], dtype=bool)[codes]
        return Numbers(np.where(whole, values // unit * unit, values), amounts.valid)

    return converted


def _numbers(scope: Scope) -> Make:
    scale = scope.column.scale if scope.column.type in ("double", "currency", "percent") else 0
    unit, fill = 10 ** min(scale, _DECIMALS), 10 ** max(scale - _DECIMALS, 0)
    if scope.column.unique:
        free, low = (
            Free.of(int(scope.options["size"]), scope.key(), scope.options.get("taken", ())),
            int(scope.options["low"]),
        )
        return lambda rows: Numbers((free.at(rows.records) + low) * 10**scale)
    step = int(scope.options.get("step", 1))
    # a negative step asks for decimals, as many as the field has
    fine = max(unit // 10**-step, 1) if step < 0 else step * unit
    curve, key = Curve.of([int(knot) * unit for knot in scope.options["curve"]], fine), scope.key()
    other = scope.engine.column(scope.object.name, str(scope.options["of"])) if "of" in scope.options else None
    if other is not None:
        return _share_of(scope, other, unit * fill)
    return lambda rows: Numbers(curve.at(rows.draw(key)) * fill)


def _share_of(scope: Scope, other: ColumnPlan, unit: int) -> Make:
    """Prepare a share of another number of the record, rounded to a step in whole units."""
    key, field, step = scope.key(), other.field, int(scope.options["rounded"])
    least, most = (int(number) for number in scope.options["thousandths"])
    theirs = 10**other.scale if other.type in ("double", "currency", "percent") else 1

    def make(rows: Rows) -> Numbers:
        base = rows.cells(field)
        assert isinstance(base, Numbers)
        whole = np.maximum(base.values // theirs, 1)
        share = draws.between(rows.draw(key), least, most)
        return Numbers(np.maximum(whole * share // 1_000 // step, 1) * step * unit)

    return make


def _propose_text(request: FieldRequest) -> Options | str:
    found = propose(request)
    most = 10 ** min(request.field.length or 9, 9) - 1
    return found if isinstance(found, str) else _within(list(found["curve"]), int(found["step"]), 0, most)


def _prepare_text(scope: Scope) -> Make:
    step = int(scope.options.get("step", 1))
    curve, key = Curve.of([int(knot) for knot in scope.options["curve"]], max(step, 1)), scope.key()
    return lambda rows: Numbers(curve.at(rows.draw(key)))


def _propose_product(request: FieldRequest) -> Options | str:
    quantity, price = request.context.find("quantity"), request.context.find("price")
    return (
        {"of": [quantity, price]}
        if quantity and price
        else "it is the product of a quantity and a price, which are not there"
    )


def _product(scope: Scope) -> Make:
    """The product of two other number fields, rounded half up to the field's own decimals."""
    first, second = (str(name) for name in scope.options["of"])
    columns = [scope.engine.column(scope.object.name, name) for name in (first, second)]
    shift = sum(one.scale for one in columns if one is not None) - scope.column.scale
    limit = 10 ** min(scope.column.precision or 18, 18) - 1

    def make(rows: Rows) -> Numbers:
        one, two = rows.cells(first), rows.cells(second)
        assert isinstance(one, Numbers)
        assert isinstance(two, Numbers)
        values = one.values * two.values
        values = (values + 10**shift // 2) // 10**shift if shift > 0 else values * 10**-shift
        return Numbers(np.minimum(values, limit)).masked(one.valid).masked(two.valid)

    return make


_OPTIONS = {
    "curve": "quantiles, from the lowest value to the highest",
    "of": "another number of the record, of which this is a share",
    "thousandths": "the least and greatest share",
    "rounded": "to a multiple of this",
    "step": "values are multiples of it; negative: so many decimals",
    "currency": "of amounts: which the numbers are meant in; records with a CurrencyIsoCode of their own are converted",
    "low": "of distinct values: the lowest",
    "size": "of distinct values: among how many",
    "taken": "of distinct values: which the org has, less the lowest",
}

PROVIDERS = (
    Provider(
        "number",
        "a number by a curve",
        NUMBER,
        propose,
        prepare,
        meanings=frozenset(CURVES),
        options=_OPTIONS,
        distinct=True,
    ),
    Provider(
        "number.text",
        "a number by a curve, as text",
        TEXT,
        _propose_text,
        _prepare_text,
        meanings=frozenset(CURVES),
        options=_OPTIONS,
    ),
    Provider("product", "quantity times price", NUMBER, _propose_product, _product, options={"of": "the two fields"}),
)
