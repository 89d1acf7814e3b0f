"""Records that a duplicate rule of the org will take for one that the org has already.

Only what the standard matching rules say without doubt is a refusal: both names equal and, beside them, what one of the rule's
alternatives asks for. The org is asked for the records of those names alone that both have, and what it answers stays in memory.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.finding import Finding, Level
from sfseed_core.errors import GuardRefused, LoginFailed, OrgError, SessionExpired
from sfseed_core.org.soql import select, texts
from sfseed_core.recipe.columns import RECORD
from sfseed_core.snapshot.taken import NAMES, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sfseed_core.snapshot.model import DuplicateRule, Snapshot

    Ask = Callable[[str], Iterable[Mapping[str, Any]]]
    Row = Mapping[str, str]

DUPLICATE = "duplicate"
MOST_CALLS = 40
"""What more calls would be needed for is not compared, and that is said."""

_AT_ONCE = 50
_FATAL = (LoginFailed, GuardRefused, SessionExpired)
_PERSON = {"first": "FirstName", "last": "LastName", "email": "Email", "phone": "Phone", "title": "Title"}
_PARTS: Mapping[str, Mapping[str, str]] = {
    "Account": {
        "name": "Name", "phone": "Phone", "street": "BillingStreet", "city": "BillingCity", "state": "BillingState",
        "zip": "BillingPostalCode",
    },
    "Contact": _PERSON | {"street": "MailingStreet", "city": "MailingCity", "zip": "MailingPostalCode"},
    "Lead": _PERSON | {"company": "Company", "street": "Street", "city": "City", "zip": "PostalCode"},
}  # fmt: skip
"""Which field of each object the parts are that the standard matching rules compare (docs/matching-rules.md)."""
_SURE = {
    "Account": (("street", "city"), ("street", "zip"), ("city", "state")),
    "Person": (
        ("email",),
        ("title", "company"),
        *(("street", place, key) for place in ("city", "zip") for key in ("domain", "phone", "company")),
    ),
}
"""What must agree beside the names: an alternative of the equation, with the match key that brings the two together."""
_MAYBE = (("phone",),)


@dataclass(frozen=True, slots=True)
class InOrg:
    """Findings about records that the org has already, how many calls they took, and what was not compared and why."""

    findings: tuple[Finding, ...] = ()
    calls: int = 0
    not_compared: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def found_in_org(tables: Mapping[str, pa.Table], snapshot: Snapshot, ask: Ask) -> InOrg:
    """Compare records with the org's by its active standard duplicate rules that refuse what they find."""
    asking = _Asking(ask)
    findings: list[Finding] = []
    missed: dict[str, str] = {}
    for rule in snapshot.duplicate_rules:
        if rule.object not in tables or rule.object not in _PARTS or not rule.refuses:
            continue
        mine = list(_rows(rule.object, _candidates(rule, tables[rule.object], snapshot)))
        sure: set[int] = set()
        maybe: set[int] = set()
        for other, standard in _compared(rule):
            if not standard:
                missed[rule.name] = f"{other} is compared by a matching rule of the org's own"
                continue
            try:
                theirs = asking.of(other, _shared(mine, other, snapshot))
            except _FATAL:
                raise
            except OrgError as error:
                missed[rule.name] = error.message
                continue
            sure |= set(_alike(mine, theirs, _SURE["Account" if rule.object == "Account" else "Person"]))
            maybe |= set(_alike(mine, theirs, _MAYBE))
        findings += _findings(rule, sure, maybe - sure)
    return InOrg(tuple(findings), asking.calls, MappingProxyType(missed))


class _Asking:
    """Asks the org for records by names, each name once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: defaultdict[str, dict[str, list[Row]]] = defaultdict(dict)
        self.calls = 0

    def of(self, name: str, wanted: Iterable[str]) -> list[Row]:
        """Return the org's records of these last names (of accounts: names)."""
        known = self._known[name]
        open_ = [one for one in dict.fromkeys(wanted) if one not in known]
        if self.calls + len(open_) / _AT_ONCE > MOST_CALLS:
            raise OrgError(f"{len(open_):,} names that both have: more than {MOST_CALLS} calls")
        parts = _PARTS[name]
        for some in _batched(open_):
            self.calls += 1
            known |= {one: [] for one in some}
            soql = select(tuple(parts.values()), name, f"WHERE {NAMES[name][-1]} IN {texts(some)}")
            for row in self._ask(soql):
                told = _told(parts, [row.get(column) for column in parts.values()])
                known.setdefault(told.get("last") or told.get("name") or "", []).append(told)
        return [row for one in dict.fromkeys(wanted) for row in known.get(one, ())]


