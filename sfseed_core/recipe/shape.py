"""What is to be seeded of a schema: the objects with only the references that will be filled.

The graph and the planner see objects in this form, so that a reference which is left out makes no edge, and one that a rule
asks for counts as required.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.constraints.rules import has_formulas, object_rules
from sfseed_core.errors import RecipeError
from sfseed_core.recipe.columns import RECORD_TYPE
from sfseed_core.recipe.model import FieldRecipe, ObjectRecipe
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.standard_links import link_of
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.constraints.model import ObjectRules
    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

OWNER = "OwnerId"
_NOT_SAID = FieldRecipe()


@dataclass(frozen=True, slots=True)
class Shape:
    """One object as it will be seeded.

    `object` is as described, `linked` has only the references that make edges of the graph, `left_out` says for every
    writable field that gets no values why.
    """

    object: ObjectSchema
    rules: ObjectRules
    linked: ObjectSchema
    left_out: Mapping[str, str]

    def references(self) -> tuple[Field, ...]:
        """Return the reference fields to fill, in describe order."""
        return tuple(field for field in self.object.references if self._is_filled(field) and field.name != RECORD_TYPE)

    def values(self) -> tuple[Field, ...]:
        """Return the other fields to fill, in describe order."""
        return tuple(field for field in self.object.fields.values() if self._is_filled(field) and not field.is_reference)

    def _is_filled(self, field: Field) -> bool:
        return self.rules.fields[field.name].writable and field.name not in self.left_out


def _rules(schema: ObjectSchema, snapshot: Snapshot) -> ObjectRules:
    rules = object_rules(schema, snapshot)
    if not has_formulas(schema, snapshot):
        return rules
    from sfseed_core.constraints.shapes import heeding  # the formula language, which most plans do without
    from sfseed_core.constraints.validation import validation_constraints

    return heeding(rules, schema, validation_constraints(schema, {}, snapshot))


def shape_of(schema: ObjectSchema, snapshot: Snapshot, recipe: ObjectRecipe | None = None) -> Shape:
    """Return the object as it will be seeded; raises RecipeError when the recipe names a field that cannot be set."""
    rules = _rules(schema, snapshot)
    recipe = recipe or ObjectRecipe(schema.name)
    said = recipe.fields
    with about("objects", schema.name):
        for number, variant in enumerate(recipe.variants):
            for name in variant.fields:
                with about("variants", number, "fields", name):
                    _check_known(schema, name)
        for number, name in enumerate(recipe.only or ()):
            with about("only", number):
                _check_field(schema, rules, name, _NOT_SAID)
        for name, one in said.items():
            with about("fields", name):
                _check_field(schema, rules, name, one)
    left_out = {}
    for field in schema.fields.values():
        why = _left_out(field, rules, said.get(field.name, _NOT_SAID)) or _not_listed(field, rules, recipe)
        if why is not None and field.createable:
            left_out[field.name] = why
    return Shape(schema, rules, _linked(schema, rules, left_out), MappingProxyType(left_out))


def existing_shape(schema: ObjectSchema, snapshot: Snapshot) -> Shape:
    """Return an object of which no record is made: others may refer to it, it refers to nothing."""
    fields = {name: field for name, field in schema.fields.items() if not field.is_reference}
    bare = dataclasses.replace(schema, fields=MappingProxyType(fields))
    return Shape(bare, object_rules(bare, snapshot), bare, MappingProxyType({}))


def _check_known(schema: ObjectSchema, name: str) -> None:
    if name not in schema.fields:
        raise RecipeError(f"{schema.name} has no field {name!r}{did_you_mean(name, schema.fields)}")


def _check_field(schema: ObjectSchema, rules: ObjectRules, name: str, one: FieldRecipe) -> None:
    _check_known(schema, name)
    field = schema.fields[name]
    if not rules.fields[name].writable and not one.skip:
        raise RecipeError(f"{schema.name}.{name} cannot be set: {rules.fields[name].left_out_why}")
    if field.is_reference and (one.provider or one.values):
        raise RecipeError(
            f"{schema.name}.{name} is a reference: its records are chosen by the plan; skip, empty, to and options apply"
        )
    if one.to is not None:
        _check_targets(schema.name, field, one.to)
    if rules.fields[name].needed and (one.skip or one.empty):
        gap = "skip" if one.skip else f"empty: {one.empty}"
        with about(gap.partition(":")[0]):
            raise RecipeError(f"{schema.name}.{name} must have a value in this org: the recipe cannot say {gap}")


def _check_targets(name: str, field: Field, to: Mapping[str, int]) -> None:
    if not field.is_reference:
        raise RecipeError(f"{name}.{field.name} is no reference: it points to nothing")
    for target in to:
        if target not in field.reference_to:
            near = did_you_mean(target, field.reference_to) or f"; it may point to {', '.join(field.reference_to[:5])}"
            with about("to", target):
                raise RecipeError(f"{name}.{field.name} cannot point to {target!r}{near}")


def _left_out(field: Field, rules: ObjectRules, said: FieldRecipe) -> str | None:
    if said.skip:
        return "the recipe skips it"
    if said.provider is not None or said.values is not None:
        return None
    rule = rules.fields[field.name]
    if rule.left_out_why is None and field.name == OWNER and not field.required_on_create:
        return "the running user owns the records"
    return rule.left_out_why


def _not_listed(field: Field, rules: ObjectRules, recipe: ObjectRecipe) -> str | None:
    """Say why a field is left out that the recipe's list lacks; what counts the records or is needed stays."""
    listed = recipe.only is None or field.name in recipe.only or field.name in recipe.fields
    counts = field.is_reference and recipe.per in field.reference_to
    return None if listed or counts or rules.fields[field.name].needed else "the recipe lists the fields to fill without it"


def _linked(schema: ObjectSchema, rules: ObjectRules, left_out: Mapping[str, str]) -> ObjectSchema:
    """Return the object without references that are left out or always point to what the org has."""
    fields = {}
    for name, field in schema.fields.items():
        if field.is_reference:
            link = link_of(schema.name, name)
            if name in left_out or name == RECORD_TYPE or (link is not None and link.mode == "symbol"):
                continue
            if link is not None and link.symbol is not None:
                fields[name] = dataclasses.replace(field, nillable=True)  # what the org has will do
                continue
            if rules.fields[name].needed:
                fields[name] = dataclasses.replace(field, nillable=False, defaulted_on_create=False)
                continue
        fields[name] = field
    return dataclasses.replace(schema, fields=MappingProxyType(fields))
