"""Conditions of WHERE and HAVING as SQL, compared as Salesforce compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.soql.distance import OPERATORS
from sfseed_emulator.soql.errors import fault, malformed
from sfseed_emulator.soql.expressions import resolve
from sfseed_emulator.soql.literals import IDS, NUMBERS, Moment, bounds, check_kind, is_text, stored
from sfseed_emulator.soql.scope import Scope, root_scope
from sfseed_emulator.soql.tree import Call, Comparison, Condition, FieldRef, Literal, Logic, Not, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.soql.expressions import Value

FOLD = "sfseed_fold"
"""Name of the SQL function that folds the case of any script (registered by execute)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Writes the conditions of one scope."""

    scope: Scope
    moment: Moment

    def sql(self, condition: Condition) -> str:
        """Return the SQL of a condition."""
        if isinstance(condition, Logic):
            return _balanced([self.sql(part) for part in condition.parts], condition.operator)
        if isinstance(condition, Not):
            return f"(({self.sql(condition.condition)}) IS NOT TRUE)"
        return self._comparison(condition)

    def _comparison(self, test: Comparison) -> str:
        value = resolve(self.scope, test.left)
        self._check_filter(test, value)
        if isinstance(test.right, Query):
            return self._semi_join(test, value, test.right)
        if isinstance(test.right, tuple):
            return _LISTS[test.operator](self, test, value, test.right)
        check_kind(self.scope.text, test, value.field, test.right)
        if test.operator == "LIKE":
            return self._like(test, value, test.right)
        if test.right.kind == "period":
            return self._period(test.operator, value, test.right)
        return self._plain(test.operator, value, test.right)

    def _check_filter(self, test: Comparison, value: Value) -> None:
        field = value.field
        if isinstance(test.left, FieldRef) and not field.filterable:
            raise fault(
                "INVALID_FIELD", self.scope.text, test.at, f"field '{field.name}' can not be filtered in a query call"
            )
        if isinstance(test.left, Call) and test.left.function == "DISTANCE" and test.operator not in OPERATORS:
            raise malformed(self.scope.text, test.at, "DISTANCE can only be compared with < and >")
        multiple = field.type == "multipicklist"
        if test.operator in ("INCLUDES", "EXCLUDES") and not multiple:
            raise fault(
                "INVALID_FIELD", self.scope.text, test.at,
                "includes or excludes operator only valid on multipicklist field",
            )  # fmt: skip

    # ---- one literal

    def _plain(self, operator: str, value: Value, literal: Literal) -> str:
        wanted = stored(self.scope.text, value.field, literal)
        if value.field.type == "boolean":
            return f"COALESCE({value.sql}, 0) {operator} {self.scope.binder.bind(wanted or 0)}"
        if wanted is None or wanted == "":
            return {"=": f"{value.sql} IS NULL", "!=": f"{value.sql} IS NOT NULL"}.get(operator, "0")
        left, right, collation = self._sides(value, wanted)
        if operator == "!=":
            return f"{left} IS NOT {right}{collation}"
        return f"{left} {operator} {right}{collation}"

    def _sides(self, value: Value, wanted: object) -> tuple[str, str, str]:
        """Return left SQL, placeholder and collation of a comparison; text is compared without case."""
        bind = self.scope.binder.bind
        if not is_text(value.field) or value.field.case_sensitive:
            return value.sql, bind(wanted), ""
        text = str(wanted)
        if text.isascii():
            return value.sql, bind(text), " COLLATE NOCASE"
        return f"{FOLD}({value.sql})", bind(text.casefold()), ""

    def _like(self, test: Comparison, value: Value, literal: Literal) -> str:
        if not is_text(value.field):
            kind = "id" if value.field.type in IDS else "number" if value.field.type in NUMBERS else value.field.type
            raise fault("INVALID_FIELD", self.scope.text, test.at, f"invalid operator on {kind} field")
        pattern = literal.pattern
        left = value.sql if pattern.isascii() else f"{FOLD}({value.sql})"
        return f"{left} LIKE {self.scope.binder.bind(pattern if pattern.isascii() else pattern.casefold())} ESCAPE '\\'"

    def _period(self, operator: str, value: Value, literal: Literal) -> str:
        first, behind = (self.scope.binder.bind(edge) for edge in bounds(value.field, literal, self.moment))
        return {
            "=": f"({value.sql} >= {first} AND {value.sql} < {behind})",
            "!=": f"(({value.sql} >= {first} AND {value.sql} < {behind}) IS NOT TRUE)",
            "<": f"{value.sql} < {first}",
            "<=": f"{value.sql} < {behind}",
            ">": f"{value.sql} >= {behind}",
            ">=": f"{value.sql} >= {first}",
        }[operator]

    # ---- lists

    def _in(self, test: Comparison, value: Value, literals: tuple[Literal, ...]) -> str:
        for literal in literals:
            check_kind(self.scope.text, test, value.field, literal)
        periods = [literal for literal in literals if literal.kind == "period"]
        wanted = [stored(self.scope.text, value.field, found) for found in literals if found.kind != "period"]
        parts = [self._period("=", value, literal) for literal in periods]
        if any(found is None or found == "" for found in wanted):
            parts.append(f"{value.sql} IS NULL")
        parts += self._in_values(value, [found for found in wanted if found is not None and found != ""])
        return "(" + " OR ".join(parts or ["0"]) + ")"

    def _in_values(self, value: Value, wanted: list[object]) -> list[str]:
        if not wanted:
            return []
        bind = self.scope.binder.bind
        if not is_text(value.field) or value.field.case_sensitive:
            return [f"{value.sql} IN ({', '.join(bind(found) for found in wanted)})"]
        texts = [str(found) for found in wanted]
        if all(found.isascii() for found in texts):
            return [f"{value.sql} COLLATE NOCASE IN ({', '.join(bind(found) for found in texts)})"]
        return [f"{FOLD}({value.sql}) IN ({', '.join(bind(found.casefold()) for found in texts)})"]

    def _not_in(self, test: Comparison, value: Value, literals: tuple[Literal, ...]) -> str:
        return f"({self._in(test, value, literals)} IS NOT TRUE)"

    def _includes(self, test: Comparison, value: Value, literals: tuple[Literal, ...]) -> str:
        column = f"LOWER(';' || {value.sql} || ';')"
        choices = []
        for literal in literals:
            check_kind(self.scope.text, test, value.field, literal)
            if literal.kind == "null" or not literal.value:
                choices.append(f"{value.sql} IS NULL")
                continue
            wanted = [f";{part.strip().lower()};" for part in literal.value.split(";") if part.strip()]
            choices.append("(" + " AND ".join(f"INSTR({column}, {self.scope.binder.bind(w)}) > 0" for w in wanted) + ")")
        return "(" + " OR ".join(choices) + ")"

    def _excludes(self, test: Comparison, value: Value, literals: tuple[Literal, ...]) -> str:
        return f"({self._includes(test, value, literals)} IS NOT TRUE)"

    # ---- semi-joins

    def _semi_join(self, test: Comparison, value: Value, inner: Query) -> str:
        text = self.scope.text
        if value.field.type not in IDS:
            raise malformed(
                text, test.at,
                f"The left operand field in the where expression for the inner query should be an id field: {value.field.name}",
            )  # fmt: skip
        self._check_inner(inner)
        scope = root_scope(text, self.scope.schema, self.scope.binder, inner.source)
        item = inner.select[0].what
        assert isinstance(item, FieldRef)
        selected = scope.column(item)
        if selected.field.type not in IDS:
            raise malformed(
                text, item.at, f"The inner select field '{item.written}' cannot have more than one level of relationships"
                if len(item.path) > 2 else f"The selected field '{item.written}' in the subquery must be an Id or a reference",
            )  # fmt: skip
        where = [f'{scope.alias}."IsDeleted" = 0', f"{selected.sql} IS NOT NULL"]
        if inner.where is not None:
            where.append(Conditions(scope, self.moment).sql(inner.where))
        query = f"SELECT {selected.sql} FROM {scope.from_sql()} WHERE {' AND '.join(where)}"
        return f"({value.sql} IN ({query})) IS {'TRUE' if test.operator == 'IN' else 'NOT TRUE'}"

    def _check_inner(self, inner: Query) -> None:
        if len(inner.select) != 1 or not isinstance(inner.select[0].what, FieldRef):
            raise malformed(self.scope.text, inner.at, "Semi join sub-selects can only query one field.")
        if inner.order_by or inner.limit is not None or inner.offset is not None or inner.group_by:
            raise malformed(
                self.scope.text, inner.at, "Semi join sub-selects cannot have ORDER BY, LIMIT, OFFSET or GROUP BY."
            )


def _balanced(parts: list[str], operator: str) -> str:
    """Join conditions as a balanced tree: SQLite reads a long chain as a deep one, and that has a limit."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_balanced(parts[:half], operator)} {operator} {_balanced(parts[half:], operator)})"


_LISTS: Mapping[str, Callable[[Conditions, Comparison, Value, tuple[Literal, ...]], str]] = {
    "IN": Conditions._in,  # noqa: SLF001 - the class's own table
    "NOT IN": Conditions._not_in,  # noqa: SLF001
    "INCLUDES": Conditions._includes,  # noqa: SLF001
    "EXCLUDES": Conditions._excludes,  # noqa: SLF001
}
