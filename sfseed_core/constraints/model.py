"""What a valid record is, as data: rules of single fields, and rules between the fields of a record."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Format = Literal["email", "phone", "url", "base64", "html"]
Kind = Literal["exactly_one", "at_least_one", "at_most_one", "all_or_none", "not_after", "not_with", "unique_together"]


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What the org asks of one field's value at insert.

    `writable`: the org takes values for it. `left_out_why` is set when we make no values for it, with the reason (the org
    cannot take them, or sets them itself, or would do something nobody asked for); `needed` when we always make one.
    `allowed` are the only values that the org takes
    (restricted picklists, statuses at insert); None when it takes any. `suggested` are those that a record should have:
    the active values, of a status only the usable ones. `max_chars` and `max_bytes` (UTF-8) bound text, `max_selected` a
    multi-select; `template` is a form of codes (`#` a digit) that every value we make has;
    `whole_digits` bounds the digits left of the point; `low` and `high` bound numbers. `fixed` is the one
    value that the field must have. `controller` names the field that a dependent picklist depends on and `by_controller`
    its values per value of that field; `by_record_type` the values per developer name, where they were read.
    """

    required: bool = False
    writable: bool = True
    left_out_why: str | None = None
    needed: bool = False
    allowed: tuple[str, ...] | None = None
    suggested: tuple[str, ...] = ()
    max_chars: int | None = None
    max_bytes: int | None = None
    max_selected: int | None = None
    whole_digits: int | None = None
    scale: int | None = None
    low: int | None = None
    high: int | None = None
    unique: bool = False
    case_sensitive: bool = False
    format: Format | None = None
    template: str | None = None
    fixed: str | bool | None = None
    controller: str | None = None
    by_controller: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    by_record_type: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class StandardRule:
    """A rule between fields of one record, or one that a field alone cannot state (SALESFORCE.md section 8).

    `exactly_one`, `at_least_one`, `at_most_one`, `all_or_none` count those of `fields` that hold a value; `not_after`: the
    first is not after the second; `not_with`: the first is empty when the second points to a record of object `target`;
    `unique_together`: no two records agree in all `fields` (rows with an empty one do not count).
    """

    kind: Kind
    fields: tuple[str, ...]
    message: str
    code: str = "FIELD_INTEGRITY_EXCEPTION"
    target: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectRules:
    """What the org asks of one object's records."""

    object: str
    fields: Mapping[str, FieldRules]
    standard: tuple[StandardRule, ...] = ()
