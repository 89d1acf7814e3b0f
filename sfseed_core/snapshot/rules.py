"""The org's active validation rules: listed by the Tooling API, then each formula by itself, several at a time.

A row's Metadata may be asked for alone only (SALESFORCE.md 5), and needs the permission to view the set-up.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfseed_core.org.soql import select, texts
from sfseed_core.schema.model import ValidationRule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sfseed_core.org.client import Org

_COLUMNS = ("Id", "ValidationName", "ErrorMessage", "ErrorDisplayField", "EntityDefinition.QualifiedApiName")
_NAMES_AT_ONCE = 50  # keeps the query's address below what servers take
_AT_A_TIME = 8


def read_rules(org: Org, objects: Collection[str]) -> Mapping[str, tuple[ValidationRule, ...]]:
    """Return the active rules of some objects; the formula of a rule that its package hides is empty."""
    listed = list(_listed(org, sorted(objects)))
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        formulas = list(pool.map(lambda row: _formula(org, str(row["Id"])), listed))
    found: defaultdict[str, list[ValidationRule]] = defaultdict(list)
    for row, formula in zip(listed, formulas, strict=True):
        rule = ValidationRule(row["ValidationName"], formula, row.get("ErrorMessage") or "", row.get("ErrorDisplayField"))
        found[row["EntityDefinition"]["QualifiedApiName"]].append(rule)
    return MappingProxyType({name: tuple(rules) for name, rules in found.items()})


def _listed(org: Org, names: list[str]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(names), _NAMES_AT_ONCE):
        wanted = texts(names[start : start + _NAMES_AT_ONCE])
        condition = f"WHERE Active = true AND EntityDefinition.QualifiedApiName IN {wanted} ORDER BY Id"
        soql = select(_COLUMNS, "ValidationRule", condition)
        page = org.get("tooling/query", q=soql)
        while True:
            yield from page.get("records") or ()
            following = page.get("nextRecordsUrl")
            if not isinstance(following, str):
                break
            page = org.get(following.split("/", 4)[-1])


def _formula(org: Org, rule_id: str) -> str:
    row = org.get(f"tooling/sobjects/ValidationRule/{quote(rule_id, safe='')}")
    return str((row.get("Metadata") or {}).get("errorConditionFormula") or "")
