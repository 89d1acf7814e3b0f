"""Filter, sort and search an object's records: DuckDB answers with record numbers, pages are read by them.

No name or value ever becomes part of an SQL text but column names of the object's own schema, quoted; values are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.dataset.values import called, column_of
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.dataset.record_file import RecordFile
    from sfseed_core.dataset.state import ObjectState

Test = Literal[
    "is", "is not", "contains", "starts with", "less", "at most", "more", "at least", "empty", "not empty", "one of"
]


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column; `value` may be written as text (dates as yyyy-MM-dd), for `one of` it is a tuple.

    Text is compared without case. A record without a value meets `empty` and `is not`, no other condition.
    """

    column: str
    test: Test
    value: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which records, in which order: all conditions hold, and some text column contains `search`.

    `sort` names columns, with `True` for descending; records without a value come last, equal ones by their number.
    """

    filters: tuple[Filter, ...] = ()
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it means all records in the order of their numbers."""
        return not (self.filters or self.search or self.sort)

    @property
    def is_only_sorted(self) -> bool:
        """Whether it means all records, in an order of its own."""
        return bool(self.sort) and not (self.filters or self.search)


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a query's answer, beside the number of all."""

    records: pa.Table
    offset: int
    total: int


_TESTS: Mapping[Test, str] = {
    "is": "{column} = ?",
    "is not": "{column} IS DISTINCT FROM ?",
    "contains": "contains({column}, ?)",
    "starts with": "starts_with({column}, ?)",
    "less": "{column} < ?",
    "at most": "{column} <= ?",
    "more": "{column} > ?",
    "at least": "{column} >= ?",
    "empty": "{column} IS NULL",
    "not empty": "{column} IS NOT NULL",
}
_TEXT_ONLY = frozenset({"contains", "starts with"})
_WITHOUT_VALUE = frozenset({"empty", "not empty"})


