"""Recipes to YAML that `read` reads back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.recipe.read import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import FieldRecipe, ObjectRecipe, Recipe, Variant


def recipe_yaml(recipe: Recipe) -> str:
    """Return the recipe as YAML; what was not said is left out."""
    import yaml

    raw: dict[str, Any] = {
        "version": VERSION,
        "title": recipe.title or None,
        "about": recipe.about or None,
        "preset": recipe.preset,
        "seed": recipe.seed,
        "as_of": None if recipe.as_of is None else recipe.as_of.isoformat(),
        "locale": _shares(recipe.locales),
        "owner": dict(recipe.owners or {}),
        "activate": recipe.activate or None,
        "select": None if recipe.select == "named" else recipe.select,
        "without": list(recipe.without),
        "mark": dict(recipe.mark),
        "given": dict(recipe.given),
        "objects": {name: _object(one) for name, one in recipe.objects.items()},
    }
    return yaml.safe_dump(_said(raw), sort_keys=False, allow_unicode=True, width=120)


def _object(one: ObjectRecipe) -> Any:
    raw = _said(
        {
            "count": one.count,
            "per": one.per,
            "each": one.each,
            "record_types": dict(one.record_types or {}),
            "spread": _spread(one.spread),
            "existing": _existing(one),
            "upsert": one.upsert,
            "only": list(one.only or ()),
            "locale": _shares(one.locales),
            "owner": dict(one.owners or {}),
            "rows": [dict(row) for row in one.rows],
            "variants": [_variant(each) for each in one.variants],
            "fields": {name: _field(field) for name, field in one.fields.items()},
        }
    )
    return one.count if not raw.keys() - {"count"} else raw


def _shares(shares: tuple[tuple[str, int], ...]) -> Any:
    return shares[0][0] if len(shares) == 1 else {name: f"{share}%" for name, share in shares}


def _spread(options: Mapping[str, Any]) -> Any:
    return options.get("distribution") or dict(options.get("histogram", ()))


def _existing(one: ObjectRecipe) -> dict[str, Any] | None:
    found = one.existing
    if found is None:
        return None
    said = {"where": found.where} if found.where else {"query": " ".join(("SELECT Id FROM", one.name))}
    return {**said, "limit": found.limit}


def _variant(one: Variant) -> dict[str, Any]:
    fields = {name: _field(field) for name, field in one.fields.items()}
    return {"name": one.name, "share": one.share, "fields": fields} if one.name else {"share": one.share, "fields": fields}


def _field(one: FieldRecipe) -> Any:
    if one.skip:
        return "skip"
    return _said(
        {
            "provider": one.provider,
            "options": dict(one.options),
            "values": list(one.values or ()),
            "weights": list(one.weights or ()),
            "empty": one.empty,
            "unique": one.unique or None,
            "to": dict(one.to or {}),
        }
    )


def _said(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None and value not in ({}, [])}
