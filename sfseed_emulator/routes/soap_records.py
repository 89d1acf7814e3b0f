"""SOAP operations that REST has no or another form of: merging, the recycle bin, conversion, what has changed, search."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from sfseed_emulator import dml_convert, dml_merge, dml_recycle, ids, soap_text
from sfseed_emulator.errors import ApiError
from sfseed_emulator.soap_text import Markup, child, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from xml.etree import ElementTree as ET

    from sfseed_emulator.outcome import RowError, RowResult
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.soap_text import Request
    from sfseed_emulator.state import OrgState

    Operation = Callable[[Call, Request], list[str]]
    Bin = Callable[[OrgState, Sequence[str]], list[RowResult]]

MOST_IDS = 200


def result_of(result: RowResult, **more: object) -> dict[str, object]:
    """Write the fate of a row as SOAP does."""
    errors: list[object] = [_error(one) for one in result.errors]
    return {**more, "errors": errors, "id": result.id, "success": result.success}


def _error(error: RowError) -> dict[str, object]:
    """Write an error; what a duplicate rule found comes first, as in its own type of errors."""
    told: dict[str, object] = {"fields": list(error.fields), "message": error.message, "statusCode": error.code}
    if error.duplicates is None:
        return told
    found = error.duplicates.to_json("")
    return {"duplicateResult": found, **told}


# The recycle bin


def _of_bin(act: Bin) -> Operation:
    def operation(call: Call, request: Request) -> list[str]:
        given = request.texts("ids")
        if len(given) > MOST_IDS:
            raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_IDS} ids")
        return [tag("result", result_of(one)) for one in act(call.state, given)]

    return operation


# Merging


def _merge(call: Call, request: Request) -> list[str]:
    return [tag("result", _merged(call, one)) for one in request.all("request")]


def _merged(call: Call, asked: ET.Element) -> dict[str, object]:
    master = child(asked, "masterRecord")
    kind, values = soap_text.row(master) if master is not None else ("", {})
    found = call.state.schema.get(kind)
    if found is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    merged = [(one.text or "").strip() for one in asked if soap_text.local(one) == "recordToMergeIds"]
    with call.state.transaction():
        result, moved = dml_merge.merge(call.state, found, values, merged)
    told = result_of(result)
    return {
        "errors": told["errors"],
        "id": result.id,
        "mergedRecordIds": [ids.full_id(one) for one in merged] if result.success else [],
        "success": result.success,
        "updatedRelatedIds": list(moved),
    }


# Conversion


def _convert(call: Call, request: Request) -> list[str]:
    return [tag("result", _converted(call, one)) for one in request.all("leadConverts")]


def _converted(call: Call, element: ET.Element) -> dict[str, object]:
    _, given = soap_text.row(element)
    asked = dml_convert.Conversion(
        lead_id=ids.full_id(str(given.get("leadId") or "")) or "",
        status=str(given.get("convertedStatus") or ""),
        account_id=ids.full_id(str(given.get("accountId") or "")),
        contact_id=ids.full_id(str(given.get("contactId") or "")),
        opportunity_name=str(given["opportunityName"]) if given.get("opportunityName") else None,
        without_opportunity=given.get("doNotCreateOpportunity") == "true",
    )
    errors: tuple[RowError, ...] = ()
    try:
        with call.state.transaction(), call.state.savepoint():
            dml_convert.convert(call.state, asked)
    except dml_convert.NotConverted as refused:
        errors = refused.errors
    made = not errors
    return {
        "accountId": asked.account_id if made else None,
        "contactId": asked.contact_id if made else None,
        "errors": [_error(one) for one in errors],
        "leadId": asked.lead_id or None,
        "opportunityId": asked.opportunity_id if made else None,
        "success": made,
    }


# What has changed, and search: as REST answers, written as XML


def asked_of_rest(call: Call, path: str, query: Mapping[str, str]) -> dict[str, object]:
    """Ask the REST resource of the same meaning; what refuses it is raised."""
    inner = replace(call, method="GET", path=f"/services/data/v{call.version}{path}", query=dict(query), body=b"")
    answer = call.dispatch(inner)
    content = json.loads(answer.encoded())
    if answer.status >= 400:
        raise ApiError(content[0]["errorCode"], content[0]["message"])
    return dict(content)


def _changed(which: str) -> Operation:
    def operation(call: Call, request: Request) -> list[str]:
        span = {"start": request.text("startDate"), "end": request.text("endDate")}
        path = f"/sobjects/{quote(request.text('sObjectType'), safe='')}/{which}"
        return [tag("result", asked_of_rest(call, path, span))]

    return operation


def _search(write: Callable[[Mapping[str, object]], str]) -> Operation:
    def operation(call: Call, request: Request) -> list[str]:
        found = asked_of_rest(call, "/search", {"q": request.text("searchString")})["searchRecords"]
        assert isinstance(found, list)
        return [tag("result", {"searchRecords": [{"record": Markup(write(one))} for one in found]})]

    return operation


def operations(write: Callable[[Mapping[str, object]], str]) -> Mapping[str, Operation]:
    """Return the operations by name; `write` writes a record as an sObject's elements."""
    return {
        "undelete": _of_bin(dml_recycle.undelete),
        "emptyRecycleBin": _of_bin(dml_recycle.empty_bin),
        "merge": _merge,
        "convertLead": _convert,
        "getUpdated": _changed("updated"),
        "getDeleted": _changed("deleted"),
        "search": _search(write),
    }
