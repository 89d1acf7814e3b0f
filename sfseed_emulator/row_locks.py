"""Who locks which records: rows of batches that run at the same time and need the same parent cannot all have it.

The emulator saves one chunk after the other. What would meet in Salesforce is worked out instead: batches of one job advance side
by side, so chunks at about the same place of their batches meet; of different jobs, those that are saved shortly one after the
other. Kept in memory for as long as the jobs run, and only where a fault asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.outcome import RowError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.org_model import FieldDef, OrgSchema

CODE = "UNABLE_TO_LOCK_ROW"
SIDE_BY_SIDE = 1
"""How many chunks apart in their batches two chunks of one job still meet."""

SHORTLY = 20
"""After how many further chunks, of whatever job, a lock of another job is no longer met."""

LOCKED: Mapping[str, tuple[str, ...]] = {
    "Contact": ("AccountId", "ReportsToId"),
    "Opportunity": ("AccountId", "CampaignId"),
    "OpportunityLineItem": ("OpportunityId",),
    "OpportunityContactRole": ("OpportunityId",),
    "OpportunityTeamMember": ("OpportunityId",),
    "OpportunitySplit": ("OpportunityId",),
    "Case": ("AccountId", "ContactId", "EntitlementId"),
    "CampaignMember": ("CampaignId", "ContactId", "LeadId"),
    "Contract": ("AccountId",),
    "Order": ("AccountId", "ContractId"),
    "Asset": ("AccountId",),
    "OrderItem": ("OrderId",),
    "QuoteLineItem": ("QuoteId",),
    "Task": ("WhoId", "WhatId", "AccountId"),
    "Event": ("WhoId", "WhatId", "AccountId"),
    "AccountTeamMember": ("AccountId",),
    "Attachment": ("ParentId",),
    "Note": ("ParentId",),
    "ContentDocumentLink": ("LinkedEntityId",),
}
"""References of standard objects whose target is locked; beside them all that the describe tells (see `locking`)."""

WHOLE_ORG = frozenset({"User", "UserRole", "Group", "GroupMember"})
"""Objects whose writes lock the group membership of the whole org."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A chunk at work: its job, its batch in the job and its place in the batch."""

    job: str
    batch: int
    place: int


class RowLocks:
    """The locks of one org; all is empty unless a fault lets rows contend."""

    def __init__(self) -> None:
        self._step = 0
        self._holder: Holder | None = None
        self._held: defaultdict[str, dict[str, dict[int, int]]] = defaultdict(dict)  # by job and record: batch by place
        self._last: dict[str, tuple[str, int]] = {}  # by record: the job that had it last, and when

    @contextmanager
    def held_by(self, holder: Holder | None) -> Iterator[None]:
        """Let the rows written inside contend for records on behalf of a chunk; None: for none."""
        self._holder = holder
        self._step += holder is not None
        try:
            yield
        finally:
            self._holder = None

    def ended(self, job: str) -> None:
        """Forget what an ended job held."""
        for record in self._held.pop(job, ()):
            if self._last.get(record, ("", 0))[0] == job:
                del self._last[record]

    def contend(self, chunk: Chunk) -> None:
        """Refuse the rows that need a record which another batch holds; note what the others hold from now on."""
        holder = self._holder
        if holder is None:
            return
        fields = locking(chunk.state.schema, chunk.plan.found.name)
        for draft in list(chunk.sound()):
            records = _records(chunk, draft, fields)
            taken = [record for record in records if self._is_taken(record, holder)]
            if taken:
                draft.refuse(_error(taken))
            else:
                self._take(records, holder)

    def _is_taken(self, record: str, holder: Holder) -> bool:
        own = self._held[holder.job].get(record, {})
        near = range(holder.place - SIDE_BY_SIDE, holder.place + SIDE_BY_SIDE + 1)
        if any(own.get(place, holder.batch) != holder.batch for place in near):
            return True
        job, step = self._last.get(record, (holder.job, 0))
        return job != holder.job and self._step - step <= SHORTLY

    def _take(self, records: list[str], holder: Holder) -> None:
        for record in records:
            self._held[holder.job].setdefault(record, {}).setdefault(holder.place, holder.batch)
            self._last[record] = (holder.job, self._step)


def locking(schema: OrgSchema, object_name: str) -> tuple[str, ...]:
    """List the references of an object whose targets a write locks: masters, required and restricting lookups, and LOCKED."""
    found = schema.objects[object_name]
    told = [one.name for one in found.fields.values() if one.type == "reference" and one.createable and _locks(one)]
    return tuple(dict.fromkeys([*(name for name in LOCKED.get(object_name, ()) if name in found.fields), *told]))


def _locks(field: FieldDef) -> bool:
    if field.name in ("OwnerId", "RecordTypeId"):
        return False
    return field.relationship_order is not None or not field.nillable or bool(field.raw.get("restrictedDelete"))


def _records(chunk: Chunk, draft: Draft, fields: tuple[str, ...]) -> list[str]:
    """List the records that a row locks: the targets of its references, an updated row's former ones, and itself."""
    rows = [draft.row] if draft.old is None else [draft.row, draft.old]
    locked = [str(row[name]) for row in rows for name in fields if row.get(name)]
    own = [str(draft.row["Id"])] if draft.old is not None else []
    group = ["the group membership"] if chunk.plan.found.name in WHOLE_ORG else []
    return list(dict.fromkeys([*locked, *own, *group]))


def _error(taken: list[str]) -> RowError:
    listed = ",".join(record[:15] for record in taken)
    return RowError(CODE, f"unable to obtain exclusive access to this record or {len(taken)} records: {listed}")
