"""Formulas worked out for one record after the other, the plain way.

Only the language's reader and types are shared with the core; what the functions do is written here a second time, so that each
of the two finds the other's mistakes.
"""

from sfseed_emulator.formula_rows.machine import Compiled, Moment, Record, compiled, fires, result
from sfseed_emulator.formula_rows.outcome import Failed, NotKnown

__all__ = ["Compiled", "Failed", "Moment", "NotKnown", "Record", "compiled", "fires", "result"]
