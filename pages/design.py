"""Design: how many of each object, and how the fields should look; all of it optional."""

from __future__ import annotations

import streamlit as st

from pages.shared import connecting, designing, foot, frame, making, recipe_changes, state, words

frame.inside()
where = state.place()
st.title("Design")
if where.org is None:
    st.info("Choose an org on *Connect* first.", icon=":material/tune:")
    foot.bar(None, back=frame.STEPS[1])
    st.stop()
recipe_changes.refused()
plan, schema = making.plan(where), making.surveyed(where).schema
st.caption(f"**{words.plain(making.title(where.recipe))}.** Everything here has been chosen for you; change what you like.")
designing.numbers(where, plan, schema)
tally = foot.of_plan(plan, connecting.free_megabytes(where))
foot.storage(tally)
name = where.object if where.object in {one.name for one in plan.objects} else plan.objects[0].name
with st.container(horizontal=True, vertical_alignment="bottom"):
    designing.choose(plan, schema, name)
    designing.options()
designing.fields(where, plan, schema, name)
designing.as_file(where)
if foot.bar(tally, back=frame.STEPS[1], onward="Make the records"):
    making.make(where)
