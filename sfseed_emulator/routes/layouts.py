"""What a describe's `urls` lead to: layouts, compact layouts, quick actions, list views and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_emulator.errors import ApiError
from sfseed_emulator.ids import full_id
from sfseed_emulator.list_views import columns, views
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route
from sfseed_emulator.soql.execute import execute
from sfseed_emulator.tooling.query import tooling_org

if TYPE_CHECKING:
    from sfseed_emulator.list_views import ListView
    from sfseed_emulator.org_model import RecordTypeInfo
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import FieldDef, ObjectDef

_OBJECT = f"{DATA}/sobjects/{{object}}"
_VIEWS = f"{_OBJECT}/listviews"
_MOST_ROWS = 2_000
_NEVER_SHOWN = frozenset({"IsDeleted", "SystemModstamp"})


# Layouts


def layouts(call: Call) -> Answer:
    """Tell the object's one layout, and which record types have it."""
    found = object_of(call)
    mappings = [_mapping(call, found, info) for info in found.record_types]
    return Answer(
        {
            "layouts": [_layout(found)],
            "recordTypeMappings": mappings,
            "recordTypeSelectorRequired": [len(mappings) > 1],
        }
    )


def layout(call: Call) -> Answer:
    """Tell the layout of one record type."""
    found = object_of(call)
    if call.params["recordType"] not in {info.id for info in found.record_types}:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return Answer(_layout(found))


def _mapping(call: Call, found: ObjectDef, info: RecordTypeInfo) -> dict[str, object]:
    return {
        "active": info.active,
        "available": info.available,
        "defaultRecordTypeMapping": info.default,
        "developerName": info.developer_name,
        "layoutId": _layout_id(found),
        "master": info.master,
        "name": info.name,
        "picklistsForRecordType": [],
        "recordTypeId": info.id,
        "urls": {"layout": f"/services/data/v{call.version}/sobjects/{found.name}/describe/layouts/{info.id}"},
    }


def _layout_id(found: ObjectDef) -> str:
    """Return the id of an object's layout: one that says of which object it is."""
    return full_id(f"00h000000000{found.key_prefix or '000'}") or ""


def _layout(found: ObjectDef) -> dict[str, object]:
    fields = [one for one in found.fields.values() if one.name not in _NEVER_SHOWN and not one.compound_field_name]
    rows = [_row(fields[place : place + 2]) for place in range(0, len(fields), 2)]
    section = {
        "collapsed": False,
        "columns": 2,
        "heading": f"{found.label} Information",
        "layoutRows": rows,
        "layoutSectionId": full_id(f"01B000000000{found.key_prefix or '000'}"),
        "parentLayoutId": _layout_id(found),
        "rows": len(rows),
        "tabOrder": "LeftToRight",
        "useCollapsibleSection": False,
        "useHeading": True,
    }
    related = [one for one in found.describe["childRelationships"] if one["relationshipName"]]
    return {
        "buttonLayoutSection": {"detailButtons": []},
        "detailLayoutSections": [section],
        "editLayoutSections": [section],
        "feedView": None,
        "highlightsPanelLayoutSection": None,
        "id": _layout_id(found),
        "multirowEditLayoutSections": [],
        "offlineLinks": [],
        "quickActionList": {"quickActionListItems": []},
        "relatedContent": None,
        "relatedLists": [_related(one) for one in related],
        "saveOptions": [],
    }


def _related(child: dict[str, Any]) -> dict[str, object]:
    return {"field": child["field"], "name": child["relationshipName"], "sobject": child["childSObject"]}


def _row(fields: list[FieldDef]) -> dict[str, object]:
    return {"layoutItems": [_item(one) for one in fields], "numItems": len(fields)}


def _item(field: FieldDef) -> dict[str, object]:
    component = {
        "details": field.raw,
        "displayLines": 1,
        "tabOrder": 1,
        "type": "Field",
        "value": field.name,
    }
    return {
        "editableForNew": field.createable,
        "editableForUpdate": field.updateable,
        "label": field.label,
        "layoutComponents": [component],
        "placeholder": False,
        "required": field.required,
    }


def compact_layouts(call: Call) -> Answer:
    """Tell the system's compact layout: the name."""
    found = object_of(call)
    named = [one for one in found.fields.values() if one.name_field]
    system = {
        "actions": [],
        "fieldItems": [_item(one) for one in named],
        "id": None,
        "imageItems": [],
        "label": "System Default",
        "name": "SYSTEM",
        "objectType": found.name,
    }
    mappings = [
        {"available": info.available, "compactLayoutId": None, "compactLayoutName": "SYSTEM", "recordTypeId": info.id}
        for info in found.record_types
    ]
    return Answer({"compactLayouts": [system], "defaultCompactLayoutId": None, "recordTypeCompactLayoutMappings": mappings})


