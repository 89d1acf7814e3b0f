"""Which record each reference of a set leads to: one of another file, or one that the org has.

A cell may hold an Id of another file (of whatever org it came from), a record's own key, `Account:12` as our own files have
it, a name that only one record has, or an id of the org. A relationship column (`Account.Key__c`) holds what the target has in
that field; what no file has is looked for in the org when the set is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.brought.columns import COMPOSITE, PARTED, is_composite
from sfseed_core.recipe.columns import COUNT_MARK, SYMBOL_MARK, keyed_symbol
from sfseed_core.recipe.model import RUNNING_USER, STANDARD_PRICE_BOOK, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.dataset.brought.columns import Columns, Link
    from sfseed_core.dataset.brought.problems import Problems
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.schema.model import ObjectSchema, ObjectSummary

_ID = r"^[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?$"
_OWN = (f"{SYMBOL_MARK}{STANDARD_PRICE_BOOK}", f"{SYMBOL_MARK}{RUNNING_USER}")
_QUERY = rf"^={{1}}[A-Za-z]\w* (?:WHERE|ORDER|LIMIT) .*{COUNT_MARK}\d+$"
_NAMES = ("Name", "Subject", "CaseNumber")
_NONE = -1


@dataclass(frozen=True, slots=True)
class Filled:
    """One reference of a file's records: what each points to by number and target text, and all targets that occur."""

    keys: pa.Array
    words: pa.Array
    targets: tuple[Target, ...]


