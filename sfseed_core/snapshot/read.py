"""Taking a snapshot: each part is asked for by itself, and what cannot be read is noted instead of failing the rest."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import GuardRefused, LoginFailed, OrgAnswered, OrgError, SessionExpired, UserError
from sfseed_core.events import SILENT, Progress
from sfseed_core.org.answers import understood
from sfseed_core.org.soql import select
from sfseed_core.snapshot.duplicates import read_duplicate_rules
from sfseed_core.snapshot.globals import globals_in, read_globals
from sfseed_core.snapshot.looked_up import read_looked_up
from sfseed_core.snapshot.model import Snapshot, Stage, User
from sfseed_core.snapshot.rules import read_rules
from sfseed_core.snapshot.taken import (
    BULK_FROM,
    MOST_NAMES,
    NAMES,
    csv_rows,
    from_csv,
    from_records,
    name_key,
    named_objects,
    names_of,
    unique_fields,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Schema

_FATAL = (LoginFailed, GuardRefused, SessionExpired)  # nothing else could be read either
_MOST_USERS = 2000  # one page: more owners than any seeding spreads its records over
_STATUS_COLUMNS = ("ApiName", "MasterLabel", "SortOrder", "IsDefault")

# what each status table says besides the columns above
_STATUS_TABLES: Mapping[str, tuple[str, ...]] = {
    "OpportunityStage": ("IsActive", "IsClosed", "IsWon", "DefaultProbability", "ForecastCategoryName"),
    "CaseStatus": ("IsClosed",),
    "LeadStatus": ("IsConverted",),
    "TaskStatus": ("IsClosed",),
    "TaskPriority": (),
    "SolutionStatus": (),
    "ContractStatus": ("StatusCode",),
    "OrderStatus": ("StatusCode",),
    "WorkOrderStatus": ("StatusCode",),
    "WorkOrderLineItemStatus": ("StatusCode",),
    "ServiceAppointmentStatus": ("StatusCode",),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a part of the snapshot is read with."""

    org: Org
    schema: Schema
    objects: tuple[str, ...]


def take(
    org: Org,
    schema: Schema,
    *,
    objects: Collection[str],
    existing: Collection[str] = (),
    observer: Observer = SILENT,
) -> Snapshot:
    """Read what planning needs of an org besides its schema.

    `objects` are the ones to be seeded: their counts and the taken values of their unique fields are read. `existing` are
    queries for records to refer to, without their `SELECT Id FROM`; raises UserError for one that the org does not take.
    """
    asked = _Asked(org, schema, tuple(dict.fromkeys(objects)))
    found_ids = {query: _ids(org, query) for query in existing}
    parts = _parts(asked)
    found: dict[str, Any] = {}
    unread: dict[str, str] = {}
    taken: dict[str, tuple[str, ...]] = {}
    for number, (name, read) in enumerate(parts.items(), 1):
        try:
            with understood(name):
                part = read(asked)
            taken |= part.pop("taken", {})
            unread |= part.pop("unread", {})
            found |= part
        except _FATAL:
            raise
        except OrgError as error:
            unread[name] = error.message
        observer.notify(Progress("plan", number, len(parts), "parts of the snapshot read", name))
    more = {"taken": MappingProxyType(taken), "unread": MappingProxyType(unread), "existing": MappingProxyType(found_ids)}
    return _snapshot(org, {**found, **more})


def _ids(org: Org, query: str) -> tuple[str, ...]:
    try:
        return tuple(str(row["Id"]) for row in org.query(f"SELECT Id FROM {query}"))  # noqa: S608 - the user's own query
    except OrgAnswered as error:
        raise UserError(
            f"the org does not take `existing: SELECT Id FROM {query}`: {error.message}",  # noqa: S608 - a message
            hint="See docs/recipes.md for how records of the org are named.",
        ) from error


