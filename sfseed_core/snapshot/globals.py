"""What rules ask for beside the record: the running user, its profile and role, settings, custom metadata, permissions, labels.

Each is asked for by itself; what the user may not read stays unknown, and so does what hangs on it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import GuardRefused, LoginFailed, OrgError, SessionExpired
from sfseed_core.formula.nodes import FormulaError, fields
from sfseed_core.formula.parser import parse
from sfseed_core.org.soql import select, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sfseed_core.org.client import Org

    Values = dict[str, str | bool | int | float | None]

_FATAL = (LoginFailed, GuardRefused, SessionExpired)
_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*")
_ID = re.compile(r"[a-zA-Z0-9]{18}")


def globals_in(formulas: Iterable[str]) -> tuple[str, ...]:
    """Name the globals that formulas ask for, as they are written, each once whatever its case."""
    found: dict[str, str] = {}
    for formula in formulas:
        try:
            paths = fields(parse(formula))
        except FormulaError:
            continue
        for path in paths:
            if path.startswith("$") and _NAME.fullmatch(path[1:]):
                found.setdefault(path.lower(), path)
    return tuple(found.values())


def read_globals(org: Org, paths: Collection[str]) -> Values:
    """Return the values of those that can be read, by path in small letters."""
    groups: defaultdict[str, list[list[str]]] = defaultdict(list)
    for path in paths:
        head, *rest = path.split(".")
        if rest:
            groups[head.lower()].append(rest)
    found: Values = {}
    for head, wanted in groups.items():
        reader = _READERS.get(head)
        for asked in _together(head, wanted) if reader else ():
            try:
                found |= {".".join((head, *rest)).lower(): value for rest, value in reader(org, asked)}  # type: ignore[misc]
            except _FATAL:
                raise
            except OrgError:
                continue  # what is not known is said of each rule that asks for it
    return found


def _together(head: str, wanted: list[list[str]]) -> Iterator[list[list[str]]]:
    """Put together what one question answers: fields of one setting, of one record of metadata; all else at once."""
    keyed: defaultdict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for rest in wanted:
        keyed[tuple(rest[: _KEY_STEPS.get(head, 0)])].append(rest)
    yield from keyed.values()


_KEY_STEPS: Mapping[str, int] = {"$setup": 1, "$custommetadata": 2}


def _plain(value: Any) -> Any:
    """Return a value as formulas have it: ids have 15 characters there."""
    return value[:15] if isinstance(value, str) and _ID.fullmatch(value) else value


def _up(row: Mapping[str, Any], path: Iterable[str]) -> Any:
    found: Any = row
    for step in path:
        if not isinstance(found, dict):
            return None
        found = next((value for name, value in found.items() if name.lower() == step.lower()), None)
    return _plain(found)


def _of_user(start: tuple[str, ...]) -> Callable[[Org, list[list[str]]], Iterator[tuple[list[str], Any]]]:
    """Read fields of the running user, or of what it points to."""

    def read(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
        columns = dict.fromkeys(".".join((*start, *rest)) for rest in wanted)
        rows = list(org.query(select(tuple(columns), "User", f"WHERE Id = {text(org.facts.user_id or '')}")))
        if rows:
            yield from ((rest, _up(rows[0], (*start, *rest))) for rest in wanted)

    return read


def _organization(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
    columns = dict.fromkeys(".".join(rest) for rest in wanted)
    rows = list(org.query(select(tuple(columns), "Organization", "LIMIT 1")))
    if rows:
        yield from ((rest, _up(rows[0], rest)) for rest in wanted)


def _setup(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
    """Read a hierarchy custom setting: the user's own record, else the profile's, else the org's, field by field."""
    name = wanted[0][0]
    names = [rest[1] for rest in wanted if len(rest) == 2]
    user = next(iter(org.query(select(("ProfileId",), "User", f"WHERE Id = {text(org.facts.user_id or '')}"))), {})
    owners = [org.facts.user_id or "", str(user.get("ProfileId") or ""), org.org_id]
    rows = list(org.query(select(("SetupOwnerId", *dict.fromkeys(names)), name, f"WHERE SetupOwnerId IN {texts(owners)}")))
    by_owner = {str(row.get("SetupOwnerId"))[:15]: row for row in rows}
    types = _types(org, name)
    for rest in wanted:
        found = [_up(by_owner[owner[:15]], rest[1:]) for owner in owners if owner[:15] in by_owner]
        value = next((one for one in found if one is not None), None)
        kind = types.get(rest[-1].lower())
        yield rest, False if value is None and kind == "boolean" else _as_counted(value, kind)


def _types(org: Org, name: str) -> dict[str, str]:
    """Return the types of an object's fields, by name in small letters."""
    return {one["name"].lower(): one["type"] for one in org.get(f"sobjects/{name}/describe").get("fields", ())}


def _as_counted(value: Any, kind: str | None) -> Any:
    """Return a value as formulas count with it: 50 percent are 0.5."""
    return float(Decimal(str(value)) / 100) if kind == "percent" and value is not None else value


def _metadata(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
    kind, record = wanted[0][:2]
    columns = dict.fromkeys(".".join(rest[2:]) for rest in wanted if len(rest) > 2)
    rows = list(org.query(select(tuple(columns), kind, f"WHERE DeveloperName = {text(record)}")))
    for rest in wanted:
        if len(rest) > 2:
            value = _up(rows[0], rest[2:]) if rows else None
            number = isinstance(value, float | int) and not isinstance(value, bool)
            yield rest, _as_counted(value, _types(org, kind).get(rest[2].lower())) if number else value


def _permissions(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
    """Read which custom permissions the running user has by any permission set, its profile's own among them."""
    names = [rest[0] for rest in wanted]
    there = list(org.query(select(("Id", "DeveloperName"), "CustomPermission", f"WHERE DeveloperName IN {texts(names)}")))
    granted: set[str] = set()
    if there:
        ids = texts([str(row["Id"]) for row in there])
        owner = f"WHERE AssigneeId = {text(org.facts.user_id or '')}"
        mine = select(("PermissionSetId",), "PermissionSetAssignment", owner)
        condition = f"WHERE SetupEntityId IN {ids} AND ParentId IN ({mine})"
        granted = {
            str(row["SetupEntityId"]) for row in org.query(select(("SetupEntityId",), "SetupEntityAccess", condition))
        }
    known = {str(row["DeveloperName"]).lower(): str(row["Id"]) in granted for row in there}
    yield from ((rest, known.get(rest[0].lower(), False)) for rest in wanted)


def _labels(org: Org, wanted: list[list[str]]) -> Iterator[tuple[list[str], Any]]:
    names = [rest[-1] for rest in wanted]
    soql = select(("Name", "Value"), "ExternalString", f"WHERE Name IN {texts(names)}")
    known = {str(row["Name"]).lower(): row["Value"] for row in org.get("tooling/query", q=soql).get("records", ())}
    yield from ((rest, known[rest[-1].lower()]) for rest in wanted if rest[-1].lower() in known)


_READERS: Mapping[str, Callable[[Org, list[list[str]]], Iterator[tuple[list[str], Any]]]] = {
    "$user": _of_user(()),
    "$profile": _of_user(("Profile",)),
    "$userrole": _of_user(("UserRole",)),
    "$organization": _organization,
    "$setup": _setup,
    "$custommetadata": _metadata,
    "$permission": _permissions,
    "$label": _labels,
}
