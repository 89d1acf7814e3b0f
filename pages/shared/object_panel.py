"""One object in full: what it requires, what it points to and what points to it, its record types, fields and records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, recipe_changes, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.shared.state import Place
    from sfseed_core.recipe.model import ObjectPlan, Plan, ReferencePlan
    from sfseed_core.schema.model import ObjectSchema, Schema


def panel(where: Place, plan: Plan, schema: Schema, counts: Mapping[str, int]) -> None:
    """The object that is in focus."""
    from sfseed_core.recipe.change import without_object

    one = next((each for each in plan.objects if each.name == where.focus), None)
    if one is None:
        st.caption(
            "Click an object in the drawing, find it above or choose its row in the table (its box, or Shift+Space), "
            "to see what it requires."
        )
        return
    described = schema.objects[one.name]
    with st.container(border=True):
        st.subheader(words.plain(labels.full(described.label, one.name)))
        known = f" The org has {counts[one.name]:,} now." if one.name in counts else ""
        st.caption(
            f"**{words.many(one.count, 'record')}** to make, in step {one.level + 1}: "
            f"{words.plain(labels.reason(one.why, schema.objects))}.{known}"
        )
        st.markdown("\n".join(f"- {line}" for line in facts(plan, described, schema.objects)))
        _fields(plan, one, described, schema.objects)
        st.button(
            "Leave it out",
            icon=":material/remove_circle:",
            on_click=recipe_changes.change,
            args=(where, lambda recipe: without_object(recipe, one.name)),
        )


def facts(plan: Plan, described: ObjectSchema, objects: Mapping[str, ObjectSchema]) -> list[str]:
    """Return what there is to know of an object, a line each."""
    name = described.name
    required = [labels.full(f.label, f.name) for f in described.fields.values() if f.required_on_create]
    own = plan.object(name)
    points = [f"{labels.field(ref.field, described)} to {_targets(ref, objects)}" for ref in own.references]
    back = [
        f"{labels.of(one.name, objects)} ({labels.field(ref.field, objects.get(one.name))})"
        for one in plan.objects
        for ref in one.references
        for target in ref.targets
        if target.object == name
    ]
    outside = [
        f"{f.label} to {', '.join(labels.of(to, objects) for to in f.reference_to[:3])}"
        for f in described.references
        if _is_outside(plan, own, f.name)
    ]
    types = [one.name for one in described.record_types if one.available and not one.master]
    told = (
        ("Required", required),
        ("Points to", points),
        ("Pointed to by", back),
        ("Lookups left empty", outside),
        ("Record types", types),
    )
    return [f"**{title}:** {words.plain(words.listed(items, 8))}" for title, items in told if items]


def _targets(reference: ReferencePlan, objects: Mapping[str, ObjectSchema]) -> str:
    return ", ".join(labels.of(one.object, objects) or "what the org has" for one in reference.targets)


def _is_outside(plan: Plan, own: ObjectPlan, field: str) -> bool:
    return field not in {ref.field for ref in own.references} and f"{own.name}.{field}" in plan.omitted


def _fields(plan: Plan, own: ObjectPlan, described: ObjectSchema, objects: Mapping[str, ObjectSchema]) -> None:
    made = {one.field: one.why or one.provider for one in own.columns}
    made |= {one.field: f"points to {_targets(one, objects)}" for one in own.references}
    rows = [
        {
            "Field": field.label,
            "API name": field.name,
            "Type": labels.kind(field),
            "Required": field.required_on_create,
            "Filled with": made.get(field.name, ""),
            "Why it stays empty": plan.omitted.get(f"{own.name}.{field.name}", ""),
        }
        for field in described.fields.values()
    ]
    with st.expander(f"Fields: {len(made):,} filled of {len(rows):,}"):
        st.dataframe(rows, hide_index=True, alt=f"Fields of {described.label}", height=min(38 + 35 * len(rows), 320))
