"""Numbers that follow from others: durations by their unit, places in a list, sums of lines and taxes on them, parts of a whole."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.cells import Cells, Numbers
from sfseed_core.generate.conditions import holds
from sfseed_core.generate.currencies import money
from sfseed_core.generate.curves import Curve
from sfseed_core.generate.provider import NUMBER, Make, Options, Provider, Scope
from sfseed_core.generate.providers import numbers
from sfseed_core.generate.providers.mixed import instead
from sfseed_core.generate.providers.spans import chosen_elsewhere, minutes_of
from sfseed_core.generate.references import siblings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.layout import Layout
    from sfseed_core.generate.rows import Rows

# what is added to the price of most things, in thousandths; where no rate holds for a whole country, a usual one
_TAXES: Mapping[str, int] = MappingProxyType(
    {"US": 80, "CA": 130, "GB": 200, "IE": 230, "DE": 190, "AT": 200, "CH": 81, "FR": 200, "ES": 210, "PT": 230, "IT": 220}
    | {"NL": 210, "BE": 210, "SE": 250, "DK": 250, "NO": 250, "FI": 255, "PL": 230, "BR": 180, "MX": 160, "JP": 100}
    | {"AU": 100, "NZ": 150, "IN": 180, "CN": 130, "KR": 100}
)
_USUAL_TAX = 150


def _by(scope: Scope) -> Make:
    """Prepare numbers by the curve that goes with another field's value."""
    unit, key, field = 10**scope.column.scale, scope.key(), str(scope.options["by"])

    def curve(knots: Any, step: Any) -> Curve:
        return Curve.of([int(knot) * unit for knot in knots], int(step) * unit)

    usual = curve(scope.options["curve"], scope.options.get("step", 1))
    others = {value: curve(said["curve"], said.get("step", 1)) for value, said in dict(scope.options["curves"]).items()}

    def make(rows: Rows) -> Cells:
        drawn = rows.draw(key)
        values = usual.at(drawn)
        for value, one in others.items() if rows.has(field) else ():
            values = np.where(holds(rows, field, {value}), one.at(drawn), values)
        return Numbers(values)

    return instead(scope, make)


