"""Records in memory as rows of a formula: columns by name, formula fields worked out when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sfseed_core.formula.column import Column, constant, unknown
from sfseed_core.formula.evaluate import evaluate
from sfseed_core.formula.numeric import divide
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.formula.nodes import Node
    from sfseed_core.formula.setting import Setting
    from sfseed_core.formula.vlookup import Lookup

MAX_FORMULA_FIELDS = 30
"""How many formula fields may hang on one another."""


@dataclass(frozen=True, slots=True)
class FormulaField:
    """A field whose value is a formula over the same record, of a declared type; a percent counts by the hundredth."""

    node: Node
    type: Type
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for `evaluate`: columns and formula fields by name, in any case; the old values of rows that are changed."""

    count: int
    columns: Mapping[str, Column]
    setting: Setting
    formulas: Mapping[str, FormulaField] = field(default_factory=dict)
    old: Mapping[str, Column] = field(default_factory=dict)
    depth: int = 0

    def __len__(self) -> int:
        return self.count

    def column(self, path: str) -> Column:
        """Return a field's values; what is neither a column nor a formula field is not known."""
        found = self.columns.get(path.lower())
        if found is not None:
            return found
        formula = self.formulas.get(path.lower())
        if formula is None:
            return unknown(f"the values of {path} are not known", Type.ANY)
        if self.depth >= MAX_FORMULA_FIELDS:
            return unknown(f"{path} hangs on more than {MAX_FORMULA_FIELDS} formula fields", Type.ANY)
        return self._worked_out(formula)

    def before(self, path: str) -> Column:
        """Return a field's values before the save."""
        return self.old.get(path.lower()) or self.column(path)

    def looked_up(self, lookup: Lookup, wanted: Column) -> Column:  # noqa: ARG002 - as `Rows` has it
        """Return what VLOOKUP finds: nobody knows, for there are no other records here."""
        return unknown(f"the records of {lookup.object} are not known", Type.ANY)

    def _worked_out(self, formula: FormulaField) -> Column:
        value = evaluate(formula.node, replace(self, depth=self.depth + 1), self.setting)
        if value.type is Type.NULL:
            value = replace(constant(None, formula.type), fault=value.fault, reasons=value.reasons)
        if formula.type is Type.BOOLEAN:
            value = replace(value, data=value.data.astype(bool) & value.valid, valid=value.valid | True)
        return divide(value, constant(Decimal(100), Type.NUMBER)) if formula.percent else value


def lowered(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Name columns as `Table` looks them up."""
    return {name.lower(): column for name, column in columns.items()}
