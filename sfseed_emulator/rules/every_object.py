"""Rules that hold for every object: owners, record types, self references, geolocations, and records made along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages
from sfseed_emulator.made_rows import make
from sfseed_emulator.outcome import RowError
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.schema import FieldDef

_QUEUE_PREFIX = "00G"
_USER_PREFIX = "005"
HIERARCHIES: Mapping[str, str] = {"Account": "ParentId", "Campaign": "ParentId", "Asset": "ParentId"}


def owners(chunk: Chunk) -> None:
    """Refuse owners who are nobody, not active, or a group that is no queue for this object."""
    if "OwnerId" not in chunk.plan.found.fields:
        return
    given = [(draft, draft.given["OwnerId"]) for draft in chunk.sound() if "OwnerId" in draft.given]
    asked = {owner for _, owner in given if isinstance(owner, str)}
    users = lookups.some_columns(chunk.state, "User", {one for one in asked if one[:3] == _USER_PREFIX}, ["IsActive"])
    queues = _queues(chunk, {one for one in asked if one[:3] == _QUEUE_PREFIX})
    for draft, owner in given:
        error = _owner_error(chunk, owner, users, queues)
        if error is not None:
            draft.refuse(error)


def _owner_error(
    chunk: Chunk, owner: object, users: Mapping[str, Mapping[str, object]], queues: set[str]
) -> RowError | None:
    found = chunk.plan.found
    if not isinstance(owner, str):
        return RowError("INVALID_EMPTY_KEY_OWNER", "Owner ID: owner cannot be blank", ("OwnerId",))
    if owner[:3] == _USER_PREFIX and owner in users and users[owner].get("IsActive") == 0:
        return messages.inactive_owner(owner, found.label)
    if owner[:3] == _QUEUE_PREFIX and owner not in queues:
        return RowError("INVALID_OPERATION", "Queue not associated with this SObject type", ("OwnerId",))
    return None


def _queues(chunk: Chunk, asked: set[str]) -> set[str]:
    rows = lookups.where(chunk.state, "QueueSobject", "QueueId", asked, ["QueueId", "SobjectType"])
    return {str(row["QueueId"]) for row in rows if row.get("SobjectType") == chunk.plan.found.name}


def record_types(chunk: Chunk) -> None:
    """Refuse record types that are not this object's, not active or not the user's."""
    field = chunk.plan.found.fields.get("RecordTypeId")
    if field is None:
        return
    allowed = {info.id for info in chunk.plan.found.record_types if info.active and info.available and not info.master}
    for draft in chunk.sound():
        value = draft.given.get("RecordTypeId")
        if isinstance(value, str) and value not in allowed:
            draft.refuse(messages.record_type_invalid(field, value))


def self_references(chunk: Chunk) -> None:
    """Refuse a record that points to itself (only an update can)."""
    if chunk.inserting:
        return
    own = [one.name for one in chunk.plan.references if chunk.plan.found.name in one.reference_to]
    for draft in chunk.sound():
        for name in own:
            if draft.given.get(name) is not None and draft.given[name] == draft.row.get("Id"):
                label = chunk.plan.found.fields[name].label
                draft.refuse(messages.integrity(f"{label}: a record cannot be related to itself", name))


def hierarchies(chunk: Chunk) -> None:
    """Refuse a parent that is below its own child, in the hierarchies that Salesforce keeps free of loops."""
    name = HIERARCHIES.get(chunk.plan.found.name)
    if chunk.inserting or name is None:
        return
    changed = [draft for draft in chunk.sound() if draft.given.get(name) is not None]
    above: dict[str, str | None] = {str(draft.row["Id"]): draft.text(name) for draft in changed}
    for draft in changed:
        if _reaches(chunk, str(draft.row["Id"]), name, above):
            label = chunk.plan.found.fields[name].label
            draft.refuse(RowError("CIRCULAR_DEPENDENCY", f"{label}: circular reference", (name,)))


def _reaches(chunk: Chunk, start: str, name: str, above: dict[str, str | None]) -> bool:
    """Walk up from a record and tell whether the way leads back to it; `above` keeps the parents met."""
    seen: set[str] = set()
    current = above[start]
    while current is not None and current not in seen:
        if current == start:
            return True
        seen.add(current)
        if current not in above:
            row = lookups.some_columns(chunk.state, chunk.plan.found.name, [current], [name]).get(current, {})
            parent = row.get(name)
            above[current] = str(parent) if parent else None
        current = above[current]
    return False


def geolocations(chunk: Chunk) -> None:
    """Refuse a latitude without its longitude, and both outside the globe."""
    for latitude, longitude in _coordinates(chunk):
        for draft in chunk.sound():
            if latitude.name in draft.given or longitude.name in draft.given:
                _check_point(draft, latitude, longitude)


def _coordinates(chunk: Chunk) -> list[tuple[FieldDef, FieldDef]]:
    fields = chunk.plan.found.fields
    pairs = [(one, fields.get(name.replace("Latitude", "Longitude"))) for name, one in fields.items() if "Latitude" in name]
    return [(one, other) for one, other in pairs if other is not None and one.compound_field_name]


def _check_point(draft: Draft, latitude: FieldDef, longitude: FieldDef) -> None:
    north, east = draft.number(latitude.name), draft.number(longitude.name)
    for field, value, limit in ((latitude, north, 90), (longitude, east, 180)):
        if value is not None and abs(value) > limit:
            draft.refuse(messages.out_of_range(field, value))
            return
    if (north is None) != (east is None):
        text = f"{latitude.label}, {longitude.label}: latitude and longitude must be given together"
        draft.refuse(messages.integrity(text, latitude.name, longitude.name))


def auto_created(chunk: Chunk) -> None:
    """Make the records that the schema says come with a new one (`extras["auto_created"]`)."""
    if not chunk.inserting:
        return
    for rule in chunk.plan.found.extras.get("auto_created", ()):
        when = rule.get("when")
        constants = {name: int(value) if isinstance(value, bool) else value for name, value in rule["values"].items()}
        rows = [
            {**constants, **{name: draft.row.get(source) for name, source in rule["references"].items()}}
            for draft in chunk.sound()
            if not when or draft.row.get(when) is not None
        ]
        make(chunk.state, rule["object"], rows)


def audit_dates(chunk: Chunk) -> None:
    """Refuse new records that were made or changed in the future, or changed before they were made."""
    if not chunk.inserting or "CreatedDate" not in chunk.plan.found.fields:
        return
    now = stored_time(chunk.state.now())
    for draft in chunk.sound():
        made, changed = (draft.given.get(name) for name in ("CreatedDate", "LastModifiedDate"))
        if made is None and changed is None:
            continue
        made, changed = str(made or now), str(changed or now)
        if max(made, changed) > now:  # code and words from memory
            draft.refuse(messages.integrity("Create Date or Last Modified Date is in the future", "CreatedDate"))
        elif changed < made:
            text = f"Last Modified Date ({changed}) before Create Date ({made})"
            draft.refuse(messages.integrity(text, "LastModifiedDate"))


CHECKS = (owners, record_types, self_references, hierarchies, geolocations, audit_dates)
