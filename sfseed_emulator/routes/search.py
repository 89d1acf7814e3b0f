"""Search: SOSL as text, and as parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.route import DATA, Answer, Route
from sfseed_emulator.soql import sosl
from sfseed_emulator.soql.errors import SoqlError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.routes.route import Call


def search(call: Call) -> Answer:
    """Answer a search in SOSL."""
    return _found(call, lambda: sosl.parse(call.query.get("q", "")))


def parameterized(call: Call) -> Answer:
    """Answer a search whose parts are parameters of the address or members of the body."""
    asked = _of_address(call.query) if call.method in ("GET", "HEAD") else call.json_object()
    return _found(call, lambda: _read(asked))


def _found(call: Call, read: Callable[[], sosl.Search]) -> Answer:
    try:
        return Answer({"searchRecords": sosl.search(call.state, read(), call.version)})
    except SoqlError as error:
        raise ApiError(error.code, error.message) from None


def _of_address(query: Mapping[str, str]) -> dict[str, object]:
    names = [name for name in query.get("sobject", "").split(",") if name]
    objects = [
        {"name": name, "fields": query.get(f"{name}.fields", query.get("fields", "Id")).split(",")} for name in names
    ]
    return {**query, "sobjects": objects}


def _read(asked: Mapping[str, object]) -> sosl.Search:
    objects = asked.get("sobjects", [])
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise SoqlError("MALFORMED_SEARCH", "sobjects must be a list of objects")
    limit = str(asked.get("overallLimit", sosl.MOST_FOUND))
    return sosl.Search(
        sosl.words(str(asked.get("q", ""))),
        _group(str(asked.get("in", "ALL"))),
        tuple(_wanted(one) for one in objects),
        min(int(limit), sosl.MOST_FOUND) if limit.isdecimal() else sosl.MOST_FOUND,
    )


def _group(text: str) -> str:
    group = text.upper()
    if group not in ("ALL", "EMAIL", "NAME", "PHONE", "SIDEBAR"):
        raise SoqlError("MALFORMED_SEARCH", f"unknown group of fields: {text}")
    return group


def _wanted(data: Mapping[str, object]) -> sosl.Wanted:
    fields = data.get("fields")
    names = [str(one) for one in fields] if isinstance(fields, list) and fields else ["Id"]
    where = f"WHERE {data['where']}" if data.get("where") else ""
    limit = f" LIMIT {data['limit']}" if data.get("limit") else ""
    return sosl.Wanted(str(data.get("name", "")), ", ".join(names), where + limit)


ROUTES = (
    Route("GET", f"{DATA}/search", search),
    Route("GET", f"{DATA}/parameterizedSearch", parameterized),
    Route("POST", f"{DATA}/parameterizedSearch", parameterized),
)
