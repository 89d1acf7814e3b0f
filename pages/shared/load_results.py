"""The parts of Load and Runs about what came of a run: where the records are, what failed and why, files."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, load_live, press, resources, state, words
from pages.shared.shelf import shelf
from sfseed_core.errors import SfseedError
from sfseed_core.load.advice import advice
from sfseed_core.load.after import write_errors
from sfseed_core.load.failures import failures
from sfseed_core.load.held_because import held_back
from sfseed_core.load.journal import Run
from sfseed_core.load.report import job_csv, settled_jobs
from sfseed_core.load.status import RunState
from sfseed_core.workflow.see_them import finished_examples, list_pages, record_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.failures import Cause
    from sfseed_core.load.status import RunStatus
    from sfseed_core.org.client import Org

_CAUSES = 20
_MINUTES = 60.0


def results(run_id: str) -> None:
    """What came of a run that rests."""
    run = Run.open(resources.home(), run_id)
    try:
        status = run.status()
        dataset, org = _dataset(status), _org(run)
        _held(run, status, dataset)
        _causes(status, failures(run))
        if org is not None and status.state is not RunState.UNDONE:
            _examples(run, dataset, org)
        _counts(status, dataset, _lists(run, status, org))
        for note in status.notes:
            st.caption(f":material/info: {words.plain(note)}")
        _files(run, status)
    finally:
        run.close()


def _dataset(status: RunStatus) -> Dataset | None:
    """Return what was loaded, unless it was removed meanwhile."""
    try:
        return None if status.dataset is None else resources.dataset(status.dataset)
    except SfseedError:
        return None


def _org(run: Run) -> Org | None:
    """Return the org that the run went into, if it can be reached and is still the same one."""
    try:
        org = resources.connection(str(run.get("request", {}).get("org"))).org
    except SfseedError:
        return None
    return org if org.org_id == run.get("org_id") else None


def _held(run: Run, status: RunStatus, dataset: Dataset | None) -> None:
    """How many records were held back, and what keeps them back."""
    held = sum(one.held for one in status.objects.values())
    if not held or status.state is RunState.UNDONE:
        return
    st.warning(
        f"{words.many(held, 'record')} held back: the org would have refused them, or what they point to is not in. "
        "Mend that in *Preview*, then retry.",
        icon=":material/pan_tool:",
    )
    if dataset is None:
        return
    key = (resources.home(), run.id, tuple(status.objects.values()), tuple(status.updates.values()))
    found = shelf().get("held", key, lambda: held_back(run, dataset))
    with st.expander(f"What keeps them back: {words.many(len(found), 'reason')}", icon=":material/account_tree:"):
        st.dataframe(
            [
                {
                    "Held back": labels.where(one.object, dataset.schema),
                    "Records": one.count,
                    "Because": one.sentence(),
                }
                for one in found
            ],
            hide_index=True,
            column_config={"Because": st.column_config.TextColumn(width="large"), **words.numbers("Records")},
            alt="What keeps records back",
        )
        st.download_button(
            "All records that are not in, and why (ZIP of CSV)",
            data=partial(_errors, run.id, dataset.id),
            file_name=f"{run.id}-errors.zip",
            mime="application/zip",
            on_click="ignore",
            key=f"errors_{run.id}",
        )


def _errors(run_id: str, dataset_id: str) -> bytes:
    run, sink = Run.open(resources.home(), run_id), io.BytesIO()
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in write_errors(run, resources.dataset(dataset_id), Path(folder)):
                packed.write(path, path.name)
        return sink.getvalue()
    finally:
        run.close()


def _examples(run: Run, dataset: Dataset | None, org: Org) -> None:
    """Three finished records, each a click away."""
    if dataset is None:
        return
    stands = sum(one.succeeded for one in run.status().objects.values())
    found = shelf().get("examples", (resources.home(), run.id, stands), lambda: finished_examples(run, dataset))
    if not found:
        return
    st.markdown("**Finished examples**, opened in the org:")
    with st.container(horizontal=True):
        for one in found:
            st.link_button(
                f"{words.plain(one.name)} · {words.many(one.children, 'record')} belong to it",
                record_page(org, one.object, one.id),
                icon=":material/open_in_new:",
            )


def _lists(run: Run, status: RunStatus, org: Org | None) -> Mapping[str, str]:
    """Per object the page of the org that shows its records."""
    if org is None or status.state is RunState.UNDONE:
        return {}
    names = [name for name, counts in status.objects.items() if counts.succeeded]
    key = (resources.home(), run.id, tuple(names))
    return shelf().get("lists", key, lambda: list_pages(org, names), seconds=10 * _MINUTES) if names else {}


def _counts(status: RunStatus, dataset: Dataset | None, lists: Mapping[str, str]) -> None:
    rows = []
    for name, counts in status.objects.items():
        row = {
            "Object": labels.of(name, {} if dataset is None else dataset.schema),
            "API name": name,
            "Planned": counts.planned,
            "Loaded": counts.succeeded,
            "Failed": counts.failed + counts.unprocessed + counts.in_doubt,
            "Held back": counts.held,
            "Waiting": counts.waiting + counts.in_flight,
        }
        if status.state is RunState.UNDONE:
            row["Taken back"] = status.undone[name].succeeded if name in status.undone else 0
        if name in lists:
            row["See them"] = lists[name]
        rows.append(row)
    if not rows:
        st.caption("Nothing was sent.")
        return
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "See them": st.column_config.LinkColumn(display_text="Open the list"),
            **words.numbers(*(one for one, value in rows[0].items() if isinstance(value, int))),
        },
        alt="Records per object",
        height=min(38 + 35 * len(rows), 420),
    )


def _causes(status: RunStatus, causes: list[Cause]) -> None:
    if not causes or status.state is RunState.UNDONE:
        return
    st.subheader("What failed, and what to do")
    known = load_live.known_to(status)
    for number, cause in enumerate(causes[:_CAUSES]):
        with st.container(border=True, gap=None):
            described = known.get(cause.object)
            fields = f": {', '.join(labels.field(one, described) for one in cause.fields)}" if cause.fields else ""
            st.markdown(
                f"**{words.plain(labels.of(cause.object, known) + fields)}, {words.many(cause.count, 'record')}** "
                f"{words.plain(cause.code)}"
            )
            st.text(cause.message)
            st.caption(f"**What to do:** {advice(cause.code)}")
            if press.button("Show them in Preview", key=f"cause_{number}", icon=":material/table:", type="tertiary"):
                state.leave_for(
                    "pages/preview.py", dataset=status.dataset, object=cause.object, view="failed", run=status.run
                )
    if len(causes) > _CAUSES:
        st.caption(f"The commonest {_CAUSES} of {len(causes):,} causes; all of them are in the files below.")


def _files(run: Run, status: RunStatus) -> None:
    found = settled_jobs(run)
    if not found or status.dataset is None:
        return
    with st.expander(f"Files of {words.many(len(found), 'job')}: what went in, what failed", icon=":material/download:"):
        known = load_live.known_to(status)
        jobs = {one.number: f"{labels.of(one.object, known)}, job {one.number}: {one.rows:,} records" for one in found}
        about = "The records were sent in portions; each has its own two files."
        number = st.selectbox("Job", list(jobs), format_func=jobs.__getitem__, key=f"job_{run.id}", help=about)
        job = next(one for one in found if one.number == number)
        with st.container(horizontal=True):
            for kind, failed in (("loaded", False), ("failed", True)):
                st.download_button(
                    f"Records that {'failed' if failed else 'are in'} (CSV)",
                    data=partial(_job_file, run.id, status.dataset, job.number, failed=failed),
                    file_name=f"{run.id}-{job.object}-{job.number}-{kind}.csv",
                    mime="text/csv",
                    on_click="ignore",
                    key=f"{kind}_{run.id}_{number}",
                )


def _job_file(run_id: str, dataset_id: str, number: int, *, failed: bool) -> bytes:
    run = Run.open(resources.home(), run_id)
    try:
        job = next(one for one in settled_jobs(run) if one.number == number)
        return job_csv(run, resources.dataset(dataset_id), job, failed=failed)
    finally:
        run.close()
