"""From a value as sent, in CSV or JSON, to the form in which its column keeps it; Refused when the field cannot hold it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, TypeAlias

from sfseed_emulator import ids, messages
from sfseed_emulator.outcome import Refused, RowError

if TYPE_CHECKING:
    from sfseed_emulator.schema import FieldDef, OrgSchema

FromText: TypeAlias = Callable[[str], object]
FromJson: TypeAlias = Callable[[object], object]
Misread: TypeAlias = Callable[[str], RowError]

LONGEST_TEXT = 131_072
MOST_VALUES = 100
_FIRST_YEAR, _LAST_YEAR = 1700, 4000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(r"([0-9-]{10})T([0-9:]{8})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?Z?")
_LOWER_CASE_EMAILS = frozenset({"Email", "PersonEmail"})
"""Fields of people (contacts, leads, users) whose addresses come back in lower case, as recorded of real orgs."""

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_UTC_OFFSETS = frozenset((None, "Z", "+0000", "+00:00", "-0000", "-00:00"))
_BOOLEANS: Mapping[str, int] = {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0}


def text_parser(field: FieldDef, schema: OrgSchema, misread: Misread) -> FromText:
    """Return the function that reads a field's text form; `misread` makes the error for text of no such type."""
    return _PARSERS.get(field.type, _text)(field, schema, misread)


def csv_parser(field: FieldDef, schema: OrgSchema) -> FromText:
    """Return the function that reads a field's CSV values (not empty, not #N/A)."""
    return text_parser(field, schema, lambda value: messages.wrong_type_csv(field, value))


def json_parser(field: FieldDef, schema: OrgSchema) -> FromJson:
    """Return the function that reads a field's JSON values (not null); strings count as what they say."""
    kind = field.type if field.type in _PARSERS_OF_JSON else "string"
    parse = text_parser(field, schema, lambda value: messages.wrong_type_json(kind, "VALUE_STRING", value))
    number = kind in ("int", "double", "currency", "percent")

    def read(value: object) -> object:
        if isinstance(value, str):
            return parse(value) if value or kind == "boolean" else None
        if isinstance(value, bool):
            if number or kind in ("date", "datetime", "time"):
                raise Refused(messages.wrong_type_json(kind, f"VALUE_{str(value).upper()}", str(value).lower()))
            return parse(str(value).lower())
        if isinstance(value, int | float):
            if number or kind == "string":
                return parse(str(value))
            token = "VALUE_NUMBER_INT" if isinstance(value, int) else "VALUE_NUMBER_FLOAT"
            raise Refused(messages.wrong_type_json(kind, token, value))
        raise Refused(messages.wrong_type_json(kind, "START_OBJECT" if isinstance(value, dict) else "START_ARRAY", value))

    return read


def _text(field: FieldDef, _schema: OrgSchema, _misread: Misread) -> FromText:
    limit = field.length or LONGEST_TEXT

    def parse(value: str) -> object:
        value = value.strip()
        if len(value) > limit:
            raise Refused(messages.too_long(field, value, limit))
        return value or None

    return parse


def _email(field: FieldDef, schema: OrgSchema, misread: Misread) -> FromText:
    text = _text(field, schema, misread)
    lowers = field.name in _LOWER_CASE_EMAILS

    def parse(value: str) -> object:
        found = text(value)
        if isinstance(found, str) and not _EMAIL.fullmatch(found):
            raise Refused(messages.bad_email(field, found))
        return found.lower() if lowers and isinstance(found, str) else found

    return parse


def _picklist(field: FieldDef, schema: OrgSchema, misread: Misread) -> FromText:
    if not field.restricted_picklist:
        return _text(field, schema, misread)
    known = {value.lower(): value for value in field.values}

    def parse(value: str) -> object:
        value = value.strip()
        if not value:
            return None
        found = known.get(value.lower())
        if found is None:
            raise Refused(messages.bad_picklist(field, value))
        return found

    return parse


