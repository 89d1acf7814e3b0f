"""The parts of Discover: the drawing, its table twin, one object in full, adding and leaving out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import graph_network, labels, making, press, recipe_changes, resources, state, words
from pages.shared.arriving import Arriving
from pages.shared.graph_layout import Link, around, graph_of
from pages.shared.graph_network import KINDS, MANY, Drawn, kind_of
from pages.shared.relationship_graph import relationship_graph, selected_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.state import Place
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import Schema
    from sfseed_core.workflow.survey import Survey

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
    st.selectbox(
        "What to fill",
        list(names),
        format_func=names.__getitem__,
        width=320,
        help="Which objects get records, to begin with: add others beside, or leave some out.",
        **state.bound("recipe", "discover"),
    )


def add_objects(where: Place, plan: Plan) -> None:
    """Add objects of the org."""
    from sfseed_core.recipe.change import with_objects
    from sfseed_core.schema.seedable import seedable

    assert where.org is not None
    inside = {one.name for one in plan.objects}
    listing = resources.listing(where.org)
    offered = {n: labels.full(one.label, n) for n, one in listing.items() if n not in inside and seedable(one) is None}

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


def kinds(where: Place, objects: Sequence[Drawn]) -> list[Drawn]:
    """The legend, which is the choice of kinds too; return the objects of the chosen kinds."""
    counts = {kind: sum(1 for one in objects if one.kind == kind) for kind in KINDS}
    present = [kind for kind, count in counts.items() if count]
    hidden = set(where.kinds.split(","))
    shown = [kind for kind in present if kind not in hidden] or present
    signs = {"standard": ":blue[■]", "custom": ":green[■]", "managed": ":orange[■]"}

    def take() -> None:
        chosen = state.remembered("kinds_shown", present) or present
        state.go(kinds=",".join(kind for kind in present if kind not in chosen))

    with st.container(horizontal=True, vertical_alignment="center"):
        state.note("kinds_shown", shown)
        st.pills(
            "Kinds of objects",
            present,
            format_func=lambda kind: f"{signs[kind]} {words.many(counts[kind], KINDS[kind][0], MANY[kind])}",
            selection_mode="multi",
            key="kinds_shown",
            on_change=take,
            help="Choose which kinds are drawn. What is not drawn is filled all the same.",
        )
        st.caption(
            ":red[**━━**] required  ·  :gray[**╌╌**] lookup  ·  :violet[**╌╌**] filled in afterwards  ·  "
            "the number: records to make",
            width="content",
        )
    return [one for one in objects if one.kind in shown]


def find(where: Place, plan: Plan, schema: Schema) -> None:
    """Find an object by typing, and choose how much of the drawing is shown."""
    names = {one.name: labels.full(schema.objects[one.name].label, one.name) for one in plan.objects}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Find an object",
            sorted(names, key=names.__getitem__),
            format_func=names.__getitem__,
            placeholder="type a name",
            width=300,
            help="Shows the object in the drawing and all about it beside it.",
            **state.bound("focus", "discover", within=names.__contains__),
        )
        many = len(plan.objects) > _LEGIBLE
        offered = {"all": "Around it", "whole": "All"} if many else {"all": "All", "near": "Around it"}
        st.segmented_control(
            "Show",
            list(offered),
            format_func=offered.__getitem__,
            required=True,
            help="All objects, or only those around the one that is chosen.",
            **state.bound("view", "discover", within=offered.__contains__, otherwise="all"),
        )
        if _is_near(where, len(plan.objects)):
            st.segmented_control(
                "Links away",
                [1, 2, 3],
                required=True,
                help="1: what points to it, and what it points to; 2: their neighbours too.",
                **state.bound("hops", "discover", within=range(1, 4).__contains__, otherwise=1),
            )


def _is_near(where: Place, count: int) -> bool:
    return where.view == "near" if count <= _LEGIBLE else where.view != "whole"


def picture(where: Place, objects: Sequence[Drawn], arrows: Sequence[Link]) -> None:
    """The drawing; of many objects, the surroundings of one."""
    shown = list(objects)
    if _is_near(where, len(objects)) and objects:
        focus = where.focus if any(one.name == where.focus for one in objects) else busiest(objects, arrows)
        near = around(graph_of({one.name: one.level for one in objects}, arrows), str(focus), where.hops)
        shown = [one for one in objects if one.name in near]
        if len(shown) < len(objects):
            called = next(one.label for one in objects if one.name == focus)
            st.caption(
                f"{len(shown):,} of {words.many(len(objects), 'object')}: "
                f"those around {words.plain(called)}. Click another, or show all."
            )
    relationship_graph(shown, arrows, selected=where.focus, key=_GRAPH, on_select=_focus)


def _focus() -> None:
    state.go(focus=selected_in(_GRAPH))


def busiest(objects: Sequence[Drawn], arrows: Sequence[Link]) -> str:
    """Return the object with the most links, of those around which all can be read."""
    counts = Counter(end for one in arrows for end in {one.child, one.parent})
    return max((one.name for one in objects), key=lambda name: (counts[name] <= _LEGIBLE, counts[name]))


def twin(where: Place, plan: Plan, schema: Schema, counts: Mapping[str, int]) -> None:
    """The same as a table; a row is chosen as an object is clicked, and the other way round."""
    names = [one.name for one in plan.objects]
    rows = [
        {
            "Step": one.level + 1,
            "Object": schema.objects[one.name].label,
            "API name": one.name,
            "Kind": KINDS[kind_of(one.name)][0],
            "Records to make": one.count,
            "In the org now": counts.get(one.name),
            "How many, and why": labels.reason(one.why, schema.objects),
            "Points to": ", ".join(
                dict.fromkeys(
                    labels.of(t.object, schema.objects) for ref in one.references for t in ref.targets if t.object
                )
            ),
        }
        for one in plan.objects
    ]
    focused = [names.index(where.focus)] if where.focus in names else []
    chosen = st.dataframe(
        rows,
        hide_index=True,
        key=f"twin_{where.recipe}_{where.focus}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": focused}},
        column_config=words.numbers("Records to make", "In the org now"),
        alt="Objects, in load order",
        height=min(38 + 35 * len(rows), 420),
    )
    picked = names[chosen.selection.rows[0]] if chosen.selection.rows else None
    if picked != (where.focus if focused else None):
        state.go(focus=picked)
        st.rerun()


def failures(schema: Schema) -> None:
    """Objects that could not be read, with the reasons; the others can be used."""
    if not schema.failures:
        return
    title = f"{words.many(len(schema.failures), 'object')} could not be read; all others can be filled"
    with st.expander(title, icon=":material/visibility_off:", expanded=len(schema.failures) <= 3):
        st.dataframe(
            [{"Object": name, "Why": why} for name, why in schema.failures.items()],
            hide_index=True,
            alt="Objects that could not be read",
        )
        if press.button("Read them again", icon=":material/refresh:", key="read_again"):
            resources.forget_orgs()
            st.rerun()


def words_on_order(plan: Plan, schema: Schema) -> None:
    """Required parents and cycles, in words."""
    lines = [
        f":material/add_link: **{words.plain(labels.of(one.name, schema.objects))}** is "
        f"{words.plain(labels.reason(one.why[one.why.index(_IN_SINCE) :], schema.objects))}."
        for one in plan.objects
        if _IN_SINCE in one.why
    ]
    lines += [
        f":material/cached: First all {words.plain(schema.objects[one.name].label_plural)} are inserted, "
        f"then their {words.plain(labels.field(ref.field, schema.objects[one.name]))} is filled in."
        for one in plan.objects
        for ref in one.references
        if ref.deferred
    ]
    lines += [
        f":material/sync: These point to each other in a circle: "
        f"{words.plain(', '.join(labels.of(one, schema.objects) for one in cycle))}."
        for cycle in plan.cycles
    ]
    if lines:
        with st.expander("The load order in words", icon=":material/format_list_numbered:"):
            for line in lines:
                st.caption(line)


def files(where: Place, plan: Plan, objects: Sequence[Drawn], arrows: Sequence[Link]) -> None:
    """The drawing and the plan as files."""
    from sfseed_core.recipe.write import recipe_yaml

    with st.container(horizontal=True):
        st.download_button(
            "Download the drawing (HTML)",
            data=lambda: graph_network.html(objects, arrows).encode(),
            file_name=f"objects-{plan.preset or 'recipe'}.html",
            mime="text/html",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Download the recipe (YAML)",
            data=lambda: recipe_yaml(resources.recipe(where.recipe)).encode(),
            file_name="recipe.yaml",
            mime="application/yaml",
            on_click="ignore",
            icon=":material/description:",
        )
        st.caption("As a picture: *PNG* in the corner of the drawing.", width="content")


def arriving(where: Place) -> Survey:
    """Read what the plan needs of the org; where that takes a while, what has come in is drawn meanwhile."""
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import remembered_one

    assert where.org is not None
    reached = resources.connection(where.org)
    with Arriving(lambda name: remembered_one(reached.org, Cache(resources.home()), name)) as observer:
        return resources.survey(where.org, where.recipe, observer)