def _minutes(scope: Scope) -> Make:
    """Prepare how long something really took: about as long as another field says, in minutes."""
    options, key = scope.options, scope.key()
    amount, unit = str(options["of"]), options.get("unit")
    column = scope.engine.column(scope.object.name, amount)
    one = 10**column.scale if column is not None and column.type == "double" else 1
    least, most = (int(number) for number in options["thousandths"])
    step = int(options.get("rounded", 5))

    def make(rows: Rows) -> Numbers:
        cells = rows.cells(amount) if column is not None else Numbers(np.full(len(rows), one, dtype=np.int64))
        assert isinstance(cells, Numbers)
        planned = minutes_of(rows, cells.values.astype(np.int64), one, None if unit is None else str(unit))
        took = np.maximum(planned * draws.between(rows.draw(key), least, most) // 1000 // step, 1) * step
        return Numbers(took * 10**scope.column.scale, cells.valid)

    return make


def _place(scope: Scope) -> Make:
    """Prepare the record's place among those of one parent, counted from `first`."""
    along, first, unit = str(scope.options["along"]), int(scope.options.get("first", 1)), 10**scope.column.scale
    layout = scope.engine.layout(scope.object.name, along)

    def make(rows: Rows) -> Numbers:
        places = rows.records if layout is None else siblings(layout, rows.records)[1]
        return Numbers((places + first) * unit)

    return make


def _tax(scope: Scope) -> Make:
    """Prepare the tax on the sum of the lines that belong to each record."""
    options, unit = scope.options, 10**scope.column.scale
    lines, via = str(options["lines"]), str(options["via"])
    layout = scope.engine.layout(lines, via)
    names = [str(options[part]) for part in ("quantity", "price")]
    if layout is None or not all(scope.engine.has_column(lines, name) for name in names):
        return numbers.prepare(scope)
    share = int(options.get("thousandths") or _TAXES.get(scope.pools.settings.get("country_code", ""), _USUAL_TAX))
    whole = unit if money(options.get("currency")).has_decimals is False else 1

    def make(rows: Rows) -> Numbers:
        sums = _sums(rows, layout, options, unit)
        return Numbers((sums * share // 1_000) // whole * whole)

    return make


def _lines(scope: Scope) -> Make:
    """Prepare the sum of the record's lines; without any, or for one that is drawn again for a rule, a number as usual."""
    options, unit, usual = scope.options, 10**scope.column.scale, numbers.prepare(scope)
    lines, layout = str(options["lines"]), scope.engine.layout(str(options["lines"]), str(options["via"]))
    names = [str(options[part]) for part in ("quantity", "price") if part in options]
    if layout is None or not all(scope.engine.has_column(lines, name) for name in names):
        return usual

    def make(rows: Rows) -> Numbers:
        found, drawn = _sums(rows, layout, options, unit), usual(rows)
        assert isinstance(drawn, Numbers)
        summed = found > 0 if rows.attempts is None else (found > 0) & (rows.attempts == 0)
        return Numbers(np.where(summed, found, drawn.values), drawn.valid)

    return make


def _part(scope: Scope) -> Make:
    """Prepare the record's part of a number of its parent's: about as much as each of the others has."""
    options, key, scale = scope.options, scope.key(), 10**scope.column.scale
    via, of, field = (str(options[name]) for name in ("via", "of", "field"))
    layout, other = scope.engine.layout(scope.object.name, via), scope.engine.column(of, field)
    least, most = (int(number) for number in options["thousandths"])
    step = int(options["rounded"])

    def make(rows: Rows) -> Numbers:
        parents = rows.parents(via, of)
        if layout is None or parents is None or other is None:
            return Numbers(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool))
        whole = parents.cells(field)
        assert isinstance(whole, Numbers)
        above, _ = siblings(layout, rows.records)
        share = whole.values // 10**other.scale // layout.children_of(above)[1] * draws.between(rows.draw(key), least, most)
        return Numbers(np.maximum(share // 1_000 // step, 1) * step * scale, whole.valid)

    return instead(scope, make)


def _sums(rows: Rows, layout: Layout, options: Options, unit: int) -> np.ndarray:
    """Return the sum of quantity times price, less the discount, over the lines of each record, in units of the last decimal.

    Without a price: the sum of the quantities.
    """
    first, count = layout.children_of(rows.records)
    ends = np.cumsum(count)
    children = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - count), count)
    # as they are first drawn: what the rules make of them may itself hang on the records here
    some = rows.engine.drawn(str(options["lines"]), children)
    quantity, quantity_unit = _column(some, str(options["quantity"]))
    price, price_unit = _column(some, str(options["price"])) if "price" in options else (quantity_unit, quantity_unit)
    amounts = price * quantity // quantity_unit
    discount = str(options.get("discount", ""))
    if discount and some.has(discount):
        percent, percent_unit = _column(some, discount)
        amounts -= amounts * percent // (100 * percent_unit)
    running = np.concatenate(([0], np.cumsum(amounts * unit // price_unit)))
    return running[ends] - running[ends - count]


def _column(rows: Rows, field: str) -> tuple[np.ndarray, int]:
    """Return the numbers of a column, 0 where it is empty, and what stands for 1 in it."""
    cells, column = rows.cells(field), rows.engine.column(rows.plan.name, field)
    assert isinstance(cells, Numbers)
    assert column is not None
    values = cells.values.astype(np.int64)
    scale = column.scale if column.type in ("double", "currency", "percent") else 0
    return values if cells.valid is None else np.where(cells.valid, values, 0), 10**scale


def _provider(name: str, about: str, prepare: Any, options: Mapping[str, str]) -> Provider:
    return Provider(name, about, NUMBER, chosen_elsewhere, prepare, options=options)


_OF_LINES = MappingProxyType(
    {
        "lines": "the object with the lines",
        "via": "their reference to the record",
        "quantity": "their field for how many",
        "price": "their field for the price of one",
        "discount": "their field for the discount, in percent",
        "curve": "without lines: quantiles, from the lowest value to the highest",
        "step": "without lines: values are multiples of it",
        "currency": "which the numbers are meant in",
    }
)
PROVIDERS = (
    _provider(
        "number.by",
        "a number by the curve that goes with another field",
        _by,
        {
            "by": "which field",
            "curves": "per value of it, curve and step",
            "curve": "of all others: quantiles, from the lowest value to the highest",
            "step": "values are multiples of it",
            "otherwise": "how records get theirs where that is empty",
        },
    ),
    _provider(
        "number.minutes",
        "how many minutes something took that was to last as long as another field says",
        _minutes,
        {
            "of": "the field that says how long",
            "unit": "the field with the unit",
            "thousandths": "least and greatest share of it",
            "rounded": "to a multiple of this",
        },
    ),
    _provider(
        "number.place",
        "the place among the records of one parent",
        _place,
        {"along": "the reference to the parent", "first": "the first one's number"},
    ),
    _provider(
        "number.lines",
        "the sum of the record's lines",
        _lines,
        _OF_LINES,
    ),
    _provider(
        "number.part",
        "a part of a number of the parent",
        _part,
        {
            "field": "which field",
            "via": "of the record that this reference leads to",
            "of": "the object it has there",
            "thousandths": "least and greatest share of an even part",
            "rounded": "to a multiple of this",
            "otherwise": "how records get theirs where that is empty",
        },
    ),
    _provider(
        "number.tax",
        "the country's usual tax on the sum of the record's lines",
        _tax,
        {**_OF_LINES, "thousandths": "the tax, if not the country's usual one"},
    ),
)
