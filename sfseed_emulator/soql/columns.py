"""How each field of an object reads in SQL: stored in a column, put together, or rolled up from children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_emulator.soql.binder import quoted, string
from sfseed_emulator.tables import is_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema

NAME_PARTS = ("FirstName", "MiddleName", "LastName", "Suffix")
ADDRESS_PARTS: Mapping[str, str] = {
    "city": "City",
    "country": "Country",
    "countryCode": "CountryCode",
    "geocodeAccuracy": "GeocodeAccuracy",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "postalCode": "PostalCode",
    "state": "State",
    "stateCode": "StateCode",
    "street": "Street",
}
LOCATION_PARTS: Mapping[str, str] = {"latitude": "Latitude", "longitude": "Longitude"}
_OPTIONAL_PARTS = frozenset({"countryCode", "stateCode"})


def field_sql(schema: OrgSchema, owner: ObjectDef, field: FieldDef, alias: str) -> str:
    """Return the SQL expression that reads a field of the row `alias`."""
    roll_up = owner.extras.get("rollups", {}).get(field.name)
    if roll_up is not None:
        return _roll_up(schema, owner, roll_up, alias)
    if not is_stored(field):
        return "NULL"  # compound fields are read part by part; formulas stay empty until the emulator evaluates them
    if _is_compound_name(owner, field):
        return _person_name(owner, alias)
    return f"{alias}.{quoted(field.name)}"


def component_fields(owner: ObjectDef, field: FieldDef) -> dict[str, FieldDef | None]:
    """Return the parts of an address or geolocation by their JSON key, in Salesforce's order."""
    parts = ADDRESS_PARTS if field.type == "address" else LOCATION_PARTS
    own = {found.name: found for found in owner.fields.values() if found.compound_field_name == field.name}
    custom = field.name.endswith("__c")
    stem = field.name.removesuffix("__c" if custom else "Address")
    found: dict[str, FieldDef | None] = {}
    for key, part in parts.items():
        component = own.get(f"{stem}__{part}__s" if custom else f"{stem}{part}")
        if component is not None or key not in _OPTIONAL_PARTS:
            found[key] = component
    return found


def _is_compound_name(owner: ObjectDef, field: FieldDef) -> bool:
    last = owner.fields.get("LastName")
    return field.name == "Name" and last is not None and last.compound_field_name == "Name"


def _person_name(owner: ObjectDef, alias: str) -> str:
    parts = [quoted(part) for part in NAME_PARTS if part in owner.fields]
    joined = " || ".join(f"COALESCE(' ' || {alias}.{part}, '')" for part in parts)
    return f"COALESCE({alias}.{quoted('Name')}, NULLIF(TRIM({joined}), ''))"


_ROLL_UPS: Mapping[str, Callable[[str], str]] = {
    "count": lambda _: "COUNT(*)",
    "sum": lambda column: f"COALESCE(SUM({column}), 0)",
    "min": lambda column: f"MIN({column})",
    "max": lambda column: f"MAX({column})",
}


def _roll_up(schema: OrgSchema, owner: ObjectDef, rule: Mapping[str, Any], alias: str) -> str:
    child = schema.get(str(rule["child"]))
    if child is None:
        return "NULL"
    inner = f"r_{alias}"
    lookup = roll_up_lookup(owner, child, rule)
    summed = child.fields.get(str(rule.get("field") or ""))
    column = field_sql(schema, child, summed, inner) if summed is not None else "NULL"
    call = _ROLL_UPS[str(rule["op"]).lower()](column)
    return (
        f"(SELECT {call} FROM {quoted(child.name)} {inner} WHERE {inner}.{quoted(lookup)} = {alias}.{quoted('Id')}"
        f" AND {inner}.{quoted('IsDeleted')} = 0)"
    )


def roll_up_lookup(owner: ObjectDef, child: ObjectDef, rule: Mapping[str, Any]) -> str:
    """Return the child's reference by which a roll-up finds its records."""
    named = rule.get("lookup")
    details = (found.name for found in child.fields.values() if found.master_detail and owner.name in found.reference_to)
    return str(named) if named else next(details)


def type_sql(schema: OrgSchema, targets: tuple[str, ...], column: str) -> str:
    """Return the SQL expression that names the object a polymorphic reference points to."""
    known = [found for name in targets if (found := schema.get(name)) is not None and found.key_prefix]
    if not known:
        return "NULL"
    cases = " ".join(f"WHEN {string(str(found.key_prefix))} THEN {string(found.name)}" for found in known)
    return f"CASE SUBSTR({column}, 1, 3) {cases} END"
