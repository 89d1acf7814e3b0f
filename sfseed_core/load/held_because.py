"""Why records were held back: what each of them hangs on that is not in the org, followed up to where it began."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.load.failures import lost_records, understood
from sfseed_core.load.fit import left_out
from sfseed_core.load.hold import why_held
from sfseed_core.load.ledger import Ledger
from sfseed_core.load.outcome import Fate
from sfseed_core.load.steps import deferred_fields, is_activation
from sfseed_core.load.texts import local_keys, targets
from sfseed_core.recipe.columns import RECORD, SYMBOL_MARK, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan

_SHOWN = 3
_NO_FIELD, _NO_PRODUCTS, _NOT_THERE = 100, 101, 102  # reasons that are no fate of a record
_SAID: Mapping[int, str] = MappingProxyType(
    {
        Fate.HELD: "would be refused: a check says so",
        Fate.FAILED: "failed",
        Fate.UNPROCESSED: "was not processed",
        Fate.IN_DOUBT: "is in doubt",
        Fate.ABSENT: "was deleted from the records",
        _NO_FIELD: "the org has no such field",
        _NO_PRODUCTS: "has no products that are in",
        _NOT_THERE: "is not in the org",
    }
)
_OF_OTHERS = frozenset(said for reason, said in _SAID.items() if reason != Fate.HELD)
_KEEPS_BACK = (Fate.FAILED, Fate.UNPROCESSED, Fate.IN_DOUBT, Fate.HELD, Fate.ABSENT)


@dataclass(frozen=True, slots=True)
class Held:
    """`count` records of `object` (or cells of `Object.Field`, filled later) that `records` others keep back.

    Those are of the object `because` and all stand alike: `status` in words, `code` the org's where it refused them. `first`
    names the ones that keep back most (`Account:5`, or `Account.Key__c=K-7` of a record that the org should have), each with
    how many it keeps back.
    """

    object: str
    count: int
    because: str
    status: str
    code: str
    records: int
    first: tuple[tuple[str, int], ...]

    def sentence(self) -> str:
        """Return it as people say it: `held back by Account:5 (3): failed, DUPLICATE_VALUE`."""
        code = f", {self.code}" if self.code else ""
        if self.because == self.object and self.status not in _OF_OTHERS:
            return f"would be refused: {self.status}" if self.status != _SAID[Fate.HELD] else self.status
        named = ", ".join(f"{name} ({count:,})" if self.records > 1 else name for name, count in self.first)
        more = f" and {self.records - len(self.first):,} more" if self.records > len(self.first) else ""
        return f"held back by {named}{more}: {self.status}{code}" if named else f"{self.because}: {self.status}{code}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self) | {"first": [{"record": name, "holds": count} for name, count in self.first]}


@dataclass(frozen=True, slots=True)
class _Roots:
    """Per local key of an object what keeps it out: the `reason` (0: nothing), its object by number, its record or text."""

    reason: np.ndarray
    object: np.ndarray
    record: np.ndarray

    @classmethod
    def none(cls, size: int) -> _Roots:
        return cls(np.zeros(size, np.uint8), np.zeros(size, np.int32), np.full(size, -1, np.int64))

    def inherit(self, keys: np.ndarray, other: _Roots, parents: np.ndarray) -> None:
        """Records that nothing keeps back yet are kept back by what keeps back their parents."""
        fresh = (self.reason[keys] == 0) & (other.reason[parents] != 0)
        mine, theirs = keys[fresh], parents[fresh]
        self.reason[mine], self.object[mine] = other.reason[theirs], other.object[theirs]
        self.record[mine] = other.record[theirs]

    def put(self, keys: np.ndarray, reason: int, object_number: int, record: np.ndarray) -> None:
        self.reason[keys], self.object[keys], self.record[keys] = reason, object_number, record


def held_back(run: Run, dataset: Dataset) -> list[Held]:
    """Return why records of a run that rests were held back, the commonest reason first."""
    found = _Look(run, dataset)
    grouped = [one for name, keys, roots in found.held() for one in found.grouped(name, keys, roots)]
    return sorted(grouped, key=lambda one: -one.count)


def held_lines(run: Run, dataset: Dataset) -> Iterator[tuple[str, np.ndarray, pa.Array]]:
    """Give the records that were held back by object (or `Object.Field`), with why, as the org words its errors."""
    found = _Look(run, dataset)
    for name, keys, roots in found.held():
        yield name, keys, found.texts(name, keys, roots)


class _Look:
    """Follows what keeps records out from parents to children, in the order in which they are loaded."""

    def __init__(self, run: Run, dataset: Dataset) -> None:
        self._run, self._dataset = run, dataset
        self._counts = {**run.counts("insert"), **run.counts("update")}
        self._names = [one.name for one in dataset.plan.objects]
        self._words: list[str] = []  # records that the org should have, as their cells name them
        self._roots: dict[str, _Roots] = {}
        self._codes: dict[str, tuple[np.ndarray, list[str]]] = {}
        self._revision = run.get("revision")

    def held(self) -> Iterator[tuple[str, np.ndarray, _Roots]]:
        """Give the held records of each object, and of each reference that is filled later, with their roots."""
        if not any(one.held for one in self._counts.values()):
            return
        ledger = Ledger(self._run, self._dataset, self._revision, with_ids=False)
        plans = sorted(self._dataset.plan.objects, key=lambda one: one.level)
        for plan in plans:
            fates = ledger.fates(plan.name)
            roots = self._roots[plan.name] = self._own(plan.name, fates)
            mine = fates == Fate.HELD
            if self._held_of(plan.name):
                later = {*deferred_fields(plan), *left_out(self._run, plan.name)}
                waiting = fates == Fate.WAITING
                self._follow(roots, waiting, [one for one in plan.references if one.field not in later], plan)
                mine |= waiting & (roots.reason != 0)
                yield plan.name, np.flatnonzero(mine), roots
        for plan in plans:
            for name in (one for one in self._counts if one.startswith(f"{plan.name}.") and self._held_of(one)):
                fates = ledger.update_fates(name)
                waiting = np.isin(fates, (Fate.WAITING, Fate.HELD))
                roots = self._of_update(plan, name, waiting)
                yield name, np.flatnonzero(waiting & (roots.reason != 0)), roots

    def _held_of(self, name: str) -> int:
        return self._counts[name].held if name in self._counts else 0

    def _own(self, name: str, fates: np.ndarray) -> _Roots:
        roots = _Roots.none(len(fates))
        for fate in _KEEPS_BACK:
            keys = np.flatnonzero(fates == fate)
            roots.put(keys, int(fate), self._names.index(name), keys)
        return roots

    def _follow(self, roots: _Roots, wanted: np.ndarray, references: list[ReferencePlan], plan: ObjectPlan) -> None:
        """Take over what keeps back the parents of the wanted records."""
        columns = [RECORD, *(one.field for one in references)]
        columns += [target_column(one.field) for one in references if needs_target(one)]
        for batch in self._dataset.batches(plan.name, revision=self._revision, columns=columns):
            table = pa.Table.from_batches([batch])
            table = table.filter(vectors.booleans(wanted[local_keys(table)]))
            for one in references:
                self._through(roots, table, one)
            for one in references:  # what the org should have: nothing else keeps the record back
                self._not_there(roots, table, one)

    def _through(self, roots: _Roots, table: pa.Table, reference: ReferencePlan) -> None:
        own, parents = local_keys(table), vectors.keys(table[reference.field])
        for target, mask in targets(table, reference):
            rows = mask & (parents >= 0)
            if target in self._roots and rows.any():
                roots.inherit(own[rows], self._roots[target], parents[rows])

    def _not_there(self, roots: _Roots, table: pa.Table, reference: ReferencePlan) -> None:
        if not any(one.keyed for one in reference.targets):
            return
        words = vectors.one_array(table[target_column(reference.field)].cast(pa.string()))
        keys = local_keys(table)
        named = vectors.mask(pc.match_substring_regex(words, pattern=f"^{SYMBOL_MARK}[^{SYMBOL_MARK}]+{SYMBOL_MARK}"))
        rows = named & ~vectors.nulls(words) & (roots.reason[keys] == 0)
        if rows.any():
            encoded = words.filter(vectors.booleans(rows)).dictionary_encode()
            first = len(self._words)
            self._words += [str(one)[1:] for one in encoded.dictionary.to_pylist()]  # the records that are named, each once
            roots.put(keys[rows], _NOT_THERE, -1, first + vectors.keys(encoded.indices.cast(pa.int64())))

    def _of_update(self, plan: ObjectPlan, name: str, waiting: np.ndarray) -> _Roots:
        own, field = self._roots[plan.name], name.partition(".")[2]
        roots = _Roots.none(len(waiting))
        roots.inherit(np.flatnonzero(waiting), own, np.flatnonzero(waiting))
        number = self._names.index(plan.name)
        if is_activation(name) or field in left_out(self._run, plan.name):
            rest = np.flatnonzero(waiting & (roots.reason == 0))
            roots.put(rest, _NO_PRODUCTS if is_activation(name) else _NO_FIELD, number, rest)
            return roots
        self._follow(roots, waiting, [one for one in plan.references if one.field == field], plan)
        return roots

    # -- telling -----------------------------------------------------------------------------------------------------

    def grouped(self, name: str, keys: np.ndarray, roots: _Roots) -> Iterator[Held]:
        """Count the held records by what keeps them back."""
        objects, reasons = roots.object[keys], roots.reason[keys]
        records, codes = roots.record[keys], self._code_numbers(keys, roots)
        kinds = np.stack([objects.astype(np.int64), reasons.astype(np.int64), codes])
        for object_number, reason, code in np.unique(kinds, axis=1).T.tolist() if len(keys) else ():
            mine = (objects == object_number) & (reasons == reason) & (codes == code)
            each, counts = np.unique(records[mine], return_counts=True)
            most = np.argsort(-counts, kind="stable")[:_SHOWN]
            because = self._called(object_number)
            first = tuple((self._record(object_number, int(each[one])), int(counts[one])) for one in most)
            status = _SAID[reason]
            if reason == Fate.HELD and because == name:
                status = "; ".join(why_held(self._run, name)) or status
            yield Held(name, int(mine.sum()), because, status, self._code(because, code), len(each), first)

    def texts(self, name: str, keys: np.ndarray, roots: _Roots) -> pa.Array:
        """Return per held record why, in the form of the org's errors: a code, a message."""
        codes = self._code_numbers(keys, roots)
        kinds = np.stack(
            [roots.object[keys].astype(np.int64), roots.reason[keys].astype(np.int64), roots.record[keys], codes]
        )
        each, place = np.unique(kinds, axis=1, return_inverse=True)
        said = [self._text(name, *one) for one in each.T.tolist()]  # the records that keep others back, each once
        return vectors.texts(said).take(vectors.integers(place.reshape(-1).astype(np.int64)))

    def _text(self, name: str, object_number: int, reason: int, record: int, code: int) -> str:
        because = self._called(object_number)
        told = _SAID[reason] + (f", {self._code(because, code)}" if code >= 0 else "")
        own = because == name.partition(".")[0] and reason == Fate.HELD
        return f"HELD_BACK:{told if own else f'{self._record(object_number, record)} {told}'}:--"

    def _called(self, object_number: int) -> str:
        return self._names[object_number] if object_number >= 0 else ""

    def _record(self, object_number: int, record: int) -> str:
        return f"{self._names[object_number]}:{record}" if object_number >= 0 else self._words[record]

    def _code(self, because: str, code: int) -> str:
        return self._codes[because][1][code] if code >= 0 else ""

    def _code_numbers(self, keys: np.ndarray, roots: _Roots) -> np.ndarray:
        """The org's codes of what failed, as places in the list of its object; -1 where there is none."""
        if not self._codes:
            self._read_codes()
        found = np.full(len(keys), -1, np.int64)
        for number, name in enumerate(self._names):
            mine = (roots.object[keys] == number) & (roots.reason[keys] != _NOT_THERE)
            if name in self._codes and mine.any():
                found[mine] = self._codes[name][0][roots.record[keys][mine]]
        return found

    def _read_codes(self) -> None:
        for (name, field), lost in lost_records(self._run).items():
            if field is not None or name not in self._roots:
                continue
            words = vectors.one_array(lost["error"]).dictionary_encode()
            each = [understood(str(one))[0] for one in words.dictionary.to_pylist()]  # different texts, not records
            codes = sorted({*each} - {""})
            known = np.array([codes.index(one) if one else -1 for one in each] + [-1], np.int64)
            numbers = np.full(len(self._roots[name].reason), -1, np.int64)
            numbers[vectors.numbers(lost["record"])] = known[vectors.keys(words.indices.cast(pa.int64()))]
            self._codes[name] = (numbers, codes)
