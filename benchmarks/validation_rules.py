"""Twenty typical validation rules over a million records of twelve fields, as a check works them out.

Run: python benchmarks/validation_rules.py [RECORDS]. Prints the processor time of each rule, that of all and the seconds they took
beside the budget, and peak memory.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, datetime

from million_records import contacts, described, plan_of

from sfseed_core.check.validation import Held, TableRows
from sfseed_core.constraints.formula_rows import World
from sfseed_core.constraints.validation import formula_type
from sfseed_core.formula.evaluate import fires
from sfseed_core.formula.parser import parse
from sfseed_core.formula.setting import Setting
from sfseed_core.formula.types import check

RULES = [
    "ISBLANK(LastName)",
    "AND(ISBLANK(Email), ISBLANK(Phone))",
    "AND(DoNotCall, NOT(ISBLANK(Phone)))",
    "LEN(FirstName) > 40",
    'Title = "Title 000007"',
    'OR(Department = "Department 000001", Department = "Department 000002")',
    'AND(ISNEW(), CONTAINS(Email, "@example.org"))',
    'NOT(REGEX(Email, "[a-z0-9.]+@[a-z0-9.]+\\\\.[a-z]{2,}"))',
    'NOT(REGEX(Phone, "^[A-Za-z]+ [0-9]{6}$"))',
    "Worth__c < 0",
    "AND(Worth__c > 50000, ISBLANK(AccountId))",
    "ROUND(Worth__c * 0.19, 2) > 18000",
    "Birthdate > TODAY()",
    "YEAR(TODAY()) - YEAR(Birthdate) < 18",
    "DATEVALUE(Seen__c) < Birthdate",
    "NOW() - Seen__c > 3650",
    'BEGINS(MailingCity, "X")',
    'CASE(Department, "Department 000001", 1, "Department 000002", 2, 0) = 2',
    "UPPER(LastName) = FirstName",
    'IF(ISBLANK(Title), FALSE, LEFT(Title, 5) <> "Title")',
]


def main() -> None:
    """Measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    plan = plan_of(count)
    table = contacts(plan.object("Contact"), max(count // 3, 1))
    schema = described()["Contact"]
    setting = Setting(datetime(2026, 11, 23, 12, tzinfo=UTC), UTC)
    nodes = {rule: parse(rule) for rule in RULES}
    took, hits = dict.fromkeys(RULES, 0.0), dict.fromkeys(RULES, 0)
    for rule, node in nodes.items():
        check(node, rule, lambda path: formula_type(schema, {}, path))
    began = time.perf_counter()
    for start in range(0, count, 65_536):
        rows = TableRows(schema, World(setting), table.slice(start, 65_536), None, Held({"AccountId": ("Account",)}))
        for rule, node in nodes.items():
            worked = time.process_time()
            hits[rule] += int(fires(node, rows, setting).data.sum())
            took[rule] += time.process_time() - worked
    whole = time.perf_counter() - began
    for rule in RULES:
        print(f"{took[rule] * 1000:8.0f} ms  {hits[rule]:9,} of {count:,}  {rule}")
    print(f"{whole:8.2f} s   all, processor {sum(took.values()):.2f} s (budget 5 s)")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB  peak")


if __name__ == "__main__":
    main()
