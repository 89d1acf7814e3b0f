"""Checks of references: that the record is there, that its object is allowed, that nothing is its own ancestor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow.compute as pc

from sfseed_core.check.column import Broken
from sfseed_core.dataset import vectors
from sfseed_core.recipe.columns import SYMBOL_MARK
from sfseed_core.snapshot.keyed import found_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from sfseed_core.check.column import Rows
    from sfseed_core.schema.model import Field


class Exists(Protocol):
    """Says which local keys of an object are records, or None where that cannot be known."""

    def __call__(self, object_name: str, keys: np.ndarray, /) -> np.ndarray | None:
        """Return a mask of the keys."""


def check_reference(
    rows: Rows, field: Field, targets: Sequence[str], exists: Exists, *, required: bool
) -> Iterator[Broken]:
    """Check one reference field; `targets` are the objects that its keys count where rows do not say."""
    keys = vectors.keys(rows.table[field.name])
    named = rows.targets(field.name)
    if required:
        yield Broken("required", "a reference is required", ~rows.holds(field.name), fix="choose a record")
    dangling = np.zeros(len(keys), bool)
    for name, own in _by_object(keys, named, targets):
        found = exists(name, keys[own])
        if found is not None:
            dangling[np.flatnonzero(own)[~found]] = True
        if field.reference_to and name not in field.reference_to:
            allowed = ", ".join(field.reference_to[:5])
            yield Broken("reference-target", f"cannot point to {name} (only to {allowed})", own)
    yield Broken("reference", "points to a record that is not there", dangling, fix="choose another record, or none")
    if is_self_reference(rows.schema.name, targets):
        yield Broken("self-reference", "points to itself", keys == rows.records, fix="choose another record, or none")


def check_keyed(rows: Rows, field: str, existing: Mapping[str, tuple[str, ...]]) -> Iterator[Broken]:
    """Check references to records of the org that are named by a field, as far as the org was asked for them."""
    named = rows.targets(field)
    if named is None:
        return
    words = named.dictionary_encode()
    texts: list[str] = words.dictionary.to_pylist()  # the records that are named, each once
    place = vectors.keys(words.indices.cast("int64"))
    for what, several in (("the org has no record with this", False), ("the org has several records with this", True)):
        wrong = np.array([_is_wrong(one, existing, several=several) for one in texts] + [False])
        for symbol in dict.fromkeys(
            one[1:].partition(SYMBOL_MARK)[0] for one, bad in zip(texts, wrong, strict=False) if bad
        ):
            mine = np.array([one.startswith(f"{SYMBOL_MARK}{symbol}{SYMBOL_MARK}") for one in texts] + [False])
            yield Broken("link", f"{what} {symbol}", (wrong & mine)[place], fix="choose another record, or none")


def _is_wrong(text: str, existing: Mapping[str, tuple[str, ...]], *, several: bool) -> bool:
    symbol, sign, _ = text[1:].partition(SYMBOL_MARK)
    if not text.startswith(SYMBOL_MARK) or not sign or symbol not in existing:
        return False
    found = len(found_by(existing, text[1:]))
    return found > 1 if several else found == 0


def is_there(rows: Rows, key: str | None, existing: Mapping[str, tuple[str, ...]]) -> vectors.Mask:
    """Return a mask of the rows whose record the org has under the external id `key`: it is changed, not made."""
    found: vectors.Mask = _counted(rows, key, existing) == 1
    return found


def check_key(rows: Rows, key: str, existing: Mapping[str, tuple[str, ...]]) -> Iterator[Broken]:
    """Check the external id by which records are changed or made."""
    yield Broken("upsert", f"a record is found by its {key}: it needs one", ~rows.holds(key), fix="give it a value")
    several = _counted(rows, key, existing) > 1
    yield Broken("upsert", "the org has several records with this value", several, fix="give it another value")


def _counted(rows: Rows, key: str | None, existing: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """How many records the org has with each row's value of the key, as far as it was asked."""
    symbol = f"{rows.schema.name}.{key}"
    if key is None or symbol not in existing or key not in rows.table.column_names:
        return np.zeros(rows.table.num_rows, np.int64)
    words = rows.one(key).cast("string").dictionary_encode()
    known = [len(found_by(existing, f"{symbol}={one}")) for one in words.dictionary.to_pylist()]
    counts: np.ndarray = np.array([*known, 0], np.int64)[vectors.keys(words.indices.cast("int64"))]
    return counts


def waiting(rows: Rows, field: str, targets: Sequence[str], lost: Mapping[str, vectors.Mask]) -> vectors.Mask:
    """Return a mask of the rows that point to a record which is `lost` (by object and local key): they cannot be sent."""
    keys = vectors.keys(rows.table[field])
    found = np.zeros(len(keys), bool)
    for name, own in _by_object(keys, rows.targets(field), targets):
        if name in lost:
            there = np.flatnonzero(own & (keys < len(lost[name])))
            found[there] = lost[name][keys[there]]
    return found


def is_self_reference(object_name: str, targets: Sequence[str]) -> bool:
    """Say whether all local keys of the reference count records of its own object."""
    return {target for target in targets if target} == {object_name}


def circles(parents: np.ndarray) -> np.ndarray:
    """Return the keys that are their own ancestors, given each record's parent (-1: none).

    Each step doubles the distance looked back, so that log2(records) steps suffice; where every parent has a lower number,
    as generated ones have, there is nothing to do.
    """
    own = np.arange(len(parents))
    parents = np.where((parents >= len(parents)) | (parents == own), -1, parents)
    if bool((parents < own).all()):
        return np.zeros(0, np.int64)
    far = parents
    for _ in range(len(parents).bit_length() + 1):
        far = np.where(far >= 0, far[far], -1)
    # whoever has an ancestor that far back looks at a circle, and all of every circle is looked at
    return np.unique(far[far >= 0])


def _by_object(keys: np.ndarray, named: pa.Array | None, targets: Sequence[str]) -> Iterator[tuple[str, vectors.Mask]]:
    """Give each object that the keys count, as the rows name it or else `targets`, with the rows that have a key of it."""
    for name in targets if named is None else _objects_in(named):
        yield name, keys >= 0 if named is None else (keys >= 0) & _is(named, name)


def _objects_in(targets: pa.Array) -> list[str]:
    """The objects that the rows name; a handful, however many rows."""
    words = targets.dictionary_encode().dictionary.to_pylist()
    return sorted(one for one in words if one is not None and not one.startswith(SYMBOL_MARK))


def _is(targets: pa.Array, name: str) -> vectors.Mask:
    return vectors.mask(pc.is_in(targets, value_set=vectors.texts([name])))