def approval_layouts(call: Call) -> Answer:
    """Tell that the object has no approval layouts."""
    object_of(call)
    return Answer({"approvalLayouts": []})


def quick_actions(call: Call) -> Answer:
    """Tell that no quick actions were made for the object."""
    object_of(call)
    return Answer([])


def global_quick_actions(_call: Call) -> Answer:
    """Tell that no quick actions were made for the org."""
    return Answer([])


# List views


def list_views(call: Call) -> Answer:
    """List an object's views."""
    found = object_of(call)
    listed = [_view(call, found, record_id, view) for record_id, view in _views(call, found).items()]
    return Answer(
        {"done": True, "listviews": listed, "nextRecordsUrl": None, "size": len(listed), "sobjectType": found.name}
    )


def list_view(call: Call) -> Answer:
    """Tell one view."""
    found, record_id, view = _asked(call)
    return Answer(_view(call, found, record_id, view))


def describe_view(call: Call) -> Answer:
    """Tell a view's columns, order and query."""
    found, record_id, view = _asked(call)
    return Answer(
        {
            "columns": [_column(found.fields[name]) for name in columns(found)],
            "id": record_id,
            "orderBy": [{"fieldNameOrPath": "SystemModstamp", "nullsPosition": "first", "sortDirection": "descending"}],
            "query": view.query(found),
            "relatedEntityId": None,
            "scope": view.scope,
            "scopeEntityId": None,
            "sobjectType": found.name,
            "whereCondition": {"conditions": [], "conjunction": "and"},
        }
    )


def view_results(call: Call) -> Answer:
    """Give a view's records."""
    found, record_id, view = _asked(call)
    most, first = _count(call, "limit", 25), _count(call, "offset", 0)
    text = f"{view.query(found)} LIMIT {min(most, _MOST_ROWS)} OFFSET {min(first, _MOST_ROWS)}"
    rows = execute(call.state, text, version=call.version).records
    shown = columns(found)
    records = [{"columns": [{"fieldNameOrPath": name, "value": _text(row.get(name))} for name in shown]} for row in rows]
    return Answer(
        {
            "columns": [_column(found.fields[name]) for name in shown],
            "developerName": view.developer_name,
            "done": True,
            "id": record_id,
            "label": view.label,
            "records": records,
            "size": len(records),
        }
    )


def _count(call: Call, name: str, default: int) -> int:
    given = call.query.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else default


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _column(field: FieldDef) -> dict[str, object]:
    return {
        "ascendingLabel": "Z-A",
        "descendingLabel": "A-Z",
        "fieldNameOrPath": field.name,
        "hidden": field.name in ("Id", *_NEVER_SHOWN),
        "label": field.label,
        "selectListItem": field.name,
        "sortDirection": None,
        "sortIndex": None,
        "sortable": field.sortable,
        "type": field.type,
    }


def _views(call: Call, found: ObjectDef) -> dict[str, ListView]:
    """Return an object's views by their ids."""
    by_name = {view.developer_name: view for view in views(found)}
    text = f"SELECT Id, DeveloperName FROM ListView WHERE SobjectType = '{found.name}' ORDER BY Id"
    rows = execute(tooling_org(call.state), text).records
    return {str(row["Id"]): by_name[str(row["DeveloperName"])] for row in rows}


def _asked(call: Call) -> tuple[ObjectDef, str, ListView]:
    found = object_of(call)
    known = _views(call, found)
    record_id = full_id(call.params["id"])
    if record_id is None or record_id not in known:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return found, record_id, known[record_id]


def _view(call: Call, found: ObjectDef, record_id: str, view: ListView) -> dict[str, object]:
    own = f"/services/data/v{call.version}/sobjects/{found.name}/listviews/{record_id}"
    return {
        "describeUrl": f"{own}/describe",
        "developerName": view.developer_name,
        "id": record_id,
        "label": view.label,
        "resultsUrl": f"{own}/results",
        "soqlCompatible": True,
        "url": own,
    }


ROUTES = (
    Route("GET", f"{_OBJECT}/describe/layouts", layouts),
    Route("GET", f"{_OBJECT}/describe/layouts/{{recordType}}", layout),
    Route("GET", f"{_OBJECT}/describe/compactLayouts", compact_layouts),
    Route("GET", f"{_OBJECT}/describe/approvalLayouts", approval_layouts),
    Route("GET", f"{_OBJECT}/quickActions", quick_actions),
    Route("GET", f"{DATA}/quickActions", global_quick_actions),
    Route("GET", _VIEWS, list_views),
    Route("GET", f"{_VIEWS}/{{id}}", list_view),
    Route("GET", f"{_VIEWS}/{{id}}/describe", describe_view),
    Route("GET", f"{_VIEWS}/{{id}}/results", view_results),
)
