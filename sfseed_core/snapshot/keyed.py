"""Records of an org that a dataset names by one of their fields: which of them are there, and how often.

They are held among a snapshot's `existing`, as `Account.Key__c=a-1` with the ids that were found; the bare `Account.Key__c` says
that it was asked for at all, and by what kind of field.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sfseed_core.errors import OrgAnswered, UserError
from sfseed_core.org.found import find_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Field, ObjectSchema

_NUMBERS = frozenset({"double", "int", "currency", "percent", "long"})
_EXACT, _NUMBER = "exact", "number"  # kinds of fields, where the bare symbol is held; texts in any case have none


def read_keyed(
    org: Org, schema: Mapping[str, ObjectSchema], wanted: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return what a snapshot's `existing` holds of the records with these values, by the symbol (`Account.Key__c`) that asks.

    Raises UserError where the org cannot be asked by that field.
    """
    found: dict[str, tuple[str, ...]] = {}
    for symbol, values in wanted.items():
        name, _, by = symbol.partition(".")
        field = schema[name].fields.get(by) if name in schema else None
        found |= {symbol: _kind(by, field), **_read(org, name, by, field, values)}
    return found


def _read(org: Org, name: str, by: str, field: Field | None, values: Sequence[str]) -> dict[str, tuple[str, ...]]:
    quoted = field is None or field.type not in _NUMBERS
    asked = values if quoted else [one for one in values if _is_number(one)]
    ids: defaultdict[str, dict[str, None]] = defaultdict(dict)
    try:
        for row in find_by(org, name, (by,), by, asked, quoted=quoted):
            ids[keyed(name, by, row[by], field)][row["Id"]] = None
            if by == "Id":
                ids[keyed(name, by, row[by][:15], field)][row["Id"]] = None
    except OrgAnswered as error:
        raise UserError(
            f"the org cannot be asked for {name} by {by}: {error.message}",
            hint="A relationship column is called after the relationship and a field of the parent: Account.Key__c",
        ) from error
    return {key: tuple(one) for key, one in ids.items()}


def keyed(name: str, by: str, value: str, field: Field | None = None) -> str:
    """Return under what key a snapshot's `existing` holds the records with this value."""
    return f"{name}.{by}={_plain(value, _kind(by, field))}"


def found_by(existing: Mapping[str, tuple[str, ...]], written: str) -> tuple[str, ...]:
    """Return the ids of the records that `Account.Key__c=A-1` stands for: one where all is well."""
    symbol, sign, value = written.partition("=")
    return existing.get(f"{symbol}{sign}{_plain(value, existing.get(symbol, ()))}", ())


def _kind(by: str, field: Field | None) -> tuple[str, ...]:
    if field is not None and field.type in _NUMBERS:
        return (_NUMBER,)
    return (_EXACT,) if by == "Id" or (field is not None and field.case_sensitive) else ()


def _plain(value: str, kind: tuple[str, ...]) -> str:
    """A value as it is held: numbers without zeros at the end, texts of most fields in small letters; `v1.0` is not `v1`."""
    plain = value.strip()
    if _NUMBER in kind:
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain if _EXACT in kind else plain.lower()


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdecimal()
