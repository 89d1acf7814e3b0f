"""Picklists: their values are texts, multi-select ones joined by semicolons."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfseed_core.formula.functions.family import plain
from sfseed_core.formula.types.kinds import Type
from sfseed_core.formula.wordwise import equal_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.formula.functions.family import Function


def _includes(values: str | None, value: str | None) -> bool:
    return bool(values) and value is not None and value in str(values).split(";")


def _count(values: str | None) -> Decimal:
    return Decimal(len([one for one in (values or "").split(";") if one]))


FUNCTIONS: Mapping[str, Function] = {
    "ISPICKVAL": lambda columns, _: equal_texts(columns[0], columns[1]),
    "INCLUDES": plain(_includes, Type.BOOLEAN, nulls=True),
    "PICKLISTCOUNT": plain(_count, Type.NUMBER, nulls=True),
}
