"""Recipes from YAML: every error names file, line and column, and what was probably meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from sfseed_core.errors import NotFound, RecipeError
from sfseed_core.recipe.model import FieldRecipe, ObjectRecipe, Recipe, Variant
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Node = Any  # a node of yaml, which types all of them without their attributes

VERSION = 1
_SELECTIONS = ("named", "custom", "all")
_LARGEST = 2_000_000
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_HINT = "See docs/recipes.md for what a recipe may say."


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file; raises NotFound, or RecipeError with the place."""
    try:
        if path.stat().st_size > _LARGEST:
            raise RecipeError(f"{path}: larger than {_LARGEST:,} bytes; recipes are short")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(f"There is no recipe {path}.") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}") from error
    return parse_recipe(text, path=str(path))


def parse_recipe(text: str, *, path: str = "recipe") -> Recipe:
    """Read the text of a recipe; raises RecipeError with the place."""
    top = _Mapping.of(_compose(text, path), path, "a recipe")
    top.only("version", "title", "about", "preset", "seed", "as_of", "locale", "select", "without", "mark", "objects")
    version = top.read("version", _whole, VERSION)
    if version != VERSION:
        top.fail("version", f"version {version} is not known; this sfseed reads version {VERSION}")
    recipe = Recipe(
        objects=MappingProxyType(_objects(top)),
        preset=top.read("preset", _text, None),
        seed=top.read("seed", _whole, None),
        as_of=top.read("as_of", _day, None),
        locale=top.read("locale", _text, None),
        select=top.read("select", _selection, "named"),
        without=top.read("without", _texts, ()),
        mark=top.read("mark", _marks, MappingProxyType({})),
        title=top.read("title", _text, ""),
        about=top.read("about", _text, ""),
        path=path,
    )
    if not recipe.objects and recipe.preset is None and recipe.select == "named":
        raise RecipeError(f"{path}: names no objects and no preset", hint=_HINT)
    return recipe


def _objects(top: _Mapping) -> dict[str, ObjectRecipe]:
    node = top.nodes.get("objects")
    if node is None:
        return {}
    objects = _Mapping.of(node, top.path, "objects")
    return {name: _object(objects, name) for name in objects.nodes}


def _object(objects: _Mapping, name: str) -> ObjectRecipe:
    objects.check_name(name, "an object")
    node = objects.nodes[name]
    if node.id == "scalar":
        return ObjectRecipe(name, count=None if node.value in {"", "~", "null"} else objects.read(name, _count, None))
    own = _Mapping.of(node, objects.path, name)
    own.only("count", "per", "each", "rows", "only", "locale", "fields", "variants", "record_types", "where")
    rows = _rows(own)
    if "count" in own.nodes and "per" in own.nodes:
        own.fail("per", f"{name} is counted or has so many per parent, not both")
    if ("each" in own.nodes) != ("per" in own.nodes):
        own.fail("each" if "each" in own.nodes else "per", "per and each go together: per: Account, each: 3")
    count = own.read("count", _count, None)
    if count is None and "per" not in own.nodes and rows:
        count = len(rows)
    return ObjectRecipe(
        name,
        count=count,
        per=own.read("per", _text, None),
        each=own.read("each", _positive, None),
        fields=MappingProxyType(_fields(own)),
        record_types=own.read("record_types", _weights, None),
        where=own.read("where", _text, None),
        only=own.read("only", _texts, None),
        locale=own.read("locale", _text, None),
        rows=rows,
        variants=_variants(own),
    )


def _rows(own: _Mapping) -> tuple[Mapping[str, str], ...]:
    """Return the object's own rows: those listed, or of a file beside the recipe."""
    from sfseed_core.recipe.rows import plain_text, read_rows

    node = own.nodes.get("rows")
    if node is None:
        return ()
    if node.id == "scalar":
        return tuple(read_rows(own.read("rows", own.beside, Path())))
    listed = own.read("rows", lambda node: [_options(one) for one in _items(node)], [])
    return tuple({name: plain_text(value) for name, value in row.items()} for row in listed)


def _variants(own: _Mapping) -> tuple[Variant, ...]:
    found = []
    for node in own.read("variants", _items, []):
        one = _Mapping.of(node, own.path, "a variant")
        one.only("name", "share", "fields")
        for name in ("share", "fields"):
            if name not in one.nodes:
                raise RecipeError(f"{_place(own.path, node)}: a variant needs its {name}", hint=_HINT)
        found.append(Variant(one.read("name", _text, ""), one.read("share", _share, 0), MappingProxyType(_fields(one))))
    if sum(one.share for one in found) > 100:
        own.fail("variants", "the variants' shares come to more than 100 percent")
    return tuple(found)


def _fields(own: _Mapping) -> dict[str, FieldRecipe]:
    node = own.nodes.get("fields")
    if node is None:
        return {}
    fields = _Mapping.of(node, own.path, "fields")
    return {name: _field(fields, name) for name in fields.nodes}


