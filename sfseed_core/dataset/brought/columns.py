"""What the columns of a file are: fields by API name or label, ids, references by another field of their target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.recipe.columns import RECORD_TYPE
from sfseed_core.recipe.own_table import columns_of
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_core.dataset.brought.problems import Problems
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.schema.model import Field, ObjectSchema

COMPOSITE, PARTED = "$$", ";"  # how SFDMU names a column of a composite key, and what stands between its values
_OWN_KEYS = ("as", "#", "local key")  # columns by which other files name a record, beside its Id
_RECORD_TYPES = frozenset(
    {RECORD_TYPE.lower(), "record type", "record type id", "recordtype.developername", "recordtype.name"}
)
_SYSTEM = frozenset({"id", "attributes", "errors", "old id", "sf__id", "sf__created", "sf__error"})


@dataclass(frozen=True, slots=True)
class Link:
    """A column that fills the reference `field`: by ids and names, or by what its target holds in the field (or fields) `by`.

    `target` is the target's object where the column says it (`Lead:Who.Key__c`).
    """

    column: str
    field: Field
    by: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: `values` by field, `links` of references, where the records' `ids` and own `keys` stand.

    `record_types` is the column of record types. `passed_over` are columns that the org fills itself, `unknown` those that
    are nothing of the object's, `again` those of a field that another column has already.
    """

    values: Mapping[str, str]
    links: tuple[Link, ...]
    ids: str | None
    keys: str | None
    record_types: str | None
    passed_over: tuple[str, ...]
    unknown: tuple[str, ...]
    again: Mapping[str, str]


def understand(file: Brought, described: ObjectSchema) -> Columns:
    """Return what the columns of a file of the object's records are."""
    names = file.table.column_names
    plain = {name: name.strip().lower() for name in names}
    values: dict[str, str] = {}
    links: list[Link] = []
    ids = next((name for name in names if plain[name] == "id"), None)
    keys = next((name for name in names if plain[name] in _OWN_KEYS), None)
    record_types = next((name for name in names if _is_record_type(plain[name])), None)
    rest: list[str] = []
    again: dict[str, str] = {}
    for name in names:
        if name in {ids, keys, record_types}:
            continue
        link = _link(name, described)
        if link is not None:
            links.append(link)
            continue
        field = next(iter(columns_of(described, [name]).columns.values()), None)
        if field is None:
            rest.append(name)
        elif field in values:
            again[name] = field
        else:
            values[field] = name
    known = {one.lower() for field in described.fields.values() for one in (field.name, field.label)} | _SYSTEM
    passed = tuple(name for name in rest if plain[name] in known or name.strip().startswith(COMPOSITE))
    unknown = tuple(one for one in rest if one not in passed)
    return Columns(values, tuple(links), ids, keys, record_types, passed, unknown, again)


def tell_again(file: Brought, columns: Columns, problems: Problems) -> None:
    """Say which columns are those of one field: which of them is meant cannot be known."""
    for name, field in columns.again.items():
        problems.add(file, f"{file.path.name}, line 1: {columns.values[field]!r} and {name!r} both stand for {field}")


def tell_unknown(file: Brought, described: ObjectSchema, columns: Columns, problems: Problems) -> None:
    """Say of each column that is nothing of the object's what may have been meant."""
    for name in columns.unknown:
        near = did_you_mean(name, [*described.fields, *(one.label for one in described.fields.values() if one.createable)])
        problems.add(file, f"{file.path.name}, line 1: {described.name} has no field {name!r} that can be written{near}")


def is_composite(by: str) -> bool:
    """Say whether a column tells its target by several fields at once (`Name;Account.Name`)."""
    return PARTED in by


def _is_record_type(name: str) -> bool:
    return name in _RECORD_TYPES or name.startswith(f"recordtype.{COMPOSITE}developername")


def _link(name: str, described: ObjectSchema) -> Link | None:
    target, _, rest = name.strip().rpartition(":")
    relationship, dot, by = rest.partition(".")
    for field in described.references:
        if not field.createable or field.name == RECORD_TYPE:
            continue
        if dot and relationship.lower() in {*_relationships(field)}:
            return Link(name, field, _fields_of(by.strip()), target.strip() or None)
        if not dot and name.strip().lower() in {*_spellings(field, described)}:
            return Link(name, field)
    return None


def _fields_of(by: str) -> str:
    """The field, or the fields of a composite key, which SFDMU writes as `$$Name$Account.Name`."""
    return by.removeprefix(COMPOSITE).replace("$", PARTED) if by.startswith(COMPOSITE) else by


def _relationships(field: Field) -> Iterator[str]:
    yield (field.relationship_name or "").lower()
    yield field.name.lower()


def _spellings(field: Field, described: ObjectSchema) -> Iterator[str]:
    label = field.label.lower()
    short = label.removesuffix(" id")
    yield from (field.name.lower(), label, short, f"{short} name")
    if short.startswith(f"{described.label.lower()} "):
        yield short.removeprefix(f"{described.label.lower()} ")
    if not field.custom:
        yield field.name.lower().removesuffix("id")
