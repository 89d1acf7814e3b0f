"""The parts of Discover: the drawing, its table twin, one object in full, adding and leaving out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import graph_network, making, recipe_changes, resources, state, words
from pages.shared.graph_layout import Link, around, graph_of
from pages.shared.graph_network import KINDS, Drawn, kind_of
from pages.shared.relationship_graph import relationship_graph, selected_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pages.shared.state import Place
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import ObjectSchema, Schema

_GRAPH = "objects_graph"
_IN_SINCE = "in since"  # how the planner says why an object is there that nobody chose
_LEGIBLE = 30  # objects; of more the drawing shows the surroundings of one


def drawn(plan: Plan, schema: Schema) -> list[Drawn]:
    """Return the plan's objects as the drawing takes them."""
    return [
        Drawn(one.name, schema.objects[one.name].label, one.level, kind_of(one.name), one.count) for one in plan.objects
    ]


def links(plan: Plan, schema: Schema) -> list[Link]:
    """Return the lookups that the plan fills."""
    return [
        Link(
            child=one.name,
            parent=target.object,
            field=reference.field,
            required=reference.required,
            master_detail=schema.objects[one.name].fields[reference.field].is_master_detail,
            deferred=reference.deferred,
        )
        for one in plan.objects
        for reference in one.references
        for target in reference.targets
        if target.object is not None
    ]


def recipes(where: Place) -> None:
    """Choose what to fill, as a whole."""
    from sfseed_core.recipe.presets import PRESETS, preset_recipe

    names = {name: preset_recipe(name).title or name for name in PRESETS}
    if where.recipe not in names:
        names[where.recipe] = making.title(where.recipe)
    st.selectbox("What to fill", list(names), format_func=names.__getitem__, **state.bound("recipe", "discover"), width=320)


def add_objects(where: Place, plan: Plan) -> None:
    """Add objects of the org."""
    from sfseed_core.recipe.change import with_objects
    from sfseed_core.schema.seedable import seedable

    assert where.org is not None
    inside = {one.name for one in plan.objects}
    listing = resources.listing(where.org)
    offered = {n: f"{one.label} ({n})" for n, one in listing.items() if n not in inside and seedable(one) is None}

    def take() -> None:
        chosen = state.remembered("more_objects", [])
        if chosen:
            recipe_changes.change(where, lambda recipe: with_objects(recipe, chosen))

    st.multiselect(
        "Add objects",
        sorted(offered, key=offered.__getitem__),
        format_func=offered.__getitem__,
        key="more_objects",
        on_change=take,
        placeholder=f"{len(offered):,} more in this org",
        help=f"Each object you add takes one call to the org, and one for each that it requires; all take {len(offered):,}.",
        select_all=False,
    )


def picture(where: Place, objects: Sequence[Drawn], arrows: Sequence[Link]) -> None:
    """The drawing with its legend; of many objects, the surroundings of one."""
    many = len(objects) > _LEGIBLE
    shown = list(objects)
    if many or where.view == "near":
        focus = where.focus or _busiest(objects, arrows)
        near = around(graph_of({one.name: one.level for one in objects}, arrows), focus, where.hops)
        shown = [one for one in objects if one.name in near] if where.view != "whole" else shown
    _legend(len(shown), len(objects))
    relationship_graph(shown, arrows, selected=where.focus, key=_GRAPH, on_select=_focus)


def _focus() -> None:
    state.go(focus=selected_in(_GRAPH))


def _busiest(objects: Sequence[Drawn], arrows: Sequence[Link]) -> str:
    return max((one.name for one in objects), key=lambda name: sum(name in {a.child, a.parent} for a in arrows))


