"""SOSL, as far as clients use it: FIND {words} IN group RETURNING objects with their fields and conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import execute
from sfseed_emulator.tables import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

MOST_FOUND = 2_000
MOST_LENGTH = 10_000
_GROUPS: Mapping[str, frozenset[str]] = {
    "ALL": frozenset({"string", "email", "phone", "url", "textarea", "picklist", "combobox"}),
    "EMAIL": frozenset({"email"}),
    "PHONE": frozenset({"phone"}),
    "NAME": frozenset(),
    "SIDEBAR": frozenset({"string", "email", "phone"}),
}
_SEARCH = re.compile(
    r"\s*FIND\s*(?:\{(?P<braces>(?:\\.|[^{}\\])*)\}|'(?P<quotes>(?:\\.|[^'\\])*)')"
    r"(?:\s+IN\s+(?P<group>ALL|EMAIL|NAME|PHONE|SIDEBAR)\s+FIELDS)?"
    r"(?:\s+RETURNING\s+(?P<objects>.+?))?(?:\s+LIMIT\s+(?P<limit>\d{1,6}))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_OBJECT = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_CLAUSES = re.compile(r"\s+(?=(?:WHERE|ORDER\s+BY|LIMIT|OFFSET|USING)\b)", re.IGNORECASE)
_WORD = re.compile(r'"([^"]*)"|([^\s"()]+)')
_TOKEN = re.compile(r"\w+")
_TOKEN_OR_WILD = re.compile(r"[\w*?]+")
_LOGIC = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object of RETURNING: its fields and what stands behind them, as written."""

    object: str
    fields: str = "Id"
    clauses: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """A whole search; every one of `words` must be found in a record (a trailing * stands for any ending)."""

    words: tuple[str, ...]
    group: str
    wanted: tuple[Wanted, ...]
    limit: int


def parse(text: str) -> Search:
    """Read a search; SoqlError (MALFORMED_SEARCH) where it is none."""
    found = _SEARCH.fullmatch(text) if len(text) <= MOST_LENGTH else None
    if found is None:
        raise SoqlError(
            "MALFORMED_SEARCH", "unexpected token: the search must be of the form FIND {words} RETURNING object"
        )
    term = found["braces"] if found["braces"] is not None else found["quotes"]
    limit = min(int(found["limit"] or MOST_FOUND), MOST_FOUND)
    wanted = tuple(_wanted(one) for one in _listed(found["objects"] or ""))
    return Search(words(re.sub(r"\\(.)", r"\1", term)), (found["group"] or "ALL").upper(), wanted, limit)


def words(term: str) -> tuple[str, ...]:
    """Return what is looked for; SoqlError when that is too short to look for."""
    found = [quoted or plain for quoted, plain in _WORD.findall(term) if plain.upper() not in _LOGIC]
    tokens = tuple(token for word in found for token in _TOKEN_OR_WILD.findall(word.lower()))
    if sum(len(token.strip("*?")) for token in tokens) < 2:
        raise SoqlError("MALFORMED_SEARCH", "search term must be longer than one character")
    return tokens


def _listed(text: str) -> list[str]:
    """Split at the commas outside parentheses and quotes."""
    parts, depth, held, in_text = [], 0, "", False
    for place, sign in enumerate(text):
        in_text ^= sign == "'" and text[place - 1 : place] != "\\"
        depth += 0 if in_text else (sign == "(") - (sign == ")")
        if sign == "," and not depth and not in_text:
            parts.append(held)
            held = ""
        else:
            held += sign
    return [part for part in [*parts, held] if part.strip()]


def _wanted(text: str) -> Wanted:
    found = _OBJECT.fullmatch(text)
    if found is None:
        raise SoqlError("MALFORMED_SEARCH", f"unexpected token: {text.strip()[:80]}")
    if not found[2]:
        return Wanted(found[1])
    fields, *clauses = _CLAUSES.split(found[2].strip(), maxsplit=1)
    return Wanted(found[1], fields, " ".join(clauses))


def search(state: OrgState, asked: Search, version: str) -> list[dict[str, object]]:
    """Return the records found, object by object."""
    wanted = asked.wanted or tuple(
        Wanted(one.name) for one in state.schema.objects.values() if one.describe.get("searchable")
    )
    found: list[dict[str, object]] = []
    for one in wanted:
        target = state.schema.get(one.object)
        if target is None or not target.describe.get("searchable"):
            raise SoqlError("INVALID_TYPE", f"sObject type '{one.object}' is not supported.")
        ids = _matches(state, target, asked)
        if ids:
            found += _read(state, target, one, ids, version)
    return found[: asked.limit]


def _matches(state: OrgState, target: ObjectDef, asked: Search) -> list[str]:
    kinds = _GROUPS[asked.group]
    fields = [
        field.name
        for field in target.fields.values()
        if not field.compound and not field.calculated and (field.type in kinds or field.name_field)
    ]
    if not fields or not state.live_count(target.name):
        return []
    patterns = [re.compile(re.escape(word).replace(r"\*", r"\w*").replace(r"\?", r"\w")) for word in asked.words]
    statement = f"SELECT Id, {', '.join(map(quoted, fields))} FROM {quoted(target.name)} WHERE IsDeleted = 0"
    found: list[str] = []
    with state.lock:
        for record_id, *values in state.db.execute(statement):
            tokens = {token for value in values if value for token in _TOKEN.findall(str(value).lower())}
            if all(any(pattern.fullmatch(token) for token in tokens) for pattern in patterns):
                found.append(record_id)
                if len(found) == MOST_FOUND:
                    break
    return found


def _read(state: OrgState, target: ObjectDef, wanted: Wanted, ids: list[str], version: str) -> list[dict[str, object]]:
    listed = ", ".join(f"'{one}'" for one in ids)
    condition = f"Id IN ({listed})"
    where = re.match(r"WHERE\b(.*?)(?=\bORDER\s+BY\b|\bLIMIT\b|\bOFFSET\b|\Z)", wanted.clauses, re.IGNORECASE | re.DOTALL)
    if where:
        condition += f" AND ({where[1].strip()})"
    rest = wanted.clauses[where.end() :] if where else wanted.clauses
    return execute(state, f"SELECT {wanted.fields} FROM {target.name} WHERE {condition} {rest}", version=version).records
