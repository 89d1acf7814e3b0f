"""What a query's columns are: the undocumented answer to `columns=true`, which Salesforce's CLI asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfseed_emulator.soql.plans import Plan
    from sfseed_emulator.soql.selection import Output

_NUMBERS = frozenset({"int", "double", "currency", "percent"})


def column_metadata(plan: Plan) -> dict[str, object]:
    """Return the columns of a plan: parents and child subqueries as columns with columns of their own."""
    columns: list[dict[str, Any]] = _columns(plan.columns, aggregate=plan.kind == "aggregate")
    columns += [_column(child.name, "", aggregate=True, within=_columns(child.plan.columns)) for child in plan.children]
    return {"columnMetadata": columns, "entityName": plan.owner.name, "groupBy": False, "idSelected": True, "keyPrefix":
            plan.owner.key_prefix}  # fmt: skip


def _columns(outputs: tuple[Output, ...], *, aggregate: bool = False) -> list[dict[str, Any]]:
    top: list[dict[str, Any]] = []
    for output in outputs:
        level = top
        for name in output.path[:-1]:
            level = _parent(level, name)["joinColumns"]
        level.append(_column(output.path[-1], output.type, aggregate=aggregate))
    return top


def _parent(level: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = next((column for column in level if column["columnName"] == name), None)
    if found is None:
        found = _column(name, "", within=[])
        level.append(found)
    return found


def _column(name: str, kind: str, *, aggregate: bool = False, within: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "aggregate": aggregate,
        "apexType": kind.capitalize() or "complexvalue",
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": name.endswith("__c"),
        "displayName": name,
        "foreignKeyName": None,
        "insertable": False,
        "joinColumns": within or [],
        "numberType": kind in _NUMBERS,
        "textType": bool(kind) and kind != "boolean" and kind not in _NUMBERS,
        "updatable": False,
    }