def _legend(shown: int, every: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, color in (("standard", "blue"), ("custom", "green"), ("managed", "orange")):
            st.badge(KINDS[kind][0], color=color)  # type: ignore[arg-type]  # one of the three
        st.caption("solid red: required · dashed grey: lookup · dashed violet: filled in afterwards", width="content")
        views = {"all": "As fits", "near": "Around one", "whole": "All"}
        st.segmented_control(
            "View",
            list(views),
            format_func=views.__getitem__,
            label_visibility="collapsed",
            required=True,
            **state.bound("view", "discover", within=views.__contains__, otherwise="all"),
        )
    if shown < every:
        st.caption(f"{shown:,} of {every:,} objects: those around one. Click another, or choose it in the table.")


def twin(where: Place, plan: Plan, schema: Schema) -> None:
    """The same as a table; a row is chosen as an object is clicked."""
    names = [one.name for one in plan.objects]
    rows = [
        {
            "Step": one.level + 1,
            "Object": schema.objects[one.name].label,
            "API name": one.name,
            "Kind": KINDS[kind_of(one.name)][0],
            "Records": one.count,
            "How many, and why": one.why,
            "Points to": ", ".join(
                dict.fromkeys(t.object or "" for ref in one.references for t in ref.targets if t.object)
            ),
        }
        for one in plan.objects
    ]
    chosen = st.dataframe(
        rows,
        hide_index=True,
        key=f"twin_{where.recipe}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Objects, in load order",
        height=min(38 + 35 * len(rows), 420),
    )
    picked = names[chosen.selection.rows[0]] if chosen.selection.rows else None
    if picked is not None and picked != state.remembered("twin_seen"):
        state.note("twin_seen", picked)
        state.go(focus=picked)
        st.rerun()


def panel(where: Place, plan: Plan, schema: Schema) -> None:
    """One object in full."""
    from sfseed_core.recipe.change import without_object

    one = next((each for each in plan.objects if each.name == where.focus), None)
    if one is None:
        st.caption("Click an object in the drawing, or choose a row in the table, to see what it requires.")
        return
    described = schema.objects[one.name]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            title = f"{words.plain(described.label)} ({words.plain(one.name)})"
            st.markdown(f"#### {title}", width="stretch")
            st.button(
                "Leave it out",
                icon=":material/remove_circle:",
                on_click=recipe_changes.change,
                args=(where, lambda recipe: without_object(recipe, one.name)),
            )
        st.caption(f"{words.many(one.count, 'record')}, step {one.level + 1}. {words.plain(one.why)}")
        st.markdown("\n".join(f"- {line}" for line in _facts(plan, described)))


def _facts(plan: Plan, described: ObjectSchema) -> list[str]:
    name = described.name
    required = [f"{f.label} ({f.name})" for f in described.fields.values() if f.required_on_create]
    own = next(one for one in plan.objects if one.name == name)
    points = [f"{ref.field} to {', '.join(t.object or 'what the org has' for t in ref.targets)}" for ref in own.references]
    back = [
        f"{one.name}.{ref.field}" for one in plan.objects for ref in one.references for t in ref.targets if t.object == name
    ]
    types = [one.name for one in described.record_types if one.available and not one.master]
    facts = (("Required", required), ("Points to", points), ("Pointed to by", back), ("Record types", types))
    found = [f"**{title}:** {words.plain(words.listed(items, 8))}" for title, items in facts if items]
    left = sum(1 for key in plan.omitted if key.startswith(f"{name}."))
    return [*found, f"**Fields:** {len(own.columns) + len(own.references):,} filled, {left:,} left empty"]


def words_on_order(plan: Plan) -> None:
    """Required parents and cycles, in words."""
    lines = [
        f":material/add_link: **{words.plain(one.name)}** is {words.plain(one.why[one.why.index(_IN_SINCE) :])}."
        for one in plan.objects
        if _IN_SINCE in one.why
    ]
    lines += [
        f":material/cached: First all {words.plain(one.name)} are inserted, "
        f"then {words.plain(f'{one.name}.{ref.field}')} is filled in."
        for one in plan.objects
        for ref in one.references
        if ref.deferred
    ]
    lines += [
        f":material/sync: These point to each other in a circle: {words.plain(', '.join(cycle))}." for cycle in plan.cycles
    ]
    if lines:
        with st.expander("The load order in words", icon=":material/format_list_numbered:"):
            for line in lines:
                st.caption(line)


def files(plan: Plan, objects: Sequence[Drawn], arrows: Sequence[Link]) -> None:
    """The drawing as a file."""
    st.download_button(
        "Download the drawing (HTML)",
        data=lambda: graph_network.html(objects, arrows).encode(),
        file_name=f"objects-{plan.preset or 'recipe'}.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/download:",
    )
