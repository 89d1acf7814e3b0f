"""Which record a result line belongs to, when lines come back in any order and their cells may have changed.

Before a job is sent, columns are fixed that tell its rows apart: an external id, else the fewest columns of stable kind.
Rows that only differ in unstable columns go to different jobs; where that would make too many jobs, unstable columns are
compared by a fingerprint that survives the known changes (blanks, case, line ends, trailing zeros). Wholly equal rows
are interchangeable: lines in their order go to local keys ascending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset.vectors import integers, mask, nulls, numbers, one_array
from sfseed_core.dataset.vectors import texts as texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfseed_core.schema.model import Field

_STABLE_TYPES = frozenset({"id", "reference", "int", "long", "date", "boolean", "picklist", "combobox", "string"})
_NUMBER_TYPES = frozenset({"double", "currency", "percent"})
_SAMPLE = 4_000
_MOST_VARIANTS = 8  # jobs that rows equal in their stable columns may be spread over
_EMPTY, _SEPARATOR = texts_of([""]), texts_of(["\x1f"])


@dataclass(frozen=True, slots=True)
class MatchKey:
    """The columns by which result lines find their rows.

    `close` are compared but for case, blanks at the ends and a number's trailing zeros, `loose` by fingerprint.
    """

    close: tuple[str, ...]
    loose: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order they are joined."""
        return (*self.close, *self.loose)


@dataclass(frozen=True, slots=True)
class Share:
    """Rows (positions in a table) that may go into one job, with the key that tells them apart.

    `keys` are the match keys of the rows, where they came to hand.
    """

    rows: np.ndarray
    key: MatchKey
    keys: pa.Array | None = None


def shares(texts: pa.Table, fields: Mapping[str, Field], *, known: MatchKey | None = None) -> list[Share]:
    """Split the rows of a table of texts so that in each share result lines can be told apart.

    `fields` describes the columns; one that is not in it counts as unstable. `known` is the key of other records of the
    object: where its columns are stable and tell these rows apart as well, they are not chosen anew.
    """
    everything = np.arange(texts.num_rows)
    single = _external_id(texts, fields)
    if single is not None:
        return [Share(everything, MatchKey((single,)))]
    stable = [name for name in texts.column_names if _is_stable(name, fields)]
    if known is not None and known.columns and set(known.columns) <= set(stable):
        found = keys(texts, known)
        if _all_different(found):
            return [Share(everything, known, found)]
    codes, key = _fewest(texts, stable)
    if _classes(codes) == texts.num_rows:
        return [Share(everything, key)]
    whole = _combine(texts, texts.column_names)
    variants = _variants(codes, whole)
    if variants.max(initial=0) >= _MOST_VARIANTS:
        key = _with_unstable(key, texts, fields, stable)
        variants = _variants(_codes(keys(texts, key)), whole)
    return [Share(np.flatnonzero(variants == one), key) for one in range(int(variants.max(initial=0)) + 1)]


def alike_apart(texts: pa.Table, key: MatchKey) -> list[Share]:
    """Split the rows so that none of a share have the same key but for what `keys` overlooks: `1.1` and `1.10` are two records."""
    variants = _variants(_codes(keys(texts, key)), _combine(texts, key.columns))
    return [Share(np.flatnonzero(variants == one), key) for one in range(int(variants.max(initial=0)) + 1)]


def keys(texts: pa.Table, key: MatchKey) -> pa.Array:
    """Return the match key of every row as one text."""
    parts = [plain(texts[name]) for name in key.close]
    parts += [_fingerprint(texts[name]) for name in key.loose]
    if not parts:
        return _filled(pa.nulls(texts.num_rows, pa.string()))
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _SEPARATOR[0])


def assign(sent: pa.Array, local: np.ndarray, lines: pa.Array) -> np.ndarray:
    """Return for each line the position of its sent row, or -1.

    Both sides are match keys. Lines of equal keys go, in their order, to the rows of that key by ascending local key;
    lines beyond the number of such rows get -1. Each row is given out once.
    """
    encoded = one_array(sent).dictionary_encode()
    row_codes = numbers(encoded.indices).astype(np.int64)
    line_codes = places(one_array(lines), encoded.dictionary)
    if len(encoded.dictionary) == len(row_codes):
        return _firsts(line_codes)  # every row has a key of its own, and its code is its position
    by_code = np.lexsort((local, row_codes))
    sizes = np.bincount(row_codes, minlength=len(encoded.dictionary))
    starts = np.cumsum(sizes) - sizes
    rank = _rank_in_class(line_codes, len(sizes))
    position = np.full(len(line_codes), -1, np.int64)
    fits = (line_codes >= 0) & (rank < np.append(sizes, 0)[line_codes])
    position[fits] = by_code[starts[line_codes[fits]] + rank[fits]]
    return position


