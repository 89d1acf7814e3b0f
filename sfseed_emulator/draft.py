"""Rows on their way into the org: what was given, what is wrong with it, and the complete row to be saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from sfseed_emulator import messages
from sfseed_emulator.columns import FieldColumn, KeyColumn, NestedColumn, nested_key
from sfseed_emulator.outcome import Refused, RowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sfseed_emulator.columns import Column, Operation, Source
    from sfseed_emulator.object_plan import ObjectPlan
    from sfseed_emulator.schema import FieldDef, ObjectDef
    from sfseed_emulator.state import OrgState

NULL_IN_CSV = "#N/A"


class Stage(IntEnum):
    """When an error is found; only those of the earliest stage are reported."""

    READING = 0
    REQUIRED = 1
    VALUES = 2
    REQUIRED_LATER = 3
    RULES = 4
    UNIQUE = 5


@dataclass(slots=True)
class Draft:
    """One row of a chunk; `row` is complete from the first rules on, `old` is the saved row of an update."""

    given: dict[str, object]
    row: dict[str, object] = field(default_factory=dict)
    old: dict[str, object] | None = None
    errors: list[tuple[Stage, RowError]] = field(default_factory=list)
    keys: list[tuple[FieldDef, ObjectDef, FieldDef, object]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    match_keys: list[int] = field(default_factory=list)  # by which duplicate rules find a new record

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.errors

    def refuse(self, error: RowError, stage: Stage = Stage.RULES) -> None:
        """Note an error."""
        self.errors.append((stage, error))

    def reported(self) -> tuple[RowError, ...]:
        """Return the errors that Salesforce would report: those of the earliest stage."""
        first = min((stage for stage, _ in self.errors), default=Stage.READING)
        return tuple(error for stage, error in self.errors if stage == first)

    def changes(self, name: str) -> bool:
        """Tell whether the write gives the field another value than it has."""
        return name in self.given and (self.old is None or self.old.get(name) != self.row.get(name))

    def text(self, name: str) -> str | None:
        """Return a text or id of the complete row."""
        value = self.row.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        """Return a number of the complete row."""
        value = self.row.get(name)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one object that are written together.

    `allow_duplicates` is what a caller says who has seen a duplicate rule's alert.
    """

    state: OrgState
    plan: ObjectPlan
    operation: Operation
    drafts: list[Draft]
    allow_duplicates: bool = False

    def sound(self) -> Iterator[Draft]:
        """Walk over the drafts that have no error yet."""
        return (draft for draft in self.drafts if not draft.errors)

    @property
    def inserting(self) -> bool:
        """Whether the rows are new."""
        return self.operation == "insert"


def read(plan: ObjectPlan, rows: Iterable[Mapping[str, object]], operation: Operation, source: Source) -> list[Draft]:
    """Read rows as sent into drafts, noting what cannot be read."""
    known = plan.columns(operation, source)
    return [_read_row(plan, known, row, operation, source) for row in rows]


def _read_row(
    plan: ObjectPlan, known: dict[str, Column], row: Mapping[str, object], operation: Operation, source: Source
) -> Draft:
    given: dict[str, object] = {}
    draft = Draft(given)
    csv = source == "csv"
    read_only: list[str] = []
    for name, value in row.items():
        if csv and (value == "" or value is None):
            continue
        column = known.get(name) or plan.column(name, operation, source)
        if type(column) is FieldColumn:
            if value is None or (csv and value == NULL_IN_CSV):
                _empty(draft, column, csv=csv)
                continue
            try:
                given[column.name] = column.parse(value)
            except Refused as refusal:
                _refuse_value(draft, column.name, refusal.error)
        elif name == "attributes" and not csv:
            continue
        else:
            _take_other(plan, draft, column, value, read_only)
    if read_only:
        draft.refuse(messages.not_writable(read_only), Stage.READING)
    return draft


def _empty(draft: Draft, column: FieldColumn, *, csv: bool) -> None:
    if column.field.type != "boolean":
        draft.given[column.name] = None
        return
    error = messages.wrong_type_csv(column.field, NULL_IN_CSV if csv else "null")
    _refuse_value(draft, column.name, error)


_READING_CODES = frozenset(("JSON_PARSER_ERROR", "INVALID_TYPE_ON_FIELD_IN_RECORD"))


def _refuse_value(draft: Draft, name: str, error: RowError) -> None:
    draft.refused.add(name)
    draft.refuse(error, Stage.READING if error.code in _READING_CODES else Stage.VALUES)


def _take_other(plan: ObjectPlan, draft: Draft, column: Column, value: object, read_only: list[str]) -> None:
    if isinstance(column, KeyColumn):
        if value is None or value == NULL_IN_CSV:
            draft.given[column.field.name] = None
        else:
            draft.keys.append((column.field, column.target, column.key, value))
    elif isinstance(column, NestedColumn):
        _take_nested(plan, draft, column.field, value)
    elif not isinstance(column, FieldColumn):
        if column.read_only:
            read_only.append(column.read_only)
        elif column.error is not None:
            draft.refuse(column.error, Stage.READING)


def _take_nested(plan: ObjectPlan, draft: Draft, reference: FieldDef, value: object) -> None:
    if value is None:
        draft.given[reference.name] = None
        return
    if not isinstance(value, dict):
        draft.refuse(messages.wrong_type_json("sobject", "VALUE_STRING", value), Stage.READING)
        return
    try:
        target, key, given = nested_key(plan.schema, plan.found, reference, value)
    except Refused as refusal:
        draft.refuse(refusal.error, Stage.READING)
    else:
        draft.keys.append((reference, target, key, given))
