"""What a check sees, and what it answers: one column of some records, and masks of those that break a rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.finding import Finding, Level
from sfseed_core.dataset import vectors
from sfseed_core.recipe.columns import target_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfseed_core.check.finding import Step
    from sfseed_core.constraints.model import FieldRules, ObjectRules
    from sfseed_core.schema.model import Field, ObjectSchema


BLANKS = np.zeros(256, bool)
BLANKS[[9, 10, 11, 12, 13, 32]] = True


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule with the mask of the rows that break it."""

    rule: str
    message: str
    rows: vectors.Mask
    level: Level = Level.REFUSED
    fix: str | None = None


@dataclass(frozen=True)
class Column:
    """One field of some records: its values with what the org asks of them."""

    object: str
    field: Field
    rules: FieldRules
    values: pa.Array
    step: Step = "insert"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def name(self) -> str:
        """The field's API name."""
        return self.field.name

    @property
    def is_text(self) -> bool:
        """Whether the values are text."""
        return bool(pa.types.is_string(self.values.type))

    @cached_property
    def missing(self) -> vectors.Mask:
        """The rows without a value."""
        return vectors.nulls(self.values)

    @cached_property
    def empty(self) -> vectors.Mask:
        """The rows that the org sees no value in: text of blanks alone counts as none."""
        if not self.is_text or not len(self):
            return self.missing
        nothing: vectors.Mask = self.bytes == 0
        if not self.blank_start.any():
            return nothing
        blanks_only = vectors.mask(pc.match_substring_regex(self.values, pattern="^[\t\n\v\f\r ]+$"))
        return nothing | (self.blank_start & blanks_only)

    @cached_property
    def blank_start(self) -> vectors.Mask:
        """Of a text column: the rows that begin with a blank."""
        return self._blank_at(self.spans[0][:-1])

    @cached_property
    def blank_end(self) -> vectors.Mask:
        """Of a text column: the rows that end with a blank."""
        return self._blank_at(self.spans[0][1:] - 1)

    def _blank_at(self, places: np.ndarray) -> vectors.Mask:
        some = self.bytes > 0
        found = np.zeros(len(self), bool)
        found[some] = BLANKS[self.spans[1][places[some]]]
        return found

    @cached_property
    def spans(self) -> tuple[np.ndarray, np.ndarray]:
        """Of a text column: where the bytes of each row begin, and one more than the rows; and all the bytes."""
        _, ends, data = self.values.buffers()
        offsets = np.frombuffer(ends, np.int32)[self.values.offset : self.values.offset + len(self.values) + 1]
        characters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        return offsets, characters

    @cached_property
    def bytes(self) -> np.ndarray:
        """Of a text column: the bytes of each row, 0 where there is none."""
        lengths: np.ndarray = np.where(self.missing, 0, np.diff(self.spans[0]))
        return lengths

    @cached_property
    def content(self) -> np.ndarray:
        """Of a text column: the bytes of all rows, without those of other slices."""
        offsets, characters = self.spans
        return characters[offsets[0] : offsets[-1]] if len(offsets) else characters[:0]


@dataclass(frozen=True)
class Rows:
    """Some records of one object with all their columns."""

    schema: ObjectSchema
    rules: ObjectRules
    records: np.ndarray
    table: pa.Table

    def holds(self, field: str) -> vectors.Mask:
        """The rows in which the field has a value; a reference has one also where it is a symbol."""
        if field not in self.table.column_names:
            return np.zeros(len(self.records), bool)
        values = ~vectors.nulls(self.table[field])
        if target_column(field) in self.table.column_names:
            values |= ~vectors.nulls(self.table[target_column(field)])
        return values

    def one(self, field: str) -> pa.Array:
        """The values of a field that the table has."""
        return vectors.one_array(self.table[field])

    def targets(self, field: str) -> pa.Array | None:
        """The target object (or symbol) of a reference row by row, where rows differ."""
        name = target_column(field)
        return self.one(name) if name in self.table.column_names else None


class Collector:
    """Gathers what checks answer for one slice after the other into findings."""

    def __init__(self, object_name: str) -> None:
        self._object = object_name
        self._found: dict[tuple[str | None, str, str, Level, Step, str | None], list[np.ndarray]] = {}
        self._held: list[np.ndarray] = []

    def add(self, broken: Iterable[Broken], field: str | None, records: np.ndarray, step: Step = "insert") -> None:
        """Take the answers of checks for these records."""
        for one in broken:
            if one.rows.any():
                key = (field, one.rule, one.message, one.level, step, one.fix)
                self._found.setdefault(key, []).append(records[one.rows])

    def hold(self, records: np.ndarray) -> None:
        """Take records that cannot be sent, though nothing is wrong with them."""
        self._held.append(records)

    def lost(self, extent: int) -> vectors.Mask:
        """Return by local key, below `extent`, whether the record will not be in the org: refused when inserted, or held."""
        found = np.zeros(extent, bool)
        for (_, _, _, level, step, _), records in self._found.items():
            if level is Level.REFUSED and step == "insert":
                found[np.concatenate(records)] = True
        for one in self._held:
            found[one] = True
        return found

    def findings(self) -> list[Finding]:
        """Return one finding per field, rule, message and step, in the order they were met."""
        return [
            Finding(self._object, field, rule, message, level, step, _ascending(np.concatenate(records)), fix)
            for (field, rule, message, level, step, fix), records in self._found.items()
        ]


def _ascending(records: np.ndarray) -> np.ndarray:
    return records if bool((records[1:] > records[:-1]).all()) else np.unique(records)


def by_field(findings: Iterable[Finding]) -> Mapping[tuple[str, str | None], list[Finding]]:
    """Return the findings grouped by object and field, as a page marks them."""
    grouped: dict[tuple[str, str | None], list[Finding]] = {}
    for one in findings:
        grouped.setdefault((one.object, one.field), []).append(one)
    return grouped
