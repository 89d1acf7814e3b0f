"""See them: where in the org the records of a run are to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.errors import OrgError
from sfseed_core.load.ids import ID, IdMap, file_of
from sfseed_core.org.soql import select, texts
from sfseed_core.recipe.columns import RECORD, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.org.client import Org
    from sfseed_core.recipe.model import ReferencePlan

_PERSON = ("FirstName", "LastName")
_EVERYTHING = (
    "All"  # how Salesforce begins the names of the list views that leave nothing out: AllAccounts, AllOpportunities
)


@dataclass(frozen=True, slots=True)
class Example:
    """One record that came in, with the `children` of this load that point to it."""

    object: str
    record: int
    id: str
    name: str
    children: int


def list_pages(org: Org, names: Iterable[str]) -> dict[str, str]:
    """Return per object the address of a list view that shows all of its records, as far as the org tells which that is.

    Opened without a view, Lightning shows what the user looked at last: records that were just loaded are not among them.
    """
    wanted = list(names)
    query = select(["Id", "DeveloperName", "SobjectType"], "ListView", f"WHERE SobjectType IN {texts(wanted)}")
    try:
        found = list(org.query(query))
    except OrgError:
        found = []  # the user may not see list views: the object's own page is what is left
    views: dict[str, str] = {}
    for one in sorted(found, key=lambda row: len(str(row["DeveloperName"]))):
        if str(one["DeveloperName"]).startswith(_EVERYTHING):
            views.setdefault(str(one["SobjectType"]), str(one["Id"]))
    return {name: _list_page(org, name, views.get(name)) for name in wanted}


def _list_page(org: Org, name: str, view: str | None) -> str:
    page = f"{org.facts.instance_url}/lightning/o/{quote(name, safe='')}/list"
    return f"{page}?filterName={quote(view, safe='')}" if view else page


def record_page(org: Org, name: str, record_id: str) -> str:
    """Return the address of a record's page."""
    return f"{org.facts.instance_url}/lightning/r/{quote(name, safe='')}/{quote(record_id, safe='')}/view"


def finished_examples(run: Run, dataset: Dataset, most: int = 3) -> list[Example]:
    """Return the records that most others of the load belong to: an account with its contacts and opportunities.

    They are of the object, among those that need no other, that the most references point to. Only what is in the org counts.
    """
    revision = run.get("revision")
    there = {name: _ids(run, dataset, name, revision) for name in dataset.objects}
    pointing = _pointing(dataset, {name for name, found in there.items() if (found != b"").any()})
    if not pointing:
        return []
    levels = {one.name: one.level for one in dataset.plan.objects}
    name = min(pointing, key=lambda one: (levels[one], -len(pointing[one])))
    children = np.zeros(len(there[name]), np.int64)
    for child, reference in pointing[name]:
        for batch in dataset.batches(child, revision=revision, columns=_columns(reference)):
            children += _pointed_at(batch, reference, name, there[child], len(children))
    best = np.argsort(np.where(there[name] != b"", -children, 1), kind="stable")[:most]
    best = best[there[name][best] != b""]
    labels = _labels(dataset, name, best, revision)
    return [
        Example(name, int(key), there[name][key].decode(), label, int(children[key]))
        for key, label in zip(best, labels, strict=True)
    ]


def _ids(run: Run, dataset: Dataset, name: str, revision: int | None) -> np.ndarray:
    """Return the ids by local key, empty where the record is not in."""
    extent = dataset.extent(name, revision)
    path = file_of(run.folder, name)
    return IdMap(path, extent).take(np.arange(extent)) if path.exists() else np.zeros(extent, ID)


def _pointing(dataset: Dataset, inside: set[str]) -> dict[str, list[tuple[str, ReferencePlan]]]:
    """Per object the references of other objects that lead to it, both ends being in the org."""
    found: dict[str, list[tuple[str, ReferencePlan]]] = {}
    for plan in dataset.plan.objects:
        for one in plan.references:
            for target in one.targets:
                if target.object in inside and target.object != plan.name and plan.name in inside:
                    found.setdefault(str(target.object), []).append((plan.name, one))
    return found


def _columns(reference: ReferencePlan) -> list[str]:
    return [RECORD, reference.field, *([target_column(reference.field)] if needs_target(reference) else [])]


def _pointed_at(batch: pa.RecordBatch, reference: ReferencePlan, name: str, there: np.ndarray, size: int) -> np.ndarray:
    """How often the records of a batch that are in the org point to each record of the object."""
    records = vectors.numbers(batch.column(RECORD))
    keys = batch.column(reference.field)
    mine = ~vectors.nulls(keys) & (there[records] != b"")
    if needs_target(reference):
        mine &= vectors.mask(
            pc.equal(batch.column(target_column(reference.field)), vectors.texts([name])[0]).fill_null(False)
        )
    return np.bincount(vectors.numbers(keys)[mine], minlength=size)


def _labels(dataset: Dataset, name: str, records: np.ndarray, revision: int | None) -> list[str]:
    """Return what the records are called: by their name field, a person by the parts of it, else by object and number."""
    field = next((one.name for one in dataset.schema[name].fields.values() if one.name_field), None)
    there = dataset.arrow_schema(name).names
    parts = [field] if field is not None and field in there else [one for one in _PERSON if one in there]
    if not parts:
        return [f"{name} {number + 1}" for number in records]
    shown = dataset.take(name, records, revision=revision, columns=parts).to_pylist()  # three records
    return [" ".join(str(row[one]) for one in parts if row[one]) for row in shown]
