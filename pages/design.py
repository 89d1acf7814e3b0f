"""Design: how many of each object, and how the fields should look; all of it optional."""

from __future__ import annotations

import streamlit as st

from pages.shared import (
    being_made,
    connecting,
    designing,
    example_gallery,
    field_design,
    foot,
    frame,
    making,
    object_design,
    recipe_changes,
    recipe_text,
    state,
)

frame.inside()
where = state.place()
if where.org is None:
    frame.first_choose(
        frame.STEPS[2],
        "Choose an org first. Here you say how many records of each object it gets, and how their fields look.",
    )
    foot.bar(None, back=frame.STEPS[1])
    st.stop()
if connecting.files_instead(where, frame.STEPS[2]):
    st.stop()
survey, plan = making.surveyed(where), making.plan(where)
tally = foot.of_plan(plan, connecting.free_megabytes(where))
with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Design", width="content")
    designing.what(where)
    example_gallery.button(where)
    recipe_text.share(where)
    beside = recipe_text.toggle()
recipe_changes.refused()
being_made.reminder(where)
foot.storage(tally)
main, side = st.columns([5, 3] if beside else [1, 0.001], gap="small")
name = designing.chosen(where, plan)
with main:
    part = designing.parts()
    if part == "objects":
        designing.numbers(where, plan, survey.schema, name)
        object_design.panel(where, plan, survey, name)
    elif part == "fields":
        designing.choose(where, plan, survey.schema, name, "Fields of")
        field_design.fields(where, plan, survey.schema, name)
    else:
        designing.whole(where, survey)
if beside:
    with side:
        recipe_text.editor(where)
if foot.bar(tally, back=frame.STEPS[1], onward="Make the records"):
    making.make(where)
