"""Fit: whether a dataset fits an org as that is by now, asked before anything is loaded into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import FindingsStop
from sfseed_core.events import SILENT
from sfseed_core.load import fit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.fit import Misfit
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.snapshot.model import Snapshot
    from sfseed_core.workflow.seed import Work


def schema_now(org: Org, dataset: Dataset, *, home: Path, observer: Observer = SILENT) -> Mapping[str, ObjectSchema]:
    """Ask the org again for the describes of the dataset's objects; those that it does not have are left out."""
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import discover, listing

    cache = Cache(home)
    names = [name for name in dataset.objects if name in listing(org, cache)]
    return discover(org, names=names, cache=cache, observer=observer, also_parents=False).objects


def structural(
    dataset: Dataset, org: Org, snapshot: Snapshot, *, home: Path, observer: Observer = SILENT
) -> tuple[Misfit, ...]:
    """Return what of the dataset the org does not have, has of another kind, or requires besides; values are not looked at."""
    schema = schema_now(org, dataset, home=home, observer=observer)
    return tuple(one for one in fit.misfits(dataset, schema, snapshot) if one.rule in fit.STRUCTURAL)


def settle(work: Work, schema: Mapping[str, ObjectSchema], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Compare the run's dataset with the org; return the objects that the org does not have, when the user said to adapt.

    Raises FindingsStop with the report when something of the schema does not fit and cannot be left out, or was not agreed to.
    """
    found = fit.misfits(work.dataset(), schema, work.snapshot(), findings, revision=work.run.get("revision"))
    work.run.put("fit", [one.to_json() for one in found])
    structural = [one for one in found if one.rule in fit.STRUCTURAL]
    agreed = [one for one in structural if one.adaptable and work.request.adapt]
    fit.adapt(work.run, agreed)
    for one in agreed:
        work.run.note(f"left out: {one.object}{'.' + one.field if one.field else ''}: {one.message}")
    stopping = [one for one in structural if one not in agreed]
    if stopping and not work.request.despite_findings:
        raise FindingsStop(fit.report(stopping), hint=_hint(stopping, work))
    return tuple(one.object for one in agreed if one.rule == "object")


def _hint(stopping: Sequence[Misfit], work: Work) -> str:
    if all(one.adaptable for one in stopping):
        return f"Leave that out with: sfseed runs resume {work.run.id} --adapt"
    return "Make the records again for this org: sfseed generate --help"
