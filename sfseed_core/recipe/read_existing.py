"""What a recipe says of records that the org has already: by a condition, a whole query, or an external id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.org.soql import texts as quoted
from sfseed_core.recipe.model import Existing
from sfseed_core.recipe.nodes import Named, count_of, text_of
from sfseed_core.recipe.read_fields import read_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.recipe.nodes import Node

_ALL = "all"
_MOST = 50_000
_MOST_VALUES = 500  # a query may have 100,000 characters
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_QUERY = re.compile(r"select\s+id\s+from\s+(\w+)(?:\s+where\s+(.+?))?(?:\s+limit\s+(\d{1,6}))?", re.IGNORECASE | re.DOTALL)
_KEYS = ("where", "query", "external_id", "values", "limit")


def read_existing(own: Named) -> Existing | None:
    """Return which of the org's records the object's recipe means; raises RecipeError with the place."""
    node = own.nodes.get("existing")
    if node is None:
        return None
    if node.id == "scalar":
        found: Existing = own.read("existing", lambda one: _said(own.what, text_of(one)), None)
        return found
    said = Named.of(node, own.path, "existing")
    said.only(*_KEYS)
    ways = [name for name in ("where", "query", "external_id") if name in said.nodes]
    if len(ways) != 1:
        own.fail("existing", "existing records are found by one of: where, query, external_id")
    found = _WAYS[ways[0]](own, said)
    return Existing(found.where, said.read("limit", _limit, found.limit))


def _said(name: str, text: str) -> Existing:
    """Return what one line means: `all`, a condition, or a query."""
    if text.strip().lower() == _ALL:
        return Existing()
    return _query(name, text) if text.strip().lower().startswith("select") else _where(text)


def _where(text: str) -> Existing:
    return Existing(" ".join(text.split()))


def _query(name: str, text: str) -> Existing:
    match = _QUERY.fullmatch(text.strip())
    if match is None or match[1].lower() != name.lower():
        raise ValueError(f"not a query like SELECT Id FROM {name} WHERE ... LIMIT 100: {text!r}")  # noqa: S608 - a message
    found = Existing(" ".join((match[2] or "").split()))
    return Existing(found.where, _checked(int(match[3]))) if match[3] else found


def _external(own: Named, said: Named) -> Existing:
    name = said.read("external_id", text_of, "")
    if not _NAME.fullmatch(name):
        said.fail("external_id", f"{name!r} is not the API name of a field")
    values, _ = read_listed(said)
    if not values:
        own.fail("existing", f"say which: values: [...] of {name}")
    if len(values) > _MOST_VALUES:
        said.fail("values", f"{len(values):,} values: at most {_MOST_VALUES} can be asked for; say where instead")
    return Existing(f"{name} IN {quoted(values)}")


_WAYS: Mapping[str, Callable[[Named, Named], Existing]] = {
    "where": lambda _, said: said.read("where", lambda node: _where(text_of(node)), Existing()),
    "query": lambda own, said: said.read("query", lambda node: _query(own.what, text_of(node)), Existing()),
    "external_id": _external,
}


def _limit(node: Node) -> int:
    return _checked(count_of(node))


def _checked(limit: int) -> int:
    if not 1 <= limit <= _MOST:
        raise ValueError(f"a limit from 1 to {_MOST:,} is wanted, not {limit:,}")
    return limit
