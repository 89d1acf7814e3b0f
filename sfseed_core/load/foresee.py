"""What an undo would do, asked of the org before it does it: which records are still there, changed since, or held by others'."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.errors import OrgAnswered
from sfseed_core.load import activation, before, ids, jobs, results
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.org.found import find_by
from sfseed_core.schema.parse import object_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.load.journal import Run
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import ChildRelationship, ObjectSchema

_KEPT = "keep.npz"
_SLACK = timedelta(seconds=3)
_NOT_LOOKED_AT = ("History", "Feed", "Share", "ChangeEvent", "Tag")  # rows that the org keeps beside a record


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """Numbers of records, by object: `deleted` is what an undo would delete now.

    `gone` are not there any more; `changed` were changed by others, or after the run; `others` are records that others added
    below ours (by `Object.Field`), `dragged` those of them that the org deletes with ours; `in_doubt` of this run are not
    deleted, since their ids are not known, nor are `locked` ones, which were activated. `restored` are changes of existing
    records that an undo takes back; those that are `left` stay changed, since what they held before is not known here.
    """

    deleted: Mapping[str, int]
    gone: Mapping[str, int]
    changed: Mapping[str, int]
    others: Mapping[str, int]
    dragged: Mapping[str, int]
    in_doubt: Mapping[str, int]
    restored: tuple[str, ...] = ()
    locked: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many records an undo would delete."""
        return sum(self.deleted.values())

    @property
    def drifted(self) -> bool:
        """Whether anything was changed or added by others."""
        return bool(self.changed or self.others)

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        lines = [f"{name}: {count:,} records will be deleted" for name, count in self.deleted.items() if count]
        lines += [f"{name}: {count:,} are gone already" for name, count in self.gone.items()]
        lines += [
            f"{name}: {count:,} were changed since; their changes go with them" for name, count in self.changed.items()
        ]
        for name, count in self.others.items():
            fate = "the org deletes them too" if name in self.dragged else "they stay, or keep ours from being deleted"
            lines.append(f"{name}: others added {count:,} records to ours; {fate}")
        lines += [f"{name}: {count:,} in doubt are left, should the org have them" for name, count in self.in_doubt.items()]
        lines += [
            f"{name}: {count:,} were activated: the org keeps them and what they belong to"
            for name, count in self.locked.items()
        ]
        lines += [
            f"{name}: {count:,} that the load changed stay as they are: what they held before is not on this machine; an undo "
            "where they were loaded changes them back"
            for name, count in self.left.items()
        ]
        return [*lines, *(f"Changed back: {one}" for one in self.restored)]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        parts = ("deleted", "gone", "changed", "others", "dragged", "in_doubt", "locked", "left")
        return {one: dict(getattr(self, one)) for one in parts} | {"restored": list(self.restored)}


@dataclass(frozen=True, slots=True)
class Drift:
    """The preview, and the ids of records (ascending, by object) that `keep_changed` would keep."""

    preview: UndoPreview
    kept: Mapping[str, np.ndarray]


def foresee(run: Run, org: Org) -> Drift:
    """Ask the org what an undo of the run would meet; nothing is written."""
    return _Look(run, org).drift()


