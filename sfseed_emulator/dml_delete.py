"""Deletes: records go to the recycle bin with their cascade; restricted lookups refuse, optional ones are cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import ids, messages, tables
from sfseed_emulator.lookups import rows_by_id
from sfseed_emulator.outcome import RowError, RowResult
from sfseed_emulator.rules.prices import total_opportunities
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfseed_emulator.schema import ChildRelationship, ObjectDef
    from sfseed_emulator.state import OrgState

_DEPTH = 12
_CHUNK = 500
NO_BIN = frozenset(("OpportunityLineItem", "QuoteLineItem", "OrderItem", "AccountContactRelation", "GroupMember"))
"""Objects whose records are gone at once."""

_ACTIVATED_REFUSES = frozenset(("Contract", "Order"))
"""Children that go with their parent until they are activated, and hold it from then on."""


def _standard_price_book(row: Mapping[str, object]) -> RowError | None:
    return messages.delete_failed(str(row["Name"]), ["the standard price book"]) if row.get("IsStandard") else None


def _activated(row: Mapping[str, object]) -> RowError | None:
    if str(row.get("StatusCode") or "").startswith("A"):
        return RowError("DELETE_FAILED", "This record is activated and cannot be deleted")
    return None


REFUSALS: Mapping[str, Callable[[Mapping[str, object]], RowError | None]] = {
    "Pricebook2": _standard_price_book,
    "Contract": _activated,
    "Order": _activated,
}
"""Records that an object's own rule keeps from being deleted."""


def _total_opportunities(state: OrgState, lines: Sequence[Mapping[str, object]]) -> None:
    total_opportunities(state, {str(line["OpportunityId"]) for line in lines})


EFFECTS: Mapping[str, Callable[[OrgState, Sequence[Mapping[str, object]]], None]] = {
    "OpportunityLineItem": _total_opportunities,
}
"""What changes in other records once these are gone."""


def delete(state: OrgState, found: ObjectDef, record_ids: Sequence[str]) -> list[RowResult]:
    """Delete records by id; one result per id, in their order."""
    if not found.deletable:
        return [RowResult(one or None, False, (messages.delete_unsupported(found.name),)) for one in record_ids]
    results: dict[int, RowResult] = {}
    saved = _saved(state, found, [full for one in record_ids if (full := ids.full_id(one))])
    going: dict[str, int] = {}
    for place, given in enumerate(record_ids):
        record_id = ids.full_id(given)
        error = _refusal(found, given, record_id, saved)
        if error is not None or record_id is None:
            results[place] = RowResult(given or None, False, (error,) if error else ())
        elif record_id in going:
            results[place] = RowResult(record_id, False, (messages.ENTITY_IS_DELETED,))
        else:
            going[record_id] = place
    held = _held_back(state, found, saved, list(going)) | _lines_of_activated(state, found, saved, list(going))
    gone = [record_id for record_id in going if record_id not in held]
    _remove(state, found, gone, _DEPTH)
    effect = EFFECTS.get(found.name)
    if effect is not None:
        effect(state, [saved[record_id] for record_id in gone])
    for record_id, place in going.items():
        error = held.get(record_id)
        results[place] = RowResult(record_id, False, (error,) if error else ())
    return [results[place] for place in range(len(record_ids))]


def _saved(state: OrgState, found: ObjectDef, wanted: list[str]) -> dict[str, dict[str, object]]:
    return rows_by_id(state, found, list(dict.fromkeys(wanted)))


def _refusal(
    found: ObjectDef, given: str, record_id: str | None, saved: Mapping[str, dict[str, object]]
) -> RowError | None:
    if not given:
        return messages.ID_MISSING
    if record_id is None or (found.key_prefix and record_id[:3] != found.key_prefix):
        return messages.malformed_record_id(found.label, given)
    row = saved.get(record_id)
    if row is None:
        return messages.INVALID_CROSS_REFERENCE
    if row["IsDeleted"]:
        return messages.ENTITY_IS_DELETED
    rule = REFUSALS.get(found.name)
    return rule(row) if rule else None


