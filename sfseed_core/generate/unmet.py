"""Which rules of a plan no record can be made to pass, found by trying a few: they are named and left to the check."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate.attempts import NOT_KNOWN, PASSES, REFUSED
from sfseed_core.generate.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.generate.judged import Judge
    from sfseed_core.recipe.model import Plan

_TRIED = 64
_MANY = 2  # of the tried records one in so many may be left that no attempt mended


def with_unmet_named(plan: Plan) -> Plan:
    """Return the plan without what its records cannot obey, each such rule with its reason in the plan's notes."""
    if plan.rules is None:
        return plan
    from sfseed_core.generate.judged import Judge, judge_of  # the formula language, which most plans do without

    found = judge_of(plan)
    if found is None:
        return plan
    unmet: dict[str, str] = {}
    for name in found.conditions:
        while True:
            fresh = dict(_unmet(plan, name, found))
            if not fresh:
                break
            unmet |= fresh
            rules = dataclasses.replace(plan.rules, unjudged=(*plan.rules.unjudged, *fresh))
            plan = dataclasses.replace(plan, rules=rules)
            found = judge_of(plan) or Judge(found.world, {})
    notes = tuple(f"rule {name}: {why}" for name, why in unmet.items())
    return dataclasses.replace(plan, notes=(*plan.notes, *notes))


def _unmet(plan: Plan, name: str, judge: Judge) -> Iterator[tuple[str, str]]:
    """Name the rules of an object that most tried records break, or of which nothing is known for any."""
    if name not in judge.conditions:
        return
    rows = Engine(plan).at(name, np.arange(min(plan.object(name).count, _TRIED)))
    if not len(rows):
        return
    verdicts = {one: judge.verdict(rows, one) for one in judge.conditions[name]}
    unknown = [one for one, found in verdicts.items() if (found == NOT_KNOWN).all()]
    if unknown:
        yield from ((f"{name}.{one.rule.name}", "whether records pass it cannot be known here") for one in unknown)
        return
    broken = {one: int((found == REFUSED).sum()) for one, found in verdicts.items()}
    if (judge.verdicts(rows) >= REFUSED).sum() * _MANY < len(rows):
        return
    worst = max(broken, key=lambda one: broken[one])
    rivals = _rivals(plan, name, judge, worst)
    beside = f" beside {', '.join(one.rule.name for one in rivals)}" if rivals else ""
    yield f"{name}.{worst.rule.name}", f"no way was found to make records that pass it{beside}: the check will name them"


def _rivals(plan: Plan, name: str, judge: Judge, one: ValidationConstraint) -> list[ValidationConstraint]:
    """Return the rules that records break which are made to pass the one alone; where that cannot be, those of its fields."""
    assert plan.rules is not None
    others = tuple(f"{name}.{other.rule.name}" for other in judge.conditions[name] if other is not one)
    alone = dataclasses.replace(plan, rules=dataclasses.replace(plan.rules, unjudged=(*plan.rules.unjudged, *others)))
    rows = Engine(alone).at(name, np.arange(min(plan.object(name).count, _TRIED)))
    if (judge.verdict(rows, one) == REFUSED).sum() * _MANY >= len(rows):
        return [other for other in judge.conditions[name] if other is not one and {*other.fields} & {*one.fields}]
    passing = judge.verdict(rows, one) == PASSES
    rest = (other for other in judge.conditions[name] if other is not one)
    return [other for other in rest if (judge.verdict(rows, other)[passing] == REFUSED).any()]
