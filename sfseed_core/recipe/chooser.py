"""What the planner asks of the generators: which provider, with which options, makes a field's values.

The generators come later on the user's path, so the planner is handed one of these by the workflow.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sfseed_core.constraints.model import FieldRules, ObjectRules
    from sfseed_core.recipe.model import ColumnPlan, FieldRecipe, ObjectPlan, ReferencePlan
    from sfseed_core.schema.model import Field, ObjectSchema, Schema
    from sfseed_core.schema.semantics import Meaning
    from sfseed_core.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What of the plan is settled when an object's columns are chosen.

    `references` are this object's own, `earlier` the plans of the objects before it in load order (its parents, but for
    deferred references), `meanings` what each of this object's fields that will get a column is about, `locales` those
    of its records, `said` the fields that the recipe speaks of.
    """

    object: ObjectSchema
    rules: ObjectRules
    schema: Schema
    snapshot: Snapshot
    count: int
    as_of: date
    zone: str
    locale: str
    references: Mapping[str, ReferencePlan] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    earlier: Mapping[str, ObjectPlan] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    meanings: Mapping[str, Meaning | None] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    record_types: tuple[tuple[str, int], ...] = ()
    locales: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()

    def find(self, meaning: str, group: str = "") -> str | None:
        """Return the field of this object with that meaning in that group, so that values can agree with it."""
        for name, one in self.meanings.items():
            if one is not None and one.name == meaning and one.group == group:
                return name
        return None


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """One field that wants values. `taken` are those that the org already has, when the field is unique."""

    field: Field
    rules: FieldRules
    meaning: Meaning | None
    context: PlanContext
    recipe: FieldRecipe | None = None
    taken: tuple[str, ...] = ()


class ProviderChooser(Protocol):
    """Decides how a field's values are made."""

    def choose(self, request: FieldRequest, /) -> ColumnPlan | str:
        """Return the column, or in one line why nothing can be made for the field.

        Raises RecipeError when the recipe asks for a provider or option that does not exist.
        """

    def belongs(self, context: PlanContext, /) -> Mapping[str, str]:
        """Return what company's records the object's belong to: `via` a path of references, `of` the object; or nothing."""
        ...
