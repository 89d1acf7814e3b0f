"""Checks between the fields of one record; `ROW_CHECKS` has one for each kind of standard rule that a record alone can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.column import Broken
from sfseed_core.check.finding import Level
from sfseed_core.dataset import vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_core.check.column import Rows
    from sfseed_core.constraints.model import Kind, StandardRule

_A_DAY = 86_400_000


def standard_rules(rows: Rows) -> Iterator[tuple[str | None, Broken]]:
    """Check the standard rules; each answer comes with the field that it is shown at."""
    for rule in rows.rules.standard:
        check = ROW_CHECKS.get(rule.kind)
        if check is not None:
            shown = next((name for name in rule.fields if name in rows.table.column_names), None)
            yield shown, Broken(rule.kind.replace("_", "-"), rule.message, check(rows, rule))


def _held(rows: Rows, rule: StandardRule) -> np.ndarray:
    """How many of the rule's fields hold a value, row by row."""
    counts: np.ndarray = np.sum([rows.holds(name) for name in rule.fields], axis=0)
    return counts


def _exactly_one(rows: Rows, rule: StandardRule) -> vectors.Mask:
    wrong: vectors.Mask = _held(rows, rule) != 1
    return wrong


def _at_least_one(rows: Rows, rule: StandardRule) -> vectors.Mask:
    wrong: vectors.Mask = _held(rows, rule) == 0
    return wrong


def _at_most_one(rows: Rows, rule: StandardRule) -> vectors.Mask:
    wrong: vectors.Mask = _held(rows, rule) > 1
    return wrong


def _all_or_none(rows: Rows, rule: StandardRule) -> vectors.Mask:
    held = _held(rows, rule)
    wrong: vectors.Mask = (held > 0) & (held < len(rule.fields))
    return wrong


def _not_after(rows: Rows, rule: StandardRule) -> vectors.Mask:
    first, second = rule.fields
    both = rows.holds(first) & rows.holds(second)
    if not both.any():
        return both
    left, right = rows.one(first), rows.one(second)
    if left.type != right.type:
        left, right = (vectors.integers(_days(one)) for one in (left, right))
    return vectors.mask(pc.greater(left, right)) & both


def _days(values: pa.Array) -> np.ndarray:
    numbers = vectors.numbers(values).astype(np.int64)
    return numbers // _A_DAY if pa.types.is_timestamp(values.type) else numbers


def _not_with(rows: Rows, rule: StandardRule) -> vectors.Mask:
    first, second = rule.fields
    both = rows.holds(first) & rows.holds(second)
    targets = rows.targets(second) if second in rows.table.column_names else None
    if rule.target is None:
        return both
    if targets is None:  # the reference has one target object only: that of its field
        field = rows.schema.fields.get(second)
        return both if field is not None and field.reference_to == (rule.target,) else np.zeros(len(both), bool)
    return both & vectors.mask(pc.is_in(targets, value_set=vectors.texts([rule.target])))


ROW_CHECKS: Mapping[Kind, Callable[[Rows, StandardRule], vectors.Mask]] = {
    "exactly_one": _exactly_one,
    "at_least_one": _at_least_one,
    "at_most_one": _at_most_one,
    "all_or_none": _all_or_none,
    "not_after": _not_after,
    "not_with": _not_with,
}


def dependent_picklists(rows: Rows) -> Iterator[tuple[str | None, Broken]]:
    """A value does not go with that of the controlling field: pages offer only those that do."""
    for name, rules in rows.rules.fields.items():
        if rules.by_controller and rules.controller and {name, rules.controller} <= set(rows.table.column_names):
            controller = rows.one(rules.controller)
            if not pa.types.is_string(controller.type):
                controller = controller.cast(pa.string())  # a checkbox controls by true and false
            wrong = _does_not_go(controller, rows.one(name), rules.by_controller)
            yield name, Broken("dependent-picklist", f"does not go with {rules.controller}", wrong, Level.PAGES)


def record_type_picklists(rows: Rows) -> Iterator[tuple[str | None, Broken]]:
    """A value is not among those of the record's type."""
    from sfseed_core.recipe.columns import RECORD_TYPE

    if RECORD_TYPE not in rows.table.column_names:
        return
    for name, rules in rows.rules.fields.items():
        if rules.by_record_type and name in rows.table.column_names:
            wrong = _does_not_go(rows.one(RECORD_TYPE), rows.one(name), rules.by_record_type)
            yield name, Broken("record-type", "not a value of the record's type", wrong, Level.PAGES)


def _does_not_go(keys: pa.Array, values: pa.Array, allowed: Mapping[str, tuple[str, ...]]) -> vectors.Mask:
    """The rows whose value is not among those allowed for their key; keys that the table does not name allow any.

    Each part of a multi-select must be allowed.
    """
    parts = pc.split_pattern(values, pattern=";")
    rows = vectors.numbers(pc.list_parent_indices(parts)).astype(np.int64)
    value_words = pc.list_flatten(parts).dictionary_encode()
    key_words = keys.dictionary_encode()
    table = _allowed_pairs(key_words.dictionary, value_words.dictionary, allowed)
    key_codes = vectors.keys(key_words.indices.cast(pa.int64()))[rows]
    codes = vectors.keys(value_words.indices.cast(pa.int64()))
    known = (key_codes >= 0) & (codes >= 0)
    wrong = np.zeros(len(values), bool)
    wrong[rows[known][~table[key_codes[known], codes[known]]]] = True
    return wrong


def _allowed_pairs(keys: pa.Array, values: pa.Array, allowed: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """A matrix of what goes together; vocabularies are small, so that a loop over them is cheap."""
    table = np.ones((len(keys), max(len(values), 1)), bool)
    for row, key in enumerate(keys.to_pylist()):
        if key in allowed:
            chosen = vectors.texts(allowed[key])
            table[row, : len(values)] = vectors.mask(pc.is_in(values, value_set=chosen))
    return table


BETWEEN_CHECKS: tuple[Callable[[Rows], Iterator[tuple[str | None, Broken]]], ...] = (
    standard_rules,
    dependent_picklists,
    record_type_picklists,
)