def _field(fields: _Mapping, name: str) -> FieldRecipe:
    fields.check_name(name, "a field")
    node = fields.nodes[name]
    if node.id == "scalar" and node.tag.endswith(":null"):
        return FieldRecipe()
    if node.id == "scalar":
        return FieldRecipe(skip=True) if node.value == "skip" else FieldRecipe(values=(_scalar_text(node),))
    if node.id == "sequence":
        return FieldRecipe(values=fields.read(name, _texts, None))
    own = _Mapping.of(node, fields.path, name)
    own.only("provider", "options", "values", "weights", "empty", "skip", "unique", *_WAYS, "distribution", "working")
    provider, options = _way(own)
    values, weights = _listed(own)
    return _checked(
        own,
        FieldRecipe(
            provider=own.read("provider", _text, provider),
            options=MappingProxyType({**own.read("options", _options, {}), **options}),
            values=values,
            weights=weights,
            unique=own.read("unique", _flag, False),
            empty=own.read("empty", _share, None),
            skip=own.read("skip", _flag, False),
        ),
    )


def _way(own: _Mapping) -> tuple[str | None, dict[str, Any]]:
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
            options[more] = own.read(more, _flag if more == "working" else _text, None)
    return (provider if options.pop("edge", True) else None), options


def _listed(own: _Mapping) -> tuple[tuple[str, ...] | None, tuple[int, ...] | None]:
    """Return the values and weights: written out, or `{file: cities.csv, column: City, weights: People}`."""
    node = own.nodes.get("values")
    if node is None or node.id != "mapping":
        return own.read("values", _texts, None), own.read("weights", _numbers, None)
    from sfseed_core.recipe.rows import read_rows

    source = _Mapping.of(node, own.path, "values")
    source.only("file", "column", "weights")
    if "file" not in source.nodes:
        raise RecipeError(f"{_place(own.path, node)}: values are a list, or name a file", hint=_HINT)
    rows = read_rows(source.read("file", source.beside, Path()))
    names = list(rows[0]) if rows else []
    column, weights = source.read("column", _text, names[0] if names else ""), source.read("weights", _text, None)
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


def _checked(own: _Mapping, field: FieldRecipe) -> FieldRecipe:
    if field.weights is not None and len(field.weights) != len(field.values or ()):
        own.fail("weights", f"{len(field.weights)} weights for {len(field.values or ())} values")
    if field.provider is not None and field.values is not None:
        own.fail("values", "a provider makes the values, or they are listed; not both")
    return field


@dataclass(frozen=True, slots=True)
class _Mapping:
    """A YAML mapping with the places of its keys."""

    path: str
    what: str
    nodes: Mapping[str, Node]
    keys: Mapping[str, Node]

    @classmethod
    def of(cls, node: Node, path: str, what: str) -> _Mapping:
        if node.id != "mapping":
            raise RecipeError(
                f"{_place(path, node)}: {what} must be a mapping (name: value), not {_kind(node)}", hint=_HINT
            )
        nodes: dict[str, Node] = {}
        keys: dict[str, Node] = {}
        for key, value in node.value:
            if key.id != "scalar":
                raise RecipeError(f"{_place(path, key)}: a name in {what} must be plain text", hint=_HINT)
            if key.value in nodes:
                raise RecipeError(f"{_place(path, key)}: {key.value!r} stands twice in {what}", hint=_HINT)
            nodes[key.value], keys[key.value] = value, key
        return cls(path, what, nodes, keys)

    def only(self, *known: str) -> None:
        for name in self.nodes:
            if name not in known:
                near = did_you_mean(name, known)
                self.fail(name, f"{self.what} has no {name!r}{near or '; it may say ' + ', '.join(known)}", key=True)

    def check_name(self, name: str, what: str) -> None:
        if not _API_NAME.fullmatch(name):
            self.fail(name, f"{name!r} is not the API name of {what}", key=True)

    def read(self, name: str, reader: Callable[[Node], Any], default: Any) -> Any:
        node = self.nodes.get(name)
        if node is None:
            return default
        try:
            return reader(node)
        except ValueError as error:
            self.fail(name, f"{name}: {error}")

    def beside(self, node: Node) -> Path:
        """Return the path of a file beside the recipe: a recipe of someone else's reads no other."""
        name = Path(_text(node))
        if name.is_absolute() or ".." in name.parts:
            raise ValueError(f"a file beside the recipe is wanted, not {node.value!r}")
        return Path(self.path).parent / name

    def fail(self, name: str, message: str, *, key: bool = False) -> NoReturn:
        node = (self.keys if key else self.nodes)[name]
        raise RecipeError(f"{_place(self.path, node)}: {message}", hint=_HINT)


