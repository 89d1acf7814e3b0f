"""What only the org knows: rates, sessions, predictions. Not evaluable, and each says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.formula.column import Column, unknown
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting


def _not_known(reason: str, type_: Type) -> Function:
    def give(_columns: Sequence[Column], _setting: Setting) -> Column:
        return unknown(reason, type_)

    return give


FUNCTIONS: Mapping[str, Function] = {
    "CURRENCYRATE": _not_known("CURRENCYRATE needs the org's exchange rates", Type.NUMBER),
    "GETSESSIONID": _not_known("GETSESSIONID is a session of a user", Type.TEXT),
    "GETRECORDIDS": _not_known("GETRECORDIDS is what a user has selected on a page", Type.TEXT),
    "LINKTO": _not_known("LINKTO is a link of a page", Type.TEXT),
    "URLFOR": _not_known("URLFOR is a link of a page", Type.TEXT),
    "PARENTGROUPVAL": _not_known("PARENTGROUPVAL is a value of a report", Type.NUMBER),
    "PREVGROUPVAL": _not_known("PREVGROUPVAL is a value of a report", Type.NUMBER),
    "PREDICT": _not_known("PREDICT asks Einstein", Type.NUMBER),
}
