"""The plan of a set of files, as if a recipe had asked for these very records, and its records by object."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.dataset.brought.columns import tell_again, tell_unknown, understand
from sfseed_core.dataset.brought.problems import Problems
from sfseed_core.dataset.brought.references import Filling, Index
from sfseed_core.dataset.brought.values import record_types_of, values_of
from sfseed_core.errors import UserError
from sfseed_core.recipe.budget import record_bytes
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, needs_target, schema_of, target_column
from sfseed_core.recipe.model import (
    GIVEN,
    SHARE,
    STANDARD_PRICE_BOOK,
    ColumnPlan,
    ObjectPlan,
    Plan,
    ReferencePlan,
)
from sfseed_core.schema.fingerprint import fingerprint
from sfseed_core.schema.graph import build, order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sfseed_core.dataset.brought.references import Filled
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.schema.graph import Order
    from sfseed_core.schema.model import ObjectSchema, Schema
    from sfseed_core.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Asked:
    """How the files of a set are to be taken.

    `upsert` names per object the external id by which records of the org are changed instead of made anew; with `adapt`
    columns that the org does not have are left out.
    """

    upsert: Mapping[str, str]
    adapt: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """A set as a plan and its records: a table per object with the plan's columns."""

    plan: Plan
    tables: Mapping[str, pa.Table]


def make_set(files: Mapping[str, Brought], schema: Schema, snapshot: Snapshot, asked: Asked, *, as_of: date) -> Set:
    """Turn files, by their object, into a plan with its records.

    Raises DataError naming every cell that is not understood, UserError for an external id that is none, PlanRefused for a
    circle of required references.
    """
    _each_has_a_file(asked, files)
    problems = Problems()
    indexes = {
        name: Index(file, understand(file, schema.objects[name]), schema.objects[name]) for name, file in files.items()
    }
    for one in indexes.values():
        if not asked.adapt:
            tell_unknown(one.file, one.described, one.columns, problems)
        tell_again(one.file, one.columns, problems)
        _tell_repeated(one, problems)
    parts = {name: _Part.of(one, indexes, schema, snapshot, problems) for name, one in indexes.items()}
    problems.stop()
    ordered = _order(parts, schema)
    for edge in ordered.left_empty:
        part = parts[edge.child]
        rest = {name: one for name, one in part.references.items() if name != edge.field}
        parts[edge.child] = dataclasses.replace(part, references=rest)
    level = {name: number for number, names in enumerate(ordered.levels) for name in names}
    deferred = {(edge.child, edge.field) for edge in ordered.deferred}
    digest = _digest(parts)
    objects = [
        _object(name, parts[name], level[name], deferred, _key(name, asked, parts[name], schema.objects[name]), digest)
        for names in ordered.levels
        for name in names
    ]
    plan = Plan(
        seed=int(digest[:12], 16),
        as_of=as_of,
        zone=snapshot.time_zone,
        locale=snapshot.locale,
        objects=tuple(objects),
        schema_fingerprint=fingerprint({name: schema.objects[name] for name in files}),
        notes=tuple(_notes(parts, ordered, asked)),
        cycles=ordered.cycles,
    )
    return Set(plan, {one.name: _table(one, parts[one.name]) for one in objects})


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one file as values."""

    index: Index
    values: Mapping[str, pa.Array]
    references: Mapping[str, Filled]
    record_types: pa.Array | None

    @classmethod
    def of(
        cls, index: Index, indexes: Mapping[str, Index], schema: Schema, snapshot: Snapshot, problems: Problems
    ) -> _Part:
        file, columns = index.file, index.columns
        fields = index.described.fields
        values = {name: values_of(file, column, fields[name], problems) for name, column in columns.values.items()}
        filling = Filling(file, indexes, schema.listing, problems)
        links = {one.field.name: [each for each in columns.links if each.field == one.field] for one in columns.links}
        references = {name: filling.fill(said) for name, said in links.items()}
        types = columns.record_types
        return cls(
            index,
            values,
            {name: one for name, one in references.items() if one.targets},
            None if types is None else record_types_of(file, types, index.described, snapshot, problems),
        )


def _each_has_a_file(asked: Asked, files: Mapping[str, Brought]) -> None:
    """Refuse an external id of an object without a file: else a slip in its name would make anew what was to be changed."""
    known = {name.lower() for name in files}
    for name, key in asked.upsert.items():
        if name.lower() not in known:
            raise UserError(
                f"--upsert {name}={key}: no file holds records of {name}", hint=f"There are: {', '.join(files)}"
            )


def _tell_repeated(index: Index, problems: Problems) -> None:
    """Say which ids of a file stand in it twice: a reference to one could mean either."""
    for column in (index.columns.ids, index.columns.keys):
        if column is not None:
            cells = index.file.column(column)
            first = index.by_id(cells)
            again = (first >= 0) & (first != np.arange(len(cells)))
            problems.cells(index.file, column, cells, again, "stands in a line before it too")


def _order(parts: Mapping[str, _Part], schema: Schema) -> Order:
    targets = {
        (name, field): tuple(one.object for one in part.references[field].targets if one.object)
        if field in part.references
        else ()
        for name, part in parts.items()
        for field in schema.objects[name].fields
    }
    return order(build(schema.objects, list(parts), targets))


def keys_of(described: ObjectSchema) -> list[str]:
    """Return the fields by which the org finds records of an object to change them."""
    return [one.name for one in described.fields.values() if (one.external_id or one.id_lookup) and one.type != "id"]


def files_of(plan: Plan) -> tuple[str, ...]:
    """Return the names of the files that a dataset's records came from; none for records that were made."""
    first = [one.columns[0] for one in plan.objects if one.columns]
    return tuple(str(one.options["file"]) for one in first if one.provider == GIVEN and "file" in one.options)


