"""Runs: what was loaded, from this machine; go on, retry, undo."""

from __future__ import annotations

import streamlit as st

from pages.shared import earlier_work, frame, load_actions, load_live, load_results, resources, run_list, state, storage

frame.inside()
where = state.place()
st.title("Runs")
load_actions.refused_start()
if where.run is not None:
    st.button("All runs", icon=":material/arrow_back:", on_click=state.go, kwargs={"run": None})
    status, carried = load_live.live(where.run)
    if not carried:
        load_actions.actions(status)
        load_results.results(where.run)
else:
    found = earlier_work.runs(resources.home())
    if found:
        run_list.table(found)
    else:
        st.info("Nothing was loaded yet. What you load is listed here, and can be taken back.", icon=":material/history:")
    storage.used()
