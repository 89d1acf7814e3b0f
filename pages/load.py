"""Load: put the records into the org, and see them arrive."""

from __future__ import annotations

import streamlit as st

from pages.shared import (
    foot,
    frame,
    load_actions,
    load_ahead,
    load_live,
    load_results,
    previewing,
    resources,
    right_org,
    state,
    words,
)

frame.inside()
where = state.place()
load_actions.refused_start()
if where.run is not None:
    st.title("Load")
    status, carried = load_live.live(where.run)
    if not carried:
        load_actions.actions(status)
        load_results.results(where.run)
    foot.bar(previewing.tally_of(status.dataset, where), back=frame.STEPS[3])
elif where.dataset is None:
    frame.first_choose(frame.STEPS[4], "Nothing made yet, so there is nothing to load.", label="Begin on Connect")
    foot.bar(None, back=frame.STEPS[3])
elif where.org is None:
    frame.first_choose(frame.STEPS[4], "Into which org should these records go?")
    foot.bar(previewing.tally_of(where.dataset, where), back=frame.STEPS[0])
else:
    st.title("Load")
    dataset, reached = resources.dataset(where.dataset), resources.connection(where.org)
    findings = {name: resources.findings(dataset, name, where.org) for name in dataset.objects}
    above = st.container()
    load_ahead.dates(dataset)
    activate = load_ahead.activating(dataset)
    ahead = load_ahead.foreseen(dataset, where, activate=activate)
    with above:
        load_ahead.what_will_happen(dataset, ahead, findings)
    how = load_ahead.again(dataset, reached)
    typed, why_not = load_ahead.confirmed(reached, ahead)
    adapt, misfit = load_ahead.fitting(dataset, where)
    why_not = misfit or right_org.asked(where.org, reached, dataset) or why_not
    label = f"Load {words.many(ahead.records, 'record')} into {words.plain(ahead.org_name)}"
    busy = load_ahead.other_at_work(reached)
    label = f"Start when the other has ended: {words.many(ahead.records, 'record')}" if busy else label
    tally, careful = previewing.tally_of(dataset.id, where), load_ahead.careful(ahead)
    pressed = foot.bar(tally, back=frame.STEPS[3], onward=label, why_not=why_not, beside=careful)
    if pressed is not None:
        test = load_ahead.TEST if pressed == "beside" else None
        load_ahead.begin(where, how, typed, test=test, adapt=adapt, wait=busy, activate=activate)
