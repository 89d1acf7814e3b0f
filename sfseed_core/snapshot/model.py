"""The snapshot: users, record types, price book, stages, counts, limits and taken unique values of an org."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sfseed_core.schema.model import ValidationRule


@dataclass(frozen=True, slots=True)
class User:
    """An active standard user, who may own records."""

    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of a status table: OpportunityStage, CaseStatus, LeadStatus, ContractStatus, OrderStatus, ...

    `api_name` is the value that records hold; `category` the forecast category's name or the status code.
    `probability` is in whole percent.
    """

    api_name: str
    label: str
    sort_order: int = 0
    active: bool = True
    default: bool = False
    closed: bool = False
    won: bool = False
    converted: bool = False
    probability: int | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """An active duplicate rule of an object: whether the API refuses what it finds, and the matching rules that it goes by."""

    object: str
    name: str
    refuses: bool
    matching: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The records of an object that rules go through by VLOOKUP: their names, and values of fields as a CSV would hold them.

    `types` holds the describe's type of each of these fields.
    """

    names: tuple[str, ...] = ()
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=lambda: MappingProxyType({}))
    types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read of an org at `taken_at` (UTC).

    `statuses` is keyed by the table's object name (`OpportunityStage`, `CaseStatus`, ...) and empty where the org does not
    have the table. `counts` holds records per object, approximate. `storage_free_mb` is None where the user may not
    read limits. `taken` holds, per `Object.Field` of unique fields, the values that the org already has.
    `record_types` maps object -> developer name -> id; `person_types` lists the
    developer names of person types. `validation_rules` holds the active rules per
    object, `globals` the values that these ask for beside the record, by path in small letters,
    `looked_up` the records that they go through by VLOOKUP, by object in small letters. `existing` holds, per
    query of a recipe or plan (`recipe.model.Existing.found_in`), the ids that it found. `unread` says what could not be
    read, with the reason.
    """

    org_id: str
    api_version: str
    taken_at: datetime
    user: User
    time_zone: str = "GMT"
    locale: str = "en_US"
    currency: str | None = None
    currencies: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    statuses: Mapping[str, tuple[Stage, ...]] = field(default_factory=lambda: MappingProxyType({}))
    record_types: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    person_types: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    standard_price_book: str | None = None
    standard_price_book_active: bool = False
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    storage_free_mb: int | None = None
    storage_max_mb: int | None = None
    api_calls_left: int | None = None
    taken: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    validation_rules: Mapping[str, tuple[ValidationRule, ...]] = field(default_factory=lambda: MappingProxyType({}))
    existing: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    globals: Mapping[str, str | bool | int | float | None] = field(default_factory=lambda: MappingProxyType({}))
    looked_up: Mapping[str, LookedUp] = field(default_factory=lambda: MappingProxyType({}))
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    unread: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def with_globals(self, given: Mapping[str, str | bool | int | float | None]) -> Snapshot:
        """Return the snapshot with values of globals over those that were read, by path in small letters."""
        return replace(self, globals=MappingProxyType({**self.globals, **given})) if given else self
