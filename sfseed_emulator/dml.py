"""Insert, update, upsert and delete of up to 200 rows of one object: Salesforce's checks in their order, partial save.

All run inside the caller's transaction; a row that is refused leaves nothing behind. CSV rows hold text (a missing or empty value
is not given, #N/A is null), JSON rows hold typed values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sfseed_emulator import dml_delete, dml_rules, effects, ids, lookups, messages, storage, tables
from sfseed_emulator.draft import Chunk, Draft, Stage, read
from sfseed_emulator.object_plan import plan_of
from sfseed_emulator.outcome import RowError, RowResult
from sfseed_emulator.rules import duplicates
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.columns import Source
    from sfseed_emulator.object_plan import ObjectPlan
    from sfseed_emulator.schema import FieldDef, ObjectDef
    from sfseed_emulator.state import OrgState

CHUNK = 200


def insert(
    state: OrgState,
    object_name: str,
    rows: Sequence[Mapping[str, object]],
    source: Source,
    *,
    allow_duplicates: bool = False,
) -> list[RowResult]:
    """Insert rows; one result per row, in their order."""
    plan = _plan(state, object_name)
    if not plan.found.createable:
        return _all_refused(rows, messages.entity_cannot("inserted", plan.found.name))
    drafts = read(plan, rows, "insert", source)
    chunk = Chunk(state, plan, "insert", drafts, allow_duplicates)
    lookups.resolve_keys(chunk)
    moments = {name: _moment(state, kind) for name, kind in plan.moments}
    for draft in drafts:
        draft.row = {**plan.template, **moments, **draft.given}
    dml_rules.default(chunk)
    _check_required(chunk)
    _check(chunk)
    _save_new(chunk)
    return [RowResult(str(one.row["Id"]), True) if one.ok else RowResult(None, False, one.reported()) for one in drafts]


def update(state: OrgState, object_name: str, rows: Sequence[Mapping[str, object]], source: Source) -> list[RowResult]:
    """Update the rows that their `Id` names."""
    plan = _plan(state, object_name)
    if not plan.found.updateable:
        return _all_refused(rows, messages.entity_cannot("updated", plan.found.name))
    drafts = read(plan, rows, "update", source)
    chunk = Chunk(state, plan, "update", drafts)
    record_ids = [_take_id(plan.found, row, draft) for row, draft in zip(rows, drafts, strict=True)]
    _join_saved(chunk, record_ids)
    lookups.resolve_keys(chunk)
    for draft in chunk.drafts:
        draft.row = {**(draft.old or {}), **draft.given}
    _check_emptied(chunk)
    _check(chunk)
    _save_changes(chunk)
    return [RowResult(one, False, draft.reported()) for one, draft in zip(record_ids, drafts, strict=True)]


def upsert(
    state: OrgState,
    object_name: str,
    rows: Sequence[Mapping[str, object]],
    source: Source,
    external_id_field: str,
    *,
    allow_duplicates: bool = False,
) -> list[RowResult]:
    """Update the records whose key the rows name, insert the other rows."""
    plan = _plan(state, object_name)
    key = plan.found.field(external_id_field)
    assert key is not None, "callers check the key field"
    values = [_value_of(row, key.name) for row in rows]
    results: list[RowResult | None] = [None] * len(rows)
    matches = _matches(state, plan, key, values, results)
    new = [place for place, result in enumerate(results) if result is None and matches[place] is None]
    known = [place for place, result in enumerate(results) if result is None and matches[place] is not None]
    without = key.name if key.name == "Id" else ""
    fresh = [_without(rows[place], without) for place in new]
    inserted = insert(state, object_name, fresh, source, allow_duplicates=allow_duplicates)
    changed = [{**_without(rows[place], key.name), "Id": matches[place]} for place in known]
    updated = update(state, object_name, changed, source)
    for place, result in [*zip(new, inserted, strict=True), *zip(known, updated, strict=True)]:
        results[place] = result
    return [result for result in results if result is not None]


def delete(state: OrgState, object_name: str, record_ids: Sequence[str]) -> list[RowResult]:
    """Move records to the recycle bin, with what hangs on them."""
    return dml_delete.delete(state, _plan(state, object_name).found, record_ids)


def _plan(state: OrgState, object_name: str) -> ObjectPlan:
    found = state.schema.get(object_name)
    assert found is not None, f"callers check that the object exists: {object_name}"
    return plan_of(state, found)


def _all_refused(rows: Sequence[object], error: RowError) -> list[RowResult]:
    return [RowResult(None, False, (error,)) for _ in rows]


def _moment(state: OrgState, kind: str) -> str:
    now = stored_time(state.now())
    return now if kind == "now" else now[:10]


# Checks


def _check_required(chunk: Chunk) -> None:
    plan = chunk.plan
    for names, stage in ((plan.required, Stage.REQUIRED), (plan.required_later, Stage.REQUIRED_LATER)):
        for draft in chunk.drafts if names else ():
            missing = [name for name in names if draft.row[name] is None and name not in draft.refused]
            if missing:
                draft.refuse(messages.required_missing(missing), stage)


def _check_emptied(chunk: Chunk) -> None:
    plan = chunk.plan
    for draft in chunk.drafts:
        emptied = [name for name, value in draft.given.items() if value is None and plan.is_required(name)]
        if emptied:
            draft.refuse(messages.required_missing(emptied), Stage.REQUIRED)


def _check(chunk: Chunk) -> None:
    """Run what looks at whole rows: references, owners and record types, the object's own rules, uniqueness."""
    lookups.check_references(chunk)
    dml_rules.before_save(chunk)
    if chunk.plan.unique:
        lookups.check_unique(chunk)
    duplicates.check(chunk)  # last, so that a value which must be unique is told as that
    chunk.state.locks.contend(chunk)


