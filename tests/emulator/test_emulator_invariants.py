"""Whatever is written and deleted, the org stays whole."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_emulator import dml, storage

OBJECTS: dict[str, dict[str, Any]] = {
    "Account": {"Name": "A"},
    "Contact": {"LastName": "B"},
    "Opportunity": {"Name": "C", "StageName": "Propose", "CloseDate": "2026-12-01"},
    "Case": {"Subject": "D"},
    "Task": {"Subject": "E"},
}
LINKS: dict[str, dict[str, tuple[str, ...]]] = {
    "Account": {"ParentId": ("Account",)},
    "Contact": {"AccountId": ("Account",), "ReportsToId": ("Contact",)},
    "Opportunity": {"AccountId": ("Account",)},
    "Case": {"AccountId": ("Account",), "ContactId": ("Contact",), "ParentId": ("Case",)},
    "Task": {"WhoId": ("Contact",), "WhatId": ("Account", "Opportunity", "Case")},
}
STEP = st.tuples(
    st.sampled_from(["insert", "update", "delete"]),
    st.sampled_from(sorted(OBJECTS)),
    st.lists(st.integers(0, 30), max_size=4),
)


def perform(org: Any, made: dict[str, list[str]], step: tuple[str, str, list[int]]) -> None:
    """Do one step with references to whatever records were made, deleted ones too."""
    verb, name, numbers = step
    state = org.state

    def links(number: int) -> dict[str, str]:
        chosen = {}
        for at, (field, targets) in enumerate(LINKS[name].items()):
            known = [one for target in targets for one in made[target]]
            if known and (number + at) % 3:
                chosen[field] = known[number % len(known)]
        return chosen

    with state.transaction():
        if verb == "insert":
            results = dml.insert(state, name, [{**OBJECTS[name], **links(number)} for number in numbers], "json")
            made[name] += [one.id for one in results if one.id is not None]
        elif made[name]:
            chosen = list(dict.fromkeys(made[name][number % len(made[name])] for number in numbers))
            if verb == "delete":
                dml.delete(state, name, chosen)
            else:
                dml.update(state, name, [{"Id": one, **links(at + 1)} for at, one in enumerate(chosen)], "json")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=15))
def test_references_and_counts_hold(make_org: Any, steps: list[tuple[str, str, list[int]]]) -> None:
    """After any writes, each live record's references lead to live records, and the counts are those of the tables."""
    org = make_org()
    made: dict[str, list[str]] = {name: [] for name in OBJECTS}
    for step in steps:
        perform(org, made, step)
    db = org.state.db
    for name, found in org.state.schema.objects.items():
        [(count,)] = db.execute(f'SELECT COUNT(*) FROM "{name}" WHERE IsDeleted = 0')
        assert org.state.live_count(name) == count
        for field in found.fields.values():
            for target in field.reference_to if name in OBJECTS else ():
                if target in OBJECTS:
                    lost = (
                        f'SELECT COUNT(*) FROM "{name}" c WHERE c.IsDeleted = 0 AND substr(c."{field.name}", 1, 3) = ? AND NOT '
                        f'EXISTS (SELECT 1 FROM "{target}" p WHERE p.Id = c."{field.name}" AND p.IsDeleted = 0)'
                    )
                    prefix = org.state.schema.get(target).key_prefix
                    assert db.execute(lost, (prefix,)).fetchone() == (0,), (name, field.name)
    assert storage.used_kb(org.state) == 2 * sum(
        org.state.live_count(name)
        for name, found in org.state.schema.objects.items()
        if not found.setup and name in (*OBJECTS, "AccountContactRelation")
    )
    org.session.close()