def _batched(values: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _compared(rule: DuplicateRule) -> Iterator[tuple[str, bool]]:
    """Give the objects that a rule compares with, and whether it does so by a standard matching rule."""
    for one in rule.matching:
        name, _, matching = one.rpartition(".")
        other = name or rule.object
        yield (
            other,
            other in _PARTS and matching.startswith("Standard_") and (other == "Account") == (rule.object == "Account"),
        )


def _folded(value: object) -> str:
    return " ".join(str(value).split()).lower() if value is not None else ""


def _candidates(rule: DuplicateRule, table: pa.Table, snapshot: Snapshot) -> pa.Table:
    """Return the records whose whole names an object that they are compared with has too; all where that is not known."""
    others = [name for name, standard in _compared(rule) if standard]
    known = [snapshot.taken.get(name_key(other)) for other in others]
    names = NAMES[rule.object]
    if not set(names) <= set(table.column_names):
        return table.slice(0, 0)
    if None in known:
        return table
    taken = pa.array(sorted({_folded(one.replace("\t", " ")) for each in known for one in each or ()}), pa.string())
    parts = [pc.utf8_lower(pc.utf8_trim_whitespace(table[one].cast(pa.string()))) for one in names]
    return table.filter(pc.is_in(pc.binary_join_element_wise(*parts, " "), value_set=taken))


def _rows(name: str, table: pa.Table) -> Iterator[tuple[int, Row]]:
    """Give the records with what matching rules compare."""
    here = {part: column for part, column in _PARTS[name].items() if column in table.column_names}
    columns = [table[field].to_pylist() for field in here.values()]
    for record, *values in zip(table[RECORD].to_pylist(), *columns, strict=True):
        yield record, _told(here, values)


def _told(parts: Iterable[str], values: Iterable[object]) -> Row:
    """Return what matching rules compare of a record, in small letters; the domain of its e-mail address too."""
    told = {part: _folded(value) for part, value in zip(parts, values, strict=True)}
    return told | {"domain": told.get("email", "").rpartition("@")[2]}


def _shared(mine: Iterable[tuple[int, Row]], other: str, snapshot: Snapshot) -> list[str]:
    """Return the last names (of accounts: names) of records whose whole name the other object has too, as far as is known."""
    known = snapshot.taken.get(name_key(other))
    taken = None if known is None else {_folded(one.replace("\t", " ")) for one in known}
    return [
        row.get("last") or row.get("name") or ""
        for _, row in mine
        if (whole := _whole(row)) and (taken is None or whole in taken)
    ]


def _whole(row: Row) -> str:
    """Return a record's whole name; nothing where a part is missing, for then no rule finds it by its names."""
    if "last" in row:
        return f"{row.get('first', '')} {row['last']}" if row.get("first") and row["last"] else ""
    return row.get("name", "")


def _alike(
    mine: Iterable[tuple[int, Row]], theirs: Iterable[Row], alternatives: Sequence[tuple[str, ...]]
) -> Iterator[int]:
    by_name: defaultdict[str, list[Row]] = defaultdict(list)
    for row in theirs:
        by_name[_whole(row)].append(row)
    for record, row in mine:
        others = by_name.get(_whole(row), ()) if _whole(row) else ()
        if any(_agree(row, other, parts) for other in others for parts in alternatives):
            yield record


def _agree(one: Row, other: Row, parts: tuple[str, ...]) -> bool:
    return all(one.get(part) and one.get(part) == other.get(part) for part in parts)


def _findings(rule: DuplicateRule, sure: set[int], maybe: set[int]) -> Iterator[Finding]:
    told = (
        (sure, "takes it for a record that the org has", Level.REFUSED),
        (maybe, "may take it for a record that the org has", Level.DOUBTFUL),
    )
    for records, message, level in told:
        if records:
            yield Finding(
                rule.object,
                NAMES[rule.object][-1],
                DUPLICATE,
                f"the duplicate rule {rule.name!r} {message}",
                level,
                "insert",
                np.array(sorted(records), dtype=np.int64),
                "give it another name, or turn the rule off while you load",
            )


def columns_compared(name: str, there: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of an object that matching rules compare."""
    wanted = {*_PARTS.get(name, {}).values()}
    return tuple(one for one in there if one in wanted)
