"""Searches over many rows at once: records by key, the targets of references, holders of unique values."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sfseed_emulator import ids, messages, tables
from sfseed_emulator.draft import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.schema import FieldDef, ObjectDef
    from sfseed_emulator.state import OrgState


_NUMBERS = frozenset(("int", "double", "currency", "percent"))


def rows_by_id(state: OrgState, found: ObjectDef, wanted: Collection[str]) -> dict[str, dict[str, object]]:
    """Return the rows of some ids, deleted ones included."""
    names = list(tables.columns(found))
    listed = ", ".join(tables.quoted(name) for name in names)
    statement = f"SELECT {listed} FROM {tables.quoted(found.name)} WHERE Id IN ({_marks(wanted)})"
    return {str(values[0]): dict(zip(names, values, strict=True)) for values in state.db.execute(statement, list(wanted))}


def some_columns(
    state: OrgState, object_name: str, wanted: Collection[str], names: Iterable[str]
) -> dict[str, dict[str, object]]:
    """Return some columns of the live rows of some ids; columns that the object lacks are left out."""
    found = state.schema.get(object_name)
    if found is None or not wanted:
        return {}
    have = tables.columns(found)
    chosen = ["Id", *(name for name in names if name in have)]
    listed = ", ".join(tables.quoted(name) for name in chosen)
    statement = f"SELECT {listed} FROM {tables.quoted(found.name)} WHERE Id IN ({_marks(wanted)}) AND IsDeleted = 0"
    rows = state.db.execute(statement, list(wanted))
    return {str(values[0]): dict(zip(chosen, values, strict=True)) for values in rows}


def where(
    state: OrgState, object_name: str, field_name: str, wanted: Collection[object], names: Iterable[str]
) -> list[dict[str, object]]:
    """Return some columns of the live rows whose field has one of the values; none where the org lacks object or field."""
    found = state.schema.get(object_name)
    if found is None or field_name not in found.fields or not wanted:
        return []
    state.ensure_index(found.name, field_name)
    have = tables.columns(found)
    chosen = ["Id", *(name for name in names if name in have)]
    listed = ", ".join(tables.quoted(name) for name in chosen)
    column = tables.quoted(field_name)
    statement = f"SELECT {listed} FROM {tables.quoted(found.name)} WHERE {column} IN ({_marks(wanted)}) AND IsDeleted = 0"
    return [dict(zip(chosen, values, strict=True)) for values in state.db.execute(statement, list(wanted))]


def ids_by_key(state: OrgState, target: ObjectDef, key: FieldDef, wanted: Collection[object]) -> dict[object, list[str]]:
    """Return the ids of the live records that have each value of a key, compared as the key compares."""
    collation = tables.collation(key)
    column = tables.quoted(key.name)
    statement = (
        f"SELECT {column}, Id FROM {tables.quoted(target.name)} "
        f"WHERE {column}{collation} IN ({_marks(wanted)}) AND IsDeleted = 0"
    )
    found: dict[object, list[str]] = defaultdict(list)
    for value, record_id in state.db.execute(statement, list(wanted)):
        found[folded(key, value)].append(record_id)
    return found


def folded(key: FieldDef, value: object) -> object:
    """Return a value in the form in which two equal ones are the same."""
    if isinstance(value, str) and tables.collation(key):
        return _ascii_lower(value)
    return value


def comparable(key: FieldDef, value: object) -> object:
    """Return a key as sent in the form in which its column keeps it (as text where it cannot be read)."""
    text = ids.full_id(str(value)) or str(value) if key.type in ("id", "reference") else str(value).strip()
    if key.type in _NUMBERS:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _ascii_lower(value: str) -> str:
    """Lower ASCII only, as SQLite's NOCASE does."""
    return value.lower() if value.isascii() else "".join(c.lower() if c.isascii() else c for c in value)


def resolve_keys(chunk: Chunk) -> None:
    """Turn references given by external id into ids."""
    waiting: dict[tuple[str, str], list[tuple[Draft, FieldDef, ObjectDef, FieldDef, object]]] = defaultdict(list)
    for draft in chunk.drafts:
        for reference, target, key, value in draft.keys:
            waiting[target.name, key.name].append((draft, reference, target, key, comparable(key, value)))
    for asked in waiting.values():
        _, _, target, key, _ = asked[0]
        found = ids_by_key(chunk.state, target, key, {value for *_, value in asked})
        for draft, reference, _, _, value in asked:
            _take_key(draft, reference, target, key, value, found.get(folded(key, value), []))


def _take_key(
    draft: Draft, reference: FieldDef, target: ObjectDef, key: FieldDef, value: object, matches: list[str]
) -> None:
    if len(matches) == 1:
        draft.given[reference.name] = matches[0]
        return
    draft.refused.add(reference.name)
    error = (
        messages.several_records(len(matches), key.name)
        if matches
        else messages.foreign_key_not_found(value, key.name, target.name)
    )
    draft.refuse(error, Stage.VALUES)


def check_references(chunk: Chunk) -> None:
    """Refuse references to records that are not there."""
    wanted: dict[str, set[str]] = defaultdict(set)
    given: list[tuple[Draft, FieldDef, str]] = []
    for reference in chunk.plan.references:
        name = reference.name
        if name == "RecordTypeId":
            continue
        for draft in chunk.drafts:
            value = draft.given.get(name)
            if isinstance(value, str) and not draft.errors:
                given.append((draft, reference, value))
                wanted[value[:3]].add(value)
    deleted = {prefix: _deleted_flags(chunk.state, prefix, asked) for prefix, asked in wanted.items()}
    for draft, _, value in given:
        state_of = deleted[value[:3]].get(value)
        if state_of is None:
            draft.refuse(messages.INVALID_CROSS_REFERENCE)
        elif state_of:
            draft.refuse(messages.ENTITY_IS_DELETED)


def _deleted_flags(state: OrgState, prefix: str, wanted: Collection[str]) -> Mapping[str, bool]:
    target = state.schema.by_prefix.get(prefix)
    if target is None:
        return {}
    statement = f"SELECT Id, IsDeleted FROM {tables.quoted(target.name)} WHERE Id IN ({_marks(wanted)})"
    return {record_id: bool(gone) for record_id, gone in state.db.execute(statement, list(wanted))}


def check_unique(chunk: Chunk) -> None:
    """Refuse values of unique fields that another record has, or an earlier row of the chunk."""
    for field in chunk.plan.unique:
        asking: dict[object, list[Draft]] = defaultdict(list)
        for draft in chunk.sound():
            value = draft.row.get(field.name)
            if value is not None and (draft.old is None or draft.changes(field.name)):
                asking[folded(field, value)].append(draft)
        if asking:
            _check_holders(chunk.state, chunk.plan.found, field, asking)


def _check_holders(state: OrgState, found: ObjectDef, field: FieldDef, asking: Mapping[object, list[Draft]]) -> None:
    holders = ids_by_key(state, found, field, list(asking))
    for value, drafts in asking.items():
        for place, draft in enumerate(drafts):
            others = [holder for holder in holders.get(value, ()) if holder != draft.row.get("Id")]
            if others:
                draft.refuse(messages.duplicate_value(field.name, others[0]), Stage.UNIQUE)
            elif place:
                draft.refuse(messages.duplicate_value(field.name, messages.UNKNOWN), Stage.UNIQUE)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
