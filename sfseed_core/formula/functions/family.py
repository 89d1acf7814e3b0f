"""What a function of a formula is, and how one is made from a function of plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sfseed_core.formula.column import Column, per_value

if TYPE_CHECKING:
    from sfseed_core.formula.setting import Setting
    from sfseed_core.formula.types.kinds import Type

Function = Callable[[Sequence[Column], "Setting"], Column]
"""From the columns of the arguments, and the moment of the save, to the column of the result."""


def plain(function: Callable[..., object], type_: Type, *, nulls: bool = False) -> Function:
    """Lift a function of plain values to columns; null where an argument is null, unless it takes nulls."""

    def lifted(columns: Sequence[Column], _setting: Setting) -> Column:
        return per_value(function, type_, columns, nulls=nulls)

    return lifted
