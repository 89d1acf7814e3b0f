"""What a provider is: a named way to make a column, with the field types and meanings that it serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded

if TYPE_CHECKING:
    import pyarrow as pa

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ColumnPlan, ObjectPlan

T = TypeVar("T")
Make = Callable[["Rows"], Cells]
Options = Mapping[str, Any]

TEXT = frozenset({"string", "textarea", "combobox", "encryptedstring", "anyType", "id", "complexvalue"})
LINKS = frozenset({"url", "email", "phone"})
WHOLE = frozenset({"int", "long"})
DECIMAL = frozenset({"double", "currency", "percent"})
NUMBER = WHOLE | DECIMAL
CHOICE = frozenset({"picklist", "multipicklist"})
DAY = frozenset({"date", "datetime"})
ALL_TEXT = TEXT | LINKS | frozenset({"picklist"})


@dataclass(frozen=True, slots=True)
class Scope:
    """One column of a plan, as a provider prepares it."""

    engine: Engine
    object: ObjectPlan
    column: ColumnPlan

    @property
    def options(self) -> Options:
        """The column's options."""
        return self.column.options

    @property
    def pools(self) -> Pools:
        """The vocabularies of the column's locale."""
        return self.engine.pools(self.options.get("locale") or self.object.locale)

    def key(self, *names: str | int) -> int:
        """Return a key of draws that is the column's own."""
        return self.engine.key(self.object.name, self.column.field, *names)

    def once(self, *names: str | int, make: Callable[[], T]) -> T:
        """Return what columns of the locale share under the names, made at the first time of asking."""
        return self.engine.once((self.pools.locale, *(str(name) for name in names)), make)


@dataclass(frozen=True, slots=True)
class Provider:
    """A way to make a column.

    `propose` returns the options for a field, or in one line why it cannot serve it; `prepare` turns a planned column into
    the function that makes its cells. `options` names every option with what it means. A provider that can keep values
    distinct says so with `distinct`. `read` turns what a recipe says into the column's options; without it they are the
    recipe's, over those proposed.
    """

    name: str
    about: str
    types: frozenset[str]
    propose: Callable[[FieldRequest], Options | str]
    prepare: Callable[[Scope], Make]
    meanings: frozenset[str] = frozenset()
    options: Mapping[str, str] | None = None
    distinct: bool = False
    read: Callable[[FieldRequest, Options], Options] | None = None


def nothing_to_say(_: FieldRequest) -> Options:
    """Propose no options: the provider needs none."""
    return {}


def places_that_fit(pool: pa.StringArray, length: int) -> np.ndarray:
    """Return the places of the texts that a field of the length can hold (all of them when none fits)."""
    if not length or texts.longest(pool) <= length:
        return np.arange(len(pool))
    fitting = np.flatnonzero(texts.lengths(pool) <= length)
    return fitting if len(fitting) else np.arange(len(pool))


def drawn_places(pool: pa.StringArray, length: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Return a table of 65,536 places in the pool, by weight, of texts that the field can hold."""
    places = places_that_fit(pool, length)
    shares = np.ones(len(places), dtype=np.int64) if weights is None else weights[places]
    return places.astype(np.int32)[draws.table(shares)]


def words(scope: Scope, pool: pa.StringArray, weights: np.ndarray | None = None) -> Make:
    """Return a maker that draws texts of a pool."""
    table, key = drawn_places(pool, scope.column.length, weights), scope.key()
    fitting = texts.fit(pool, scope.column.length)
    return lambda rows: Coded(fitting, table[draws.sixteenths(rows.draw(key))])
