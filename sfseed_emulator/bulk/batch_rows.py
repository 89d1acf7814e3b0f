"""The rows of a batch as CSV, XML or JSON, and its results in the same format."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from sfseed_emulator import soap_text
from sfseed_emulator.bulk import csv_out
from sfseed_emulator.bulk.batches import CSV, JSON
from sfseed_emulator.bulk.csv_in import BadUpload
from sfseed_emulator.bulk.ingest import error_text
from sfseed_emulator.soap_text import Markup, tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree import ElementTree as ET

    from sfseed_emulator.outcome import RowResult

NAMESPACE = "http://www.force.com/2009/06/asyncapi/dataload"
_UNREADABLE = "InvalidBatch : Failed to parse {kind}. {text}"

Row = dict[str, object]


def read(content_type: str, data: bytes) -> tuple[list[str], list[Row]]:
    """Return (names in the header: CSV only, rows); BadUpload when they cannot be read."""
    header, rows = _csv(data) if content_type == CSV else ([], (_json if content_type == JSON else _xml)(data))
    if not rows:
        raise BadUpload("InvalidBatch : Records not found")
    return header, rows


def _csv(data: bytes) -> tuple[list[str], list[Row]]:
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header, *rows = [line for line in lines if line] or [[]]
    except UnicodeDecodeError:
        raise BadUpload(_UNREADABLE.format(kind="CSV", text="The data is not valid UTF-8")) from None
    except csv.Error as error:
        raise BadUpload(_UNREADABLE.format(kind="CSV", text=str(error))) from None
    short = next((row for row in rows if len(row) != len(header)), None)
    if short is not None:
        text = f"A record has {len(short)} columns, the header has {len(header)}"
        raise BadUpload(_UNREADABLE.format(kind="CSV", text=text))
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def _json(data: bytes) -> list[Row]:
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadUpload(_UNREADABLE.format(kind="JSON", text=str(error))) from None
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise BadUpload(_UNREADABLE.format(kind="JSON", text="A list of objects is expected"))
    return [{name: value for name, value in row.items() if name != "attributes"} for row in rows]


def _xml(data: bytes) -> list[Row]:
    try:
        root = soap_text.parse_xml(data)
    except soap_text.NotXml as error:
        raise BadUpload(_UNREADABLE.format(kind="XML", text=str(error))) from None
    if soap_text.local(root) != "sObjects":
        raise BadUpload(_UNREADABLE.format(kind="XML", text="The root element must be sObjects"))
    return [_xml_row(one) for one in root if soap_text.local(one) == "sObject"]


def _xml_row(element: ET.Element) -> Row:
    values = soap_text.row(element)[1]
    for name, value in values.items():  # <Owner><sObject><type>User</type><Username>..</Username></sObject></Owner>
        inner = value.get("sObject") if isinstance(value, dict) else None
        if isinstance(inner, dict):
            kind = next((one.text for one in element.iter() if soap_text.local(one) == "type"), None)
            values[name] = {**({"attributes": {"type": kind}} if kind else {}), **inner}
    return values


# Results


def results(content_type: str, listed: Sequence[RowResult]) -> bytes:
    """Write some rows' results, one line or element each, without what stands around them."""
    return _WRITERS[content_type](listed)


def _csv_results(listed: Sequence[RowResult]) -> bytes:
    rows = [
        (one.id or "", str(one.success).lower(), str(one.success and one.created).lower(), error_text(one.errors))
        for one in listed
    ]
    return csv_out.lines(rows, ",", "\n").encode("utf-8")


def _json_results(listed: Sequence[RowResult]) -> bytes:
    return ",".join(json.dumps(_shown(one), ensure_ascii=False) for one in listed).encode("utf-8")


def _xml_results(listed: Sequence[RowResult]) -> bytes:
    return "".join(tag("result", _shown(one)) for one in listed).encode("utf-8")


_WRITERS = {CSV: _csv_results, JSON: _json_results, "XML": _xml_results}


def _shown(result: RowResult) -> dict[str, object]:
    errors: list[object] = [
        {"fields": list(one.fields), "message": one.message, "statusCode": one.code} for one in result.errors
    ]
    return {
        "success": result.success,
        "created": result.success and result.created,
        "id": result.id,
        "errors": errors,
    }


def whole(content_type: str, parts: Sequence[bytes]) -> bytes:
    """Join the parts of a batch's results to what is sent."""
    if content_type == CSV:
        return b'"Id","Success","Created","Error"\n' + b"".join(parts)
    if content_type == JSON:
        return b"[" + b",".join(part for part in parts if part) + b"]"
    return document("results", Markup(b"".join(parts).decode("utf-8")))


def document(name: str, body: Mapping[str, object] | Markup) -> bytes:
    """Write an XML document of the Bulk API."""
    inner = body if isinstance(body, Markup) else soap_text.tags(body)
    instance = "http://www.w3.org/2001/XMLSchema-instance"
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{NAMESPACE}" xmlns:xsi="{instance}">{inner}</{name}>'
    return text.encode("utf-8")
