"""Up to 200 records in one call: insert, update, upsert, delete, and reads of up to 2,000."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sfseed_emulator import dml, ids, messages, records
from sfseed_emulator.columns import key_field
from sfseed_emulator.errors import ApiError
from sfseed_emulator.outcome import RowError, RowResult
from sfseed_emulator.routes.records import place_in_body
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

    Write = Callable[[str, list[dict[str, object]]], list[RowResult]]

MOST_RECORDS = 200
MOST_RUNS = 10
MOST_READ_BY_URL, MOST_READ_BY_BODY = 800, 2_000


class _RolledBack(Exception):
    """A row failed and the caller wants all or none."""


def _records(call: Call) -> tuple[list[dict[str, object]], bool]:
    body = call.json_object()
    given = body.get("records")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ApiError("INVALID_INPUT", "The records list is required")
    if len(given) > MOST_RECORDS:
        raise ApiError(
            "EXCEEDED_MAX_SIZE", f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call"
        )
    return given, body.get("allOrNone") is True


def _type_of(call: Call, record: dict[str, object]) -> str:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise ApiError("INVALID_INPUT", "Include the type attribute in every record's attributes")
    found = call.state.schema.get(name)
    if found is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found.name


def _runs(call: Call, given: list[dict[str, object]]) -> list[tuple[str, list[dict[str, object]]]]:
    """Cut the records into runs of the same object."""
    named = [(_type_of(call, record), record) for record in given]
    runs = [(name, [record for _, record in run]) for name, run in groupby(named, key=lambda pair: pair[0])]
    if len(runs) > MOST_RUNS:
        text = f"Cannot process more than {MOST_RUNS} chunks of records of different object types in one call"
        raise ApiError("INVALID_FIELD", text)
    setup = {bool(found and found.setup) for name, _ in runs if (found := call.state.schema.get(name))}
    if len(setup) > 1:
        text = "DML operation on setup object is not permitted after you have updated a non-setup object (or vice versa)"
        raise ApiError("MIXED_DML_OPERATION", f"{text}: {runs[-1][0]}, original object: {runs[0][0]}")
    return runs


def _write(
    call: Call, runs: Sequence[tuple[str, list[dict[str, object]]]], write: Write, *, all_or_none: bool
) -> list[RowResult]:
    results: list[RowResult] = []
    with call.state.transaction():
        try:
            with call.state.savepoint():
                for name, run in runs:
                    results += write(name, run)
                _refuse_whole(call, results)
                _roll_back(results, all_or_none=all_or_none)
        except _RolledBack:
            results = [one if one.errors else RowResult(None, False, (messages.ROLLED_BACK,)) for one in results]
    return results


def _roll_back(results: Sequence[RowResult], *, all_or_none: bool) -> None:
    if all_or_none and any(not one.success for one in results):
        raise _RolledBack


def _refuse_whole(call: Call, results: Sequence[RowResult]) -> None:
    for result in results:
        for error in result.errors:
            if error.whole_request:
                raise ApiError(error.code, place_in_body(call, error))


def _answer(call: Call, results: Sequence[RowResult], *, created: bool = False, keep_ids: bool = False) -> Answer:
    return Answer([_row(one, call.version, created=created, keep_ids=keep_ids) for one in results])


def _row(result: RowResult, version: str, *, created: bool, keep_ids: bool) -> dict[str, object]:
    shown: dict[str, object] = {}
    if result.id is not None and (result.success or keep_ids):
        shown["id"] = result.id
    shown["success"] = result.success
    shown["errors"] = [error.to_json(version) for error in result.errors]
    if created and result.success:
        shown["created"] = result.created
    return shown


def insert(call: Call) -> Answer:
    """Insert records of one or several objects."""
    given, all_or_none = _records(call)
    runs = _runs(call, given)

    def write(name: str, run: list[dict[str, object]]) -> list[RowResult]:
        return dml.insert(call.state, name, run, "json", allow_duplicates=call.allow_duplicates)

    return _answer(call, _write(call, runs, write, all_or_none=all_or_none))


def update(call: Call) -> Answer:
    """Update records of one or several objects by their ids."""
    given, all_or_none = _records(call)
    runs = _runs(call, given)
    results = _write(call, runs, lambda name, run: dml.update(call.state, name, run, "json"), all_or_none=all_or_none)
    return _answer(call, results, keep_ids=True)


def upsert(call: Call) -> Answer:
    """Upsert records of one object by an external id."""
    found = object_of(call)
    key = key_field(found, call.params["field"])
    if key is None:
        text = f"Provided external ID field does not exist or is not accessible: {call.params['field']}"
        raise ApiError("NOT_FOUND", text)
    given, all_or_none = _records(call)
    runs = _runs(call, given)
    if any(name != found.name for name, _ in runs):
        raise ApiError("INVALID_INPUT", f"All records must be of type {found.name}")

    def write(name: str, run: list[dict[str, object]]) -> list[RowResult]:
        return dml.upsert(call.state, name, run, "json", key.name, allow_duplicates=call.allow_duplicates)

    return _answer(call, _write(call, runs, write, all_or_none=all_or_none), created=True)


def delete(call: Call) -> Answer:
    """Delete records by their ids."""
    asked = [one.strip() for one in call.query.get("ids", "").split(",") if one.strip()]
    if not asked:
        raise ApiError("INVALID_INPUT", "The ids parameter is required")
    if len(asked) > MOST_RECORDS:
        raise ApiError(
            "EXCEEDED_MAX_SIZE", f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call"
        )
    rows: list[dict[str, object]] = [{"Id": one} for one in asked]
    runs = [(name, list(run)) for name, run in groupby(rows, key=lambda row: _object_of_id(call, str(row["Id"])))]

    def write(name: str, run: list[dict[str, object]]) -> list[RowResult]:
        if not name:
            return [RowResult(None, False, (_malformed(str(row["Id"])),)) for row in run]
        return dml.delete(call.state, name, [str(row["Id"]) for row in run])

    return _answer(call, _write(call, runs, write, all_or_none=call.flag("allOrNone")), keep_ids=True)


def _object_of_id(call: Call, given: str) -> str:
    full = ids.full_id(given)
    found = call.state.schema.by_prefix.get(full[:3]) if full else None
    return found.name if found else ""


def _malformed(given: str) -> RowError:
    return RowError("MALFORMED_ID", f"malformed id {given}")


def read_by_url(call: Call) -> Answer:
    """Read records by ids in the query string."""
    asked = [one.strip() for one in call.query.get("ids", "").split(",") if one.strip()]
    return _read(call, asked, call.query.get("fields", ""), MOST_READ_BY_URL)


def read_by_body(call: Call) -> Answer:
    """Read records by ids in the body."""
    body = call.json_object()
    asked, fields = body.get("ids"), body.get("fields")
    if not isinstance(asked, list) or not isinstance(fields, list):
        raise ApiError("INVALID_INPUT", "The ids and fields lists are required")
    return _read(call, [str(one) for one in asked], ",".join(map(str, fields)), MOST_READ_BY_BODY)


def _read(call: Call, asked: list[str], fields: str, most: int) -> Answer:
    found: ObjectDef = object_of(call)
    if len(asked) > most:
        raise ApiError("EXCEEDED_MAX_SIZE", f"record limit reached. cannot submit more than {most} ids into this call")
    try:
        names = records.readable_names(found, fields or "Id")
    except KeyError as error:
        raise ApiError("INVALID_FIELD", f"No such column '{error.args[0]}' on sobject of type {found.name}") from None
    full = [ids.full_id(one) for one in asked]
    read = records.read(call.state, found, list({one for one in full if one}), names, call.version)
    return Answer([read.get(one) if one else None for one in full])


ROUTES = (
    Route("POST", f"{DATA}/composite/sobjects", insert),
    Route("PATCH", f"{DATA}/composite/sobjects", update),
    Route("DELETE", f"{DATA}/composite/sobjects", delete),
    Route("PATCH", f"{DATA}/composite/sobjects/{{object}}/{{field}}", upsert),
    Route("GET", f"{DATA}/composite/sobjects/{{object}}", read_by_url),
    Route("POST", f"{DATA}/composite/sobjects/{{object}}", read_by_body),
)
