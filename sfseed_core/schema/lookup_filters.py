"""What the lookup filters of an org ask: a describe says only that there is one, the Tooling API tells it, a field at a time.

What was read is kept beside the object's describe, and asked again only once the org says that the object has changed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import GuardRefused, LoginFailed, OrgError, SessionExpired
from sfseed_core.events import SILENT, Progress
from sfseed_core.org.client import Stamp
from sfseed_core.org.soql import select, text
from sfseed_core.schema.cache import Cached
from sfseed_core.schema.model import LookupFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.model import Field, ObjectSchema

_FATAL = (LoginFailed, GuardRefused, SessionExpired)
_ENTRY = "{}-lookup-filters"
_NOT_TOLD: Mapping[str, Any] = MappingProxyType({})


def with_filters(
    org: Org, objects: Mapping[str, ObjectSchema], *, cache: Cache, observer: Observer = SILENT, parallel: int = 8
) -> Mapping[str, ObjectSchema]:
    """Return the objects with what their binding lookup filters ask.

    An object whose filters this user may not read (they need View Setup and Configuration) is returned as it was.
    """
    wanted = {name: one for name, one in objects.items() if _asked(one)}
    if not wanted:
        return objects
    reader, found = _Reader(org, cache), dict(objects)
    with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="lookup-filters") as pool:
        reading = {name: pool.submit(reader.read, one) for name, one in wanted.items()}
        for number, (name, future) in enumerate(reading.items(), 1):
            found[name] = future.result()
            observer.notify(Progress("discover", number, len(wanted), "objects' lookup filters read", name))
    return MappingProxyType(found)


def read_filter(metadata: Any) -> LookupFilter | None:
    """Return the filter that a field's Metadata states; None where it states none that is active, or not as expected."""
    stated = metadata.get("lookupFilter") if isinstance(metadata, dict) else None
    items = stated.get("filterItems") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or stated.get("active") is False or not isinstance(items, list):
        return None
    return LookupFilter(
        items=tuple(_item(one) for one in items if isinstance(one, dict)),
        logic=_said(stated, "booleanFilter") or None,
        optional=stated.get("isOptional") is True,
        message=_said(stated, "errorMessage") or None,
    )


def _asked(one: ObjectSchema) -> list[Field]:
    """Return the references whose filter is worth a call."""
    return [
        field
        for field in one.references
        if field.createable and field.filtered_lookup and not field.filter_optional and field.lookup_filter is None
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one object's filters, from the cache where the org has not changed the object since."""

    org: Org
    cache: Cache

    def read(self, one: ObjectSchema) -> ObjectSchema:
        """Return the object with its filters."""
        mark, entry = self._mark(one), _ENTRY.format(one.name)
        known = self.cache.read(self.org.org_id, self.org.api_version, entry)
        if known is not None and mark is not None and known.raw.get("of") == mark:
            return _taken(one, known.raw.get("metadata"))
        try:
            metadata = {field.name: self._ask(one.name, field.name) for field in _asked(one)}
        except _FATAL:
            raise
        except OrgError:
            return one
        found = Cached({"of": mark, "metadata": metadata}, Stamp())
        self.cache.write(self.org.org_id, self.org.api_version, entry, found)
        return _taken(one, metadata)

    def _ask(self, name: str, field: str) -> dict[str, Any]:
        """Return the part of a field's Metadata that is about its filter."""
        condition = f"WHERE EntityDefinition.QualifiedApiName = {text(name)} AND QualifiedApiName = {text(field)}"
        answer = self.org.get("tooling/query", q=select(("Metadata",), "FieldDefinition", condition))
        rows = answer.get("records") if isinstance(answer, dict) else None
        told = rows[0].get("Metadata") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
        return {"lookupFilter": (told or _NOT_TOLD).get("lookupFilter")}

    def _mark(self, one: ObjectSchema) -> dict[str, Any] | None:
        """Return what changes when the org says that the object has changed; None where it says nothing of it."""
        described = self.cache.read(self.org.org_id, self.org.api_version, one.name)
        if described is None or described.stamp == Stamp():
            return None
        return {**asdict(described.stamp), "fields": [field.name for field in _asked(one)]}


def _taken(one: ObjectSchema, metadata: Any) -> ObjectSchema:
    if not isinstance(metadata, dict):
        return one
    told = {name: read_filter(stated) for name, stated in metadata.items() if name in one.fields}
    filters = {name: replace(one.fields[name], lookup_filter=found) for name, found in told.items() if found is not None}
    return replace(one, fields=MappingProxyType({**one.fields, **filters}))


def _item(raw: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    other = _said(raw, "valueField")
    return _said(raw, "field"), _said(raw, "operation"), other or _said(raw, "value"), bool(other)


def _said(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""
