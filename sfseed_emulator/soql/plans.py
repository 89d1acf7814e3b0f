"""What a planned query is: its SQL in parts, and how rows become records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.soql.selection import Output, RecordShape

RECORDS, AGGREGATE, COUNT = "records", "aggregate", "count"


@dataclass(frozen=True, slots=True)
class Statement:
    """The parts of one SELECT; `alias` is the queried table's."""

    columns: str
    source: str
    where: str
    order: str
    limits: str
    alias: str

    @property
    def whole(self) -> str:
        """The statement as the query asks for it."""
        return " ".join(
            filter(None, ["SELECT", self.columns, "FROM", self.source, "WHERE", self.where, self.order, self.limits])
        )

    @property
    def ids(self) -> str:
        """The statement that lists the same rows' ids alone, in the same order."""
        found = f"{self.alias}.{quoted('Id')}"
        return " ".join(filter(None, ["SELECT", found, "FROM", self.source, "WHERE", self.where, self.order, self.limits]))

    def by_ids(self, ids: Sequence[str]) -> tuple[str, dict[str, str]]:
        """Return the statement (with its values) that reads the rows of some ids, whatever they have become."""
        test, marks = self._among("Id", ids)
        return f"SELECT {self.columns} FROM {self.source} WHERE {test}", marks

    def by_parents(self, reference: str, parents: Sequence[str]) -> tuple[str, dict[str, str]]:
        """Return the statement (with its values) that reads the rows of some parents, in order, without the limits."""
        test, marks = self._among(reference, parents)
        return f"SELECT {self.columns} FROM {self.source} WHERE {self.where} AND {test} {self.order}", marks

    def _among(self, column: str, ids: Sequence[str]) -> tuple[str, dict[str, str]]:
        marks = {f"i{at}": found for at, found in enumerate(ids)}
        return f"{self.alias}.{quoted(column)} IN ({', '.join(':' + mark for mark in marks)})", marks


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer a query.

    `kind` is records, aggregate or count; `sql` the whole statement with its bound `values`; a query for records has its
    `statement` in parts too.
    """

    kind: str
    sql: str
    values: Mapping[str, object]
    owner: ObjectDef
    columns: tuple[Output, ...] = ()
    statement: Statement | None = None
    shape: RecordShape | None = None
    children: tuple[ChildPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A child subquery: its relationship's name, the reference that ties it to the parent, and its own plan.

    The plan's first two SQL columns are the child's id and its parent's; `first` and `behind` cut each parent's list.
    """

    name: str
    object_name: str
    reference: str
    plan: Plan
    first: int
    behind: int | None