def _compose(text: str, path: str) -> Node:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            raise RecipeError(f"{path}: aliases (*name) are not read in recipes", hint=_HINT)  # they can grow without bound
        node: Node | None = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise RecipeError(f"{place}: not YAML: {error.problem or error.context}", hint=_HINT) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecipeError(f"{path}: not YAML: {error}", hint=_HINT) from error
    if node is None:
        raise RecipeError(f"{path}: is empty", hint=_HINT)
    return node


def _place(path: str, node: Node) -> str:
    mark = node.start_mark
    return f"{path}:{mark.line + 1}:{mark.column + 1}"


def _kind(node: Node) -> str:
    return {"scalar": f"{node.value!r}", "sequence": "a list", "mapping": "a mapping"}[node.id]


def _scalar_text(node: Node) -> str:
    if node.id != "scalar":
        raise ValueError(f"one value is wanted, not {_kind(node)}")
    return str(node.value)


def _text(node: Node) -> str:
    text = _scalar_text(node)
    if not text.strip():
        raise ValueError("text is wanted")
    return text


def _whole(node: Node) -> int:
    text = _scalar_text(node).replace("_", "")
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError(f"a whole number is wanted, not {node.value!r}")
    return int(text)


def _count(node: Node) -> int:
    number = _whole(node)
    if number < 1:
        raise ValueError(f"a count of at least 1 is wanted, not {number}")
    return number


def _positive(node: Node) -> float:
    text = _scalar_text(node)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text) or float(text) <= 0:
        raise ValueError(f"a number above 0 is wanted, not {text!r}")
    return float(text)


def _share(node: Node) -> int:
    text = _scalar_text(node).removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}", text) or int(text) > 100:
        raise ValueError(f"a percentage from 0 to 100 is wanted, not {node.value!r}")
    return int(text)


def _flag(node: Node) -> bool:
    text = _scalar_text(node).lower()
    if text not in {"true", "false"}:
        raise ValueError(f"true or false is wanted, not {node.value!r}")
    return text == "true"


def _selection(node: Node) -> str:
    text = _text(node)
    if text not in _SELECTIONS:
        raise ValueError(f"one of {', '.join(_SELECTIONS)} is wanted, not {text!r}")
    return text


def _day(node: Node) -> date:
    try:
        return date.fromisoformat(_scalar_text(node))
    except ValueError as error:
        raise ValueError(f"a date like 2026-11-23 is wanted, not {node.value!r}") from error


def _items(node: Node) -> list[Node]:
    if node.id != "sequence":
        raise ValueError(f"a list is wanted, not {_kind(node)}")
    return list(node.value)


def _texts(node: Node) -> tuple[str, ...]:
    values = tuple(_scalar_text(one) for one in _items(node))
    if not values:
        raise ValueError("at least one value is wanted")
    return values


def _numbers(node: Node) -> tuple[int, ...]:
    return tuple(_count(one) for one in _items(node))


def _weights(node: Node) -> Mapping[str, int]:
    if node.id == "sequence":
        return MappingProxyType(dict.fromkeys(_texts(node), 1))
    if node.id != "mapping":
        raise ValueError(f"names with weights are wanted (Client: 3), not {_kind(node)}")
    return MappingProxyType({_text(key): _count(value) for key, value in node.value})


def _marks(node: Node) -> Mapping[str, str]:
    return MappingProxyType({name: str(value) for name, value in _options(node).items()})


def _range(node: Node) -> dict[str, Any]:
    """Return the ends of `[1, 100]` or `today - 2y .. today`."""
    ends = list(_texts(node)) if node.id == "sequence" else _text(node).split("..")
    if len(ends) != 2:
        raise ValueError("two ends are wanted, like [1, 100] or today - 2y .. today")
    return {"from": ends[0].strip(), "to": ends[1].strip()}


def _sequence(node: Node) -> dict[str, Any]:
    if node.id == "mapping":
        return _options(node)
    text = _text(node)
    return {"start": int(text)} if text.isdecimal() else {"template": text}


# a word of the language -> the provider that it stands for, and what reads its options
_WAYS: Mapping[str, tuple[str, Callable[[Node], dict[str, Any]]]] = MappingProxyType(
    {
        "template": ("template", lambda node: {"template": _text(node)}),
        "copy": ("copy", lambda node: {"from": _text(node)}),
        "sequence": ("sequence", _sequence),
        "range": ("range", _range),
        "edge": ("edge", lambda node: {"edge": _flag(node)}),
    }
)


def _options(node: Node) -> dict[str, Any]:
    """Return plain JSON values; dates stay text."""
    import yaml

    if node.id != "mapping":
        raise ValueError(f"a mapping is wanted, not {_kind(node)}")
    value = yaml.SafeLoader("").construct_document(node)
    plain = _json(value)
    assert isinstance(plain, dict)
    return plain


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
