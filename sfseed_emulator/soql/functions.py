"""Functions of SOQL: aggregates and parts of dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Function:
    """SQL of a function over a column's SQL; `result` is the type of its value ("" for the argument's own)."""

    sql: Callable[[str], str]
    result: str = ""
    of: frozenset[str] | None = None  # types of the argument, None for any


_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_DAYS = frozenset({"date", "datetime"})

AGGREGATES: Mapping[str, Function] = {
    "COUNT": Function(lambda column: f"COUNT({column})", "int"),
    "COUNT_DISTINCT": Function(lambda column: f"COUNT(DISTINCT {column})", "int"),
    "SUM": Function(lambda column: f"SUM({column})", "double", _NUMBERS),
    "AVG": Function(lambda column: f"AVG({column})", "double", _NUMBERS),
    "MIN": Function(lambda column: f"MIN({column})"),
    "MAX": Function(lambda column: f"MAX({column})"),
}


def _part(code: str, plus: str = "") -> Callable[[str], str]:
    """Return the SQL of a part of a date (the stored form's first 19 characters are what SQLite reads)."""
    return lambda column: f"CAST(STRFTIME('{code}', SUBSTR({column}, 1, 19)) AS INTEGER){plus}"


def _month_based(template: str) -> Callable[[str], str]:
    month = _part("%m")
    return lambda column: template.format(month=f"({month(column)})")


_YEAR = Function(_part("%Y"), "int", _DAYS)
_MONTH = Function(_part("%m"), "int", _DAYS)
_QUARTER = Function(_month_based("(({month} + 2) / 3)"), "int", _DAYS)

DATES: Mapping[str, Function] = {
    "CALENDAR_YEAR": _YEAR,
    "CALENDAR_MONTH": _MONTH,
    "CALENDAR_QUARTER": _QUARTER,
    "FISCAL_YEAR": _YEAR,
    "FISCAL_MONTH": _MONTH,
    "FISCAL_QUARTER": _QUARTER,
    "DAY_IN_MONTH": Function(_part("%d"), "int", _DAYS),
    "DAY_IN_WEEK": Function(_part("%w", " + 1"), "int", _DAYS),
    "DAY_IN_YEAR": Function(_part("%j"), "int", _DAYS),
    "DAY_ONLY": Function(lambda column: f"SUBSTR({column}, 1, 10)", "date", frozenset({"datetime"})),
    "HOUR_IN_DAY": Function(_part("%H"), "int", frozenset({"datetime"})),
    "WEEK_IN_MONTH": Function(lambda column: f"(({_part('%d')(column)} - 1) / 7 + 1)", "int", _DAYS),
    "WEEK_IN_YEAR": Function(lambda column: f"(({_part('%j')(column)} - 1) / 7 + 1)", "int", _DAYS),
}

FORMATS = frozenset({"TOLABEL", "FORMAT", "CONVERTCURRENCY", "CONVERTTIMEZONE"})
"""Functions that change how a value is shown and leave what it is."""
