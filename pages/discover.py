"""Discover: what the org holds, how it hangs together, what to fill."""

from __future__ import annotations

import streamlit as st

from pages.shared import being_made, connecting, discovering, foot, frame, making, object_panel, recipe_changes, state

frame.inside()
where = state.place()
if where.org is None:
    frame.first_choose(frame.STEPS[1], "Choose an org first. Its objects are drawn here, and how they hang together.")
    foot.bar(None, back=frame.STEPS[0])
    st.stop()
if connecting.files_instead(where, frame.STEPS[1]):
    st.stop()
recipe_changes.refused()
being_made.reminder(where)
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Discover", width="content")
    discovering.recipes(where)
    slot = st.container()
found = discovering.arriving(where)
plan, schema, counts = making.plan(where), found.schema, found.snapshot.counts
with slot:
    discovering.add_objects(where, plan)
discovering.find(where, plan, schema)
shown = discovering.kinds(where, discovering.drawn(plan, schema))
arrows = discovering.links(plan, schema)
discovering.failures(schema)
left, right = st.columns([5, 3] if where.focus else [1, 0.001], gap="small")
with left:
    discovering.picture(where, shown, arrows)
if where.focus:
    with right:
        object_panel.panel(where, plan, schema, counts)
else:
    object_panel.panel(where, plan, schema, counts)
discovering.words_on_order(plan, schema)
discovering.twin(where, plan, schema, counts)
discovering.files(where, plan, shown, arrows)
tally = foot.of_plan(plan, connecting.free_megabytes(where))
foot.storage(tally)
if foot.bar(tally, back=frame.STEPS[0], onward="Make the records"):
    making.make(where)
