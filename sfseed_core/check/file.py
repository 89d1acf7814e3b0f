"""Check files that the user brings (CSV, Excel, Parquet), one or a folder of them, as if they were to be inserted.

Record numbers in the findings count the records of a file from 0. A reference cell holds an `Id` of another file of the
folder, or an id of the org.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.cells import LEFT_OUT
from sfseed_core.check.dataset import has_duplicate_rules, record_types_of, taken_of, world_of
from sfseed_core.check.finding import Finding, Level
from sfseed_core.check.records import Records, check_records
from sfseed_core.check.validation import Validation
from sfseed_core.clock import SYSTEM
from sfseed_core.constraints.rules import object_rules
from sfseed_core.constraints.validation import validation_constraints
from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import NULL
from sfseed_core.dataset.user_file import read_user_file, user_files
from sfseed_core.dataset.values import called, parse
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, SYMBOL_MARK, arrow_type, target_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.constraints.formula_rows import World
    from sfseed_core.constraints.model import ObjectRules
    from sfseed_core.constraints.named import Named
    from sfseed_core.dataset.csv_file import CsvFile
    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

ID = "Id"
_ORG_ID = "^[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?$"


def objects_in(path: Path, object_name: str | None = None) -> list[str]:
    """Return the object of a file where it is said, else those that it, or the files of the folder, are named after."""
    return [object_name] if object_name is not None else [one.stem for one in user_files(path)]


def check_file(
    path: Path,
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    rules: Mapping[str, ObjectRules] | None = None,
    *,
    object_name: str | None = None,
    clock: Clock = SYSTEM,
) -> list[Finding]:
    """Return what is wrong with the records of a file or of a folder of files, by the org's validation rules as of now too.

    The records are of `object_name`, else of the object that a file is named after. Raises DataError for a file that cannot be
    read, NotFound for one that is named after no object.
    """
    return check_files(files_of(path, schema, object_name), schema, snapshot, rules, clock=clock)


def files_of(path: Path, schema: Mapping[str, ObjectSchema], object_name: str | None = None) -> dict[str, CsvFile]:
    """Read a file or the files of a folder, by object."""
    if object_name is not None and path.is_dir():
        raise UserError(
            f"{path} is a folder: the objects are those that its files are named after.", hint="Leave out --object."
        )
    return {_object_of(one, object_name or one.stem, schema).name: read_user_file(one) for one in user_files(path)}


def check_files(
    files: Mapping[str, CsvFile],
    schema: Mapping[str, ObjectSchema],
    snapshot: Snapshot | None,
    rules: Mapping[str, ObjectRules] | None = None,
    *,
    clock: Clock = SYSTEM,
) -> list[Finding]:
    """Return what is wrong with the records of files that were read."""
    keys = {name: _keys(one) for name, one in files.items()}
    found: list[Finding] = []
    judged = world_of(schema, snapshot, clock)
    for name, file in files.items():
        described = schema[name]
        given = (rules or {}).get(name) or object_rules(described, snapshot)
        constraints = validation_constraints(described, schema, snapshot)
        validation = Validation(constraints, judged, _Beside(frozenset(files))) if constraints else None
        found += _Judged(file, described, given, keys, snapshot, validation).findings()
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """Files as what records refer to and look up: they are not followed, for nobody knows which is loaded first."""

    objects: frozenset[str]

    def take(self, name: str, keys: np.ndarray) -> pa.Table | None:  # noqa: ARG002 - as `Parents` has it
        return None

    def named(self, name: str, by: str, world: World) -> Named | str | None:  # noqa: ARG002 - as `Parents` has it
        return f"whether the file's records of {name} are loaded before is not known" if name in self.objects else None


def numbered(file: CsvFile, schema: ObjectSchema) -> pa.Table:
    """Return a file's columns by the names of the fields, with the numbers of its records."""
    fields = {name.lower(): name for name in schema.fields}
    known = {fields[one.strip().lower()]: one for one in file.table.column_names if one.strip().lower() in fields}
    records = vectors.integers(np.arange(file.table.num_rows, dtype=np.int64))
    return pa.table({RECORD: records, **{name: file.table[column] for name, column in known.items()}})


def _object_of(path: Path, name: str, schema: Mapping[str, ObjectSchema]) -> ObjectSchema:
    by_lower = {name.lower(): one for name, one in schema.items()}
    found = by_lower.get(name.lower())
    if found is None:
        near = difflib.get_close_matches(name, schema, 1)
        hint = (
            f"Did you mean {near[0]}?"
            if near
            else "Name each file after its object (Contact.csv), or say --object Contact."
        )
        raise NotFound(f"{path}: the org has no object {name!r}", hint=hint)
    return found


def _keys(file: CsvFile) -> pa.Array:
    """The keys by which other files refer to the records: the `Id` column, if there is one."""
    name = next((one for one in file.table.column_names if one.lower() == ID.lower()), None)
    return vectors.texts([]) if name is None else vectors.one_array(file.table[name])


@dataclass(frozen=True, slots=True)
class _Read:
    """The columns of a file as the checks see them, with what was wrong with reading them."""

    columns: dict[str, pa.Array]
    references: dict[str, tuple[str, ...]]
    linked: frozenset[str]
    findings: list[Finding]