class QueryEngine:
    """One in-memory DuckDB of a process, over the files of one dataset."""

    def __init__(self) -> None:
        import duckdb

        self._database = duckdb.connect(
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False, "temp_directory": ""}
        )

    def select(self, state: ObjectState, query: Query, limit: int | None = None) -> np.ndarray:
        """Return the numbers of the records that the query asks for, in its order; the first `limit` cost less than all."""
        statement = _Statement(state)
        conditions = [statement.condition(one) for one in query.filters]
        if query.search:
            conditions.append(statement.search(query.search))
        order = [statement.order(column, descending) for column, descending in query.sort]
        sql = statement.select(conditions, order) + ("" if limit is None else f" LIMIT {int(limit)}")
        cursor = self._database.cursor()
        try:
            for name, table in statement.tables.items():
                cursor.register(name, table)
            found = cursor.execute(sql, statement.parameters).fetchnumpy()
        finally:
            cursor.close()
        return np.asarray(found[RECORD], np.int64)

    def fetch(self, file: RecordFile, records: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return rows that lie far apart in a staged file, in the order of `records`: faster than whole row groups."""
        names = [_quoted(name) for name in dict.fromkeys([RECORD, *columns])]
        wanted = pa.table({RECORD: vectors.integers(records)})
        cursor = self._database.cursor()
        try:
            cursor.register("wanted", wanted)
            sql = f"SELECT {', '.join(names)} FROM read_parquet(?) WHERE record IN (SELECT record FROM wanted)"  # noqa: S608
            found = cursor.sql(sql, params=[str(file.path)]).to_arrow_table()
        finally:
            cursor.close()
        table = found.cast(pa.schema([file.schema.field(name) for name in found.column_names]))
        numbers = vectors.numbers(table[RECORD])
        order = np.argsort(numbers)
        places = order[np.searchsorted(numbers, records, sorter=order)]
        return table.take(vectors.integers(places.astype(np.int64))).select(list(columns))


class _Statement:
    """Builds one SELECT over the staged file, additions, and what edits set and deleted."""

    def __init__(self, state: ObjectState) -> None:
        self._state = state
        self._columns: dict[str, str] = {}
        self._conditions: list[Any] = []
        self.tables: dict[str, pa.Table] = {}

    @property
    def parameters(self) -> list[Any]:
        """The values of the statement's question marks."""
        return [*(str(path) for path in self._state.paths()), *self._conditions]

    def condition(self, one: Filter) -> str:
        """Return the SQL of one filter."""
        kind = self._type(one.column)
        if one.test == "one of":
            values = one.value if isinstance(one.value, list | tuple) else [one.value]
            parts = [self.condition(Filter(one.column, "is", value)) for value in values]
            return f"({' OR '.join(parts)})" if parts else "false"
        template = _TESTS.get(one.test)
        if template is None or (one.test in _TEXT_ONLY and not pa.types.is_string(kind)):
            raise UserError(f"{self._state.name}.{one.column} ({called(kind)}) cannot be tested for {one.test!r}")
        column = self._column(one.column)
        if one.test in _WITHOUT_VALUE:
            return template.format(column=column)
        value = column_of([one.value], kind, f"{self._state.name}.{one.column}")[0].as_py()
        if pa.types.is_string(kind):
            column, value = f"lower({column})", str(value).lower()
        self._conditions.append(value)
        return template.format(column=column)

    def search(self, text: str) -> str:
        """Return the SQL that looks for the text in every text column."""
        names = [field.name for field in self._state.schema if pa.types.is_string(field.type)]
        if not names:
            return "false"
        self._conditions.append(text.lower())
        joined = ", ".join(self._column(name) for name in names)
        return f"contains(lower(concat_ws(chr(31), {joined})), ?)"

    def order(self, column: str, descending: bool) -> str:
        """Return one part of ORDER BY; text is ordered without case."""
        expression = self._column(column)
        if pa.types.is_string(self._type(column)):
            expression = f"lower({expression})"
        return f"{expression} {'DESC' if descending else 'ASC'} NULLS LAST"

    def select(self, conditions: Sequence[str], order: Sequence[str]) -> str:
        """Return the whole statement."""
        columns = ", ".join([_quoted(RECORD), *(_quoted(name) for name in self._columns)])
        files = " UNION ALL ".join(f"SELECT {columns} FROM read_parquet(?)" for _ in self._state.paths())  # noqa: S608
        joins = " ".join(f"LEFT JOIN {name} ON {name}.record = b.record" for name in self.tables)
        where = list(conditions)
        if len(self._state.gone):
            self.tables["gone"] = pa.table({RECORD: vectors.integers(self._state.gone)})
            where.append("NOT EXISTS (SELECT 1 FROM gone WHERE gone.record = b.record)")
        sql = f"SELECT b.record AS record FROM ({files}) b {joins}"  # noqa: S608 - names are quoted, values are parameters
        if where:
            sql += " WHERE " + " AND ".join(where)
        return f"{sql} ORDER BY {', '.join([*order, 'b.record'])}"

    def _type(self, column: str) -> pa.DataType:
        index = self._state.schema.get_field_index(column)
        if index < 0:
            known = ", ".join(self._state.schema.names)
            raise NotFound(f"{self._state.name} has no column {column!r}: it has {known}")
        return self._state.schema.field(index).type

    def _column(self, column: str) -> str:
        """The SQL of a column's value at this revision."""
        if column not in self._columns:
            self._type(column)
            plain = f"b.{_quoted(column)}"
            overlay = self._state.overlay(column)
            if overlay is not None:
                name = f"edit{len(self.tables)}"
                self.tables[name] = pa.table({RECORD: vectors.integers(overlay.records), "value": overlay.values})
                plain = f"CASE WHEN {name}.record IS NULL THEN {plain} ELSE {name}.value END"
            self._columns[column] = plain
        return self._columns[column]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
