"""Which jobs may be in flight beside each other: those that lock no record in common, or are over in a moment.

An insert or update locks the records that its references lead to, as SALESFORCE.md 9.2 lists them. A job of few records
holds such a lock for a transaction only, and another one waits for that long; a large one would make it fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sfseed_core.load.jobs import Job
    from sfseed_core.load.options import Options
    from sfseed_core.schema.model import Field, ObjectSchema

LOCKING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Contact": frozenset({"AccountId", "ReportsToId"}),
        "Opportunity": frozenset({"AccountId", "CampaignId"}),
        "OpportunityLineItem": frozenset({"OpportunityId"}),
        "OpportunityContactRole": frozenset({"OpportunityId"}),
        "OpportunityTeamMember": frozenset({"OpportunityId"}),
        "Case": frozenset({"AccountId", "ContactId", "EntitlementId"}),
        "CampaignMember": frozenset({"CampaignId", "LeadId", "ContactId"}),
        "Contract": frozenset({"AccountId"}),
        "Order": frozenset({"AccountId", "ContractId"}),
        "Asset": frozenset({"AccountId"}),
        "OrderItem": frozenset({"OrderId"}),
        "QuoteLineItem": frozenset({"QuoteId"}),
        "Task": frozenset({"WhoId", "WhatId"}),
        "Event": frozenset({"WhoId", "WhatId"}),
        "AccountTeamMember": frozenset({"AccountId"}),
        "Attachment": frozenset({"ParentId"}),
        "Note": frozenset({"ParentId"}),
        "ContentDocumentLink": frozenset({"LinkedEntityId"}),
    }
)
"""References whose record an insert locks although nothing in a describe says so."""
_ALONE = frozenset({"User", "UserRole", "Group", "GroupMember"})  # they lock the group membership of the whole org


@dataclass(frozen=True, slots=True)
class Departure:
    """A planned job, what it locks (ids, each once; None when that is not known), and its match keys, if they are at hand."""

    job: Job
    locks: pa.Array | None = None
    keys: pa.Array | None = None


def locking_fields(schema: ObjectSchema) -> frozenset[str]:
    """Return the references of an object whose records an insert of it locks."""
    known = LOCKING.get(schema.name, frozenset())
    return known | {name for name, one in schema.fields.items() if one.is_reference and _locks(one)}


def _locks(field: Field) -> bool:
    return field.is_master_detail or field.restricted_delete or (not field.nillable and field.name != "OwnerId")


def locked_by(texts: pa.Table, fields: Collection[str]) -> pa.Array:
    """Return the ids in these columns of a job's rows, each once."""
    found = [pc.unique(vectors.one_array(texts[name])) for name in texts.column_names if name in fields]
    return pc.unique(pa.concat_arrays([pa.nulls(0, pa.string()), *found])).drop_null()


def may_depart(
    next_: Departure,
    flying: Collection[Departure],
    options: Options,
    share: Callable[[Departure, Departure], bool] | None = None,
) -> bool:
    """Say whether a job may be sent while the others are in flight; `share` is `share_locks` that remembers its answers."""
    share = share or share_locks
    if not flying:
        return True
    if len(flying) >= options.parallel or any(_goes_alone(one.job) for one in (next_, *flying)):
        return False
    if sum(one.job.step == next_.job.step for one in flying) >= options.parallel_per_step:
        return False
    rivals = [one for one in flying if share(one, next_)]
    return not rivals or next_.job.rows + sum(one.job.rows for one in rivals) <= options.brief_rows


def _goes_alone(job: Job) -> bool:
    """Whether nothing may be in flight with the job: it meets locks anywhere, or its records have met one before."""
    return job.object in _ALONE or (job.round > 0 and job.operation != "delete")


def share_locks(one: Departure, other: Departure) -> bool:
    """Say whether both jobs may want to lock the same record."""
    if one.locks is None or other.locks is None:
        return True
    if _apart(one.locks, other.locks):
        return False
    return bool(pc.any(pc.is_in(one.locks, value_set=other.locks)).as_py())


def _apart(one: pa.Array, other: pa.Array) -> bool:
    """Whether all ids of one are smaller than all of the other: the rule where parents and children go in their order."""
    if not len(one) or not len(other):
        return True
    (low, high), (other_low, other_high) = (pc.min_max(ids).values() for ids in (one, other))
    return bool(high.as_py() < other_low.as_py() or other_high.as_py() < low.as_py())
