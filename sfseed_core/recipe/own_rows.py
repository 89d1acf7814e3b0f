"""What a recipe's own rows, marks and variants say, in terms of the org's schema: fields by API name, checked values."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.model import FieldRecipe, ObjectRecipe, Recipe
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.said_value import checked
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.constraints.model import FieldRules
    from sfseed_core.schema.model import Field, ObjectSchema, Schema
    from sfseed_core.snapshot.model import Snapshot

NAME = "as"
_NOT_SAID = FieldRecipe()


def in_terms_of(recipe: Recipe, schema: Schema) -> Recipe:
    """Return the recipe with its rows' columns named as the org names them.

    What rows, marks and variants fill is then among each object's fields. Raises RecipeError for an unknown column.
    """
    objects = dict(recipe.objects)
    for name, described in schema.objects.items():
        own = objects.get(name, ObjectRecipe(name))
        rows = tuple(_named(row, described, number) for number, row in enumerate(own.rows, 1))
        marked = {
            field: FieldRecipe(values=(value,))
            for field, value in recipe.mark.items()
            if field in described.fields and described.fields[field].createable
        }
        columns = {field for row in rows for field in row if field != NAME}
        varied = {field for one in own.variants for field in one.fields}
        fields = {**dict.fromkeys(sorted(columns | varied), _NOT_SAID), **marked, **own.fields}
        key = None if own.upsert is None else _key(own.upsert, described)
        if key is not None:
            fields[key] = dataclasses.replace(fields.get(key, _NOT_SAID), unique=True, empty=0)
        if rows or fields != dict(own.fields):
            objects[name] = dataclasses.replace(own, rows=rows, fields=MappingProxyType(fields), upsert=key)
    return dataclasses.replace(recipe, objects=MappingProxyType(objects))


def _key(wanted: str, described: ObjectSchema) -> str:
    """Return the external id that `upsert` names, as the org spells it."""
    may = [one.name for one in described.fields.values() if (one.external_id or one.id_lookup) and one.createable]
    found = next((one for one in may if one.lower() == wanted.lower()), None)
    if found is None:
        known = ", ".join(may) or "nothing: it has no external id"
        raise RecipeError(
            f"{described.name}: upsert: {wanted!r} is no external id of the object", hint=f"There is: {known}"
        )
    return found


def without_own_keys(recipe: Recipe, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot without the values of external ids that records are changed by: these may be there already."""
    keys = {f"{name}.{one.upsert}" for name, one in recipe.objects.items() if one.upsert is not None}
    if not keys & snapshot.taken.keys():
        return snapshot
    rest = {name: values for name, values in snapshot.taken.items() if name not in keys}
    return dataclasses.replace(snapshot, taken=MappingProxyType(rest))


def _named(row: Mapping[str, str], described: ObjectSchema, number: int) -> Mapping[str, str]:
    by_label = {one.label.lower(): name for name, one in described.fields.items()}
    by_name = {name.lower(): name for name in described.fields}
    found = {}
    for column, value in row.items():
        field = NAME if column == NAME else by_name.get(column.lower()) or by_label.get(column.lower())
        if field is None:
            near = did_you_mean(column, [*described.fields, *by_label])
            with about("objects", described.name, "rows", number - 1, column):
                raise RecipeError(f"{described.name}, row {number}: there is no field {column!r}{near}")
        found[field] = value
    return MappingProxyType(found)


def given_values(recipe: ObjectRecipe, field: Field, rules: FieldRules) -> tuple[str | None, ...]:
    """Return the field's values in the recipe's rows: None where a row says nothing, empty where it says so.

    Raises RecipeError for a value that the field does not take.
    """
    values = tuple(row.get(field.name) for row in recipe.rows)
    if not any(value is not None for value in values):
        return ()
    found: list[str | None] = []
    for row, value in enumerate(values, 1):
        if value is None or (value == "" and rules.needed):
            found.append(None)
            continue
        with about("objects", recipe.name, "rows", row - 1, field.name):
            found.append(checked(value, field, rules, f"{recipe.name}, row {row}, {field.name}"))
    return tuple(found)


def given_keys(
    recipe: ObjectRecipe, field: Field, targets: tuple[str, ...], recipes: Mapping[str, ObjectRecipe]
) -> list[int]:
    """Return the record numbers that the rows' references name (`@name`): -1 where a row says nothing, -2 where it is empty.

    Raises RecipeError for a name that no row of the target has.
    """
    target = recipes.get(targets[0]) if targets else None
    names = {row[NAME]: number for number, row in enumerate(target.rows) if NAME in row} if target else {}
    found = []
    for number, row in enumerate(recipe.rows, 1):
        value = row.get(field.name)
        if value is None or value == "":
            found.append(-1 if value is None else -2)
        elif value.removeprefix("@") in names and value.startswith("@"):
            found.append(names[value.removeprefix("@")])
        else:
            known = did_you_mean(value.removeprefix("@"), names)
            with about("objects", recipe.name, "rows", number - 1, field.name):
                raise RecipeError(f"{recipe.name}, row {number}, {field.name}: no row is called {value!r}{known}")
    return found if any(one != -1 for one in found) else []
