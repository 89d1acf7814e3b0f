"""The static types of formulas: what each function and operator takes and gives."""

from sfseed_core.formula.types.check import check
from sfseed_core.formula.types.kinds import Type
from sfseed_core.formula.types.signatures import SIGNATURES, Signature

__all__ = ["SIGNATURES", "Signature", "Type", "check"]
