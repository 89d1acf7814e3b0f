"""SOAP envelopes read and written: one operation with its arguments in, one answer or fault out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PARTNER, ENTERPRISE = "urn:partner.soap.sforce.com", "urn:enterprise.soap.sforce.com"
_SOBJECT = {PARTNER: "urn:sobject.partner.soap.sforce.com", ENTERPRISE: "urn:sobject.enterprise.soap.sforce.com"}
FAULTS = "urn:fault.partner.soap.sforce.com"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class NotXml(ValueError):
    """A body that is no XML, or XML with a document type: entities are never expanded."""


@dataclass(frozen=True, slots=True)
class Request:
    """One operation: its name, its element and the session id of the header ("" without one)."""

    operation: str
    element: ET.Element
    session_id: str
    headers: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return an argument's text, empty when it is not given."""
        found = child(self.element, name)
        return (found.text or "") if found is not None else ""

    def texts(self, name: str) -> list[str]:
        """Return the texts of all arguments of a name."""
        return [(one.text or "").strip() for one in self.element if local(one) == name]

    def all(self, name: str) -> list[ET.Element]:
        """Return all arguments of a name."""
        return [one for one in self.element if local(one) == name]


def parse_xml(body: bytes) -> ET.Element:
    """Read XML that has no document type; NotXml otherwise."""
    if b"<!DOCTYPE" in body[:4096].upper() or b"<!ENTITY" in body.upper():
        raise NotXml("a document type is not allowed")
    try:
        return ET.fromstring(body)  # noqa: S314 - no document type, so there is no entity to expand
    except (ET.ParseError, LookupError, ValueError) as error:
        raise NotXml(str(error)) from None


def local(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element: ET.Element, name: str) -> ET.Element | None:
    """Return the first child of a local name."""
    return next((one for one in element if local(one) == name), None)


def read(body: bytes) -> Request:
    """Read an envelope; NotXml when it is none."""
    root = parse_xml(body)
    inner = child(root, "Body")
    if local(root) != "Envelope" or inner is None or len(inner) == 0:
        raise NotXml("no SOAP envelope with an operation in its body")
    header = child(root, "Header")
    told = {local(item): (item.text or "").strip() for one in (header if header is not None else ()) for item in one}
    return Request(local(inner[0]), inner[0], told.get("sessionId", ""), told)


def row(element: ET.Element) -> tuple[str, dict[str, object]]:
    """Read an sObject: its type and its fields as texts; null for `fieldsToNull`, an object for a nested key."""
    kind = element.get(f"{{{_INSTANCE}}}type", "").rpartition(":")[2]
    values: dict[str, object] = {}
    for one in element:
        name = local(one)
        if name == "type":
            kind = (one.text or "").strip()
        elif name == "fieldsToNull":
            values[(one.text or "").strip()] = None
        elif len(one):
            values[name] = dict([*row(one)[1].items()])
        else:
            values[name] = None if one.get(f"{{{_INSTANCE}}}nil") == "true" else one.text or ""
    return kind, values


# Writing


def tag(name: str, value: object) -> str:
    """Write an element: a text, a boolean, null, nested elements (written already: Markup) or one per entry of a list."""
    if isinstance(value, Markup):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, list):
        return "".join(tag(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{tags(value)}</{name}>"
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    return f"<{name}>{text(value)}</{name}>"


class Markup(str):
    """XML that is written already."""

    __slots__ = ()


def tags(values: Mapping[str, object]) -> Markup:
    """Write several elements."""
    return Markup("".join(tag(name, value) for name, value in values.items()))


def text(value: object) -> str:
    """Write a value as the text of an element; what XML cannot hold is left out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", escape(str(value)))


def envelope(flavour: str, operation: str, results: Iterable[str]) -> bytes:
    """Write an operation's answer."""
    body = f"<{operation}Response>{''.join(results)}</{operation}Response>"
    return _wrapped(f'xmlns="{flavour}" xmlns:sf="{_SOBJECT[flavour]}"', body)


def fault(code: str, message: str) -> bytes:
    """Write a fault; clients look for exactly these prefixes."""
    detail = f"<sf:exceptionCode>{text(code)}</sf:exceptionCode><sf:exceptionMessage>{text(message)}</sf:exceptionMessage>"
    login = code.startswith(("INVALID_LOGIN", "LOGIN_"))
    kind = "LoginFault" if login else "ApiFault"
    inner = f'<detail><sf:{kind} xsi:type="sf:{kind}">{detail}</sf:{kind}></detail>'
    names = f"<faultcode>{'' if login else 'sf:'}{text(code)}</faultcode><faultstring>{text(f'{code}: {message}')}</faultstring>"
    return _wrapped(f'xmlns:sf="{FAULTS}"', f"<soapenv:Fault>{names}{inner}</soapenv:Fault>")


def _wrapped(namespaces: str, body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" {namespaces} xmlns:xsi="{_INSTANCE}">'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()