# Saving


def _save_new(chunk: Chunk) -> None:
    state, plan = chunk.state, chunk.plan
    drafts = list(chunk.sound())
    allowed = storage.room(state, plan.found, len(drafts))
    for draft in drafts[allowed:]:
        draft.refuse(messages.STORAGE_EXCEEDED)
    drafts = drafts[:allowed]
    if not drafts:
        return
    for draft, record_id in zip(drafts, state.new_ids(plan.found.name, len(drafts)), strict=True):
        draft.row["Id"] = record_id
        if plan.names_itself and draft.row["Name"] is None:
            draft.row["Name"] = record_id
    rows = [draft.row for draft in drafts]
    if plan.auto_numbers:
        effects.number(state, plan, rows)
    _finish(chunk, rows)
    state.insert_rows(plan.found, rows)
    duplicates.remember_new(state, drafts)
    dml_rules.after_save(chunk)


def _finish(chunk: Chunk, rows: list[dict[str, object]]) -> None:
    effects.stamp(chunk, rows, stored_time(chunk.state.now()))
    if effects.has_compound_name(chunk.plan.found):
        for row in rows:
            effects.compound_name(chunk.plan.found, row)


def _save_changes(chunk: Chunk) -> None:
    drafts = list(chunk.sound())
    _finish(chunk, [draft.row for draft in drafts])
    by_columns: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for draft in drafts:
        old = draft.old or {}
        changed = tuple(name for name, value in draft.row.items() if name in old and old[name] != value)
        if changed:
            by_columns[changed].append(draft.row)
    for names, rows in by_columns.items():
        write_columns(chunk.state, chunk.plan.found, names, rows)
        duplicates.remember_changes(chunk.state, chunk.plan.found, names, rows)
    if drafts:
        dml_rules.after_save(chunk)


def write_columns(state: OrgState, found: ObjectDef, names: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write some columns of existing rows."""
    assigned = ", ".join(f"{tables.quoted(name)} = ?" for name in names)
    statement = f"UPDATE {tables.quoted(found.name)} SET {assigned} WHERE Id = ?"
    state.db.executemany(statement, [(*(row[name] for name in names), row["Id"]) for row in rows])


# Ids and keys


def _take_id(found: ObjectDef, row: Mapping[str, object], draft: Draft) -> str | None:
    value = _value_of(row, "Id")
    if value is None or value == "":
        draft.refuse(messages.ID_MISSING, Stage.READING)
        return None
    record_id = ids.full_id(str(value))
    if record_id is None or (found.key_prefix and record_id[:3] != found.key_prefix):
        draft.refuse(messages.malformed_record_id(found.label, str(value)), Stage.READING)
        return str(value)
    return record_id


def _join_saved(chunk: Chunk, record_ids: Sequence[str | None]) -> None:
    wanted = [one for one, draft in zip(record_ids, chunk.drafts, strict=True) if one is not None and draft.ok]
    saved = lookups.rows_by_id(chunk.state, chunk.plan.found, list(dict.fromkeys(wanted)))
    seen = Counter(wanted)
    for record_id, draft in zip(record_ids, chunk.drafts, strict=True):
        if record_id is None or not draft.ok:
            continue
        row = saved.get(record_id)
        if seen[record_id] > 1:
            draft.refuse(RowError("DUPLICATE_VALUE", f"Duplicate id specified: {record_id}"), Stage.READING)
        elif row is None:
            draft.refuse(messages.INVALID_CROSS_REFERENCE, Stage.READING)
        elif row["IsDeleted"]:
            draft.refuse(messages.ENTITY_IS_DELETED, Stage.READING)
        else:
            draft.old = row


def _matches(
    state: OrgState, plan: ObjectPlan, key: FieldDef, values: list[object], results: list[RowResult | None]
) -> list[str | None]:
    """Find the record of each key; rows whose key is missing, doubled or not unique get their result here."""
    if key.name == "Id":
        return [str(value) if value not in (None, "") else None for value in values]
    asked = [lookups.comparable(key, value) if value not in (None, "") else None for value in values]
    folded = [lookups.folded(key, value) for value in asked]
    times = Counter(value for value in folded if value is not None)
    found = lookups.ids_by_key(state, plan.found, key, {value for value in asked if value is not None})
    for place, value in enumerate(folded):
        if value is None:
            error = RowError("MISSING_ARGUMENT", f"{key.name} not specified")
        elif times[value] > 1:
            error = messages.duplicate_key(values[place], key.name)
        elif len(found.get(value, ())) > 1:
            error = messages.several_records(len(found[value]), key.name)
        else:
            continue
        results[place] = RowResult(None, False, (error,))
    return [found[value][0] if value is not None and found.get(value) else None for value in folded]


def _value_of(row: Mapping[str, object], name: str) -> object:
    if name in row:
        return row[name]
    wanted = name.lower()
    return next((value for key, value in row.items() if key.lower() == wanted), None)


def _without(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    wanted = name.lower()
    return {key: value for key, value in row.items() if key.lower() != wanted} if name else row