def _multipicklist(field: FieldDef, schema: OrgSchema, misread: Misread) -> FromText:
    single = _picklist(field, schema, misread)
    whole = _text(field, schema, misread)

    def parse(value: str) -> object:
        chosen = [single(part) for part in value.split(";")]
        different = [str(part) for part in dict.fromkeys(chosen) if part is not None]
        if len(different) > MOST_VALUES:
            raise Refused(messages.too_many_values(field, MOST_VALUES))
        return whole(";".join(different))

    return parse


def _boolean(_field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    def parse(value: str) -> object:
        found = _BOOLEANS.get(value.strip().lower())
        if found is None:
            raise Refused(misread(value))
        return found

    return parse


def _integer(field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    limit = 10 ** (field.digits or 9)

    def parse(value: str) -> object:
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            raise Refused(misread(value))
        number = Decimal(value)
        if abs(number) >= limit:
            raise Refused(messages.out_of_range(field, value))
        if number != number.to_integral_value():
            raise Refused(misread(value))
        return int(number)

    return parse


def _decimal(field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    step = Decimal(1).scaleb(-field.scale)
    limit = Decimal(10) ** (field.precision - field.scale if field.precision else 18)

    def parse(value: str) -> object:
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            raise Refused(misread(value))
        number = Decimal(value)
        if abs(number) >= limit:
            raise Refused(messages.out_of_range(field, value))
        number = number.quantize(step, ROUND_HALF_UP)
        if abs(number) >= limit:
            raise Refused(messages.out_of_range(field, value))
        return float(number)

    return parse


def _date(field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    return lambda value: _checked_date(field, value.strip(), misread)


def _checked_date(field: FieldDef, value: str, misread: Misread) -> str:
    if not _DATE.fullmatch(value):
        raise Refused(misread(value))
    try:
        year = date.fromisoformat(value).year
    except ValueError:
        raise Refused(misread(value)) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Refused(messages.bad_date(field, value))
    return value


def _datetime(field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    def parse(value: str) -> object:
        value = value.strip()
        found = _DATE_TIME.fullmatch(value)
        if found is None:
            raise Refused(misread(value))
        day, clock, offset = found.groups()
        _checked_date(field, day, misread)
        try:
            moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in _UTC_OFFSETS else offset}")
        except ValueError:
            raise Refused(misread(value)) from None
        if offset in _UTC_OFFSETS:
            return f"{day}T{clock}.000+0000"
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    return parse


def _time(_field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    def parse(value: str) -> object:
        found = _TIME.fullmatch(value.strip())
        if found is None:
            raise Refused(misread(value))
        hour, minute, second, fraction = found.groups()
        return f"{hour}:{minute}:{second}.{(fraction or '').ljust(3, '0')[:3]}Z"

    return parse


def _reference(field: FieldDef, schema: OrgSchema, _misread: Misread) -> FromText:
    """Read an id; one whose prefix no object of the org has is left to the search for the record, which fails."""
    targets = [schema.get(name) for name in field.reference_to]
    allowed = {target.key_prefix for target in targets if target}
    others = frozenset(schema.by_prefix) - allowed

    def parse(value: str) -> object:
        value = value.strip()
        if not value:
            return None
        found = ids.full_id(value)
        if found is None or found[:3] in others:
            raise Refused(messages.malformed_id(field, value))
        return found

    return parse


def _base64(_field: FieldDef, _schema: OrgSchema, misread: Misread) -> FromText:
    def parse(value: str) -> object:
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            raise Refused(misread(value[:100])) from None
        return value or None

    return parse


_PARSERS: Mapping[str, Callable[[FieldDef, OrgSchema, Misread], FromText]] = {
    "email": _email,
    "picklist": _picklist,
    "multipicklist": _multipicklist,
    "boolean": _boolean,
    "int": _integer,
    "double": _decimal,
    "currency": _decimal,
    "percent": _decimal,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "reference": _reference,
    "base64": _base64,
}
_PARSERS_OF_JSON = frozenset(("boolean", "int", "double", "currency", "percent", "date", "datetime", "time"))
