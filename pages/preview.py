"""Preview: see and change the very records that will be loaded."""

from __future__ import annotations

import streamlit as st

from pages.shared import foot, frame, previewing, record_changes, record_table, record_view, resources, state

frame.inside()
where = state.place()
if where.dataset is None:
    previewing.nothing(where)
    st.stop()

dataset = resources.dataset(where.dataset)
name = where.object if where.object in dataset.objects else dataset.objects[0]
org = previewing.reachable(where)
with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Preview", width="stretch")
    record_table.history(dataset)
findings = {one: resources.findings(dataset, one, org) for one in dataset.objects}
previewing.objects(dataset, name, findings)
record_table.toolbar(dataset, name)
page = record_view.shown(dataset, name, where, findings[name])
record_table.editor(dataset, name, page, findings[name])
with st.container(horizontal=True, vertical_alignment="center"):
    with st.container(width="stretch"):
        st.caption(previewing.counted(page, dataset.count(name)))
    if page.pages > 1:
        st.pagination(
            page.pages, **state.bound("page", "preview", within=lambda number: number <= page.pages, otherwise=page.pages)
        )
with st.container(horizontal=True, vertical_alignment="center"):
    record_changes.bulk_button(dataset, name, page.every)
    record_changes.add_and_delete(dataset, name, record_table.ticked(dataset, name, page))
    record_changes.downloads(dataset, name)
record_table.problems(findings[name])
problems = sum(one.count for each in findings.values() for one in each)
tally = foot.of_dataset(dataset, previewing.free_megabytes(org, dataset), problems)
if foot.bar(tally, back=frame.STEPS[2], onward="Next: Load"):
    state.leave_for(frame.STEPS[4].file)
