"""The UI API's picklist values."""

from __future__ import annotations

from typing import Any


def test_a_record_type_has_its_own_values(org: Any) -> None:
    """Each record type lists the values that the schema gives it, the master one lists all active ones."""
    seen = 0
    for found in org.state.schema.objects.values():
        for info in found.record_types:
            own = found.extras.get("record_types", {}).get(info.developer_name, {}).get("values", {})
            for name, allowed in own.items():
                path = f"/ui-api/object-info/{found.name}/picklist-values"
                values = org.call("GET", f"{path}/{info.id}/{name}").json()["values"]
                assert {one["value"] for one in values} == set(allowed)
                whole = org.call("GET", f"{path}/012000000000000AAA").json()["picklistFieldValues"][name]
                assert {one["value"] for one in whole["values"]} == set(found.fields[name].values)
                seen += 1
    assert seen


def test_dependent_values_name_their_controllers(org: Any) -> None:
    """A dependent picklist says for which values of its controller each value is valid."""
    found = next(
        (one, field)
        for one in org.state.schema.objects.values()
        for field in one.fields.values()
        if field.raw.get("controllerName") and field.type == "picklist"
    )
    path = f"/ui-api/object-info/{found[0].name}/picklist-values/012000000000000AAA/{found[1].name}"
    shown = org.call("GET", path).json()
    places = set(shown["controllerValues"].values())
    assert places
    assert all(set(one["validFor"]) <= places for one in shown["values"])
    assert any(one["validFor"] for one in shown["values"])


def test_what_has_no_picklists_here(org: Any) -> None:
    """Unknown objects, record types and fields are refused."""
    for path, status in (
        ("Nope/picklist-values/012000000000000AAA", 404),
        ("Account/picklist-values/012000000000001", 404),
        ("Account/picklist-values/012000000000000AAA/Name", 400),
        ("User/picklist-values/012000000000000AAA", 400),
    ):
        assert org.call("GET", f"/ui-api/object-info/{path}").status_code == status
