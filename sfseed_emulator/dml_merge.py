"""Merging: up to two records become part of a third one, which takes over what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import dml, dml_delete, ids, messages, tables
from sfseed_emulator.lookups import some_columns
from sfseed_emulator.outcome import RowError, RowResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

MOST_MERGED = 2
MERGEABLE = frozenset({"Account", "Contact", "Lead", "Case", "Individual"})


def merge(
    state: OrgState, found: ObjectDef, master: Mapping[str, object], merged: Sequence[str]
) -> tuple[RowResult, list[str]]:
    """Merge records into a master, whose fields may change with it; return its result and the ids of moved children."""
    master_id = ids.full_id(str(master.get("Id") or ""))
    losers = [full for one in merged if (full := ids.full_id(one))]
    error = _refusal(state, found, master_id, losers, merged)
    if error is not None or master_id is None:
        return RowResult(master_id, False, (error,) if error else ()), []
    result = dml.update(state, found.name, [{**master, "Id": master_id}], "json")[0]
    if not result.success:
        return result, []
    moved = [one for loser in losers for one in _move_children(state, found, loser, master_id)]
    dml_delete.delete(state, found, losers)
    if "MasterRecordId" in found.fields:
        pairs = [(master_id, loser) for loser in losers]
        state.db.executemany(f'UPDATE {tables.quoted(found.name)} SET "MasterRecordId" = ? WHERE Id = ?', pairs)
    return result, moved


def _refusal(
    state: OrgState, found: ObjectDef, master_id: str | None, losers: list[str], merged: Sequence[str]
) -> RowError | None:
    if found.name not in MERGEABLE:
        return RowError("INVALID_TYPE_FOR_OPERATION", f"entity type {found.name} does not support merge")
    if not merged or len(merged) > MOST_MERGED or len(losers) != len(merged) or master_id in losers:
        return RowError("INVALID_ID_FIELD", f"one or two other records can be merged into a master, not {len(merged)}")
    if master_id is None:
        return messages.ID_MISSING
    live = some_columns(state, found.name, {master_id, *losers}, ["Id"])
    return None if len(live) == 1 + len(set(losers)) else messages.INVALID_CROSS_REFERENCE


def _move_children(state: OrgState, found: ObjectDef, loser: str, master_id: str) -> list[str]:
    moved: list[str] = []
    for relation in found.child_relationships:
        child = state.schema.get(relation.child)
        if child is None or relation.field not in child.fields or child.fields[relation.field].compound:
            continue
        state.ensure_index(child.name, relation.field)
        table, column = tables.quoted(child.name), tables.quoted(relation.field)
        rows = state.db.execute(f"SELECT Id FROM {table} WHERE {column} = ? AND IsDeleted = 0", (loser,))
        moved += [str(one) for (one,) in rows]
        state.db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ? AND IsDeleted = 0", (master_id, loser))
    return moved
