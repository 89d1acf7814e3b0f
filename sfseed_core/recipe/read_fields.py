"""What a recipe says of one field."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.model import FieldRecipe
from sfseed_core.recipe.nodes import (
    HINT,
    Named,
    Node,
    count_of,
    flag,
    numbers,
    options_of,
    place_of,
    scalar_text,
    share_of,
    text_of,
    texts_of,
    weights_of,
    whole,
)
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST_CHILDREN = 10_000


def read_fields(own: Named) -> dict[str, FieldRecipe]:
    """Return what an object's recipe (or a variant) says of its fields; raises RecipeError with the place."""
    node = own.nodes.get("fields")
    if node is None:
        return {}
    fields = Named.of(node, own.path, "fields")
    return {name: _field(fields, name) for name in fields.nodes}


def _field(fields: Named, name: str) -> FieldRecipe:
    fields.check_name(name, "a field")
    node = fields.nodes[name]
    if node.id == "scalar" and node.tag.endswith(":null"):
        return FieldRecipe()
    if node.id == "scalar":
        return FieldRecipe(skip=True) if node.value == "skip" else FieldRecipe(values=(scalar_text(node),))
    if node.id == "sequence":
        return FieldRecipe(values=fields.read(name, texts_of, None))
    own = Named.of(node, fields.path, name)
    own.only("provider", "options", "values", "weights", "empty", "skip", "unique", "to", *_WAYS, "distribution", "working")
    provider, options = _way(own)
    values, weights = read_listed(own)
    return _checked(
        own,
        FieldRecipe(
            provider=own.read("provider", text_of, provider),
            options=MappingProxyType({**own.read("options", options_of, {}), **options}),
            values=values,
            weights=weights,
            unique=own.read("unique", flag, False),
            empty=own.read("empty", share_of, None),
            skip=own.read("skip", flag, False),
            to=own.read("to", weights_of, None),
        ),
    )


def _way(own: Named) -> tuple[str | None, dict[str, Any]]:
    """Return the provider that a word of the language stands for, with its options."""
    said = [name for name in (*_WAYS, "provider") if name in own.nodes]
    if len(said) > 1:
        own.fail(said[1], f"{' and '.join(said)} both say how the values are made", key=True)
    if not said or said[0] == "provider":
        return None, {}
    name = said[0]
    provider, reader = _WAYS[name]
    options = dict(own.read(name, reader, {}))
    for more in ("distribution", "working"):
        if more in own.nodes:
            options[more] = own.read(more, flag if more == "working" else text_of, None)
    return (provider if options.pop("edge", True) else None), options


def read_listed(own: Named) -> tuple[tuple[str, ...] | None, tuple[int, ...] | None]:
    """Return the values and weights: written out, or `{file: cities.csv, column: City, weights: People}`."""
    node = own.nodes.get("values")
    if node is None or node.id != "mapping":
        return own.read("values", texts_of, None), own.read("weights", numbers, None)
    from sfseed_core.recipe.rows import read_rows

    source = Named.of(node, own.path, "values")
    source.only("file", "column", "weights")
    if "file" not in source.nodes:
        raise RecipeError(f"{place_of(own.path, node)}: values are a list, or name a file", hint=HINT)
    rows = read_rows(source.read("file", source.beside, Path()))
    names = list(rows[0]) if rows else []
    column, weights = source.read("column", text_of, names[0] if names else ""), source.read("weights", text_of, None)
    for name, key in ((column, "column"), (weights, "weights")):
        if name is not None and name not in names:
            source.fail(
                key if key in source.nodes else "file", f"the file has no column {name!r}{did_you_mean(name, names)}"
            )
    filled = [row for row in rows if row.get(column)]
    if not filled:
        source.fail("file", f"the column {column!r} holds nothing")
    if weights is None:
        return tuple(row[column] for row in filled), None
    try:
        return tuple(row[column] for row in filled), tuple(max(round(float(row.get(weights) or 0)), 0) for row in filled)
    except ValueError as error:
        source.fail("weights", f"the column {weights!r} holds what is no number: {error}")


def _checked(own: Named, field: FieldRecipe) -> FieldRecipe:
    if field.weights is not None and len(field.weights) != len(field.values or ()):
        own.fail("weights", f"{len(field.weights)} weights for {len(field.values or ())} values")
    if field.provider is not None and field.values is not None:
        own.fail("values", "a provider makes the values, or they are listed; not both")
    return field


def _range(node: Node) -> dict[str, Any]:
    """Return the ends of `[1, 100]` or `today - 2y .. today`."""
    ends = list(texts_of(node)) if node.id == "sequence" else text_of(node).split("..")
    if len(ends) != 2:
        raise ValueError("two ends are wanted, like [1, 100] or today - 2y .. today")
    return {"from": ends[0].strip(), "to": ends[1].strip()}


def _sequence(node: Node) -> dict[str, Any]:
    if node.id == "mapping":
        return options_of(node)
    text = text_of(node)
    return {"start": int(text)} if text.isdecimal() else {"template": text}


# a word of the language -> the provider that it stands for, and what reads its options
_WAYS: Mapping[str, tuple[str, Callable[[Node], dict[str, Any]]]] = MappingProxyType(
    {
        "template": ("template", lambda node: {"template": text_of(node)}),
        "copy": ("copy", lambda node: {"from": text_of(node)}),
        "sequence": ("sequence", _sequence),
        "range": ("range", _range),
        "edge": ("edge", lambda node: {"edge": flag(node)}),
    }
)


def read_spread(own: Named) -> tuple[Mapping[str, Any], float | None]:
    """Return how the children of a parent vary: a distribution's name, or how many in a hundred parents have so many.

    With the latter comes the number that a parent has on average.
    """
    node = own.nodes.get("spread")
    if node is None:
        return MappingProxyType({}), None
    if node.id == "scalar":
        return MappingProxyType({"distribution": own.read("spread", text_of, "")}), None
    shares = own.read("spread", _histogram, {})
    mean = sum(number * weight for number, weight in shares.items()) / sum(shares.values())
    if not mean:
        own.fail("spread", "no parent would have any")
    return MappingProxyType({"histogram": [[number, weight] for number, weight in sorted(shares.items())]}), mean


def _histogram(node: Node) -> dict[int, int]:
    if node.id != "mapping":
        raise ValueError("a distribution's name, or numbers of children with weights are wanted: {0: 20, 1: 50, 3: 30}")
    found = {whole(key): count_of(value) for key, value in node.value}
    if not found or any(not 0 <= number <= _MOST_CHILDREN for number in found):
        raise ValueError(f"numbers of children lie between 0 and {_MOST_CHILDREN:,}")
    return found
