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


def _rounded(prices: np.ndarray) -> np.ndarray:
    return np.select([prices >= least for least, _ in _STEPS], [prices // step * step for _, step in _STEPS])


PROVIDERS = (
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
