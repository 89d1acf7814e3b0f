"""The org's active duplicate rules: what they do with a record that looks like another, and what they go by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfseed_core.org.soql import select, texts
from sfseed_core.snapshot.model import DuplicateRule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sfseed_core.org.client import Org

_COLUMNS = ("Id", "DeveloperName", "MasterLabel", "SobjectType", "IsActive")
_REFUSING = "Alert"  # what a page warns of, the API refuses unless it is told to save all the same


def read_duplicate_rules(org: Org, objects: Collection[str]) -> tuple[DuplicateRule, ...]:
    """Return the active duplicate rules of some objects, in the order of their names."""
    condition = f"WHERE IsActive = true AND SobjectType IN {texts(sorted(objects))}"
    page = org.get("tooling/query", q=select(_COLUMNS, "DuplicateRule", condition))
    rows = [one for one in page.get("records") or () if isinstance(one, dict)]
    return tuple(sorted((_rule(org, row) for row in rows), key=lambda one: (one.object, one.name)))


def _rule(org: Org, row: dict[str, Any]) -> DuplicateRule:
    found = org.get(f"tooling/sobjects/DuplicateRule/{quote(str(row['Id']), safe='')}").get("Metadata") or {}
    told = json.loads(found) if isinstance(found, str) else found
    return DuplicateRule(
        object=str(row["SobjectType"]),
        name=str(row.get("MasterLabel") or row["DeveloperName"]),
        refuses=told.get("actionOnInsert") == "Block" or _REFUSING in (told.get("operationsOnInsert") or ()),
        matching=tuple(dict.fromkeys(_matching(told))),
    )


def _matching(told: dict[str, Any]) -> Iterator[str]:
    rules = told.get("duplicateRuleMatchRules") or ()
    for one in rules if isinstance(rules, list) else [rules]:
        if isinstance(one, dict) and one.get("matchingRule"):
            yield f"{one.get('matchRuleSObjectType') or ''}.{one['matchingRule']}".lstrip(".")