class _Look:
    """One look at the records of a run in its org."""

    def __init__(self, run: Run, org: Org) -> None:
        self._run, self._org = run, org
        self._folder = system.private_folder(run.folder / "undo")
        self._created = _created(run)
        self._schema = {name: object_schema(org.describe(name).raw or {}) for name in self._created}
        found = [datetime.fromisoformat(one.opened) for one in jobs.read_jobs(run) if one.opened]
        ends = [datetime.fromisoformat(one.ended) for one in jobs.read_jobs(run) if one.ended and one.operation != "delete"]
        self._start, self._end = min(found, default=None), max(ends, default=None)

    def drift(self) -> Drift:
        """Look at our records, then at those below them."""
        rows = {name: self._ours(name) for name in self._created}
        others, dragged, held = self._others()
        changed = {name: ids.from_texts(table["Id"])[self._is_later(table, "LastModified")] for name, table in rows.items()}
        kept = self._with_parents(rows, {name: np.union1d(changed[name], held.get(name, _none())) for name in rows})
        again, still = self._restored()
        kept = {name: np.union1d(kept.get(name, _none()), still.get(name, _none())) for name in {*kept, *still}}
        counts = self._run.counts("insert")
        drafts = activation.to_make_drafts(self._run).values()
        preview = UndoPreview(
            deleted={name: table.num_rows for name, table in rows.items()},
            gone=_some({name: len(known) - rows[name].num_rows for name, known in self._created.items()}),
            changed=_some(
                {name: len(found) for name, found in changed.items()}
                | {f"{name} (there before)": len(found) for name, found in still.items()}
            ),
            others=_some(others),
            dragged=_some(dragged),
            in_doubt=_some({name: one.in_doubt for name, one in counts.items()}),
            restored=(
                *(f"{one['object']}.{one['field']} to {one['old']}" for one in self._run.get("changed", [])),
                *(f"{count:,} {name} records to what they held before" for name, count in again.items()),
                *(f"{len(one.ids):,} activated {name} records to drafts, which can be deleted" for name, one in drafts),
            ),
            locked=_some(activation.locked(self._run)),
            left=before.not_known(self._run),
        )
        return Drift(preview, kept)

    def _restored(self) -> tuple[dict[str, int], dict[str, np.ndarray]]:
        """How many records of each object will be changed back, and the ids of those that others have changed since."""
        found: dict[str, list[np.ndarray]] = {}
        for name, known in before.to_restore(self._run).values():
            found.setdefault(name, []).append(known.ids)
        every = {name: np.unique(np.concatenate(parts)) for name, parts in found.items()}
        stamps = ("LastModifiedDate", "LastModifiedById")
        still = {}
        for name, known_ids in every.items():
            if not {*stamps} <= {*object_schema(self._org.describe(name).raw or {}).fields}:
                continue
            wanted: list[str] = ids.to_texts(known_ids).to_pylist()
            rows = list(find_by(self._org, name, stamps, "Id", wanted))
            table = pa.table({one: pa.array([row[one] for row in rows], pa.string()) for one in ("Id", *stamps)})
            still[name] = ids.from_texts(table["Id"])[self._is_later(table, "LastModified")]
        return {name: len(one) for name, one in every.items()}, {name: one for name, one in still.items() if len(one)}

    def _ours(self, name: str) -> pa.Table:
        """Our records that the org still has, with who changed them when, and their references to other records of ours."""
        schema = self._schema[name]
        stamps = [one for one in ("LastModifiedDate", "LastModifiedById") if one in schema.fields]
        columns = ["Id", *stamps, *(one.name for one in schema.references if set(one.reference_to) & set(self._created))]
        table = self._ask(f"SELECT {', '.join(columns)} FROM {name}{self._since(schema)}", columns)  # noqa: S608 - names of the describe
        return table.filter(vectors.booleans(np.isin(ids.from_texts(table["Id"]), self._created[name])))

    def _since(self, schema: ObjectSchema) -> str:
        if self._start is None or "CreatedDate" not in schema.fields:
            return ""
        return f" WHERE CreatedDate >= {self._start - _SLACK:%Y-%m-%dT%H:%M:%SZ}"

    def _is_later(self, table: pa.Table, what: str) -> np.ndarray:
        """Which records were created or last modified (`what`) by somebody else, or after the run."""
        later = np.zeros(table.num_rows, bool)
        me = self._org.facts.user_id
        if f"{what}ById" in table.column_names and me is not None:
            later |= ids.from_texts(table[f"{what}ById"]) != me.encode()
        if f"{what}Date" in table.column_names and self._end is not None:
            end = vectors.texts([f"{self._end + _SLACK:%Y-%m-%dT%H:%M:%S}"])[0]
            later |= vectors.mask(pc.greater(pc.utf8_slice_codeunits(table[f"{what}Date"], 0, 19), end))
        return later

    def _others(self) -> tuple[dict[str, int], dict[str, int], dict[str, np.ndarray]]:
        """How many records of others are below ours, how many of them would be deleted, and which of ours they hold."""
        others, dragged = Counter[str](), Counter[str]()
        held: dict[str, list[np.ndarray]] = {}
        for parent, child in self._relations():
            for name, pointed in self._added(parent, child):
                others[name] += len(pointed)
                dragged[name] += len(pointed) if child.cascade_delete else 0
                held.setdefault(parent, []).append(pointed)
        return others, dragged, {name: np.unique(np.concatenate(parts)) for name, parts in held.items()}

    def _relations(self) -> Iterator[tuple[str, ChildRelationship]]:
        """The references of other records that lead to objects of ours; only of objects that hold any records."""
        found = [(name, child) for name, schema in self._schema.items() for child in schema.children]
        names = {child.child for _, child in found if not child.child.endswith(_NOT_LOOKED_AT)}
        try:
            counts = self._org.record_counts(sorted(names))
        except OrgAnswered:
            counts = dict.fromkeys(names, 1)
        return ((name, child) for name, child in found if counts.get(child.child) or child.child in self._created)

    def _added(self, parent: str, child: ChildRelationship) -> Iterator[tuple[str, np.ndarray]]:
        """Which of ours are pointed to by records that are not ours."""
        when = "" if self._start is None else f" AND CreatedDate >= {self._start - _SLACK:%Y-%m-%dT%H:%M:%SZ}"
        columns = ["Id", child.field, "CreatedById", "CreatedDate"]
        soql = f"SELECT {', '.join(columns)} FROM {child.child} WHERE {child.field} != null{when}"  # noqa: S608 - names of the describe
        try:
            table = self._ask(soql, columns)
        except OrgAnswered:
            return  # it cannot be queried so
        mine = np.isin(ids.from_texts(table["Id"]), self._created.get(child.child, _none()))
        mine |= ~self._is_later(table, "Created")  # what the org made of its own for ours, while they arrived
        pointed = ids.from_texts(table[child.field])[~mine]
        pointed = pointed[np.isin(pointed, self._created[parent])]
        if len(pointed):
            yield f"{child.child}.{child.field}", pointed

    def _with_parents(self, rows: Mapping[str, pa.Table], kept: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Add the records of ours that kept ones refer to: deleting those would take the kept ones along."""
        before = -1
        while (now := sum(len(one) for one in kept.values())) != before:
            before = now
            for name, table in rows.items():
                mine = vectors.booleans(np.isin(ids.from_texts(table["Id"]), kept[name]))
                for reference in self._schema[name].references:
                    if reference.name not in table.column_names:
                        continue
                    pointed = ids.from_texts(table[reference.name].filter(mine))
                    for target in set(reference.reference_to) & set(kept):
                        kept[target] = np.union1d(kept[target], pointed[np.isin(pointed, self._created[target])])
        return kept

    def _ask(self, soql: str, columns: list[str]) -> pa.Table:
        path: Path = self._folder / "look.csv"
        try:
            self._org.bulk_query(soql, path)
            return results.read_texts(path, columns)
        finally:
            path.unlink(missing_ok=True)


def keep(run: Run, kept: Mapping[str, np.ndarray]) -> None:
    """Have an undo of the run leave these records (ids by object) where they are; for good, whoever goes on with it."""
    known = read_kept(run)
    every = {name: np.union1d(known.get(name, _none()), found) for name, found in kept.items() if len(found)}
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **(known | every))
    system.write_durably(system.private_folder(run.folder / "undo") / _KEPT, sink.getvalue())


def read_kept(run: Run) -> dict[str, np.ndarray]:
    """Return the ids that an undo leaves where they are, by object."""
    path = run.folder / "undo" / _KEPT
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _created(run: Run) -> dict[str, np.ndarray]:
    """The ids that the org returned to the run, by object."""
    found: dict[str, list[np.ndarray]] = {}
    for job in jobs.read_jobs(run, phases={Phase.SETTLED, Phase.FETCHED}, operations=jobs.MAKING):
        found.setdefault(job.object, []).append(results.made_ids(job, files_of(run, job)))
    every = {name: np.unique(np.concatenate(parts)) for name, parts in found.items()}
    return {name: known[known != b""] for name, known in every.items() if (known != b"").any()}


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _none() -> np.ndarray:
    return np.zeros(0, ids.ID)
