"""The picklist values of each record type, which no describe tells: one call of the UI API per record type.

What was read is kept beside the object's describe and asked again only once that has changed.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import GuardRefused, LoginFailed, OrgError, SessionExpired
from sfseed_core.events import SILENT, Progress
from sfseed_core.org.client import Stamp
from sfseed_core.schema.cache import Cached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.model import ObjectSchema, RecordType

_FATAL = (LoginFailed, GuardRefused, SessionExpired)
_CHOICES = frozenset({"picklist", "multipicklist"})
_ENTRY = "{}-record-types"
_Values = dict[str, list[str]]


def calls_needed(objects: Mapping[str, ObjectSchema]) -> int:
    """Return how many calls it takes to read the record types of objects that were never read."""
    return sum(len(_asked(one)) for one in objects.values())


def with_picklists(
    org: Org, objects: Mapping[str, ObjectSchema], *, cache: Cache, observer: Observer = SILENT, parallel: int = 8
) -> Mapping[str, ObjectSchema]:
    """Return the objects with the picklist values of their record types.

    An object that the UI API does not know, or whose record types this user may not read, is returned as it was.
    """
    wanted = {name: one for name, one in objects.items() if _asked(one)}
    if not wanted:
        return objects
    reader = _Reader(org, cache)
    found = dict(objects)
    with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="record-types") as pool:
        reading = {name: pool.submit(reader.read, one) for name, one in wanted.items()}
        for number, (name, future) in enumerate(reading.items(), 1):
            found[name] = future.result()
            observer.notify(Progress("discover", number, len(wanted), "objects' record types read", name))
    return MappingProxyType(found)


def _asked(one: ObjectSchema) -> list[RecordType]:
    """Return the record types worth a call: usable ones of an object that has picklists."""
    if not any(field.type in _CHOICES and field.createable for field in one.fields.values()):
        return []
    return [kind for kind in one.record_types if kind.active and kind.available and not kind.master]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one object's record types, from the cache where its describe is the same as then."""

    org: Org
    cache: Cache

    def read(self, one: ObjectSchema) -> ObjectSchema:
        """Return the object with its record types' values."""
        mark, entry = _mark(one), _ENTRY.format(one.name)
        known = self.cache.read(self.org.org_id, self.org.api_version, entry)
        if known is not None and known.raw.get("of") == mark:
            return _taken(one, known.raw.get("values"))
        try:
            values = {kind.developer_name: self._ask(one, kind) for kind in _asked(one)}
        except _FATAL:
            raise
        except OrgError:
            return one  # not every object is in the UI API, and not every user may use it
        self.cache.write(
            self.org.org_id, self.org.api_version, entry, Cached({"of": mark, "values": values}, Stamp(None, None))
        )
        return _taken(one, values)

    def _ask(self, one: ObjectSchema, kind: RecordType) -> _Values:
        answer = self.org.get(f"ui-api/object-info/{one.name}/picklist-values/{kind.id}")
        return _values(answer, one)


def _values(answer: Any, one: ObjectSchema) -> _Values:
    """Return the values per field that an answer states; parts that are not shaped as expected are left out."""
    fields = answer.get("picklistFieldValues") if isinstance(answer, dict) else None
    found: _Values = {}
    for name, stated in fields.items() if isinstance(fields, dict) else ():
        listed = stated.get("values") if isinstance(stated, dict) else None
        if name in one.fields and isinstance(listed, list):
            values = [entry.get("value") for entry in listed if isinstance(entry, dict)]
            found[name] = [value for value in values if isinstance(value, str)]
    return found


def _taken(one: ObjectSchema, values: Any) -> ObjectSchema:
    if not isinstance(values, dict):
        return one
    kinds = tuple(
        replace(kind, picklists=MappingProxyType({name: tuple(own) for name, own in values[kind.developer_name].items()}))
        if isinstance(values.get(kind.developer_name), dict)
        else kind
        for kind in one.record_types
    )
    return replace(one, record_types=kinds)


def _mark(one: ObjectSchema) -> str:
    """Return what changes when record types or picklists of the object do."""
    kinds = [(kind.id, kind.developer_name, kind.active, kind.available) for kind in one.record_types]
    picklists = [
        (field.name, [(value.value, value.active) for value in field.picklist])
        for field in one.fields.values()
        if field.type in _CHOICES
    ]
    return hashlib.blake2b(json.dumps([kinds, picklists]).encode(), digest_size=16).hexdigest()
