"""Preview: see and change the very records that will be loaded."""

from __future__ import annotations

import streamlit as st

from pages.shared import being_made, field_values, foot, frame, previewing, record_table, record_view, resources, state

frame.inside()
where = state.place()
if being_made.shown(where):
    st.stop()
if where.dataset is None:
    previewing.nothing(where)
    st.stop()

dataset = resources.dataset(where.dataset)
name = where.object if where.object in dataset.objects else dataset.objects[0]
org = previewing.reachable(where)
with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Preview", width="content")
    previewing.modes()
    st.space("stretch")
    record_table.history(dataset)
being_made.carried_over()
findings = {one: resources.findings(dataset, one, org) for one in dataset.objects}
previewing.objects(dataset, name, findings)
if where.mode == "fields":
    field_values.values(dataset, name)
else:
    record_table.toolbar(dataset, name)
    page = record_view.shown(dataset, name, where, findings[name])
    (previewing.one_record if where.mode == "record" else previewing.table)(dataset, name, page, findings[name])
record_table.problems(dataset.schema[name], findings[name])
previewing.made_of(dataset)
problems = sum(one.count for each in findings.values() for one in each)
tally = foot.of_dataset(dataset, previewing.free_megabytes(org, dataset), problems)
if foot.bar(tally, back=previewing.before(dataset), onward="Next: Load"):
    state.leave_for(frame.STEPS[4].file)