def one_to_one(sent: pa.Array, lines: pa.Array) -> np.ndarray | None:
    """Return for each line the position of its sent row where every row has exactly one line, and one of its own; else None.

    What `assign` gives then, whatever order the lines are in.
    """
    if len(lines) != len(sent):
        return None
    found = places(lines, sent)
    hit = np.zeros(len(sent), bool)
    hit[found[found >= 0]] = True
    return found if hit.all() else None


def _firsts(codes: np.ndarray) -> np.ndarray:
    """The codes with every repetition of one as -1."""
    seen, first = np.unique(codes, return_index=True)
    if len(seen) == len(codes):
        return codes
    found = np.full(len(codes), -1, np.int64)
    found[first] = codes[first]
    return found


def places(texts: pa.Array, dictionary: pa.Array) -> np.ndarray:
    """Return the first place of each text in a list of texts, -1 where it is not in it."""
    found = pc.index_in(texts, value_set=dictionary)
    return np.where(nulls(found), np.int64(-1), numbers(found))


def found_in(keys: pa.Array, others: Sequence[pa.Array]) -> np.ndarray:
    """Say for each match key whether it is among any of the others."""
    found = np.zeros(len(keys), bool)
    for one in others:
        found |= mask(pc.is_in(keys, value_set=one))
    return found


def overlap(keys: pa.Array, other: pa.Array) -> bool:
    """Say whether two lists have a match key in common."""
    return bool(found_in(keys, [other]).any())


def _filled(column: pa.Array) -> pa.Array:
    return column if column.null_count == 0 else column.fill_null(_EMPTY[0])


def _rank_in_class(codes: np.ndarray, classes: int) -> np.ndarray:
    """The how-manieth of its code each entry is, in the given order; -1 counts as a code of its own."""
    shifted = codes + 1
    order = np.argsort(shifted, kind="stable")
    sizes = np.bincount(shifted, minlength=classes + 1)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(codes), np.int64)
    rank[order] = np.arange(len(codes)) - starts[shifted[order]]
    return rank


# -- choosing columns --------------------------------------------------------------------------------------------------


def _is_stable(name: str, fields: Mapping[str, Field]) -> bool:
    found = fields.get(name)
    return found is not None and found.type in _STABLE_TYPES


def _is_file(name: str, fields: Mapping[str, Field]) -> bool:
    """Whether the column holds a file's bytes, which no query returns."""
    return name in fields and fields[name].type == "base64"


def _external_id(texts: pa.Table, fields: Mapping[str, Field]) -> str | None:
    """A unique external id that every row has and that tells all of them apart."""
    names: list[str] = texts.column_names
    for name in names:
        found = fields.get(name)
        if found is None or not (found.external_id or found.unique) or not _is_stable(name, fields):
            continue
        column = plain(texts[name])
        if _all_different(column) and not pc.any(pc.equal(column, _EMPTY[0])).as_py():
            return name
    return None


def _fewest(texts: pa.Table, stable: Sequence[str]) -> tuple[np.ndarray, MatchKey]:
    """The fewest stable columns (as found greedily) that tell apart all rows that the stable columns can tell apart.

    Columns of most different texts, as a sample shows, come first; the others are not even looked at once all rows are told apart.
    """
    sample = texts.slice(0, _SAMPLE)
    counts = {name: pc.count_distinct(sample[name]).as_py() for name in stable}
    coded: dict[str, np.ndarray] = {}
    so_far = np.zeros(texts.num_rows, np.int64)
    for name in sorted(stable, key=lambda name: -counts[name]):
        if _classes(so_far) == texts.num_rows:
            break
        codes = _codes(plain(texts[name]))
        joined = _merge([so_far, codes], texts.num_rows)
        if _classes(joined) > _classes(so_far):
            coded[name], so_far = codes, joined
    chosen, most = list(coded), _classes(so_far)
    for name in tuple(chosen[:-1]):
        rest = [other for other in chosen if other != name]
        if _classes(_merge([coded[other] for other in rest], texts.num_rows)) == most:
            chosen = rest
    return so_far, MatchKey(tuple(chosen))


