"""The columns of an object: for each field that gets values a provider, by the chooser, and a share of empty ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused
from sfseed_core.recipe.chooser import FieldRequest
from sfseed_core.recipe.model import SHARE, ColumnPlan, FieldRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.constraints.model import ObjectRules
    from sfseed_core.recipe.chooser import PlanContext, ProviderChooser
    from sfseed_core.recipe.record_mix import RecordMix
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import Field

_COUNTED = frozenset({"exactly_one", "at_least_one"})


def plan_columns(
    shape: Shape,
    context: PlanContext,
    chooser: ProviderChooser,
    mix: RecordMix,
    said: Mapping[str, FieldRecipe],
) -> tuple[tuple[ColumnPlan, ...], dict[str, str]]:
    """Return the object's columns, and why fields have none.

    Raises PlanRefused when nothing can be made for a field that must have a value.
    """
    columns, empty = [], {}
    for field in shape.values():
        rules = shape.rules.fields[field.name]
        request = FieldRequest(
            field=field,
            rules=rules,
            meaning=context.meanings.get(field.name),
            context=context,
            recipe=said.get(field.name),
            taken=context.snapshot.taken.get(f"{shape.object.name}.{field.name}", ()),
        )
        chosen = chooser.choose(request)
        if isinstance(chosen, ColumnPlan):
            columns.append(_finished(chosen, request, shape.rules, mix))
            continue
        if rules.needed:
            raise PlanRefused(
                f"{shape.object.name}.{field.name} must have a value, but {chosen}",
                hint=f"Say in a recipe how it is made, or leave {shape.object.name} out.",
                objects=(shape.object.name,),
            )
        empty[field.name] = chosen
    return tuple(columns), empty


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
