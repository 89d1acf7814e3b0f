"""What writes of one object need to know, worked out once: defaults, required fields, references, unique fields, columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfseed_emulator import columns, tables
from sfseed_emulator.rules.validation import rules_of

if TYPE_CHECKING:
    from sfseed_emulator.columns import Column, Operation, Source
    from sfseed_emulator.rules.validation import ValidationRule
    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema
    from sfseed_emulator.state import OrgState

_MOMENTS = {"TODAY()": "today", "NOW()": "now"}
_TRUTH = {"true": 1, "false": 0}


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    """The compiled rules of an object; `template` is a new row with all constant defaults in it.

    `moments` are the fields that begin as today or now. Columns are found when first met and kept.
    """

    found: ObjectDef
    schema: OrgSchema
    template: dict[str, object]
    moments: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    required_later: tuple[str, ...]
    references: tuple[FieldDef, ...]
    unique: tuple[FieldDef, ...]
    auto_numbers: tuple[tuple[str, str], ...]
    names_itself: bool
    validations: tuple[ValidationRule, ...] = ()
    known: dict[tuple[Operation, Source], dict[str, Column]] = field(default_factory=dict)

    def columns(self, operation: Operation, source: Source) -> dict[str, Column]:
        """Return the names met so far in rows of this kind."""
        return self.known.setdefault((operation, source), {})

    def column(self, name: str, operation: Operation, source: Source) -> Column:
        """Find what a name in a row means, and keep it."""
        met = self.columns(operation, source)
        if name not in met:
            column = columns.resolve(self.schema, self.found, name, operation, source)
            if len(met) >= 4 * len(self.found.fields) + 1000:
                return column  # made-up names must not fill the memory
            met[name] = column
        return met[name]

    def is_required(self, name: str) -> bool:
        """Tell whether a field may not be emptied."""
        return name in self.required or name in self.required_later


def plan_of(state: OrgState, found: ObjectDef) -> ObjectPlan:
    """Return the object's plan, made at its first use."""
    if found.name not in state.plans:
        state.plans[found.name] = _compile(state, found)
    return state.plans[found.name]


def _compile(state: OrgState, found: ObjectDef) -> ObjectPlan:
    fields = list(found.fields.values())
    person = is_person_account(found)
    required = [one for one in fields if one.required and not (person and one.name in ("Name", "LastName"))]
    return ObjectPlan(
        found=found,
        schema=state.schema,
        template=_template(state, found),
        moments=tuple((one.name, _MOMENTS[text]) for one in fields if (text := _formula(one).upper()) in _MOMENTS),
        required=tuple(one.name for one in required if not one.custom),
        required_later=tuple(one.name for one in required if one.custom),
        references=tuple(one for one in fields if one.type == "reference" and (one.createable or one.updateable)),
        unique=tuple(one for one in fields if one.unique and tables.is_stored(one) and one.name != "Id"),
        auto_numbers=tuple((one.name, _format(found, one)) for one in fields if one.auto_number),
        names_itself=_names_itself(found),
        validations=rules_of(state.schema, found),
    )


def is_person_account(found: ObjectDef) -> bool:
    """Tell whether the object is the Account of an org with person accounts."""
    return found.name == "Account" and "IsPersonAccount" in found.fields


def _names_itself(found: ObjectDef) -> bool:
    """Tell whether a blank name becomes the record's id, as custom objects' text names do."""
    name = found.fields.get("Name")
    return found.custom and name is not None and name.type == "string" and not name.auto_number


def _format(found: ObjectDef, one: FieldDef) -> str:
    return str(found.extras.get("auto_numbers", {}).get(one.name, "{00000000}"))


def _formula(one: FieldDef) -> str:
    return str(one.raw.get("defaultValueFormula") or "").strip()


def _template(state: OrgState, found: ObjectDef) -> dict[str, object]:
    row = tables.empty_row(found)
    row.update({name: value for name, one in found.fields.items() if (value := _default(one)) is not None and name in row})
    if "OwnerId" in row:
        row["OwnerId"] = state.user_id
    default = [info.id for info in found.record_types if info.default and not info.master and info.available]
    if default and "RecordTypeId" in row:
        row["RecordTypeId"] = default[0]
    return row


def _default(one: FieldDef) -> object:
    """Return a constant default: the describe's value, the picklist's default entry, or a literal formula."""
    if one.calculated or one.compound:
        return None
    value = one.default_value
    if value is None and one.type == "picklist":
        entries = one.raw.get("picklistValues") or ()
        value = next((entry["value"] for entry in entries if entry.get("defaultValue") and entry["active"]), None)
    if value is None:
        value = _literal(_formula(one))
    if isinstance(value, bool) or one.type == "boolean":
        return _TRUTH.get(str(value).lower()) if value is not None else None
    if value is not None and one.type in ("int", "double", "currency", "percent"):
        return _number(str(value), whole=one.type == "int")
    return value


def _number(text: str, *, whole: bool) -> object:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return None


def _literal(formula: str) -> str | None:
    """Read a formula that is a quoted text, a number or a truth value; None for any other."""
    if len(formula) >= 2 and formula[0] == formula[-1] == '"' and '"' not in formula[1:-1]:
        return formula[1:-1]
    plain = formula.replace(".", "", 1).lstrip("-")
    return formula if plain.isdecimal() or formula.lower() in _TRUTH else None