def _all_different(column: pa.Array) -> bool:
    return len(column.dictionary_encode().dictionary) == len(column)


def _classes(codes: np.ndarray) -> int:
    """How many different dense codes there are."""
    return int(codes.max(initial=-1)) + 1


def _with_unstable(key: MatchKey, texts: pa.Table, fields: Mapping[str, Field], stable: Sequence[str]) -> MatchKey:
    """The key widened by every other column, compared as loosely as its kind needs."""
    rest = [name for name in texts.column_names if name not in stable and not _is_file(name, fields)]
    plain = tuple(name for name in rest if name in fields and fields[name].type in _NUMBER_TYPES)
    return MatchKey((*key.close, *plain), tuple(name for name in rest if name not in plain))


def _variants(codes: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Number, within each class of equal codes, the different whole rows 0, 1, 2, ...; equal rows share a number."""
    pairs, inverse = np.unique(np.stack((codes, whole)), axis=1, return_inverse=True)
    return _rank_in_class(pairs[0], int(codes.max(initial=0)) + 1)[inverse.reshape(-1)]


def _combine(texts: pa.Table, names: Sequence[str]) -> np.ndarray:
    return _merge([_codes(_filled(one_array(texts[name]))) for name in names], texts.num_rows)


def _merge(codes: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """One dense code for each different combination of codes."""
    merged = np.zeros(rows, np.int64)
    for one in codes:
        merged = np.unique(merged * (int(one.max(initial=0)) + 1) + one, return_inverse=True)[1].reshape(-1)
    return merged


def _codes(column: pa.Array) -> np.ndarray:
    """A dense code for each different text."""
    return numbers(column.dictionary_encode().indices).astype(np.int64)


# -- comparing cells ---------------------------------------------------------------------------------------------------


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return texts without what an org is known to change: `1.10` and `1.1`, `3.` and `3`, `A@x.com` and `a@x.com ` are equal."""
    return _without_zeros(pc.utf8_lower(pc.utf8_trim_whitespace(_filled(one_array(column)))))


def _without_zeros(column: pa.Array) -> pa.Array:
    if not _may_be_numbers(column) or not pc.any(pc.match_substring_regex(column, r"^[+-]?\d+\.\d*$|^-0$")).as_py():
        return column
    cut = pc.replace_substring_regex(column, r"^([+-]?\d+\.\d*?)0+$", r"\1")
    return pc.replace_substring_regex(pc.replace_substring_regex(cut, r"^([+-]?\d+)\.$", r"\1"), r"^-0$", "0")


def _may_be_numbers(column: pa.Array) -> bool:
    """Whether any text begins as a number does and ends as one: a look at two bytes of each, for a pattern costs much more."""
    _, ends, content = column.buffers()
    if content is None or not len(column):
        return False
    offsets = np.frombuffer(ends, np.int32)[column.offset : column.offset + len(column) + 1]
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    data = np.frombuffer(content, np.uint8)
    return bool((_BEGINS[data[offsets[:-1][filled]]] & _ENDS[data[offsets[1:][filled] - 1]]).any())


def _bytes(text: str) -> np.ndarray:
    found = np.zeros(256, bool)
    found[list(text.encode())] = True
    return found


_BEGINS, _ENDS = _bytes("+-0123456789"), _bytes("0123456789.")


def _fingerprint(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """What is left of a text when all that the org is known to change is taken out: blanks, line ends, case, zone form."""
    plain = pc.utf8_lower(_filled(one_array(column)))
    joined = _without_zeros(pc.replace_substring_regex(plain, r"\s+", ""))
    return pc.replace_substring_regex(joined, r"^(\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d)(\.\d+)?(z|[+-]00:?00)$", r"\1")


def positions(rows: np.ndarray) -> pa.Array:
    """Return row positions as an Arrow array that `take` accepts."""
    return integers(rows.astype(np.int64))


def slices(rows: np.ndarray, most: int) -> Iterator[np.ndarray]:
    """Cut row positions into runs of at most `most`."""
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
