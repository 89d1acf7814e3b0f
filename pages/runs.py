"""Runs: what was loaded, from this machine; go on, retry, undo."""

from __future__ import annotations

import streamlit as st

from pages.shared import earlier_work, frame, loading, resources, run_list, state

frame.inside()
where = state.place()
st.title("Runs")
loading.refused_start()
found = earlier_work.runs(resources.home())
if where.run is not None:
    st.button("All runs", icon=":material/arrow_back:", on_click=state.go, kwargs={"run": None})
    carried = loading.live(where.run)
    if not carried:
        status, _ = loading.status_of(where.run)
        loading.actions(status, carried=carried)
        loading.results(where.run)
elif found:
    run_list.table(found)
else:
    st.info("Nothing was loaded yet. What you load is listed here, and can be taken back.", icon=":material/history:")
