"""What a VLOOKUP names: `VLOOKUP($ObjectType.Zip__c.Fields.City__c, $ObjectType.Zip__c.Fields.Name, PostalCode__c)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.formula.nodes import Call, Field, Node, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = re.compile(r"\$ObjectType\.(\w+)\.Fields\.(\w+)", re.IGNORECASE)
KEY = "Name"
"""The only field that records are found by."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One VLOOKUP: the object that it goes through, the field that it gives, and what it looks for."""

    object: str
    gives: str
    wanted: Node


def named_field(path: str) -> tuple[str, str] | None:
    """Return object and field of a `$ObjectType.Object.Fields.Field`; None where the path is no such thing."""
    found = _PATH.fullmatch(path)
    return None if found is None else (found[1], found[2])


def lookup_of(node: Node) -> Lookup | None:
    """Return what a call of VLOOKUP names; None where it is none, or one that no org would save."""
    if not isinstance(node, Call) or node.name != "VLOOKUP" or len(node.arguments) != 3:
        return None
    gives, key = (named_field(one.path) if isinstance(one, Field) else None for one in node.arguments[:2])
    if gives is None or key is None or key[0].lower() != gives[0].lower() or key[1].lower() != KEY.lower():
        return None
    return Lookup(*gives, node.arguments[2])


def lookups(node: Node) -> Iterator[Lookup]:
    """Go through the VLOOKUPs of a formula."""
    yield from (found for one in walk(node) if (found := lookup_of(one)) is not None)