def _snapshot(org: Org, found: Mapping[str, Any]) -> Snapshot:
    facts = org.facts
    statuses = {name.removeprefix("status "): value for name, value in found.items() if name.startswith("status ")}
    return Snapshot(
        org_id=org.org_id,
        api_version=org.api_version,
        taken_at=org.session.clock.now(),
        user=User(facts.user_id or "", facts.username or "", facts.user_name or ""),
        time_zone=facts.time_zone or "GMT",
        locale=facts.locale or "en_US",
        statuses=MappingProxyType(statuses),
        **{name: value for name, value in found.items() if not name.startswith("status ")},
    )


def _parts(asked: _Asked) -> dict[str, Callable[[_Asked], dict[str, Any]]]:
    """Return the parts to read, by name."""
    has = asked.schema.listing
    parts: dict[str, Callable[[_Asked], dict[str, Any]]] = {"users": _users, "record types": _record_types}
    for table in _STATUS_TABLES:
        if table in has:
            parts[table] = _status_reader(table)
    if "CurrencyType" in has:
        parts["currencies"] = _currencies
    if "Pricebook2" in has:
        parts["price book"] = _price_book
    parts["record counts"] = _counts
    parts["limits"] = _limits
    parts["validation rules"] = _validation_rules
    parts["duplicate rules"] = _duplicate_rules
    for name in asked.objects:
        for field in unique_fields(asked.schema, name):
            parts[f"{name}.{field}"] = _taken_reader(name, field)
    for name in named_objects(asked.schema, asked.objects):
        parts[f"names of {name}"] = _name_reader(name)
    return parts


def _users(asked: _Asked) -> dict[str, Any]:
    condition = f"WHERE IsActive = true AND UserType = 'Standard' ORDER BY Id LIMIT {_MOST_USERS}"
    rows = asked.org.query(select(("Id", "Username", "Name"), "User", condition))
    return {"users": tuple(User(row["Id"], row["Username"], row["Name"] or "") for row in rows)}


def _record_types(asked: _Asked) -> dict[str, Any]:
    columns = ("Id", "DeveloperName", "SobjectType")
    condition = "WHERE IsActive = true ORDER BY Id"
    try:
        rows = list(asked.org.query(select((*columns, "IsPersonType"), "RecordType", condition)))
    except OrgAnswered as error:
        if error.code != "INVALID_FIELD":
            raise
        rows = list(asked.org.query(select(columns, "RecordType", condition)))  # no person accounts here
    ids: defaultdict[str, dict[str, str]] = defaultdict(dict)
    people: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        # two packages may each have one of the same developer name: the older one is meant
        ids[row["SobjectType"]].setdefault(row["DeveloperName"], row["Id"])
        if row.get("IsPersonType") and row["DeveloperName"] not in people[row["SobjectType"]]:
            people[row["SobjectType"]].append(row["DeveloperName"])
    return {
        "record_types": MappingProxyType({name: MappingProxyType(found) for name, found in ids.items()}),
        "person_types": MappingProxyType({name: tuple(found) for name, found in people.items()}),
    }


def _status_reader(table: str) -> Callable[[_Asked], dict[str, Any]]:
    def read(asked: _Asked) -> dict[str, Any]:
        columns = _STATUS_COLUMNS + _STATUS_TABLES[table]
        if table == "OpportunityStage":
            columns = tuple(name for name in columns if name != "IsDefault")
        rows = asked.org.query(select(columns, table, "ORDER BY SortOrder"))
        return {f"status {table}": tuple(map(_stage, rows))}

    return read


def _stage(row: Mapping[str, Any]) -> Stage:
    probability = row.get("DefaultProbability")
    return Stage(
        api_name=row["ApiName"],
        label=row.get("MasterLabel") or row["ApiName"],
        sort_order=int(row.get("SortOrder") or 0),
        active=row.get("IsActive") is not False,
        default=bool(row.get("IsDefault")),
        closed=bool(row.get("IsClosed")),
        won=bool(row.get("IsWon")),
        converted=bool(row.get("IsConverted")),
        probability=None if probability is None else round(probability),
        category=row.get("ForecastCategoryName") or row.get("StatusCode"),
    )


