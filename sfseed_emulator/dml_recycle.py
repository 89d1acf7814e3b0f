"""The recycle bin: records come back with what went with them, or are gone for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import ids, messages, tables
from sfseed_emulator.lookups import rows_by_id
from sfseed_emulator.outcome import RowError, RowResult
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

NOT_IN_BIN = RowError("UNDELETE_FAILED", "Entity is not in the recycle bin")
_DEPTH = 12


def undelete(state: OrgState, record_ids: Sequence[str]) -> list[RowResult]:
    """Bring deleted records back, and the children that were deleted with them."""
    return _each(state, record_ids, lambda found, row: _restore(state, found, str(row["Id"]), _DEPTH))


def empty_bin(state: OrgState, record_ids: Sequence[str]) -> list[RowResult]:
    """Drop deleted records for good."""
    return _each(state, record_ids, lambda found, row: _drop(state, found, str(row["Id"])))


def _each(
    state: OrgState, record_ids: Sequence[str], act: Callable[[ObjectDef, dict[str, object]], None]
) -> list[RowResult]:
    results = []
    with state.transaction():
        for given in record_ids:
            full = ids.full_id(given)
            found = state.schema.by_prefix.get(full[:3]) if full else None
            row = rows_by_id(state, found, [full]).get(full) if found is not None and full is not None else None
            error = _refusal(given, found, row)
            if error is None and found is not None and row is not None:
                act(found, row)
            results.append(RowResult(full, False, (error,) if error else ()))
    return results


def _refusal(given: str, found: ObjectDef | None, row: dict[str, object] | None) -> RowError | None:
    if found is None:
        return RowError("MALFORMED_ID", f"malformed id {given}")
    if row is None:
        return messages.INVALID_CROSS_REFERENCE
    return None if row["IsDeleted"] else NOT_IN_BIN


def _restore(state: OrgState, found: ObjectDef, record_id: str, depth: int) -> None:
    table = tables.quoted(found.name)
    [(stamp,)] = state.db.execute(f"SELECT SystemModstamp FROM {table} WHERE Id = ?", (record_id,))
    moment = stored_time(state.now())
    state.db.execute(
        f"UPDATE {table} SET IsDeleted = 0, LastModifiedDate = ?, LastModifiedById = ?, SystemModstamp = ? WHERE Id = ?",
        (moment, state.user_id, moment, record_id),
    )
    state.rows_gone(found.name, -1)
    for relation in found.child_relationships if depth else ():
        child = state.schema.get(relation.child)
        if child is None or not relation.cascade_delete or relation.field not in child.fields:
            continue
        state.ensure_index(child.name, relation.field)
        column = tables.quoted(relation.field)
        gone = f"SELECT Id FROM {tables.quoted(child.name)} WHERE {column} = ? AND IsDeleted = 1 AND SystemModstamp = ?"
        for (child_id,) in state.db.execute(gone, (record_id, stamp)).fetchall():
            _restore(state, child, child_id, depth - 1)


def _drop(state: OrgState, found: ObjectDef, record_id: str) -> None:
    state.db.execute(f"DELETE FROM {tables.quoted(found.name)} WHERE Id = ?", (record_id,))
