"""The list of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import load_live, resources, state, words
from sfseed_core.workflow.refreshed import former_orgs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sfseed_core.load.status import RunStatus

_SHOWN = 100


def table(found: Sequence[tuple[RunStatus, str]]) -> None:
    """Runs, newest first; one is opened by selecting its row."""
    former = former_orgs(resources.home())
    rows = [_row(status, org, former) for status, org in found[:_SHOWN]]
    st.caption(
        "Select a run to see what came of it, to go on with it, or to take it back: tick its box, or press Shift+Space in its row."
    )
    chosen = st.dataframe(
        rows,
        hide_index=True,
        key="run_list",
        on_select="rerun",
        selection_mode="single-row",
        column_config=words.numbers("Records in", "Failed", "Taken back"),
        alt="Runs, newest first",
    )
    if chosen.selection.rows:
        state.go(run=found[chosen.selection.rows[0]][0].run)
        st.rerun()
    if len(found) > _SHOWN:
        st.caption(f"The newest {_SHOWN} of {len(found):,}.")


def _row(status: RunStatus, org: str, former: Collection[str]) -> dict[str, object]:
    counts = status.objects.values()
    gone = ", before the refresh" if status.org_id in former else ""
    return {
        "Started": words.moment(status.started, st.context.timezone),
        "Org": status.org_name or org,
        "State": load_live.STATES[status.state][0] + gone,
        "Records in": sum(one.succeeded for one in counts),
        "Failed": sum(one.failed + one.unprocessed + one.in_doubt for one in counts),
        "Taken back": sum(one.succeeded for one in status.undone.values()),
        "Took": words.duration(status.seconds) if status.ended else "",
        "Run": status.run,
    }
