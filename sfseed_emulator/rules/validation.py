"""The org's own validation rules, enforced on every insert and update of an org that was made to obey them.

A rule that cannot be worked out for a row (a division by zero, a value that this org does not keep) does not refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from sfseed_core.formula.nodes import FormulaError
from sfseed_emulator.formula_rows import Compiled, Failed, Moment, NotKnown, compiled, fires
from sfseed_emulator.outcome import RowError
from sfseed_emulator.rules.formula_record import RowRecord, Writing, type_of

if TYPE_CHECKING:
    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.org_model import ObjectDef, OrgSchema

CODE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """One active rule: where its condition is met the row is refused, at a field or at the whole record."""

    name: str
    condition: Compiled
    message: str
    field: str | None

    @property
    def error(self) -> RowError:
        """The error of a row that the rule refuses."""
        return RowError(CODE, self.message, (self.field,) if self.field else ())


def rules_of(schema: OrgSchema, found: ObjectDef) -> tuple[ValidationRule, ...]:
    """Read an object's active rules; a formula that Salesforce would not save is no rule."""
    rules = []
    for rule in found.extras.get("validation_rules", ()):
        if not rule.get("active", True):
            continue
        try:
            condition = compiled(str(rule["formula"]), lambda path: type_of(schema, found, path))
        except FormulaError:
            continue
        rules.append(ValidationRule(str(rule["name"]), condition, str(rule.get("message") or ""), rule.get("field")))
    return tuple(rules)


def validate(chunk: Chunk) -> None:
    """Refuse the rows that meet a rule's condition, with every rule that they meet."""
    rules = chunk.plan.validations
    if not rules or not chunk.state.options.validation_rules:
        return
    moment = Moment(chunk.state.now(), UTC, is_new=chunk.inserting)
    writing = Writing(chunk.state, moment)
    for draft in list(chunk.sound()):
        for rule in rules:
            if _meets(writing, chunk, draft, rule):
                draft.refuse(rule.error)


def _meets(writing: Writing, chunk: Chunk, draft: Draft, rule: ValidationRule) -> bool:
    record = RowRecord(writing, chunk.plan.found, draft.row, draft.old)
    try:
        return fires(rule.condition, record, writing.moment)
    except (Failed, NotKnown):
        return False
