"""The SOAP API as older clients use it: login and logout, rows, queries and describes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from sfseed_emulator import dml, grants, ids, limits, messages, oauth, soap_text
from sfseed_emulator.columns import key_field
from sfseed_emulator.errors import ApiError
from sfseed_emulator.lookups import some_columns
from sfseed_emulator.outcome import RowError, RowResult
from sfseed_emulator.routes.route import Answer, Route
from sfseed_emulator.routes.soap_records import asked_of_rest, operations, result_of
from sfseed_emulator.soap_text import Markup, tag, tags
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.soap_text import Request

    Operation = Callable[[Call, Request], list[str]]

LAST_LOGIN_VERSION = 64
MOST_ROWS = 200
_XML = "text/xml;charset=UTF-8"
_WITHOUT_SESSION = frozenset({"login"})


def serve(call: Call) -> Answer:
    """Act on one envelope."""
    try:
        request = soap_text.read(call.body)
        return Answer(_act(call, request), media_type=_XML)
    except soap_text.NotXml as error:
        refused = soap_text.fault("UNKNOWN_EXCEPTION", f"Error parsing the request: {error}")
    except ApiError as error:
        refused = soap_text.fault(error.code, error.message)
    return Answer(refused, status=500, media_type=_XML)


def _act(call: Call, request: Request) -> bytes:
    operation = OPERATIONS.get(request.operation)
    if operation is None:
        raise ApiError("INVALID_OPERATION", f"operation {request.operation} is not supported")
    if request.operation not in _WITHOUT_SESSION:
        facts = oauth.facts(call.state, request.session_id)
        if facts is None or facts.kind != oauth.ACCESS:
            text = "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key"
            raise ApiError("INVALID_SESSION_ID", text)
        oauth.user_of(call.state, request.session_id)
        call = replace(call, user_id=facts.user_id, headers={**call.headers, "x-session": request.session_id})
        limits.count_call(call.state)
    return soap_text.envelope(_flavour(call), request.operation, operation(call, request))


def _flavour(call: Call) -> str:
    return soap_text.ENTERPRISE if call.path.split("/")[3].lower() == "c" else soap_text.PARTNER


# Sessions


def _login(call: Call, request: Request) -> list[str]:
    if float(call.version) > LAST_LOGIN_VERSION:
        raise ApiError("UNSUPPORTED_API_VERSION", f"login() is not available in API version {call.version}; use OAuth")
    user_id = grants.log_in(call.state, request.text("username"), request.text("password"))
    if user_id is None:
        raise ApiError("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
    with call.state.transaction():
        session = oauth.issue(call.state, user_id, oauth.ACCESS, secrets.token_hex(8))
    base = f"{call.base_url}/services/Soap"
    short = call.state.org_id[:15]
    result = {
        "metadataServerUrl": f"{base}/m/{call.version}/{short}",
        "passwordExpired": False,
        "sandbox": call.state.options.is_sandbox,
        "serverUrl": f"{base}/{call.path.split('/')[3]}/{call.version}/{short}",
        "sessionId": session,
        "userId": user_id,
        "userInfo": _user_info(call, user_id),
    }
    return [tag("result", result)]


def _user_info(call: Call, user_id: str) -> dict[str, object]:
    names = ("Username", "Name", "Email", "ProfileId", "UserRoleId", "LanguageLocaleKey", "LocaleSidKey", "TimeZoneSidKey")
    with call.state.lock:
        user = some_columns(call.state, "User", [user_id], names).get(user_id, {})
    return {
        "accessibilityMode": False,
        "currencySymbol": "$",
        "orgAttachmentFileSizeLimit": 5_242_880,
        "orgDefaultCurrencyIsoCode": "USD",
        "orgDefaultCurrencyLocale": "en_US",
        "orgDisallowHtmlAttachments": False,
        "orgHasPersonAccounts": call.state.schema.get("PersonAccount") is not None,
        "organizationId": call.state.org_id,
        "organizationMultiCurrency": False,
        "organizationName": call.state.options.name,
        "profileId": user.get("ProfileId"),
        "roleId": user.get("UserRoleId"),
        "sessionSecondsValid": call.state.options.session_seconds,
        "userDefaultCurrencyIsoCode": None,
        "userEmail": user.get("Email"),
        "userFullName": user.get("Name"),
        "userId": user_id,
        "userLanguage": user.get("LanguageLocaleKey") or "en_US",
        "userLocale": user.get("LocaleSidKey") or "en_US",
        "userName": user.get("Username") or oauth.credentials(call.state).username,
        "userTimeZone": user.get("TimeZoneSidKey") or "UTC",
        "userType": "Standard",
        "userUiSkin": "Theme3",
    }


def _logout(call: Call, _request: Request) -> list[str]:
    oauth.revoke(call.state, call.headers["x-session"])
    return []


def _get_user_info(call: Call, _request: Request) -> list[str]:
    return [tag("result", _user_info(call, call.user_id))]


def _timestamp(call: Call, _request: Request) -> list[str]:
    return [tag("result", {"timestamp": _time(stored_time(call.state.now()))})]


def _time(stored: str) -> str:
    return stored.replace("+0000", "Z")


# Rows


def _rows(call: Call, request: Request) -> tuple[str, list[dict[str, object]]]:
    read = [soap_text.row(one) for one in request.all("sObjects")]
    if len(read) > MOST_ROWS:
        raise ApiError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_ROWS} records into this call"
        )
    kinds = {kind for kind, _ in read}
    found = call.state.schema.get(next(iter(kinds))) if len(kinds) == 1 else None
    if found is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{', '.join(sorted(kinds))}' is not supported in one call.")
    return found.name, [values for _, values in read]


def _create(call: Call, request: Request) -> list[str]:
    name, rows = _rows(call, request)
    allowed = _allows_duplicates(request)
    return _written(call, request, lambda: dml.insert(call.state, name, rows, "json", allow_duplicates=allowed))


def _allows_duplicates(request: Request) -> bool:
    return request.headers.get("allowSave") == "true"


def _update(call: Call, request: Request) -> list[str]:
    name, rows = _rows(call, request)
    return _written(call, request, lambda: dml.update(call.state, name, rows, "json"))


def _upsert(call: Call, request: Request) -> list[str]:
    name, rows = _rows(call, request)
    key = key_field(call.state.schema.objects[name], request.text("externalIDFieldName").strip())
    if key is None:
        text = f"Field name provided, {request.text('externalIDFieldName')} does not match an External ID for {name}"
        raise ApiError("INVALID_FIELD", text)
    allowed = _allows_duplicates(request)

    def write() -> list[RowResult]:
        return dml.upsert(call.state, name, rows, "json", key.name, allow_duplicates=allowed)

    return _written(call, request, write, created=True)


def _delete(call: Call, request: Request) -> list[str]:
    results = []
    with call.state.transaction():
        for given in request.texts("ids")[:MOST_ROWS]:
            full = ids.full_id(given)
            found = call.state.schema.by_prefix.get(full[:3]) if full else None
            if found is None or full is None:
                results.append(RowResult(None, False, (RowError("MALFORMED_ID", f"malformed id {given}"),)))
            else:
                results += dml.delete(call.state, found.name, [full])
    return [tag("result", result_of(one)) for one in results]


class _RolledBack(Exception):
    """A row failed and the caller wants all or none."""


def _written(call: Call, request: Request, write: Callable[[], list[RowResult]], *, created: bool = False) -> list[str]:
    results: list[RowResult] = []
    try:
        with call.state.transaction(), call.state.savepoint():
            results = write()
            if request.headers.get("allOrNone") == "true" and not all(one.success for one in results):
                raise _RolledBack  # noqa: TRY301 - what is written is undone
    except _RolledBack:
        results = [one if one.errors else RowResult(None, False, (messages.ROLLED_BACK,)) for one in results]
    return [tag("result", result_of(one, **({"created": one.created} if created else {}))) for one in results]


# Queries and describes: what REST answers, written as XML


def _query(resource: str) -> Operation:
    def operation(call: Call, request: Request) -> list[str]:
        content = asked_of_rest(call, f"/{resource}", {"q": request.text("queryString")})
        return [tag("result", _query_result(content))]

    return operation


def _query_more(call: Call, request: Request) -> list[str]:
    return [tag("result", _query_result(asked_of_rest(call, f"/query/{quote(request.text('queryLocator'), safe='')}", {})))]


def _query_result(content: Mapping[str, object]) -> dict[str, object]:
    following = str(content.get("nextRecordsUrl") or "").rpartition("/")[2] or None
    listed = content["records"]
    assert isinstance(listed, list)
    records: list[object] = [Markup(_sobject(one)) for one in listed]
    return {
        "done": content["done"],
        "queryLocator": following,
        "records": records,
        "size": content["totalSize"],
    }


def _sobject(record: Mapping[str, object]) -> str:
    attributes = record.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    own = tag("sf:type", kind) + tag("sf:Id", record.get("Id"))
    return own + "".join(_field(name, value) for name, value in record.items() if name not in ("attributes", "Id"))


def _field(name: str, value: object) -> str:
    if isinstance(value, dict) and "records" in value:
        return f'<sf:{name} xsi:type="QueryResult">{tags(_query_result(value))}</sf:{name}>'
    if isinstance(value, dict) and "attributes" in value:
        return f'<sf:{name} xsi:type="sf:sObject">{_sobject(value)}</sf:{name}>'
    return tag(f"sf:{name}", value)


def _retrieve(call: Call, request: Request) -> list[str]:
    name, fields = request.text("sObjectType"), request.text("fieldList")
    found = []
    for given in request.texts("ids"):
        path = f"/sobjects/{quote(name, safe='')}/{quote(given, safe='')}"
        try:
            found.append(tag("result", Markup(_sobject(asked_of_rest(call, path, {"fields": fields.replace(" ", "")})))))
        except ApiError as error:
            if error.code not in ("NOT_FOUND", "ENTITY_IS_DELETED"):
                raise
            found.append('<result xsi:nil="true"/>')
    return found


def _describe_global(call: Call, _request: Request) -> list[str]:
    return [tag("result", _described(asked_of_rest(call, "/sobjects", {})))]


def _describe(argument: str) -> Operation:
    def operation(call: Call, request: Request) -> list[str]:
        names = request.texts(argument)
        known = [call.state.schema.get(name) for name in names]
        if None in known or not names:
            raise ApiError("INVALID_TYPE", f"sObject type '{', '.join(names)}' is not supported.")
        paths = [f"/sobjects/{quote(name, safe='')}/describe" for name in names]
        return [tag("result", _described(asked_of_rest(call, path, {}))) for path in paths]

    return operation


def _described(value: Mapping[str, object]) -> dict[str, object]:
    """Leave out what only REST tells: addresses, and nulls."""
    return {name: _inner(one) for name, one in value.items() if one is not None and name != "urls"}


def _inner(value: object) -> object:
    if isinstance(value, list):
        return [_inner(one) for one in value]
    return _described(value) if isinstance(value, dict) else value


OPERATIONS: Mapping[str, Operation] = {
    "login": _login,
    "logout": _logout,
    "getUserInfo": _get_user_info,
    "getServerTimestamp": _timestamp,
    "create": _create,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
    "query": _query("query"),
    "queryAll": _query("queryAll"),
    "queryMore": _query_more,
    "retrieve": _retrieve,
    "describeGlobal": _describe_global,
    "describeSObject": _describe("sObjectType"),
    "describeSObjects": _describe("sObjectType"),
    **operations(_sobject),
}
"""Every SOAP operation that is served."""


def _routes() -> Sequence[Route]:
    paths = [f"/services/Soap/{kind}/{{version}}{rest}" for kind in ("u", "c") for rest in ("", "/{org}")]
    return [Route("POST", path, serve, auth=False, counts=False) for path in paths]


ROUTES = tuple(_routes())