class _Judged:
    """One file with all that is needed to judge it."""

    def __init__(
        self,
        file: CsvFile,
        schema: ObjectSchema,
        rules: ObjectRules,
        keys: Mapping[str, pa.Array],
        snapshot: Snapshot | None,
        validation: Validation | None,
    ) -> None:
        self._file = file
        self._schema = schema
        self._rules = rules
        self._keys = keys
        self._snapshot = snapshot
        self._validation = validation
        self._fields = {name.lower(): one for name, one in schema.fields.items()}

    def findings(self) -> list[Finding]:
        """Return the findings about the file's header, then those about its cells."""
        read = self._read()
        records = np.arange(self._file.table.num_rows, dtype=np.int64)
        table = pa.table({RECORD: vectors.integers(records), **read.columns})
        given = Records(
            schema=self._schema,
            rules=self._rules,
            tables=[table],
            columns=tuple(name for name in read.columns if not name.endswith("@")),
            exists=lambda name, keys: keys < len(self._keys[name]) if name in self._keys else None,
            references=read.references,
            linked=read.linked,
            taken=taken_of(self._schema.name, self._snapshot),
            record_types=self._record_types(),
            duplicates=has_duplicate_rules(self._schema.name, self._snapshot),
            validation=self._validation,
        )
        marked = [self._finding(None, "byte-order-mark", _MARKED, Level.DOUBTFUL)] if self._file.marked else []
        # that we would make no values for a field says nothing about values that the user has
        cells = [one for one in check_records(given) if one.rule != LEFT_OUT]
        return [*marked, *read.findings, *cells]

    def _read(self) -> _Read:
        read = _Read({}, {}, frozenset(), [])
        linked: set[str] = set()
        for name in self._file.table.column_names:
            cells = vectors.one_array(self._file.table[name])
            field = self._fields.get(name.strip().lower())
            if name.strip().lower() == ID.lower():
                continue
            if field is not None and field.is_reference and field.name != RECORD_TYPE:
                self._read_reference(read, field, cells)
            elif field is not None:
                self._read_values(read, field, cells)
            elif (link := self._linked(name)) is not None:
                linked.add(link)
            else:
                read.findings.append(self._unknown(name))
        return _Read(read.columns, read.references, frozenset(linked), read.findings)

    def _read_values(self, read: _Read, field: Field, cells: pa.Array) -> None:
        kind = arrow_type("id" if field.is_reference else field.type, field.precision, field.scale)
        emptied = vectors.mask(pc.is_in(cells, value_set=vectors.texts([NULL])))
        cells = pc.if_else(vectors.booleans(emptied), pa.nulls(len(cells), pa.string()), cells)
        read.columns[field.name], bad = parse(cells, kind, as_sent=True)
        if field.type == "boolean":
            bad = bad | emptied  # a checkbox cannot be empty
        if bad.any():
            message = f"not {called(kind)}"
            read.findings.append(self._finding(field.name, "type", message, Level.REFUSED, np.flatnonzero(bad)))

    def _read_reference(self, read: _Read, field: Field, cells: pa.Array) -> None:
        """Keys of other files become record numbers; ids of the org count as symbols: a value that we cannot follow."""
        numbers = np.full(len(cells), -1, np.int64)
        targets = np.zeros(len(cells), np.int64)  # 0: none, 1: the org's own, then the objects
        objects = [name for name in field.reference_to if name in self._keys]
        for place, name in enumerate(objects, 2):
            found = vectors.keys(pc.index_in(cells, value_set=self._keys[name], skip_nulls=True).cast(pa.int64()))
            fresh = (found >= 0) & (numbers < 0)
            numbers[fresh], targets[fresh] = found[fresh], place
        open_ = ~vectors.nulls(cells) & (numbers < 0)
        own = open_ & (vectors.mask(pc.match_substring_regex(cells, pattern=_ORG_ID)) | _is_symbol(cells))
        targets[own] = 1
        if (open_ & ~own).any():
            files = ", ".join(f"{name}.csv" for name in objects)
            message = f"neither an Id of {files} nor an id of the org" if files else "not an id of the org"
            read.findings.append(
                self._finding(field.name, "reference", message, Level.REFUSED, np.flatnonzero(open_ & ~own))
            )
        known = vectors.booleans(numbers >= 0)
        read.columns[field.name] = pc.if_else(known, vectors.integers(numbers), pa.nulls(len(cells), pa.int64()))
        words = vectors.texts([None, f"{SYMBOL_MARK}id", *objects])
        read.columns[target_column(field.name)] = words.take(vectors.integers(targets))
        read.references[field.name] = ("", *objects)

    def _linked(self, column: str) -> str | None:
        """The reference field that a relationship column (`Account.Key__c`, `Lead:Who.Key__c`) fills."""
        relationship, dot, _ = column.rpartition(":")[2].partition(".")
        if not dot:
            return None
        for field in self._schema.references:
            if (field.relationship_name or "").lower() == relationship.strip().lower():
                return field.name
        return None

    def _unknown(self, column: str) -> Finding:
        near = difflib.get_close_matches(column, self._schema.fields, 1)
        more = f": did you mean {near[0]}?" if near else ""
        message = f"{self._schema.name} has no field {column!r}{more}"
        return self._finding(column, "unknown-field", message, Level.REFUSED)

    def _record_types(self) -> Collection[str] | None:
        """Record types may be given by developer name or by id."""
        known = record_types_of(self._schema.name, self._snapshot)
        if known is None or self._snapshot is None:
            return None
        return {*known, *self._snapshot.record_types.get(self._schema.name, {}).values()}

    def _finding(
        self, field: str | None, rule: str, message: str, level: Level, records: np.ndarray | None = None
    ) -> Finding:
        every = np.arange(self._file.table.num_rows, dtype=np.int64)
        return Finding(self._schema.name, field, rule, message, level, "insert", every if records is None else records)


_MARKED = "the file begins with a byte order mark: Salesforce refuses it where the first name is quoted"


def _is_symbol(cells: pa.Array) -> vectors.Mask:
    return vectors.mask(pc.starts_with(cells, pattern=SYMBOL_MARK))
