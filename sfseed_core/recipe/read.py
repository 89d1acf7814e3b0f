"""Recipes from YAML: every error names file, line and column, and what was probably meant."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import NotFound, RecipeError
from sfseed_core.recipe.model import ObjectRecipe, Recipe, Variant
from sfseed_core.recipe.nodes import (
    HINT,
    Named,
    Node,
    compose,
    count_of,
    day_of,
    flag,
    items,
    marks,
    options_of,
    place_of,
    places_in,
    positive,
    share_of,
    shares_of,
    text_of,
    texts_of,
    weights_of,
    whole,
)
from sfseed_core.recipe.read_existing import read_existing
from sfseed_core.recipe.read_fields import read_fields, read_spread
from sfseed_core.recipe.said_global import global_path, global_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import Value

VERSION = 1
_SELECTIONS = ("named", "custom", "all")
_LARGEST = 2_000_000
_TOP = (
    "version",
    "title",
    "about",
    "preset",
    "seed",
    "as_of",
    "locale",
    "owner",
    "activate",
    "select",
    "without",
    "mark",
    "given",
    "objects",
)
_OBJECT = (
    "count", "per", "each", "spread", "rows", "existing", "only", "locale", "owner", "fields", "variants", "record_types",
    "upsert",
)  # fmt: skip


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
    root = compose(text, path)
    top = Named.of(root, path, "a recipe")
    top.only(*_TOP)
    version = top.read("version", whole, VERSION)
    if version != VERSION:
        top.fail("version", f"version {version} is not known; this sfseed reads version {VERSION}")
    recipe = Recipe(
        objects=MappingProxyType(_objects(top)),
        preset=top.read("preset", text_of, None),
        seed=top.read("seed", whole, None),
        as_of=top.read("as_of", day_of, None),
        locales=top.read("locale", shares_of, ()),
        owners=top.read("owner", _owners, None),
        activate=top.read("activate", flag, False),
        select=top.read("select", _selection, "named"),
        without=top.read("without", texts_of, ()),
        mark=top.read("mark", marks, MappingProxyType({})),
        given=_given(top),
        title=top.read("title", text_of, ""),
        about=top.read("about", text_of, ""),
        path=path,
        places=MappingProxyType(places_in(root, path)),
    )
    if not recipe.objects and recipe.preset is None and recipe.select == "named":
        raise RecipeError(f"{path}: names no objects and no preset", hint=HINT)
    return recipe


def _given(top: Named) -> Mapping[str, Value]:
    """Return what the recipe states of globals; what is wrong is said at its own line and column."""
    node = top.nodes.get("given")
    if node is None:
        return MappingProxyType({})
    given = Named.of(node, top.path, "given")
    found: dict[str, Value] = {}
    for name in given.nodes:
        try:
            path = global_path(name)
        except ValueError as error:
            given.fail(name, str(error), key=True)
        if path in found:
            given.fail(name, f"{name!r} stands twice in given", key=True)
        found[path] = given.read(name, partial(global_value, path), None)
    return MappingProxyType(found)


def _objects(top: Named) -> dict[str, ObjectRecipe]:
    node = top.nodes.get("objects")
    if node is None:
        return {}
    objects = Named.of(node, top.path, "objects")
    return {name: _object(objects, name) for name in objects.nodes}


def _object(objects: Named, name: str) -> ObjectRecipe:
    objects.check_name(name, "an object")
    node = objects.nodes[name]
    if node.id == "scalar":
        return ObjectRecipe(name, count=None if node.value in {"", "~", "null"} else objects.read(name, count_of, None))
    own = Named.of(node, objects.path, name)
    own.only(*_OBJECT)
    rows = _rows(own)
    _check_counted(own, name)
    count = own.read("count", count_of, None)
    if count is None and "per" not in own.nodes and rows:
        count = len(rows)
    spread, mean = read_spread(own)
    return ObjectRecipe(
        name,
        count=count,
        per=own.read("per", text_of, None),
        each=own.read("each", positive, mean if "per" in own.nodes else None),
        spread=spread,
        fields=MappingProxyType(read_fields(own)),
        record_types=own.read("record_types", weights_of, None),
        existing=read_existing(own),
        only=own.read("only", texts_of, None),
        locales=own.read("locale", shares_of, ()),
        owners=own.read("owner", _owners, None),
        rows=rows,
        variants=_variants(own),
        upsert=own.read("upsert", text_of, None),
    )


def _check_counted(own: Named, name: str) -> None:
    if "count" in own.nodes and "per" in own.nodes:
        own.fail("per", f"{name} is counted or has so many per parent, not both")
    if "each" in own.nodes and "per" not in own.nodes:
        own.fail("each", "per and each go together: per: Account, each: 3")
    given = "spread" in own.nodes and own.nodes["spread"].id == "mapping"
    if "per" in own.nodes and "each" not in own.nodes and not given:
        own.fail("per", "per and each go together: per: Account, each: 3")


def _owners(node: Node) -> Mapping[str, int]:
    """Return user names with weights: one, several, or `active`, which stands for all active users."""
    return MappingProxyType({text_of(node): 1}) if node.id == "scalar" else weights_of(node)


def _rows(own: Named) -> tuple[Mapping[str, str], ...]:
    """Return the object's own rows: those listed, or of a file beside the recipe."""
    from sfseed_core.recipe.rows import plain_text, read_rows

    node = own.nodes.get("rows")
    if node is None:
        return ()
    if node.id == "scalar":
        return tuple(read_rows(own.read("rows", own.beside, Path())))
    listed = own.read("rows", lambda node: [options_of(one) for one in items(node)], [])
    return tuple({name: plain_text(value) for name, value in row.items()} for row in listed)


def _variants(own: Named) -> tuple[Variant, ...]:
    found = []
    for node in own.read("variants", items, []):
        one = Named.of(node, own.path, "a variant")
        one.only("name", "share", "fields")
        for name in ("share", "fields"):
            if name not in one.nodes:
                raise RecipeError(f"{place_of(own.path, node)}: a variant needs its {name}", hint=HINT)
        found.append(
            Variant(one.read("name", text_of, ""), one.read("share", share_of, 0), MappingProxyType(read_fields(one)))
        )
    if sum(one.share for one in found) > 100:
        own.fail("variants", "the variants' shares come to more than 100 percent")
    return tuple(found)


def _selection(node: Node) -> str:
    text = text_of(node)
    if text not in _SELECTIONS:
        raise ValueError(f"one of {', '.join(_SELECTIONS)} is wanted, not {text!r}")
    return text
