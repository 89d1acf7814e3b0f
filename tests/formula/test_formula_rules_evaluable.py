"""Which outside rules can be worked out, and what the others ask for; `-s` prints the table that docs/rules.md shows."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from sfseed_core.constraints.validation import can_fire_at_insert
from sfseed_core.formula.functions.org import FUNCTIONS as OF_THE_ORG
from sfseed_core.formula.nodes import FormulaError, fields, functions
from sfseed_core.formula.parser import parse
from tests.formula.outside_cases import FOLDER, lines

# The folder is SFSEED_OUTSIDE_DATA/formula.
RULES = lines("validation_rules.jsonl")
ASKED = frozenset(("$user", "$profile", "$userrole", "$organization", "$permission", "$setup", "$custommetadata", "$label"))
NOT = "not evaluable"


def kind_of(formula: str) -> str:
    """What working a rule out takes, in the words of the page."""
    try:
        condition = parse(formula)
    except FormulaError as error:
        return f"{NOT}: {error.message}"
    beyond = sorted({*functions(condition)} & {*OF_THE_ORG})
    if beyond:
        return f"{NOT}: {', '.join(beyond)}"
    if not can_fire_at_insert(condition):
        return "can fire only on an update"
    asks = sorted({path.split(".")[0].lower() for path in fields(condition)} & ASKED)
    if asks:
        return f"evaluable where {', '.join(asks)} can be read, or is given"
    if "VLOOKUP" in functions(condition):
        return "evaluable through the records that VLOOKUP finds"
    ups = any("." in path and not path.startswith("$") for path in fields(condition))
    return "evaluable with the parents of the records" if ups else "evaluable from the records alone"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"outside data not present at {FOLDER}: set SFSEED_OUTSIDE_DATA")
def test_nearly_every_rule_can_be_worked_out():
    """Of a hundred outside rules at most five are beyond evaluation whatever is known."""
    found = Counter(kind_of(one["errorConditionFormula"]) for one in RULES)
    for kind, count in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        sys.stdout.write(f"| {kind} | {count} | {100 * count / len(RULES):.0f} % |\n")
    assert sum(count for kind, count in found.items() if kind.startswith(NOT)) <= 0.05 * len(RULES)
