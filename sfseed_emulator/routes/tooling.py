"""The Tooling API: queries, describes and single rows of the org's schema and automation."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from sfseed_emulator import records
from sfseed_emulator.errors import ApiError
from sfseed_emulator.ids import full_id
from sfseed_emulator.routes.route import DATA, Answer, Handler, Route, need_setup
from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.metadata import column_metadata
from sfseed_emulator.tooling.query import tooling_org, tooling_query, unpack

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

_PATH = f"{DATA}/tooling"


def query(call: Call) -> Answer:
    """Answer a query over the Tooling API's objects."""
    try:
        result = tooling_query(call.state, call.query.get("q", ""), call.version)
    except SoqlError as error:
        raise ApiError(error.code, error.message) from None
    if call.query.get("columns", "").lower() == "true":
        return Answer(column_metadata(result.plan))
    for record in result.records:
        _address(record)
    return Answer(
        {
            "size": len(result.records),
            "totalSize": result.total,
            "done": True,
            "queryLocator": None,
            "entityTypeName": result.plan.owner.name,
            "records": result.records,
        }
    )


def _address(record: dict[str, Any]) -> None:
    """Let a record's address, and those of the records in it, be the Tooling API's."""
    attributes = record.get("attributes")
    if isinstance(attributes, dict) and "url" in attributes:
        attributes["url"] = attributes["url"].replace("/sobjects/", "/tooling/sobjects/", 1)
    for value in record.values():
        if isinstance(value, dict):
            for inner in value.get("records", [value]):
                if isinstance(inner, dict):
                    _address(inner)


def _object(call: Call) -> ObjectDef:
    found = tooling_org(call.state).schema.get(call.params["object"])
    if found is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return found


def global_describe(call: Call) -> Answer:
    """List the Tooling API's objects."""
    return Answer(tooling_org(call.state).schema.global_describe())


def describe(call: Call) -> Answer:
    """Describe one of the Tooling API's objects."""
    return Answer(_object(call).describe)


def read(call: Call) -> Answer:
    """Read one row in full, its Metadata too."""
    found, record_id = _object(call), call.params["id"]
    names = list(found.fields)
    org = tooling_org(call.state)
    listed = records.read(org, found, [record_id], names, call.version) or _by_short_id(call, found, names)
    if not listed:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    [record] = listed.values()
    unpack(record)
    _address(record)
    return Answer(record)


def _by_short_id(call: Call, found: ObjectDef, names: list[str]) -> dict[str, dict[str, object]]:
    full = full_id(call.params["id"])
    return records.read(tooling_org(call.state), found, [full], names, call.version) if full else {}


def resources(call: Call) -> Answer:
    """List what the Tooling API offers."""
    base = f"/services/data/v{call.version}/tooling"
    return Answer({name: f"{base}/{name}" for name in ("query", "sobjects")})


def _guarded(handler: Handler) -> Handler:
    @wraps(handler)
    def guarded(call: Call) -> Answer:
        need_setup(call)
        return handler(call)

    return guarded


ROUTES = (
    Route("GET", _PATH, resources),
    Route("GET", f"{_PATH}/query", _guarded(query)),
    Route("GET", f"{_PATH}/sobjects", _guarded(global_describe)),
    Route("GET", f"{_PATH}/sobjects/{{object}}/describe", _guarded(describe)),
    Route("GET", f"{_PATH}/sobjects/{{object}}/{{id}}", _guarded(read)),
)
