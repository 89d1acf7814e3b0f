"""From the body of a create request to a new job, or Salesforce's refusal."""

from __future__ import annotations

import email.parser
import email.policy
import json
import time
from typing import TYPE_CHECKING, Any

from sfseed_emulator import limits
from sfseed_emulator.bulk.ingest import OPERATIONS
from sfseed_emulator.bulk.job import DELIMITERS, INGEST, LINE_ENDINGS, QUERY, UPLOADED, Job
from sfseed_emulator.bulk.query_job import bulk_plan
from sfseed_emulator.errors import ApiError
from sfseed_emulator.soql.literals import datetime_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

JOB_PREFIX = "750"
MAX_MULTIPART = 100_000
_INGEST_KEYS = frozenset(
    {"object", "operation", "externalIdFieldName", "contentType", "columnDelimiter", "lineEnding", "assignmentRuleId"}
)
_QUERY_KEYS = frozenset({"operation", "query", "contentType", "columnDelimiter", "lineEnding"})
_QUERY_OPERATIONS = frozenset({"query", "queryAll"})


def new_ingest(call: Call, data: Mapping[str, object]) -> Job:
    """Return the job that the JSON of a create request describes."""
    given = _texts(data, _INGEST_KEYS)
    operation = _operation(given, OPERATIONS | {"hardDelete"})
    found = _object(call, given.get("object"))
    if operation == "hardDelete":
        raise ApiError(
            "FEATURENOTENABLED",
            "hardDelete operation requires special user profile permission, please contact your system administrator",
        )
    return Job(
        kind=INGEST,
        operation=operation,
        object=found.name,
        external_id=_external_id(found, operation, given.get("externalIdFieldName")),
        **_usual(call, given),
    )


def new_query(call: Call, data: Mapping[str, object]) -> Job:
    """Return the query job that the JSON of a create request describes."""
    given = _texts(data, _QUERY_KEYS)
    operation = _operation(given, _QUERY_OPERATIONS)
    text = given.get("query")
    if not text:
        raise ApiError("INVALIDJOB", "A query is required for the job")
    if limits.used(call.state, limits.QUERY_JOBS) >= call.state.options.daily_query_jobs:
        most = call.state.options.daily_query_jobs
        raise ApiError("EXCEEDEDQUOTA", f"Max bulk v2 query jobs ({most}) per 24 hrs has been reached")
    plan = bulk_plan(call.state, text, all_rows=operation == "queryAll", version=call.version)
    limits.use(call.state, limits.QUERY_JOBS)
    return Job(
        kind=QUERY,
        operation=operation,
        object=plan.owner.name,
        query=text,
        state=UPLOADED,
        closed=time.time(),
        **_usual(call, given),
    )


def _usual(call: Call, given: Mapping[str, str]) -> dict[str, Any]:
    now = datetime_text(call.state.now())
    if given.get("contentType", "CSV") != "CSV":
        raise ApiError("INVALIDJOB", f"Unsupported content type: {given['contentType']}")
    return {
        "id": call.state.prefixed_ids(JOB_PREFIX, 1)[0],
        "api_version": call.version,
        "created_by": call.user_id,
        "created": now,
        "modstamp": now,
        "delimiter": _choice(given, "columnDelimiter", DELIMITERS),
        "line_ending": _choice(given, "lineEnding", LINE_ENDINGS),
    }


def _texts(data: Mapping[str, object], known: Collection[str]) -> dict[str, str]:
    for name, value in data.items():
        if name not in known:
            raise ApiError("JSON_PARSER_ERROR", f'Unrecognized field "{name}" at [line:1, column:1]')
        if value is not None and not isinstance(value, str):
            raise ApiError("JSON_PARSER_ERROR", f'Cannot deserialize the value of field "{name}": a string is expected')
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _operation(given: Mapping[str, str], known: Collection[str]) -> str:
    operation = given.get("operation")
    if operation is None:
        raise ApiError("INVALIDJOB", "An operation is required for the job")
    if operation not in known:
        raise ApiError("INVALIDOPERATION", f"Unknown operation: {operation}")
    return operation


def _choice(given: Mapping[str, str], name: str, known: Mapping[str, str]) -> str:
    value = given.get(name) or next(iter(known))
    if value not in known:
        raise ApiError("INVALIDJOB", f"Value {value} is not valid for {name}; valid are {', '.join(known)}")
    return value


def _object(call: Call, name: str | None) -> ObjectDef:
    if not name:
        raise ApiError("INVALIDJOB", "An object is required for the job")
    found = call.state.schema.get(name)
    if found is None:
        raise ApiError("INVALIDJOB", f"Unable to find object: {name}")
    if not (found.createable or found.updateable or found.deletable) or found.extras.get("bulk") is False:
        raise ApiError("INVALIDENTITY", f"Entity '{found.name}' is not supported by the Bulk API.")
    return found


def _external_id(found: ObjectDef, operation: str, name: str | None) -> str | None:
    if operation != "upsert":
        if name is not None:
            raise ApiError("INVALIDJOB", "externalIdFieldName is only allowed for the operation upsert")
        return None
    if not name:
        raise ApiError(
            "INVALIDJOB", f"External ID was blank for {found.name}. An external ID must be specified for upsert."
        )
    field = found.field(name)
    if field is None or not (field.external_id or field.id_lookup):
        raise ApiError(
            "INVALIDJOB",
            f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for {found.name}",
        )
    return field.name


def multipart(call: Call) -> tuple[dict[str, object], bytes]:
    """Return (job, CSV) of a multipart create request."""
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode("latin-1")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + call.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
    if "job" not in parts or "content" not in parts:
        raise ApiError("INVALIDJOB", "A multipart request needs the parts job and content")
    content, text = (bytes(parts[name].get_payload(decode=True) or b"") for name in ("content", "job"))
    try:
        data = json.loads(text)
    except ValueError:
        raise ApiError("JSON_PARSER_ERROR", "The part job is not JSON") from None
    if len(content) > MAX_MULTIPART:
        raise ApiError("EXCEEDEDQUOTA", f"Multipart job data is limited to {MAX_MULTIPART} characters")
    if not isinstance(data, dict):
        raise ApiError("JSON_PARSER_ERROR", "The part job is required to be a JSON object")
    return data, content
