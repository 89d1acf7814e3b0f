"""The cells of a file as values of their fields: numbers and days as people and Excel write them, record types by any name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.brought.columns import COMPOSITE, PARTED
from sfseed_core.dataset.values import called, european_days, parse
from sfseed_core.recipe.columns import arrow_type

if TYPE_CHECKING:
    from sfseed_core.dataset.brought.problems import Problems
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

_NOTHING = "#N/A"  # how data loaders write that a cell is empty
_COMMA = r"^[+-]?\d{1,3}(?:\.\d{3})*,\d+$|^[+-]?\d+,\d+$"
_FLAGS = {"wahr": "true", "ja": "true", "vrai": "true", "oui": "true", "falsch": "false", "nein": "false", "faux": "false"}


def values_of(file: Brought, column: str, field: Field, problems: Problems) -> pa.Array:
    """Return the cells of a column as values of the field; those that are none are told to `problems`."""
    cells = file.column(column)
    cells = pc.if_else(pc.equal(cells, _text(_NOTHING)), pa.nulls(len(cells), pa.string()), cells)
    wanted = arrow_type(field.type, field.precision, field.scale)
    if pa.types.is_string(wanted):
        return cells
    if pa.types.is_decimal(wanted) or pa.types.is_integer(wanted):
        cells = _with_point(cells) if file.comma else cells
    elif pa.types.is_boolean(wanted):
        cells = _flags(cells)
    else:
        cells = european_days(cells)
    found, bad = parse(cells, wanted)
    problems.cells(file, column, file.column(column), bad, f"is not {called(wanted)}")
    return found


def record_types_of(
    file: Brought, column: str, described: ObjectSchema, snapshot: Snapshot | None, problems: Problems
) -> pa.Array:
    """Return the cells of a column of record types, by developer name, label or id, as developer names."""
    known = {one.developer_name.lower(): one.developer_name for one in described.record_types if not one.master}
    known |= {one.name.lower(): one.developer_name for one in described.record_types if not one.master}
    ids = {one.id: one.developer_name for one in described.record_types if not one.master}
    if snapshot is not None:
        own = snapshot.record_types.get(described.name, {})
        known |= {name.lower(): name for name in own}
        ids |= {found: name for name, found in own.items()}
    known |= {found.lower(): name for full, name in ids.items() for found in (full, full[:15])}
    cells = pc.utf8_trim_whitespace(file.column(column))
    if COMPOSITE in column:  # SFDMU's own key of record types: `Customer;;Account`
        cells = pc.replace_substring_regex(cells, pattern=f"{PARTED}.*$", replacement="")
    words = cells.dictionary_encode()
    meant = vectors.texts([known.get(str(one).lower()) for one in words.dictionary.to_pylist()])  # a few types, not records
    found = meant.take(words.indices) if len(meant) else cells
    there = ", ".join(sorted({*known.values()})[:5]) or "none"
    problems.cells(
        file, column, cells, vectors.nulls(found) & ~vectors.nulls(cells), f"is no record type of the org ({there})"
    )
    return found


def _with_point(cells: pa.Array) -> pa.Array:
    """Numbers with a decimal point: where columns are parted by `;` the decimal sign is a comma."""
    plain = pc.utf8_trim_whitespace(cells)
    written = pc.match_substring_regex(plain, pattern=_COMMA)
    pointed = pc.replace_substring(pc.replace_substring(plain, pattern=".", replacement=""), pattern=",", replacement=".")
    return pc.if_else(written, pointed, plain)


def _flags(cells: pa.Array) -> pa.Array:
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(cells))
    place = pc.index_in(plain, value_set=vectors.texts(list(_FLAGS)))
    return pc.coalesce(vectors.texts(list(_FLAGS.values())).take(place), plain)


def _text(value: str) -> pa.StringScalar:
    return vectors.texts([value])[0]
