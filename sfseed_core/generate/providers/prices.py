"""What products cost: in the standard price book by the kind of product, in every other book a share of that."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, kernels, texts
from sfseed_core.generate.cells import Numbers
from sfseed_core.generate.currencies import money
from sfseed_core.generate.curves import Curve
from sfseed_core.generate.provider import DECIMAL, Make, Options, Provider, Scope
from sfseed_core.generate.providers.numbers import exchanged, in_currency
from sfseed_core.generate.providers.products import products
from sfseed_core.recipe.standard_links import PRICE_BOOK_FIELD
from sfseed_core.schema.semantics import words_of
from sfseed_core.schema.spoken import says

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

# family -> quantiles of the price in whole units of a currency like the dollar
_BY_FAMILY: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "Hardware": (150, 290, 480, 760, 1_150, 1_800, 2_900, 5_200),
        "Software": (90, 180, 290, 450, 720, 1_200, 2_400),
        "Services": (140, 260, 420, 680, 950, 1_400, 2_200),
        "Spare Parts": (15, 25, 39, 59, 89, 140, 240),
    }
)
# kind of machine, as the vocabularies' tags say it -> the least and the most that one costs, in whole units like dollars
_BY_MACHINE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "laptop": (700, 2_400),
        "workstation": (900, 3_200),
        "tablet": (300, 1_200),
        "router": (120, 900),
        "access point": (90, 480),
        "drill": (90, 480),
        "measuring device": (150, 1_900),
        "van": (24_000, 46_000),
        "lift": (9_000, 42_000),
        "forklift": (16_000, 38_000),
        "compressor": (600, 6_500),
        "generator": (900, 14_000),
        "pump": (250, 3_200),
        "printer": (220, 2_600),
        "scanner": (180, 1_600),
        "server": (2_200, 9_500),
        "oscilloscope": (450, 6_800),
        "welder": (400, 4_200),
        "lathe": (4_500, 38_000),
        "crane": (45_000, 180_000),
    }
)
_HOURLY = frozenset({"hourly", "rate"})
_ANY_MACHINE = (150, 4_000)
_MOST_DIGITS = 6  # before the point
_BOOKS = (98, 115)  # what of the standard price another book asks for, in percent
_CHEAPER = (72, 94)  # what those do that are for partners, wholesale or schools
_NAME = "Name"
_PRICED = frozenset({"PricebookEntry", "Asset"})
_WITH_CENTS = 1_000
_STEPS = ((1_000, 10), (100, 5), (0, 1))  # from how much on prices are multiples of what


def _propose(request: FieldRequest) -> Options | str:
    product = request.context.earlier.get("Product2")
    named = next((one.field for one in product.columns if one.provider == "product.name"), None) if product else None
    references = request.context.references
    if request.context.object.name not in _PRICED or named is None or "Product2Id" not in references:
        return "only prices in a price book and of what was sold follow the product"
    if request.rules.high is not None or (product is not None and product.locales):
        return "its bounds or the shares of locales decide"
    return {"name": named, **in_currency(request)}


def _prepare(scope: Scope) -> Make:
    standard, in_books = _standard(scope), any(one.field == PRICE_BOOK_FIELD for one in scope.object.references)
    key, scale = scope.key("book"), 10**scope.column.scale
    units = money(scope.options.get("currency")).units

    def make(rows: Rows) -> Numbers:
        prices = standard(rows)
        books = rows.parents(PRICE_BOOK_FIELD, "Pricebook2") if in_books and rows.engine.count("Pricebook2") else None
        if books is not None:
            drawn, cheaper = books.rows.draw(key), _is_cheaper(books.rows)
            shares = np.where(cheaper, draws.between(drawn, *_CHEAPER), draws.between(drawn, *_BOOKS))[books.places]
            other = _rounded(np.maximum(prices * shares // 100, 1))
            prices = other if books.valid is None else np.where(books.valid, other, prices)
        cents = np.where((prices < _WITH_CENTS) & (units == 1), scale // 10, 0)  # 38.90
        link = rows.parents("Product2Id", "Product2")
        return Numbers(prices * units * scale - cents, None if link is None else link.valid)

    return exchanged(scope, make)


def _is_cheaper(books: Rows) -> np.ndarray:
    """Return which price books are called after those who pay less."""
    found = np.zeros(len(books), dtype=bool)
    if not books.has(_NAME):
        return found
    names = books.cells(_NAME).text()
    for word in texts.listed(books.pools().text("price_books")):
        if says(word, "cheaper"):
            found |= texts.sizes(kernels.replace_substring(names, word, "")) < texts.sizes(names)
    return found


def _standard(scope: Scope) -> Callable[[Rows], np.ndarray]:
    """Return the standard prices of the records' products, in whole units."""
    key, name = scope.engine.key("Product2", "standard price"), str(scope.options["name"])
    families = list(_BY_FAMILY)
    curves = [Curve.of(knots) for knots in _BY_FAMILY.values()]

    def prices(rows: Rows) -> np.ndarray:
        link = rows.parents("Product2Id", "Product2")
        assert link is not None
        drawn, pools = link.rows.draw(key), link.rows.pools()
        listed = texts.listed(pools.text("product_families"))
        _, kinds, _ = products(link.rows, name, len(pools.text("product_lines")), listed)
        place = np.array([families.index(one) if one in families else 0 for one in listed])[kinds]
        return _rounded(np.choose(place, [curve.at(drawn) for curve in curves]))[link.places]

    return prices


