"""Products: what they are called, their families, and which of them are things."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Joined, Numbers, Texts, joined
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.pools import DEFAULT_LOCALE, Pools
from sfseed_core.generate.provider import CHOICE, TEXT, Make, Options, Provider, Scope, words
from sfseed_core.recipe.standard_links import GOODS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_MODELS = 90
_THINGS = frozenset({"Hardware", "Spare Parts"})


def products(rows: Rows, field: str, lines: int, families: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which line, kind and model each product is; they repeat only once all are used.

    `families` are those of the kinds. Of every three products two are things (`recipe.standard_links.GOODS`): what is
    installed at a customer's is one of them.
    """

    def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        things = [place for place, family in enumerate(families) if family in _THINGS]
        others = [place for place, family in enumerate(families) if family not in _THINGS]
        first, of = GOODS
        rounds, turn = np.divmod(rows.records, of)
        is_thing = turn < first
        numbers = np.where(is_thing, rounds * first + turn, rounds * (of - first) + turn - first)
        found = [_product_of(rows, field, lines, kinds or others or things, numbers) for kinds in (things, others)]
        line, kind, model = (np.where(is_thing, one, other) for one, other in zip(*found, strict=True))
        return line, kind, model

    return rows.once(f"products {field}", drawn)


def _product_of(rows: Rows, field: str, lines: int, kinds: list[int], numbers: np.ndarray) -> tuple[np.ndarray, ...]:
    order = Permutation(lines * len(kinds) * _MODELS, rows.engine.key(rows.plan.name, field, "product", len(kinds)))
    rest, model = np.divmod(order.at(numbers % order.size), _MODELS)
    line, kind = np.divmod(rest, len(kinds))
    return line, np.array(kinds)[kind], model


def _sold_product(request: FieldRequest) -> Options:
    """Propose to name an asset after the product that it is one of."""
    for reference in request.context.references.values():
        parent = request.context.earlier.get(reference.targets[0].object or "")
        named = next((one.field for one in parent.columns if one.provider == "product.name"), None) if parent else None
        if parent and named and len(reference.targets) == 1:
            return {"field": named, "via": reference.field, "of": parent.name}
    return {}


def _product_name(scope: Scope) -> Make:
    """`Apex Pump 340`."""
    own, via, length = _own_product(scope), scope.options.get("via"), scope.column.length

    def make(rows: Rows) -> Cells:
        link = rows.parents(str(via), scope.options.get("of")) if via else None
        if link is None:
            return own(rows)
        theirs = link.cells(str(scope.options["field"]))
        assert not isinstance(theirs, Numbers)
        if link.valid is None:
            return theirs.fitted(length)
        both = pa.concat_arrays([texts.fit(theirs.text(), length), own(rows).text()])
        return Texts(Coded(both, np.where(link.valid, np.arange(len(rows)), len(rows) + np.arange(len(rows)))).text())

    return make


def _own_product(scope: Scope) -> Callable[[Rows], Joined | Texts]:
    lines, kinds = scope.pools.text("product_lines"), scope.pools.text("product_kinds")
    kind_first = scope.pools.settings.get("product", "").startswith("{kind}")
    lines, kinds = (lines, texts.join(kinds, " ")) if kind_first else (texts.join(lines, " "), kinds)
    families = texts.listed(scope.pools.text("product_families"))
    models = texts.strings([f" {100 + 10 * model}" for model in range(_MODELS)])

    def make(rows: Rows) -> Joined | Texts:
        line, kind, model = products(rows, scope.column.field, len(lines), families)
        names = (Coded(lines, line), Coded(kinds, kind))
        return joined(*(names[::-1] if kind_first else names), Coded(models, model)).fitted(scope.column.length)

    return make


def _product_field(request: FieldRequest) -> Options | str:
    """Propose the family that goes with the name; of a picklist that has some of our families, one of its values."""
    name = request.context.find("product.name")
    found: dict[str, Any] = {"name": name} if name else {}
    if request.field.type in CHOICE:
        values = [*(request.rules.allowed or request.rules.suggested)]
        ours = texts.listed(Pools.of(DEFAULT_LOCALE).text("product_families"))
        if not name or all(_family_in(values, one) < 0 for one in ours):
            return "its picklist has other families"
        found["values"] = values
    return found


def _family_in(values: Sequence[str], ours: str) -> int:
    """Return the place of our family among the picklist's (Services, Service), or -1."""
    plain = [value.lower().removesuffix("s") for value in values]
    wanted = ours.lower().removesuffix("s")
    return plain.index(wanted) if wanted in plain else -1


def _family(scope: Scope) -> Make:
    """The family that goes with the product's name."""
    name = scope.options.get("name")
    pool = texts.fit(scope.pools.text("product_families"), scope.column.length)
    column = scope.engine.column(scope.object.name, str(name)) if name else None
    if column is None or column.provider != "product.name":
        return words(scope, pool)
    lines, families = len(scope.pools.text("product_lines")), texts.listed(scope.pools.text("product_families"))
    values, key = [str(value) for value in scope.options.get("values", ())], scope.key()
    if not values:
        return lambda rows: Coded(pool, products(rows, str(name), lines, families)[1])
    ours = np.array([_family_in(values, one) for one in families])
    chosen = texts.strings(values)

    def make(rows: Rows) -> Coded:
        found = ours[products(rows, str(name), lines, families)[1]]
        return Coded(chosen, np.where(found < 0, draws.below(rows.draw(key), len(values)), found))

    return make


PROVIDERS = (
    Provider(
        "product.name",
        "a product",
        TEXT,
        _sold_product,
        _product_name,
        meanings=frozenset({"product.name"}),
        options=MappingProxyType(
            {
                "company": "the field with the name",
                "via": "a reference",
                "of": "the object that it leads to",
                "field": "the field with the product's name",
            }
        ),
    ),
    Provider(
        "product.family",
        "the product's family",
        TEXT | {"picklist"},
        _product_field,
        _family,
        meanings=frozenset({"product.family"}),
        options={"name": "the field with the product's name", "values": "the picklist's families"},
    ),
)