def _currencies(asked: _Asked) -> dict[str, Any]:
    rows = list(
        asked.org.query(select(("IsoCode", "IsCorporate"), "CurrencyType", "WHERE IsActive = true ORDER BY IsoCode"))
    )
    corporate = next((row["IsoCode"] for row in rows if row.get("IsCorporate")), None)
    return {"currency": corporate, "currencies": tuple(row["IsoCode"] for row in rows)}


def _price_book(asked: _Asked) -> dict[str, Any]:
    rows = list(asked.org.query(select(("Id", "IsActive"), "Pricebook2", "WHERE IsStandard = true")))
    if not rows:
        return {}
    return {"standard_price_book": rows[0]["Id"], "standard_price_book_active": bool(rows[0].get("IsActive"))}


def _counts(asked: _Asked) -> dict[str, Any]:
    counts = asked.org.record_counts(asked.objects)
    return {"counts": MappingProxyType({name: counts.get(name, 0) for name in asked.objects})}


def _validation_rules(asked: _Asked) -> dict[str, Any]:
    rules = read_rules(asked.org, asked.objects)
    formulas = [one.formula for each in rules.values() for one in each]
    found = read_globals(asked.org, globals_in(formulas))
    records, unread = read_looked_up(asked.org, formulas)
    return {"validation_rules": rules, "globals": MappingProxyType(found), "looked_up": records, "unread": unread}


def _duplicate_rules(asked: _Asked) -> dict[str, Any]:
    return {"duplicate_rules": read_duplicate_rules(asked.org, asked.objects)}


def _limits(asked: _Asked) -> dict[str, Any]:
    limits = asked.org.limits()
    if limits is None:
        raise OrgError("this user may not see the org's limits (View Setup and Configuration)")
    return {
        "storage_free_mb": _limit(limits, "DataStorageMB", "Remaining"),
        "storage_max_mb": _limit(limits, "DataStorageMB", "Max"),
        "api_calls_left": _limit(limits, "DailyApiRequests", "Remaining"),
    }


def _limit(limits: Mapping[str, Any], name: str, key: str) -> int | None:
    value = (limits.get(name) or {}).get(key)
    return value if isinstance(value, int) else None


def _name_reader(name: str) -> Callable[[_Asked], dict[str, Any]]:
    def read(asked: _Asked) -> dict[str, Any]:
        count = asked.org.count(select(("COUNT()",), name))
        if count > MOST_NAMES:
            raise OrgError(f"{count:,} records: their names are not compared with new ones")
        soql = select(NAMES[name], name)
        if count < BULK_FROM:
            rows: Iterable[list[str]] = ([row.get(part) or "" for part in NAMES[name]] for row in asked.org.query(soql))
            return {"taken": {name_key(name): names_of(rows)}}
        with tempfile.TemporaryDirectory(prefix="sfseed-") as folder:
            path = asked.org.bulk_query(soql, Path(folder) / "names.csv")
            return {"taken": {name_key(name): names_of(csv_rows(path))}}

    return read


def _taken_reader(name: str, field: str) -> Callable[[_Asked], dict[str, Any]]:
    def read(asked: _Asked) -> dict[str, Any]:
        condition = f"WHERE {field} != null" if asked.schema.objects[name].fields[field].filterable else ""
        soql = select((field,), name, *filter(None, [condition]))
        if asked.org.count(select(("COUNT()",), name)) < BULK_FROM:
            values = from_records(asked.org.query(soql), field)
        else:
            with tempfile.TemporaryDirectory(prefix="sfseed-") as folder:
                values = from_csv(asked.org.bulk_query(soql, Path(folder) / "taken.csv"))
        return {"taken": {f"{name}.{field}": values}}

    return read
