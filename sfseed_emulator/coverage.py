"""What the emulator serves, written from its registries (docs/emulator-coverage.md; a test compares)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfseed_emulator import dml_rules, grants
from sfseed_emulator.bulk import batch_work, ingest
from sfseed_emulator.faults import ACTIONS
from sfseed_emulator.org_kinds import KINDS, USERS
from sfseed_emulator.routes.registry import all_routes
from sfseed_emulator.routes.soap import OPERATIONS
from sfseed_emulator.soql import functions, periods
from sfseed_emulator.tooling.objects import IN_DATA_API, tooling_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PATH = Path(__file__).resolve().parents[1] / "docs" / "emulator-coverage.md"
HEAD = """# What the emulator serves

Written by `python -m sfseed_emulator.coverage` from the registries that the emulator works by.
"""

CLAUSES: tuple[tuple[str, str], ...] = (
    ("parent fields, five deep", "SELECT Account.Parent.Owner.Profile.Name FROM Contact"),
    ("child subqueries", "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName LIMIT 5) FROM Account"),
    ("TYPEOF", "SELECT TYPEOF What WHEN Account THEN Phone WHEN Opportunity THEN Amount ELSE Name END FROM Event"),
    ("aliases, further sources", "SELECT c.LastName FROM Contact c, c.Account a WHERE a.Name = 'x'"),
    ("comparisons in any case", "SELECT Id FROM Account WHERE Name = 'X' AND NOT (Name LIKE 'a\\_%' OR Site != null)"),
    ("lists", "SELECT Id FROM Account WHERE Name IN ('a', 'b') AND Industry NOT IN ('Banking')"),
    ("semi-joins and anti-joins", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Email != null)"),
    ("date literals", "SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS:3 OR CreatedDate > 2026-01-01T00:00:00Z"),
    ("aggregates, HAVING", "SELECT Industry, COUNT(Id) n FROM Account GROUP BY Industry HAVING COUNT(Id) > 1"),
    ("ROLLUP, CUBE, GROUPING", "SELECT Industry, GROUPING(Industry) g, COUNT(Id) FROM Account GROUP BY ROLLUP(Industry)"),
    ("date functions", "SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Account GROUP BY CALENDAR_YEAR(CreatedDate)"),
    ("labels", "SELECT toLabel(Industry) FROM Account"),
    ("all fields", "SELECT FIELDS(ALL) FROM Account LIMIT 200"),
    ("order, NULLS LAST, OFFSET", "SELECT Id FROM Account ORDER BY Name DESC NULLS LAST LIMIT 10 OFFSET 5"),
    ("scope, security, view", "SELECT Id FROM Account USING SCOPE mine WITH SECURITY_ENFORCED LIMIT 1 FOR VIEW"),
    ("polymorphic types", "SELECT Id FROM Task WHERE What.Type IN ('Account', 'Opportunity')"),
    ("distances", "SELECT Name FROM Account WHERE DISTANCE(BillingAddress, GEOLOCATION(52.5, 13.4), 'km') < 30"),
)
"""Clauses of SOQL, each with a query that is answered."""


def coverage() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_routes(), *_soql(), *_dml(), *_others(), ""])


def _routes() -> Iterator[str]:
    yield from ("## Routes", "", "| | path | what it does |", "|---|---|---|")
    for route in all_routes():
        path = route.path.replace("/services/data/v{version}", "…")
        yield f"| {route.method} | `{path}` | {_first(route.handler)} |"
    yield from ("", "`…` is `/services/data/vXX.0`.", "")


def _first(thing: Callable[..., Any]) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0]


def _soql() -> Iterator[str]:
    yield from ("## SOQL", "", "| | for instance |", "|---|---|")
    for name, example in CLAUSES:
        yield f"| {name} | `{example}` |"
    yield ""
    yield f"- Aggregates: {_listed(functions.AGGREGATES)}"
    yield f"- Functions of dates: {_listed(functions.DATES)}"
    yield f"- Ways to show a value: {_listed(functions.FORMATS)}"
    yield f"- Date literals: {_listed(periods.PLAIN)}; with a number: {_listed(periods.COUNTED)}"
    yield from ("- Not served: WITH DATA CATEGORY, scopes of teams and territories.", "")


def _dml() -> Iterator[str]:
    yield from ("## Rules of standard objects", "", "| object | when | what |", "|---|---|---|")
    steps = (("filled before", dml_rules.DEFAULTS), ("checked", dml_rules.CHECKS), ("done after", dml_rules.EFFECTS))
    for step, registry in steps:
        for name, rules in registry.items():
            for rule in rules:
                yield f"| {name} | {step} | {_first(rule)} |"
    yield ""


def _others() -> Iterator[str]:
    yield from ("## Further", "")
    yield f"- Grants of the token endpoint: {_listed(grants.GRANTS)}"
    yield f"- SOAP operations: {_listed(OPERATIONS)} (login up to version 64)"
    yield f"- Bulk API 2.0: {_listed(ingest.OPERATIONS)}, query, queryAll; Bulk API 1: {_listed(batch_work.OPERATIONS)}"
    yield f"- Objects of the Tooling API: {_listed(tooling_schema().objects)}; in ordinary queries too: {_listed(IN_DATA_API)}"
    yield f"- Kinds of orgs: {_listed(KINDS)}; of users: {_listed(USERS)}"
    yield f"- Faults: {'; '.join(f'{point}: {_listed(acts)}' for point, acts in ACTIONS.items())}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def write() -> None:
    """Write the page."""
    PATH.write_text(coverage(), encoding="utf-8")


if __name__ == "__main__":
    write()
