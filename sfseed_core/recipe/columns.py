"""The columns of an object's records in a dataset: names and Arrow types, as its plan decides them.

Everything that makes, stores, checks or loads records agrees through this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan

RECORD = "record"
RECORD_TYPE = "RecordTypeId"
SYMBOL_MARK = "="
COUNT_MARK = "#"  # between a query and the number of one of the records that it finds, where a reference is written as text

_DECIMAL_TYPES = frozenset({"double", "currency", "percent"})
_WIDEST = 38  # digits that decimal128 can hold
_PLAIN_TYPES = {
    "boolean": pa.bool_(),
    "int": pa.int64(),
    "long": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
    "time": pa.time32("ms"),
    "reference": pa.int64(),
}


def arrow_type(type: str, precision: int = 0, scale: int = 0) -> pa.DataType:  # noqa: A002 - describe's own word
    """Return the Arrow type of a column of describe's `type`.

    All that is text for Salesforce (picklists, base64, encrypted text, unknown types) is a string; a reference holds the
    local key of its target.
    """
    if type in _DECIMAL_TYPES:
        return pa.decimal128(min(max(precision or 18, scale), _WIDEST), scale)
    return _PLAIN_TYPES.get(type, pa.string())


def target_column(field: str) -> str:
    """Return the name of the column that says, row by row, what a reference's local key counts.

    It holds an object's API name, or `=symbol` for a record that the org already has (the key is null then, but where the
    symbol is a query: it counts the records that this finds; `=Account.Key__c=A-1` is the account with that key), or null when
    the reference is empty. It exists only where `needs_target` says so.
    """
    return f"{field}@"


def keyed_symbol(object_name: str, field: str) -> str:
    """Return the symbol of the org's records of an object that are told by a field: a target column holds `=symbol=value`."""
    return f"{object_name}.{field}"


def needs_target(reference: ReferencePlan) -> bool:
    """Say whether the reference's target differs by row or is a symbol, so that it has a target column."""
    return len(reference.targets) > 1 or any(target.symbol for target in reference.targets)


def schema_of(plan: ObjectPlan) -> pa.Schema:
    """Return the Arrow schema of the object's records.

    The local key comes first, then the columns and the references in plan order (each reference followed by its target
    column if it has one), then the record type's developer name where the plan mixes record types.
    """
    fields = [pa.field(RECORD, pa.int64(), nullable=False)]
    fields += [pa.field(one.field, arrow_type(one.type, one.precision, one.scale)) for one in plan.columns]
    for reference in plan.references:
        fields.append(pa.field(reference.field, pa.int64()))
        if needs_target(reference):
            fields.append(pa.field(target_column(reference.field), pa.string()))
    if plan.record_types:
        fields.append(pa.field(RECORD_TYPE, pa.string()))
    return pa.schema(fields)