@dataclass
class Index:
    """How the records of one file are found by others."""

    file: Brought
    columns: Columns
    described: ObjectSchema
    _kept: dict[str, pa.Array] = field(default_factory=dict)

    def by_id(self, cells: pa.Array) -> np.ndarray:
        """Return the numbers of the records with these ids or keys of their own, -1 where there is none."""
        found = np.full(len(cells), _NONE, np.int64)
        ways = ((self.columns.ids, _plain_keys), (self.columns.ids, _plain_ids), (self.columns.keys, _plain_keys))
        for column, plain in ways:
            if column is not None and (found < 0).any():
                key = f"{plain.__name__} {column}"
                if key not in self._kept:
                    self._kept[key] = plain(self.file.column(column))
                found = np.where(found >= 0, found, _places(plain(cells), self._kept[key]))
        return found

    def numbered(self, cells: pa.Array) -> np.ndarray:
        """Return the numbers that texts like `Account:12` name, -1 where they name none of this file."""
        parts = pc.extract_regex(cells, pattern=rf"^(?i:{self.described.name}):(?P<number>[0-9]{{1,9}})$")
        numbers = vectors.keys(pc.struct_field(parts, [0]).cast(pa.int64()))
        return np.where(numbers < self.file.count, numbers, _NONE)

    def by_value(self, name: str, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of the records that have these texts in a field, and which texts several records have."""
        known = self._values(name)
        if known is None:
            return np.full(len(cells), _NONE, np.int64), np.zeros(len(cells), bool)
        wanted = _folded(cells)
        counts = known.value_counts()
        several = counts.field(0).filter(pc.greater(counts.field(1), pa.scalar(1)))
        twice = vectors.mask(pc.is_in(wanted, value_set=several.drop_null())) & ~vectors.nulls(wanted)
        return _places(wanted, known), twice

    def by_name(self, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of the records that are called so, and which names several records have."""
        name = next((one for one in _NAMES if self._values(one) is not None), None)
        return self.by_value(name or "", cells)

    def _values(self, name: str) -> pa.Array | None:
        key = f"value {name.lower()}"
        if key not in self._kept:
            found = {one.strip().lower(): one for one in self.file.table.column_names}
            own = {field.lower(): column for field, column in self.columns.values.items()}
            column = own.get(name.lower()) or found.get(name.lower())
            people = [found.get(part) for part in ("firstname", "lastname")]
            if column is not None:
                self._kept[key] = _folded(self.file.column(column))
            elif is_composite(name):
                whole = found.get(f"{COMPOSITE}{name.lower().replace(PARTED, '$')}")
                parts = [self._values(one.strip()) for one in name.split(PARTED)]
                if whole is not None:
                    self._kept[key] = _folded(self.file.column(whole))
                elif all(one is not None for one in parts):
                    self._kept[key] = pc.binary_join_element_wise(
                        *parts, PARTED, null_handling="replace", null_replacement=""
                    )
            elif name == "Name" and people[1] is not None:
                parts = [self.file.column(one) for one in people if one is not None]
                whole = pc.binary_join_element_wise(*parts, " ", null_handling="replace", null_replacement="")
                self._kept[key] = _folded(whole)
        return self._kept.get(key)


@dataclass
class Filling:
    """Fills the references of one file, from the columns that say something of each."""

    file: Brought
    set: Mapping[str, Index]
    listing: Mapping[str, ObjectSummary]
    problems: Problems

    def fill(self, links: Sequence[Link]) -> Filled:
        """Return what the columns of one reference say together: what another file has first, then what the org may have."""
        count = self.file.count
        said = sorted(links, key=lambda one: one.by is None)  # a relationship column means what it says in any org
        keys, objects = np.full(count, _NONE, np.int64), np.full(count, _NONE, np.int64)
        names = [one for one in links[0].field.reference_to if one in self.set]
        twice = np.zeros(count, bool)
        for link in said:
            twice |= self._in_set(link, names, keys, objects)
        words = _words([None, *names], objects + 1)
        open_ = keys < 0
        for link in said:
            found = self._in_org(link, open_ & vectors.nulls(words))
            words = pc.coalesce(words, found)
        self._tell(said, names, vectors.nulls(words), twice & open_)
        return self._filled(keys, words, names)

    def _in_set(self, link: Link, names: Sequence[str], keys: np.ndarray, objects: np.ndarray) -> np.ndarray:
        cells = _cells(self.file, link.column)
        several = np.zeros(len(cells), bool)
        for place, name in enumerate(names):
            index = self.set[name]
            if link.target is not None and link.target.lower() != name.lower():
                continue
            if link.by is not None:
                found, twice = (
                    (index.by_id(cells), several & False) if link.by.lower() == "id" else index.by_value(link.by, cells)
                )
            else:
                by_name, twice = index.by_name(cells)
                exact = np.maximum(index.by_id(cells), index.numbered(cells))
                found, twice = np.where(exact >= 0, exact, np.where(twice, _NONE, by_name)), twice & (exact < 0)
            found = np.where(twice, _NONE, found)
            fresh = (found >= 0) & (keys < 0)
            keys[fresh], objects[fresh] = found[fresh], place
            several |= twice
        return several

    def _in_org(self, link: Link, wanted: np.ndarray) -> pa.Array:
        """The texts that stand for records of the org, null where a cell names none (or is not wanted)."""
        cells = pc.if_else(vectors.booleans(wanted), _cells(self.file, link.column), pa.nulls(self.file.count, pa.string()))
        if link.by is not None and is_composite(link.by):
            return pa.nulls(self.file.count, pa.string())  # an org can be asked by one field only
        if link.by is not None:
            named = {one.lower(): one for one in link.field.reference_to}
            return _keyed(named.get((link.target or "").lower(), link.field.reference_to[0]), link.by, cells)
        symbols = pc.or_(pc.is_in(cells, value_set=vectors.texts(_OWN)), pc.match_substring_regex(cells, pattern=_QUERY))
        found = pc.if_else(pc.fill_null(symbols, False), cells, pa.nulls(len(cells), pa.string()))
        ids = pc.if_else(pc.match_substring_regex(cells, pattern=_ID), cells, pa.nulls(len(cells), pa.string()))
        for name in link.field.reference_to:
            prefix = self.listing[name].key_prefix if name in self.listing else None
            if prefix is not None:
                mine = pc.if_else(pc.starts_with(ids, pattern=prefix), ids, pa.nulls(len(ids), pa.string()))
                found = pc.coalesce(found, _keyed(name, "Id", mine))
        return found

    def _tell(self, links: Sequence[Link], names: Sequence[str], empty: np.ndarray, twice: np.ndarray) -> None:
        """Name the cells that lead nowhere."""
        files = ", ".join(self.set[one].file.path.name for one in names)
        for link in links:
            cells = _cells(self.file, link.column)
            lost = empty & ~vectors.nulls(cells)
            self.problems.cells(self.file, link.column, cells, lost & twice, f"is the name of several records of {files}")
            where = (
                f"a record of {files} (by Id, key or name)" if files else f"of {' or '.join(link.field.reference_to[:3])}"
            )
            self.problems.cells(self.file, link.column, cells, lost & ~twice, f"is neither {where} nor an id of the org")
            empty = empty & ~lost

    def _filled(self, keys: np.ndarray, words: pa.Array, names: Sequence[str]) -> Filled:
        counted = pc.extract_regex(words, pattern=rf"^(?P<query>=.+){COUNT_MARK}(?P<number>\d+)$")
        asked = ~vectors.nulls(counted) & vectors.mask(pc.match_substring_regex(words, pattern=_QUERY))
        numbers = vectors.keys(pc.struct_field(counted, [1]).cast(pa.int64()))
        keys = np.where(asked, numbers, keys)
        words = pc.if_else(vectors.booleans(asked), pc.struct_field(counted, [0]), words)
        found = sorted(words.filter(pc.starts_with(words, pattern=SYMBOL_MARK)).unique().drop_null().to_pylist())
        queries = {one: int(numbers[asked & _is(words, one)].max()) + 1 for one in found if (asked & _is(words, one)).any()}
        linked = sorted({text[1:].partition(SYMBOL_MARK)[0] for text in found if text not in queries})
        targets = [Target(name) for name in names if _is(words, name).any()]
        targets += [Target(None, one, keyed=one not in {STANDARD_PRICE_BOOK, RUNNING_USER}) for one in linked]
        targets += [Target(None, query[1:], count=count) for query, count in queries.items()]
        known = vectors.booleans(keys >= 0)
        return Filled(pc.if_else(known, vectors.integers(keys), pa.nulls(len(keys), pa.int64())), words, tuple(targets))


def _cells(file: Brought, column: str) -> pa.Array:
    """A column's cells without blanks at their ends; `#N/A` and blanks alone are none."""
    cells = pc.utf8_trim_whitespace(file.column(column))
    nothing = pc.is_in(cells, value_set=vectors.texts(["", "#N/A"]))
    return pc.if_else(nothing, pa.nulls(len(cells), pa.string()), cells)


def _keyed(name: str, by: str, values: pa.Array) -> pa.Array:
    mark, nothing = vectors.texts([f"{SYMBOL_MARK}{keyed_symbol(name, by)}{SYMBOL_MARK}", ""])
    return pc.binary_join_element_wise(mark, values, nothing)


def _words(words: Sequence[str | None], places: np.ndarray) -> pa.Array:
    return vectors.texts(words).take(vectors.integers(places.astype(np.int64)))


def _is(words: pa.Array, word: str) -> np.ndarray:
    return vectors.mask(pc.is_in(words, value_set=vectors.texts([word])))


def _plain_ids(cells: pa.Array) -> pa.Array:
    """Ids without the three letters of their long form; other texts as they are."""
    cells = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.match_substring_regex(cells, pattern=_ID), pc.utf8_slice_codeunits(cells, 0, 15), cells)


def _plain_keys(cells: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(cells), pattern="^@", replacement="")


def _folded(cells: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(cells))


def _places(cells: pa.Array, known: pa.Array) -> np.ndarray:
    found = pc.index_in(cells, value_set=known, skip_nulls=True).cast(pa.int64())
    return np.where(vectors.nulls(cells), _NONE, vectors.keys(found))