def _key(name: str, asked: Asked, part: _Part, described: ObjectSchema) -> str | None:
    """The external id by which records of the object are found in the org."""
    wanted = {one.lower(): key for one, key in asked.upsert.items()}.get(name.lower())
    if wanted is None:
        return None
    field = next((one for one in described.fields.values() if one.name.lower() == wanted.lower()), None)
    may = keys_of(described)
    if field is None or field.name not in may:
        raise UserError(
            f"--upsert {name}={wanted}: {'no field of the object' if field is None else 'not an external id'}",
            hint=f"{name} can be found by: {', '.join(may) or 'nothing: it has no external id'}",
        )
    if field.name not in part.values:
        raise UserError(f"--upsert {name}={wanted}: {part.index.file.path.name} has no column of it")
    return field.name


def _object(name: str, part: _Part, level: int, deferred: set[tuple[str, str]], key: str | None, digest: str) -> ObjectPlan:
    file, fields = part.index.file, part.index.described.fields
    why = f"from {file.path.name}"
    columns = tuple(
        ColumnPlan(
            field=field,
            type=fields[field].type,
            provider=GIVEN,
            options=MappingProxyType({"values": [], "file": file.path.name, "content": digest}),
            length=fields[field].length,
            precision=fields[field].precision,
            scale=fields[field].scale,
            unique=False,
            why=why,
        )
        for field in part.values
    )
    references = tuple(
        ReferencePlan(
            field=field,
            mode="spread",
            targets=found.targets,
            null_share=SHARE,
            deferred=(name, field) in deferred,
            required=fields[field].required_on_create,
            why=why,
        )
        for field, found in part.references.items()
    )
    return ObjectPlan(
        name=name,
        count=file.count,
        level=level,
        columns=columns,
        references=references,
        record_types=_weights(part.record_types),
        first_pass=_first_pass(references),
        storage_bytes=record_bytes(name),
        why=why,
        upsert=key,
    )


def _weights(types: pa.Array | None) -> tuple[tuple[str, int], ...]:
    if types is None:
        return ()
    counted = types.drop_null().value_counts().to_pylist()  # a few types, not records
    return tuple(sorted((str(one["values"]), int(one["counts"])) for one in counted))


def _first_pass(references: Sequence[ReferencePlan]) -> tuple[str, str] | None:
    """The rows that the org needs first: standard prices, before any price of another book."""
    for one in references:
        symbols = {target.symbol for target in one.targets}
        if one.field == "Pricebook2Id" and len(symbols) > 1 and STANDARD_PRICE_BOOK in symbols:
            return one.field, STANDARD_PRICE_BOOK
    return None


def _table(plan: ObjectPlan, part: _Part) -> pa.Table:
    columns: dict[str, pa.Array] = {RECORD: vectors.integers(np.arange(plan.count, dtype=np.int64)), **part.values}
    for reference in plan.references:
        found = part.references[reference.field]
        columns[reference.field] = found.keys
        if needs_target(reference):
            columns[target_column(reference.field)] = found.words
    if plan.record_types:
        assert part.record_types is not None
        columns[RECORD_TYPE] = part.record_types
    wanted = schema_of(plan)
    return pa.table([columns[name] for name in wanted.names], schema=wanted)


def _digest(parts: Mapping[str, _Part]) -> str:
    """A short text that two sets share when they say the same."""
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(parts):
        table = parts[name].index.file.table
        found.update(f"{name}\x1f{table.column_names}\x1f{table.num_rows}".encode())
        for column in table.column_names:
            cells = vectors.one_array(table[column])
            whole = pa.concat_arrays([cells, vectors.texts([])])  # without offsets of its own
            for buffer in whole.buffers():
                found.update(buffer if buffer is not None else b"-")
    return found.hexdigest()


def _notes(parts: Mapping[str, _Part], ordered: Order, asked: Asked) -> list[str]:
    notes = []
    for name, part in parts.items():
        columns = part.index.columns
        gone = [*columns.passed_over, *(columns.unknown if asked.adapt else ())]
        if gone:
            notes.append(f"{name}: left out, since the org fills them or does not have them: {', '.join(gone)}")
    notes += [
        f"{edge.child}.{edge.field} closes a circle and cannot be filled later: it stays empty"
        for edge in ordered.left_empty
    ]
    return notes
