"""What a check found as a whole: how many records pass, and for each of the org's rules what became of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.check.alike import ALIKE
from sfseed_core.check.finding import Level
from sfseed_core.check.in_org import DUPLICATE
from sfseed_core.constraints.validation import can_fire_at_insert, validation_constraints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sfseed_core.check.finding import Finding
    from sfseed_core.check.in_org import InOrg
    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.snapshot.model import DuplicateRule, Snapshot

SAMPLES = 3
_MARK = "validation:"
_NOT_EVALUABLE = "not evaluable: "


class Cover(StrEnum):
    """What can be said of a rule beforehand, in the words the user sees."""

    COVERED = "covered"
    IN_PART = "covered in part"
    NOT_EVALUABLE = "not evaluable"
    ON_UPDATE = "can fire only on an update"


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One rule of the org over the records of an object.

    `refused` are the records that the org refuses by it at insert, `on_update` those at the update that fills in references;
    `samples` the first of both. `unknown` counts the records for which nobody can tell, `why` says why.
    """

    object: str
    rule: str
    message: str
    cover: Cover
    refused: int = 0
    on_update: int = 0
    unknown: int = 0
    samples: tuple[int, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, the records per object, the rules, and what is said of the org's duplicate rules."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    rules: tuple[RuleReport, ...]
    duplicates: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """How many records were checked."""
        return sum(self.counts.values())

    @property
    def refused(self) -> int:
        """How many of them the org would refuse."""
        found: defaultdict[str, list[np.ndarray]] = defaultdict(list)
        for one in self.findings:
            if one.level is Level.REFUSED:
                found[one.object].append(one.records)
        return sum(len(np.unique(np.concatenate(parts))) for parts in found.values())

    @property
    def pass_rate(self) -> float:
        """The share of records that the org is not known to refuse; 1 where there are none."""
        return 1 - self.refused / self.records if self.records else 1.0


def report_of(
    findings: Iterable[Finding],
    counts: Mapping[str, int],
    schemas: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    in_org: InOrg | None = None,
) -> Report:
    """Put the findings of some objects' records together with the rules of these objects, and with what the org has already."""
    every = (*findings, *(() if in_org is None else in_org.findings))
    rules = [
        _rule(name, one, [each for each in every if each.object == name and each.rule == f"{_MARK}{one.rule.name}"])
        for name in counts
        if name in schemas
        for one in validation_constraints(schemas[name], schemas, snapshot)
    ]
    return Report(every, counts, tuple(rules), tuple(_duplicates(counts, snapshot, every, in_org)))


def _duplicates(
    counts: Mapping[str, int], snapshot: Snapshot | None, findings: Sequence[Finding], in_org: InOrg | None
) -> Iterator[str]:
    """Say of each duplicate rule what it does and whether records here look alike; what was not read is not none."""
    if snapshot is None:
        return
    if "duplicate rules" in snapshot.unread:
        yield f"duplicate rules: not read ({snapshot.unread['duplicate rules']})"
    for one in snapshot.duplicate_rules:
        if one.object not in counts:
            continue
        alike = sum(each.count for each in findings if each.object == one.object and each.rule == ALIKE)
        does = "refuses what it finds alike" if one.refuses else "only reports what it finds alike"
        within = (
            f"{alike:,} records here look like another" if alike else "no two records here agree in what tells them apart"
        )
        named = f"{one.object}: duplicate rule {one.name!r} (by {', '.join(one.matching)})"
        yield f"{named} {does}; {within}{_beside_the_org(one, findings, in_org)}"
    if in_org is not None and in_org.calls:
        yield f"records were compared with the org's in {in_org.calls:,} call{'s' if in_org.calls > 1 else ''}"


def _beside_the_org(rule: DuplicateRule, findings: Sequence[Finding], in_org: InOrg | None) -> str:
    if in_org is None or not rule.refuses:
        return ""
    if rule.name in in_org.not_compared:
        return f"; not compared with the org's records: {in_org.not_compared[rule.name]}"
    count = sum(each.count for each in findings if each.object == rule.object and each.rule == DUPLICATE)
    return f"; {count:,} look like one that the org has" if count else "; none looks like one that the org has"


def _rule(name: str, one: ValidationConstraint, found: Sequence[Finding]) -> RuleReport:
    refusing = [each for each in found if each.level is Level.REFUSED]
    hanging = [each for each in found if each.level is Level.DOUBTFUL]
    samples = np.unique(np.concatenate([each.records[:SAMPLES] for each in refusing])) if refusing else np.empty(0, int)
    return RuleReport(
        object=name,
        rule=one.rule.name,
        message=one.rule.message,
        cover=_cover(one, refusing, hanging),
        refused=sum(each.count for each in refusing if each.step == "insert"),
        on_update=sum(each.count for each in refusing if each.step != "insert"),
        unknown=max((each.count for each in hanging), default=0),
        samples=tuple(int(record) for record in samples[:SAMPLES]),
        why=tuple(dict.fromkeys(each.message.removeprefix(_NOT_EVALUABLE) for each in hanging)),
    )


def _cover(one: ValidationConstraint, refusing: Sequence[Finding], hanging: Sequence[Finding]) -> Cover:
    if one.condition is None:
        return Cover.NOT_EVALUABLE
    if hanging:
        return Cover.IN_PART if refusing else Cover.NOT_EVALUABLE
    return Cover.COVERED if can_fire_at_insert(one.condition) else Cover.ON_UPDATE
