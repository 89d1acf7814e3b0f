"""The columns of an object: for each field that gets values a provider, by the chooser, and a share of empty ones."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import PlanRefused, RecipeError
from sfseed_core.recipe.chooser import FieldRequest
from sfseed_core.recipe.model import GIVEN, SHARE, TOGETHER, VARIANTS, ColumnPlan, FieldRecipe
from sfseed_core.recipe.own_rows import given_values
from sfseed_core.recipe.placing import about

if TYPE_CHECKING:
    from sfseed_core.constraints.model import FieldRules, ObjectRules
    from sfseed_core.recipe.chooser import PlanContext, ProviderChooser
    from sfseed_core.recipe.model import ObjectRecipe
    from sfseed_core.recipe.record_mix import RecordMix
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import Field

_NOT_SAID = FieldRecipe()
_COUNTED = frozenset({"exactly_one", "at_least_one"})


def plan_columns(
    shape: Shape,
    context: PlanContext,
    chooser: ProviderChooser,
    mix: RecordMix,
    recipe: ObjectRecipe,
) -> tuple[tuple[ColumnPlan, ...], dict[str, str]]:
    """Return the object's columns, and why fields have none.

    Raises PlanRefused when nothing can be made for a field that must have a value.
    """
    columns, empty = [], {}
    for field in shape.values():
        rules = shape.rules.fields[field.name]
        given = given_values(recipe, field, rules)
        request = _request(field, rules, context, recipe.fields.get(field.name), given)
        with about("objects", shape.object.name, "fields", field.name):
            chosen = chooser.choose(request)
        usual = _finished(chosen, request, shape.rules, mix) if isinstance(chosen, ColumnPlan) else None
        made = _with_variants(usual, request, recipe, chooser)
        made = _with_given(made, request, given)
        if made is not None:
            columns.append(made)
            continue
        assert isinstance(chosen, str)
        if rules.needed:
            with about("objects", shape.object.name, "fields", field.name):
                raise PlanRefused(
                    f"{shape.object.name}.{field.name} must have a value, but {chosen}",
                    hint=f"Say in a recipe how it is made, or leave {shape.object.name} out.",
                    objects=(shape.object.name,),
                )
        empty[field.name] = chosen
    return _together(columns, empty, shape, recipe)


def _together(
    columns: list[ColumnPlan], empty: dict[str, str], shape: Shape, recipe: ObjectRecipe
) -> tuple[tuple[ColumnPlan, ...], dict[str, str]]:
    """Return the columns with those that come together empty together, where the recipe says of one alone that it is."""
    found = {one.field: one for one in columns}
    for rule in shape.rules.standard:
        said = [name for name in rule.fields if name in recipe.fields]
        if rule.kind != "all_or_none" or not said:
            continue
        there = [name for name in rule.fields if name in found]
        for name in there:
            others = [one for one in rule.fields if one != name]
            if len(there) < len(rule.fields):
                empty[name] = f"it comes only together with {', '.join(others)}"
                del found[name]
            else:
                options = MappingProxyType({**found[name].options, TOGETHER: others})
                found[name] = dataclasses.replace(found[name], options=options)
    return tuple(found.values()), empty


def _request(
    field: Field, rules: FieldRules, context: PlanContext, said: FieldRecipe | None, given: tuple[str | None, ...]
) -> FieldRequest:
    if said is not None and said.unique:
        rules = dataclasses.replace(rules, unique=True)
    taken = context.snapshot.taken.get(f"{context.object.name}.{field.name}", ()) if rules.unique else ()
    return FieldRequest(
        field=field,
        rules=rules,
        meaning=context.meanings.get(field.name),
        context=context,
        recipe=None if said == _NOT_SAID else said,
        taken=(*taken, *(value for value in given if value)) if rules.unique else taken,
    )


def _with_variants(
    usual: ColumnPlan | None, request: FieldRequest, recipe: ObjectRecipe, chooser: ProviderChooser
) -> ColumnPlan | None:
    """Return the column with what the variants say of the field, each for its share of the records."""
    variants: list[dict[str, Any]] = []
    low = 0
    for number, one in enumerate(recipe.variants):
        high = low + SHARE * one.share // 100
        said = one.fields.get(request.field.name)
        if said is not None:
            with about("objects", recipe.name, "variants", number, "fields", request.field.name):
                column = _variant(said, request, recipe.name, one.name, chooser)
            variants.append({"low": low, "high": high, "column": column})
        low = high
    if not variants:
        return usual
    otherwise = None if usual is None else _as_option(usual)
    options = {"variants": variants, "otherwise": otherwise}
    return _put_together(usual, request, VARIANTS, options, "as the recipe's variants say")


def _variant(
    said: FieldRecipe, request: FieldRequest, name: str, variant: str, chooser: ProviderChooser
) -> dict[str, Any] | None:
    """Return how the field is made in a variant's records; None: not at all."""
    if request.rules.unique:
        raise RecipeError(f"{name}.{request.field.name} is unique: a variant cannot say how it is made")
    if request.rules.needed and (said.skip or said.empty):
        raise RecipeError(f"{name}.{request.field.name} must have a value in this org: a variant cannot empty it")
    chosen = None if said.skip else chooser.choose(dataclasses.replace(request, recipe=said))
    if isinstance(chosen, str):
        raise RecipeError(f"{name}, variant {variant!r}: {request.field.name}: {chosen}")
    empty = SHARE * (said.empty or 0) // 100
    return None if chosen is None else _as_option(dataclasses.replace(chosen, null_share=empty))


def _with_given(usual: ColumnPlan | None, request: FieldRequest, given: tuple[str | None, ...]) -> ColumnPlan | None:
    """Return the column with the values of the recipe's own rows for the first records."""
    if not given:
        return usual
    options = {"values": list(given), "otherwise": None if usual is None else _as_option(usual)}
    return _put_together(usual, request, GIVEN, options, "as the recipe's rows say")


def _as_option(column: ColumnPlan) -> dict[str, Any]:
    return {"provider": column.provider, "options": dict(column.options), "null_share": column.null_share}


def _put_together(
    usual: ColumnPlan | None, request: FieldRequest, provider: str, options: dict[str, Any], why: str
) -> ColumnPlan:
    field = request.field
    plain = usual or ColumnPlan(
        field.name, field.type, provider, length=field.length or 0, precision=field.precision, scale=field.scale
    )
    if "place" in plain.options:
        options["place"] = plain.options["place"]  # the object's city is found by its columns' options
    why = f"{why}; otherwise {usual.why}" if usual and usual.why else why
    return dataclasses.replace(plain, provider=provider, options=MappingProxyType(options), null_share=0, why=why)


def _finished(column: ColumnPlan, request: FieldRequest, rules: ObjectRules, mix: RecordMix) -> ColumnPlan:
    null_share = 0 if request.rules.needed else _null_share(column, request, rules)
    return dataclasses.replace(column, null_share=null_share, rows=mix.rows(request.field))


def _null_share(column: ColumnPlan, request: FieldRequest, rules: ObjectRules) -> int:
    """Return the share of empty values: what the recipe says, else what the chooser finds believable."""
    said = request.recipe
    if said is not None and said.empty is not None:
        return SHARE * said.empty // 100
    if request.field.type == "boolean" or (said is not None and said.values is not None):
        return 0
    return 0 if _counts_as_one(request.field, rules) else column.null_share


def _counts_as_one(field: Field, rules: ObjectRules) -> bool:
    """Say whether a rule counts the field's values together with others: empty ones would break it."""
    return any(rule.kind in _COUNTED and field.name in rule.fields for rule in rules.standard)
