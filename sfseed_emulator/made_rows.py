"""Records that the platform makes by itself when another one is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import effects
from sfseed_emulator.object_plan import plan_of
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.state import OrgState


def make(state: OrgState, object_name: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Save rows that need no check and return their ids; values of unknown fields are dropped.

    An org without the object gets none, and the list is empty.
    """
    found = state.schema.get(object_name)
    if found is None or not rows:
        return []
    plan = plan_of(state, found)
    moment = stored_time(state.now())
    system = {
        "CreatedDate": moment,
        "CreatedById": state.user_id,
        "LastModifiedDate": moment,
        "LastModifiedById": state.user_id,
        "SystemModstamp": moment,
    }
    complete = []
    for values, record_id in zip(rows, state.new_ids(object_name, len(rows)), strict=True):
        known = {name: value for name, value in values.items() if name in plan.template}
        complete.append({**plan.template, **known, **system, "Id": record_id})
    effects.number(state, plan, complete)
    for row in complete:
        effects.compound_name(found, row)
    state.insert_rows(found, complete)
    return [str(row["Id"]) for row in complete]
