"""The list views that every object has in a new org: all records, one's own, those seen lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfseed_emulator.schema import ObjectDef

_COLUMNS_SHOWN = 5
_PLAIN = frozenset(
    {"string", "picklist", "phone", "email", "currency", "date", "datetime", "int", "double", "url", "combobox"}
)


@dataclass(frozen=True, slots=True)
class ListView:
    """One view; `scope` is SOQL's word, `lately` says that it holds what the user saw last."""

    developer_name: str
    label: str
    scope: str
    lately: bool = False

    def query(self, found: ObjectDef) -> str:
        """Return the view's records as a query, the newest first."""
        using = "" if self.scope == "everything" else f" USING SCOPE {self.scope}"
        return f"SELECT {', '.join(columns(found))} FROM {found.name}{using} ORDER BY SystemModstamp DESC, Id DESC"


def has_views(found: ObjectDef) -> bool:
    """Tell whether people see the object's records in lists."""
    return bool(found.key_prefix) and found.queryable and not found.setup


def views(found: ObjectDef) -> tuple[ListView, ...]:
    """Return an object's views; custom objects have but one that was made for them."""
    plural = found.label_plural
    if found.custom:
        return (ListView("All", "All", "everything"),)
    joined = "".join(part for part in plural.title() if part.isalnum())
    return (
        ListView(f"All{joined}", f"All {plural}", "everything"),
        ListView(f"My{joined}", f"My {plural}", "mine"),
        ListView(f"RecentlyViewed{joined}", f"Recently Viewed {plural}", "everything", lately=True),
    )


def columns(found: ObjectDef) -> list[str]:
    """Return the fields that a view shows: the name first, then what says most, the id last."""
    named = [one.name for one in found.fields.values() if one.name_field]
    told = [
        one.name for one in found.fields.values() if one.type in _PLAIN and not one.compound_field_name and one.createable
    ]
    return [*dict.fromkeys([*named, *told[:_COLUMNS_SHOWN], "Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"])]