def _propose_machine(request: FieldRequest) -> Options | str:
    name, digits = request.context.find("name.equipment"), request.rules.whole_digits
    usual = in_currency(request)
    units = money(str(usual.get("currency", ""))).units
    if name is None or request.rules.unique or request.rules.high is not None or {*words_of(request.field.name)} >= _HOURLY:
        return "it is no machine's, or has bounds of its own"
    if digits is not None and digits < _MOST_DIGITS + len(str(units)) - 1:
        return "its digits do not hold what a machine may cost"
    return {"name": name, **usual}


def _machine(scope: Scope) -> Make:
    """Prepare what a machine of the record's kind costs, by the word that its name begins with; cheaper ones more often."""
    name, key, scale = str(scope.options["name"]), scope.key(), 10**scope.column.scale
    units = money(scope.options.get("currency")).units
    kinds = zip(texts.listed(scope.pools.text("machines")), texts.listed(scope.pools.text("machines_tags")), strict=True)
    spans = [(word, _BY_MACHINE[tag]) for word, tag in sorted(kinds) if tag in _BY_MACHINE]

    def make(rows: Rows) -> Numbers:
        named, drawn = rows.cells(name), rows.draw(key)
        assert not isinstance(named, Numbers)
        called = named.text()
        low, high = (np.full(len(rows), one, dtype=np.int64) for one in _ANY_MACHINE)
        for word, (least, most) in spans:
            mine = np.asarray(kernels.starts_with(called, word))
            low[mine], high[mine] = least, most
        place = draws.below(drawn, 1 << 16)
        return Numbers(_rounded(low + ((high - low) * place >> 16) * place // (1 << 16)) * units * scale)

    return exchanged(scope, make)


def _rounded(prices: np.ndarray) -> np.ndarray:
    return np.select([prices >= least for least, _ in _STEPS], [prices // step * step for _, step in _STEPS])


PROVIDERS = (
    Provider(
        "price.machine",
        "what such a machine costs",
        DECIMAL,
        _propose_machine,
        _machine,
        meanings=frozenset({"price"}),
        options={"name": "the field with the machine's name", "currency": "which the prices are meant in"},
    ),
    Provider(
        "price.listed",
        "a product's price in a price book",
        DECIMAL,
        _propose,
        _prepare,
        meanings=frozenset({"price"}),
        options={"name": "the field with the product's name", "currency": "which the prices are meant in"},
    ),
)
