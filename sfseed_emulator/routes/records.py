"""One record at a time: create, read, update, delete, and the same by external id."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from sfseed_emulator import dml, ids, lookups, records
from sfseed_emulator.columns import key_field
from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_emulator.outcome import RowError, RowResult
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import FieldDef, ObjectDef

_OWN_RECORD_MISSING = "The requested resource does not exist"


def place_in_body(call: Call, error: RowError) -> str:
    """Return an error's text; that of an unreadable value says where in the body it stands, as Salesforce's parser does."""
    if error.code != "JSON_PARSER_ERROR":
        return error.message
    value = error.message.partition(" value ")[2].partition(" or request")[0]
    text = call.body.decode("utf-8", "replace")
    at = max(text.find(json.dumps(value)[1:-1]), 0)
    line = text.count("\n", 0, at) + 1
    return f"{error.message} at [line:{line}, column:{at - text.rfind(chr(10), 0, at)}]"


def refusal(call: Call, errors: Sequence[RowError], *, status: int = 400) -> Answer:
    """Answer with the errors of one record."""
    body = [_error(call, error) for error in errors]
    return Answer(body, status=status)


def _error(call: Call, error: RowError) -> dict[str, object]:
    shown: dict[str, object] = {"message": place_in_body(call, error), "errorCode": error.code}
    if error.duplicates is not None:
        return {**shown, "duplicateResult": error.duplicates.to_json(call.version)}
    return shown if error.whole_request else {**shown, "fields": list(error.fields)}


def create(call: Call) -> Answer:
    """Insert one record."""
    found = object_of(call)
    with call.state.transaction():
        result = _insert(call, found, call.json_object())
    return _created(call, found, result)


def _insert(call: Call, found: ObjectDef, body: dict[str, object]) -> RowResult:
    return dml.insert(call.state, found.name, [body], "json", allow_duplicates=call.allow_duplicates)[0]


def _created(call: Call, found: ObjectDef, result: RowResult) -> Answer:
    if not result.success:
        return refusal(call, result.errors)
    assert result.id is not None
    location = {"Location": records.record_url(found.name, result.id, call.version)}
    return Answer({"id": result.id, "success": True, "errors": []}, status=201, headers=location)


def _id_of(call: Call, found: ObjectDef) -> str:
    given = call.params["id"]
    record_id = ids.full_id(given)
    if record_id is None or (found.key_prefix and record_id[:3] != found.key_prefix):
        raise ApiError("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {given}")
    return record_id


def read(call: Call) -> Answer:
    """Read one record by id."""
    found = object_of(call)
    return _read(call, found, _id_of(call, found))


def _read(call: Call, found: ObjectDef, record_id: str) -> Answer:
    try:
        names = records.readable_names(found, call.query.get("fields", ""))
    except KeyError as error:
        raise ApiError("INVALID_FIELD", f"No such column '{error.args[0]}' on sobject of type {found.name}") from None
    record = records.read(call.state, found, [record_id], names, call.version).get(record_id)
    if record is None:
        with call.state.lock:
            deleted = record_id in lookups.rows_by_id(call.state, found, [record_id])
        if deleted:
            raise ApiError("ENTITY_IS_DELETED", "entity is deleted")
        raise ApiError("NOT_FOUND", _OWN_RECORD_MISSING)
    return Answer(record)


def update(call: Call) -> Answer:
    """Update one record by id."""
    found = object_of(call)
    return _update(call, found, _id_of(call, found), call.json_object())


def _update(call: Call, found: ObjectDef, record_id: str, body: dict[str, object]) -> Answer:
    if any(name.lower() == "id" for name in body):
        raise ApiError("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    with call.state.transaction():
        missing = _missing(call, found, record_id)
        if missing is not None:
            return missing
        result = dml.update(call.state, found.name, [{**body, "Id": record_id}], "json")[0]
    return Answer(status=204) if result.success else refusal(call, result.errors)


def _missing(call: Call, found: ObjectDef, record_id: str) -> Answer | None:
    """Answer 404 when the record itself is not there; what it refers to is another matter."""
    row = lookups.rows_by_id(call.state, found, [record_id]).get(record_id)
    if row is None:
        return Answer([{"message": _OWN_RECORD_MISSING, "errorCode": "NOT_FOUND"}], status=404)
    if row["IsDeleted"]:
        return Answer([{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}], status=404)
    return None


def delete(call: Call) -> Answer:
    """Delete one record by id."""
    found = object_of(call)
    return _delete(call, found, _id_of(call, found))


def _delete(call: Call, found: ObjectDef, record_id: str) -> Answer:
    with call.state.transaction():
        missing = _missing(call, found, record_id)
        if missing is not None:
            return missing
        result = dml.delete(call.state, found.name, [record_id])[0]
    return Answer(status=204) if result.success else refusal(call, result.errors)


# By external id


def _key_of(call: Call) -> tuple[ObjectDef, FieldDef]:
    found = object_of(call)
    key = key_field(found, call.params["field"])
    if key is None:
        text = f"Provided external ID field does not exist or is not accessible: {call.params['field']}"
        raise ApiError("NOT_FOUND", text)
    return found, key


def _matches(call: Call, found: ObjectDef, key: FieldDef) -> list[str]:
    value = lookups.comparable(key, call.params["value"])
    matches = lookups.ids_by_key(call.state, found, key, [value]).get(lookups.folded(key, value), [])
    return sorted(matches)


def _several(call: Call, found: ObjectDef, matches: Sequence[str]) -> Answer:
    return Answer([records.record_url(found.name, one, call.version) for one in matches], status=300)


def _only_match(call: Call, found: ObjectDef, key: FieldDef) -> str | Answer:
    with call.state.lock:
        matches = _matches(call, found, key)
    if not matches:
        raise ApiError("NOT_FOUND", _OWN_RECORD_MISSING)
    return matches[0] if len(matches) == 1 else _several(call, found, matches)


def read_by_key(call: Call) -> Answer:
    """Read one record by external id, or a file's content where the path is that of a blob."""
    blob = _blob(call)
    if blob is not None:
        return blob
    found, key = _key_of(call)
    match = _only_match(call, found, key)
    return match if isinstance(match, Answer) else _read(call, found, match)


