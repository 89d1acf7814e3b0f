"""Versions, resources, describes, limits and record counts."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from sfseed_emulator import limits, versions
from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.route import DATA, Answer, Route, need_setup
from sfseed_emulator.rules.dates import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

_RESOURCES = (
    "tooling", "metadata", "eclair", "folders", "prechatForms", "contactTracing", "jsonxform", "chatter", "payments",
    "tabs", "appMenu", "quickActions", "queryAll", "commerce", "wave", "iot", "analytics", "search", "smartdatadiscovery",
    "composite", "parameterizedSearch", "fingerprint", "theme", "nouns", "domino", "event", "serviceTemplates", "recent",
    "connect", "licensing", "limits", "process", "dedupe", "async-queries", "query", "jobs", "localizedvalue", "mobile",
    "emailConnect", "consent", "tokenizer", "compactLayouts", "knowledgeManagement", "sobjects", "actions", "support",
)  # fmt: skip


def listed_versions(_call: Call) -> Answer:
    """List the API versions, oldest first."""
    return Answer(versions.listed())


def resources(call: Call) -> Answer:
    """List the resources of a version."""
    base = f"/services/data/v{call.version}"
    found: dict[str, object] = {name: f"{base}/{name}" for name in _RESOURCES}
    found["identity"] = f"{call.base_url}/id/{call.state.org_id}/{call.user_id}"
    return Answer(found)


def object_of(call: Call) -> ObjectDef:
    """Return the object that the path names."""
    found = call.state.schema.get(call.params["object"])
    if found is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return found


def _described(call: Call, name: str, make: Callable[[], object]) -> Answer:
    """Answer with schema, or 304 when the caller knows it already: it never changes after the org was made."""
    made = moment(call.state.created)
    with call.state.lock:
        text = call.state.described.text(name, call.version, make)
    tag = f'"{zlib.crc32(text):08x}"'
    headers = {"ETag": tag, "Last-Modified": format_datetime(made, usegmt=True)}
    known = call.headers.get("if-none-match", "").replace("--gzip", "")
    if tag in known or (not known and _since(call) >= made):
        return Answer(status=304, headers=headers)
    return Answer(text, headers=headers)


def _since(call: Call) -> datetime:
    try:
        since = parsedate_to_datetime(call.headers["if-modified-since"])
    except (KeyError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
    return since if since.tzinfo else since.replace(tzinfo=UTC)


def global_describe(call: Call) -> Answer:
    """List all objects."""
    return _described(call, "", call.state.schema.global_describe)


def describe(call: Call) -> Answer:
    """Describe one object in full."""
    found = object_of(call)
    return _described(call, found.name, lambda: found.describe)


def basic_describe(call: Call) -> Answer:
    """Describe one object in short, with the items used last (none are kept)."""
    found = object_of(call)
    rows = call.state.schema.global_describe()["sobjects"]
    return Answer({"objectDescribe": next(row for row in rows if row["name"] == found.name), "recentItems": []})


def limits_report(call: Call) -> Answer:
    """Tell the org's limits and what is left of them."""
    need_setup(call)
    with call.state.lock:
        return Answer(limits.report(call.state))


def record_count(call: Call) -> Answer:
    """Count records per object; unknown and empty objects are left out."""
    asked = [name.strip() for name in call.query.get("sObjects", "").split(",") if name.strip()]
    found = [one for name in asked if (one := call.state.schema.get(name))] or (
        [] if asked else list(call.state.schema.objects.values())
    )
    with call.state.lock:
        counts = [(one.name, call.state.live_count(one.name)) for one in found]
    return Answer({"sObjects": [{"count": count, "name": name} for name, count in counts if count]})


def ping(_call: Call) -> Answer:
    """Answer who only wants to know whether somebody is there."""
    return Answer(b"", media_type="text/html;charset=UTF-8")


ROUTES = (
    Route("GET", "/", ping, auth=False, counts=False),
    Route("GET", "/services/data", listed_versions, auth=False, counts=False),
    Route("GET", DATA, resources),
    Route("GET", f"{DATA}/sobjects", global_describe),
    Route("GET", f"{DATA}/sobjects/{{object}}", basic_describe),
    Route("GET", f"{DATA}/sobjects/{{object}}/describe", describe),
    Route("GET", f"{DATA}/limits", limits_report),
    Route("GET", f"{DATA}/limits/recordCount", record_count),
)
