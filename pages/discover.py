"""Discover: what the org holds, how it hangs together, what to fill."""

from __future__ import annotations

import streamlit as st

from pages.shared import connecting, discovering, foot, frame, making, recipe_changes, state

frame.inside()
where = state.place()
st.title("Discover")
if where.org is None:
    st.info("Choose an org on *Connect* first; its objects are drawn here.", icon=":material/account_tree:")
    foot.bar(None, back=frame.STEPS[0])
    st.stop()
recipe_changes.refused()
with st.container(horizontal=True, vertical_alignment="bottom"):
    discovering.recipes(where)
    slot = st.container()
plan = making.plan(where)
with slot:
    discovering.add_objects(where, plan)
schema = making.surveyed(where).schema
objects, arrows = discovering.drawn(plan, schema), discovering.links(plan, schema)
discovering.picture(where, objects, arrows)
discovering.panel(where, plan, schema)
discovering.twin(where, plan, schema)
discovering.words_on_order(plan)
for name, why in schema.failures.items():
    st.warning(f"{name}: {why}", icon=":material/visibility_off:")
discovering.files(plan, objects, arrows)
tally = foot.of_plan(plan, connecting.free_megabytes(where))
foot.storage(tally)
if foot.bar(tally, back=frame.STEPS[0], onward="Make the records"):
    making.make(where)
