"""What the org's user should be allowed to do: what for, and what is lost without it; told from what the org answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sfseed_core.errors import OrgError
from sfseed_core.org.answers import understood
from sfseed_core.org.soql import select, text
from sfseed_core.schema.parse import object_schema, summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import ObjectSummary

State = Literal["there", "missing", "unknown"]

_DESCRIBED = 40  # each is a call
USUAL = ("Account", "Contact", "Lead", "Opportunity", "Case", "Product2", "PricebookEntry", "Task", "Event")


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the checklist; `needed` says that nothing can be loaded without it."""

    name: str
    why: str
    without: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """A permission and whether the user has it, as far as the org shows."""

    permission: Permission
    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    org: Org
    listed: Mapping[str, ObjectSummary]
    objects: tuple[str, ...]


def permissions(org: Org, objects: Collection[str] = ()) -> tuple[Allowed, ...]:
    """Look which permissions the user has; `objects` are the ones to be filled (by default the usual ones)."""
    with understood("its objects"):
        listed = summaries(org.describe_global().raw or {})
    chosen = tuple(objects) or tuple(name for name in USUAL if name in listed) or USUAL[:2]
    asked = _Asked(org, listed, chosen)
    return tuple(_one(permission, look, asked) for permission, look in _TABLE)


def message(found: Collection[Allowed]) -> str:
    """Return what to ask the admin for, as text to send."""
    wanted = [one for one in found if one.state == "missing"]
    if not wanted:
        return "Nothing is missing."
    lines = [
        f"- {one.permission.name}: {one.permission.why}." + (f" ({one.detail})" if one.detail else "") for one in wanted
    ]
    return "\n".join(["Please give my user in the sandbox, by a permission set, what of this you can:", *lines])


def _one(permission: Permission, look: Callable[[_Asked], tuple[State, str]], asked: _Asked) -> Allowed:
    try:
        with understood(permission.name):
            return Allowed(permission, *look(asked))
    except OrgError:  # the org has no such object, or the user may not ask
        return Allowed(permission, "unknown")


def _api(_: _Asked) -> tuple[State, str]:
    return "there", ""  # whoever may not use the API has not come this far


def _create(asked: _Asked) -> tuple[State, str]:
    hidden = [name for name in asked.objects if name not in asked.listed]
    closed = [name for name in asked.objects if name in asked.listed and not asked.listed[name].createable]
    said = [f"not visible: {', '.join(hidden)}"] * bool(hidden) + [f"no create: {', '.join(closed)}"] * bool(closed)
    return ("missing" if said else "there"), "; ".join(said)


def _fields(asked: _Asked) -> tuple[State, str]:
    poor = []
    seen = [name for name in asked.objects if name in asked.listed and asked.listed[name].createable]
    for name in seen[:_DESCRIBED]:
        described = object_schema(asked.org.describe(name).raw or {})
        fields = [one for one in described.fields.values() if one.custom and not one.calculated and not one.auto_number]
        poor += [f"{name}.{one.name}" for one in fields if not one.createable]
    more = f" and {len(poor) - 5} more" if len(poor) > 5 else ""
    rest = f"; of {len(seen)} objects the first {_DESCRIBED} were looked at" if len(seen) > _DESCRIBED else ""
    return ("missing" if poor else "there"), (f"read-only: {', '.join(poor[:5])}{more}" if poor else "") + rest


def _setup(asked: _Asked) -> tuple[State, str]:
    return ("missing", "") if asked.org.limits() is None else ("there", "")


def _marketing(asked: _Asked) -> tuple[State, str]:
    if "Campaign" not in asked.listed:
        return "missing", "Campaign is not visible"
    if not asked.listed["Campaign"].createable:
        return "missing", "no create: Campaign"
    soql = select(("UserPermissionsMarketingUser",), "User", "WHERE Id =", text(asked.org.facts.user_id or ""))
    row = next(asked.org.query(soql), {})
    told = row.get("UserPermissionsMarketingUser")
    return ("there" if told else "unknown" if told is None else "missing"), ""


def _audit(asked: _Asked) -> tuple[State, str]:
    raw = asked.org.describe(next((one for one in asked.objects if one in asked.listed), "Account")).raw or {}
    field = object_schema(raw).fields.get("CreatedDate")
    return ("there" if field is not None and field.createable else "missing"), ""


def _activate(asked: _Asked) -> tuple[State, str]:
    soql = select(("PermissionsActivateOrder", "PermissionsActivateContract"), "UserPermissionAccess")
    row = next(asked.org.query(soql), {})
    lacking = [name.removeprefix("Permissions") for name, has in row.items() if name.startswith("Permissions") and not has]
    return ("unknown" if not row else "missing" if lacking else "there"), ", ".join(lacking)


_TABLE: tuple[tuple[Permission, Callable[[_Asked], tuple[State, str]]], ...] = (
    (Permission("API Enabled", "every call goes through the API", "nothing works", needed=True), _api),
    (
        Permission(
            "Create on the objects to be filled",
            "records are inserted as your user",
            "these objects stay empty",
            needed=True,
        ),
        _create,
    ),
    (
        Permission(
            "Edit access to their fields", "values are written with your field permissions", "these fields stay empty"
        ),
        _fields,
    ),
    (
        Permission(
            "View Setup and Configuration",
            "reads limits, free storage and validation rules",
            "storage is unknown, automatic counts stop at 2,000 records, rules are not read",
        ),
        _setup,
    ),
    (Permission("Marketing User", "creates campaigns and their members", "campaigns stay empty"), _marketing),
    (
        Permission(
            "Set Audit Fields upon Record Creation", "lets records look older than today", "every record is created today"
        ),
        _audit,
    ),
    (
        Permission("Activate Orders, Activate Contracts", "moves some of them out of draft", "all of them stay drafts"),
        _activate,
    ),
)
