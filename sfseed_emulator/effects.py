"""What the platform fills in on every object: names put together, auto numbers, system fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_emulator.draft import Chunk
    from sfseed_emulator.object_plan import ObjectPlan
    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

AUDIT_FIELDS = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById")
"""What a user with the permission Set Audit Fields upon Record Creation may set in new records."""

_NAME_PARTS = ("FirstName", "MiddleName", "LastName", "Suffix")
_NUMBER_PART = re.compile(r"\{(0+)\}")


def has_compound_name(found: ObjectDef) -> bool:
    """Tell whether the object's Name is put together from the parts of a person's name."""
    last = found.fields.get("LastName")
    return last is not None and last.compound_field_name == "Name" and "Name" in found.fields


def compound_name(found: ObjectDef, row: dict[str, object]) -> None:
    """Put a person's name together; a business account keeps the name that it was given."""
    if has_compound_name(found) and row.get("LastName") is not None:
        row["Name"] = " ".join(str(row[part]) for part in _NAME_PARTS if row.get(part))


def number(state: OrgState, plan: ObjectPlan, rows: Sequence[dict[str, object]]) -> None:
    """Give auto-number fields their next numbers."""
    for name, form in plan.auto_numbers:
        last = state.advance(f"number:{plan.found.name}.{name}", len(rows))
        dated = _dated(form, state)
        for serial, row in enumerate(rows, start=last - len(rows) + 1):
            row[name] = _NUMBER_PART.sub(lambda part, n=serial: str(n).zfill(len(part[1])), dated)  # type: ignore[misc]


def _dated(form: str, state: OrgState) -> str:
    today = state.now()
    parts = {"{YYYY}": f"{today:%Y}", "{YY}": f"{today:%y}", "{MM}": f"{today:%m}", "{DD}": f"{today:%d}"}
    for part, text in parts.items():
        form = form.replace(part, text)
    return form


def stamp(chunk: Chunk, rows: Sequence[dict[str, object]], moment: str) -> None:
    """Fill the system fields of rows about to be saved."""
    user = chunk.state.user_id
    changed = {"LastModifiedDate": moment, "LastModifiedById": user, "SystemModstamp": moment}
    if not chunk.inserting:
        for row in rows:
            row.update(changed)
        return
    changed.update({"CreatedDate": moment, "CreatedById": user})
    settable = [name for name in AUDIT_FIELDS if (field := chunk.plan.found.field(name)) is not None and field.createable]
    for row in rows:
        row.update({**changed, **{name: row[name] for name in settable if row.get(name) is not None}})
