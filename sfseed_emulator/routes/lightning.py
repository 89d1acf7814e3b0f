"""The two pages that links of an app lead to: a plain list of an object's newest records, and one record."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sfseed_emulator.routes.records import read
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import Answer, Route
from sfseed_emulator.soql.execute import execute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

_SHOWN = 100
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
"""


def list_view(call: Call) -> Answer:
    """Show an object's newest records."""
    found = object_of(call)
    label = str(found.describe["labelPlural"])
    name = _name_field(found)
    columns = ["Id", *([name] if name else []), "CreatedDate"]
    text = f"SELECT {', '.join(columns)} FROM {found.name} ORDER BY CreatedDate DESC, Id DESC LIMIT {_SHOWN}"
    total = execute(call.state, f"SELECT COUNT() FROM {found.name}").total
    rows = execute(call.state, text).records
    lines = [
        f'<tr><td><a href="/lightning/r/{escape(found.name)}/{escape(str(row["Id"]))}/view">'
        f"{escape(str(row.get(name or 'Id') or row['Id']))}</a></td><td>{escape(str(row['CreatedDate']))}</td></tr>"
        for row in rows
    ]
    head = f"<h1>{escape(label)}</h1><p>{total:,} records, the newest {len(rows):,} of them here.</p>"
    return _page(label, [head, "<table><tr><th>Name</th><th>Created</th></tr>", *lines, "</table>"])


def record_view(call: Call) -> Answer:
    """Show one record: every field that has a value."""
    found = object_of(call)
    record = read(call).content
    assert isinstance(record, dict)
    name = str(record.get(_name_field(found) or "Id") or record["Id"])
    lines = [
        f"<tr><th>{escape(str(label))}</th><td>{escape(str(value))}</td></tr>"
        for label, value in _values(found, record)
        if value is not None
    ]
    back = f'<p><a href="/lightning/o/{escape(found.name)}/list">{escape(str(found.describe["labelPlural"]))}</a></p>'
    return _page(name, [f"<h1>{escape(name)}</h1>", back, "<table>", *lines, "</table>"])


def _values(found: ObjectDef, record: dict[str, object]) -> Iterable[tuple[str, object]]:
    labels = {field["name"]: field["label"] for field in found.describe["fields"]}
    return ((labels.get(name, name), value) for name, value in record.items() if name != "attributes")


def _name_field(found: ObjectDef) -> str | None:
    return next((field["name"] for field in found.describe["fields"] if field["nameField"]), None)


def _page(title: str, parts: Iterable[str]) -> Answer:
    body = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - practice org</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )
    return Answer(body.encode(), headers=_HEADERS, media_type="text/html;charset=UTF-8")


ROUTES = (
    Route("GET", "/lightning/o/{object}/list", list_view, auth=False, counts=False),
    Route("GET", "/lightning/r/{object}/{id}/view", record_view, auth=False, counts=False),
)