def _blob(call: Call) -> Answer | None:
    found = object_of(call)
    record_id, field = ids.full_id(call.params["field"]), found.field(call.params["value"])
    if record_id is None or field is None or field.type != "base64":
        return None
    with call.state.lock:
        row = lookups.some_columns(call.state, found.name, [record_id], [field.name]).get(record_id)
    if row is None:
        raise ApiError("NOT_FOUND", _OWN_RECORD_MISSING)
    return Answer(base64.b64decode(str(row[field.name] or "")), media_type="application/octet-stream")


def delete_by_key(call: Call) -> Answer:
    """Delete one record by external id."""
    found, key = _key_of(call)
    match = _only_match(call, found, key)
    return match if isinstance(match, Answer) else _delete(call, found, match)


def upsert_by_key(call: Call) -> Answer:
    """Update the record that has the external id, or insert one with it."""
    found, key = _key_of(call)
    body = call.json_object()
    if any(name.lower() in ("id", key.name.lower()) for name in body):
        raise ApiError("INVALID_FIELD", f"The {key.name} field should not be specified in the sobject data.")
    if key.name == "Id":
        return _update_by_id(call, found, body)
    with call.state.transaction():
        matches = _matches(call, found, key)
        if len(matches) > 1:
            return _several(call, found, matches)
        if not matches and call.flag("updateOnly"):
            raise ApiError("NOT_FOUND", _OWN_RECORD_MISSING)
        if matches:
            result = dml.update(call.state, found.name, [{**body, "Id": matches[0]}], "json")[0]
        else:
            result = _insert(call, found, {**body, key.name: call.params["value"]})
    return _saved(call, found, result)


def _update_by_id(call: Call, found: ObjectDef, body: dict[str, object]) -> Answer:
    record_id = ids.full_id(call.params["value"])
    if record_id is None:
        raise ApiError("NOT_FOUND", _OWN_RECORD_MISSING)
    answer = _update(call, found, record_id, body)
    return _update_answer(call, record_id) if answer.status == 204 else answer


def _update_answer(call: Call, record_id: str) -> Answer:
    if float(call.version) < 46:
        return Answer(status=204)
    return Answer({"id": record_id, "success": True, "errors": [], "created": False})


def _saved(call: Call, found: ObjectDef, result: RowResult) -> Answer:
    if not result.success:
        return refusal(call, result.errors)
    assert result.id is not None
    if not result.created:
        return _update_answer(call, result.id)
    location = {"Location": records.record_url(found.name, result.id, call.version)}
    body = {"id": result.id, "success": True, "errors": [], "created": True}
    return Answer(body, status=201, headers=location)


ROUTES = (
    Route("POST", f"{DATA}/sobjects/{{object}}", create),
    Route("GET", f"{DATA}/sobjects/{{object}}/{{id}}", read),
    Route("PATCH", f"{DATA}/sobjects/{{object}}/{{id}}", update),
    Route("DELETE", f"{DATA}/sobjects/{{object}}/{{id}}", delete),
    Route("POST", f"{DATA}/sobjects/{{object}}/Id", create),
    Route("GET", f"{DATA}/sobjects/{{object}}/{{field}}/{{value}}", read_by_key),
    Route("PATCH", f"{DATA}/sobjects/{{object}}/{{field}}/{{value}}", upsert_by_key),
    Route("DELETE", f"{DATA}/sobjects/{{object}}/{{field}}/{{value}}", delete_by_key),
)