def _children(state: OrgState, found: ObjectDef) -> Iterator[tuple[ChildRelationship, ObjectDef]]:
    for relation in found.child_relationships:
        child = state.schema.get(relation.child)
        if child is None or relation.field not in child.fields or child.fields[relation.field].compound:
            continue
        if state.live_count(child.name):
            yield relation, child


def _held_back(
    state: OrgState, found: ObjectDef, saved: Mapping[str, dict[str, object]], going: list[str]
) -> dict[str, RowError]:
    """Find the records that a restricting lookup of a live child points to."""
    holders: dict[str, list[str]] = {}
    for relation, child in _children(state, found):
        if not relation.restricted_delete:
            continue
        activated = relation.cascade_delete and child.name in _ACTIVATED_REFUSES and "StatusCode" in child.fields
        if relation.cascade_delete and not activated:
            continue
        extra = " AND StatusCode LIKE 'A%'" if activated else ""
        for parent in _parents_of(state, child, relation.field, going, extra):
            holders.setdefault(parent, []).append(child.label_plural)
    return {
        parent: messages.delete_failed(str(saved[parent].get("Name") or parent), labels)
        for parent, labels in holders.items()
    }


def _lines_of_activated(
    state: OrgState, found: ObjectDef, saved: Mapping[str, dict[str, object]], going: list[str]
) -> dict[str, RowError]:
    """Find the products of activated orders: they stay (Salesforce Help, "Deletion Considerations for Order Products")."""
    order = state.schema.get("Order")
    if found.name != "OrderItem" or order is None or "StatusCode" not in order.fields:
        return {}
    parents = rows_by_id(state, order, list({str(saved[one]["OrderId"]) for one in going}))
    error = RowError("DELETE_FAILED", "The products of an activated order cannot be deleted")  # text from memory
    return {one: error for one in going if _activated(parents.get(str(saved[one]["OrderId"]), {}))}


def _parents_of(state: OrgState, child: ObjectDef, field: str, parents: list[str], extra: str = "") -> list[str]:
    state.ensure_index(child.name, field)
    column = tables.quoted(field)
    marks = ", ".join("?" * len(parents))
    statement = (
        f"SELECT DISTINCT {column} FROM {tables.quoted(child.name)} WHERE {column} IN ({marks}) AND IsDeleted = 0{extra}"
    )
    return [str(parent) for (parent,) in state.db.execute(statement, parents)]


def _remove(state: OrgState, found: ObjectDef, record_ids: list[str], depth: int) -> None:
    for start in range(0, len(record_ids), _CHUNK):
        _remove_some(state, found, record_ids[start : start + _CHUNK], depth)


def _remove_some(state: OrgState, found: ObjectDef, record_ids: list[str], depth: int) -> None:
    marks = ", ".join("?" * len(record_ids))
    table = tables.quoted(found.name)
    moment = stored_time(state.now())
    if found.name in NO_BIN:
        done = state.db.execute(f"DELETE FROM {table} WHERE Id IN ({marks}) AND IsDeleted = 0", record_ids)
    else:
        done = state.db.execute(
            f"UPDATE {table} SET IsDeleted = 1, LastModifiedDate = ?, LastModifiedById = ?, SystemModstamp = ? "
            f"WHERE Id IN ({marks}) AND IsDeleted = 0",
            [moment, state.user_id, moment, *record_ids],
        )
    state.rows_gone(found.name, done.rowcount)
    if depth:
        for relation, child in _children(state, found):
            _follow(state, relation, child, record_ids, depth)


def _follow(state: OrgState, relation: ChildRelationship, child: ObjectDef, gone: list[str], depth: int) -> None:
    """Delete the children of deleted records, or empty the reference to them."""
    state.ensure_index(child.name, relation.field)
    column = tables.quoted(relation.field)
    marks = ", ".join("?" * len(gone))
    where = f"{column} IN ({marks}) AND IsDeleted = 0"
    if relation.cascade_delete or not child.fields[relation.field].nillable:
        statement = f"SELECT Id FROM {tables.quoted(child.name)} WHERE {where}"
        _remove(state, child, [str(one) for (one,) in state.db.execute(statement, gone)], depth - 1)
    else:
        state.db.execute(f"UPDATE {tables.quoted(child.name)} SET {column} = NULL WHERE {where}", gone)
