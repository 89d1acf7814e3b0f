"""Literals of a condition as the stored forms of a field's type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sfseed_emulator.ids import full_id
from sfseed_emulator.soql.errors import SoqlError, fault
from sfseed_emulator.soql.periods import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.schema import FieldDef
    from sfseed_emulator.soql.tree import Comparison, Literal

IDS = frozenset({"id", "reference"})
NUMBERS = frozenset({"int", "double", "currency", "percent", "long"})
_KINDS: Mapping[str, frozenset[str]] = {
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date", "period"}),
    "datetime": frozenset({"datetime", "period"}),
    "time": frozenset({"time"}),
    **{name: frozenset({"number", "money"}) for name in NUMBERS},
}
_SAID: Mapping[str, str] = {
    "datetime": "dateTime",
    "currency": "double",
    "percent": "double",
    "id": "ID",
    "reference": "ID",
}
_TEXT = frozenset({"text"})


@dataclass(frozen=True, slots=True)
class Moment:
    """When, where and by whom a query is asked: what its date literals and scopes are relative to."""

    now: datetime
    zone: str = "UTC"
    user_id: str = ""

    @property
    def today(self) -> date:
        """The day at the user's place."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        """Return the instant at which a day begins at the user's place."""
        return datetime.combine(day, time(0), ZoneInfo(self.zone)).astimezone(UTC)


def is_text(field: FieldDef) -> bool:
    """Whether values of the field are compared as text, without regard to case."""
    return field.type not in _KINDS and field.type not in IDS


def check_kind(text: str, test: Comparison, field: FieldDef, literal: Literal) -> None:
    """Refuse a literal that Salesforce refuses for the field's type."""
    allowed = _KINDS.get(field.type, _TEXT)
    if literal.kind == "null" or literal.kind in allowed:
        return
    kind = _SAID.get(field.type, field.type if field.type in _KINDS else "string")
    quotes = "should be enclosed in quotes" if allowed is _TEXT else "should not be enclosed in quotes"
    raise fault(
        "INVALID_FIELD", text, test.at,
        f"value of filter criterion for field '{field.name}' must be of type {kind} and {quotes}",
    )  # fmt: skip


def stored(text: str, field: FieldDef, literal: Literal) -> object:
    """Return the form in which the field's column would hold the literal (None for null)."""
    if literal.kind == "null":
        return None
    if literal.kind in ("number", "money"):
        value = float(literal.value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if literal.kind == "boolean":
        return int(literal.value == "TRUE")
    if literal.kind == "datetime":
        return datetime_text(_instant(text, literal))
    if literal.kind == "date":
        return _date(text, literal).isoformat()
    if literal.kind == "time":
        return _time(literal.value)
    return _id(literal.value) if field.type in IDS else literal.value


def _id(value: str) -> str | None:
    if value == "":
        return None
    found = full_id(value)
    if found is None:
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")
    return found


def _instant(text: str, literal: Literal) -> datetime:
    try:
        found = datetime.fromisoformat(literal.value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise fault("MALFORMED_QUERY", text, literal.at, f"Invalid datetime: {literal.value}")
    return found.astimezone(UTC)


def _date(text: str, literal: Literal) -> date:
    try:
        return date.fromisoformat(literal.value)
    except ValueError:
        raise fault("MALFORMED_QUERY", text, literal.at, f"Invalid date: {literal.value}") from None


def _time(value: str) -> str:
    clock, _, fraction = value.removesuffix("Z").partition(".")
    return f"{clock}.{fraction.ljust(3, '0')}Z"


def datetime_text(instant: datetime) -> str:
    """Return an instant in the stored form, milliseconds and UTC."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}+0000"


def bounds(field: FieldDef, literal: Literal, moment: Moment) -> tuple[str, str]:
    """Return first stored value of a date literal's range and the one just behind its end."""
    first, behind = period(literal.value, literal.count, moment.today)
    if field.type == "date":
        return first.isoformat(), behind.isoformat()
    end = moment.start_of(behind)
    if literal.value == "LAST_N_DAYS":
        end = moment.now + timedelta(milliseconds=1)  # such a range ends now, not at midnight
    return datetime_text(moment.start_of(first)), datetime_text(end)
