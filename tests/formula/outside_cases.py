"""Salesforce's own formula cases: their inputs as columns and as rows, and what counts as an equal result."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sfseed_core.formula.column import Column, distinct, from_values
from sfseed_core.formula.evaluate import evaluate
from sfseed_core.formula.parser import parse
from sfseed_core.formula.setting import Blanks, Setting
from sfseed_core.formula.table import FormulaField, Table
from sfseed_core.formula.types import Type, check
from sfseed_emulator.formula_rows import Failed, Moment, NotKnown, compiled, result

FOLDER = Path(os.environ.get("SFSEED_OUTSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "formula"
MODES = {"blank_as_zero": Blanks.AS_ZERO, "blank_as_blank": Blanks.AS_BLANK}
TYPES = {
    "Double": Type.NUMBER,
    "Currency": Type.NUMBER,
    "Percent": Type.NUMBER,
    "DateOnly": Type.DATE,
    "DateTime": Type.DATETIME,
    "TimeOnly": Type.TIME,
    "Boolean": Type.BOOLEAN,
}
"""The types of the cases' fields; every other is a text."""

BEHIND = {"GMT": timedelta(0), "PST": timedelta(hours=8)}
"""How far a zone that inputs are given in lies behind UTC."""

ZERO = datetime(1970, 1, 1, tzinfo=UTC)
ERROR = "error"


def lines(name: str) -> list[dict[str, Any]]:
    """Read a file of cases; none where it is absent."""
    path = FOLDER / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.is_file() else []


def setting(blanks: Blanks = Blanks.AS_BLANK, **more: Any) -> Setting:
    """Return the moment at which the cases are worked out."""
    return Setting(datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), UTC, blanks, **more)


def plain(given: dict[str, Any] | None, kind: str) -> Any:
    """Return a case's input as a plain value: Decimal, text, bool, date, datetime, None."""
    if given is None:
        return None
    if "number" in given:
        return Decimal(given["number"]).scaleb(-2) if kind == "Percent" else Decimal(given["number"])
    if "date" in given:
        return date.fromisoformat(given["date"])
    if "datetime" in given:
        return datetime.fromisoformat(given["datetime"]) + BEHIND[given.get("tz", "GMT")]
    return given.get("boolean", given.get("text"))


def stored(value: Any) -> Any:
    """Return a plain value as columns hold it."""
    if isinstance(value, datetime):
        return int((value - ZERO) / timedelta(milliseconds=1))
    return (value - ZERO.date()).days if isinstance(value, date) else value


def field_type(name: str) -> Type:
    """Return the formula type of a case's field."""
    return TYPES.get(name, Type.TEXT)


def columnar(cases: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """Work all cases out in both modes, those of one formula together; the results by id and mode."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        groups[json.dumps([case["formula"], case["field_types"], case["formula_fields"]])].append(case)
    return {key: value for group in groups.values() for mode in MODES for key, value in _guarded(group, mode).items()}


def _guarded(group: list[dict[str, Any]], mode: str) -> dict[tuple[str, str], Any]:
    try:
        return _together(group, mode)
    except Exception as error:  # noqa: BLE001  a crash fails the cases of its own formula, not all the others
        return {(case["id"], mode): error for case in group}


def _together(group: list[dict[str, Any]], mode: str) -> dict[tuple[str, str], Any]:
    first = group[0]
    moment = setting(MODES[mode])
    names = {name.lower(): kind for name, kind in first["field_types"].items()}
    known = {**names, "$system.origindatetime": "DateTime"}
    columns = {}
    for name, kind in first["field_types"].items():
        if name not in first["formula_fields"]:
            values = [stored(plain(case["inputs"].get(name), kind)) for case in group]
            columns[name.lower()] = typed(values, field_type(kind))
    columns["$system.origindatetime"] = typed([stored(datetime(1900, 1, 1, tzinfo=UTC))] * len(group), Type.DATETIME)
    formulas = {
        name.lower(): FormulaField(parse(text), field_type(first["field_types"].get(name, "")))
        for name, text in first["formula_fields"].items()
    }
    node = parse(first["formula"])
    check(node, first["formula"], lambda path: field_type(known.get(path.lower(), "")))
    result = evaluate(node, Table(len(group), columns, moment, formulas), moment).spread(len(group))
    absent = False if first["return_type"] == "Boolean" else None
    return {
        (case["id"], mode): absent if value is None else value for case, value in zip(group, unpacked(result), strict=True)
    }


def typed(values: list[Any], type_: Type) -> Column:
    """Make a column of values as columns hold them."""
    return from_values(values, type_, np.arange(len(values)))


def unpacked(column: Column) -> list[Any]:
    """Return a column's plain values; ERROR where there is a fault."""
    codes, values = distinct(column)
    return [
        ERROR if fault else _shown(values[code], column.type) for code, fault in zip(codes, column.faults(), strict=True)
    ]


def _shown(value: Any, type_: Type) -> Any:
    if type_ is Type.DATE and value is not None:
        return ZERO.date() + timedelta(days=value)
    if type_ is Type.DATETIME and value is not None:
        return ZERO + timedelta(milliseconds=value)
    if type_ is Type.TIME and value is not None:
        return (ZERO + timedelta(milliseconds=value)).time()
    return value


def expected(case: dict[str, Any], mode: str) -> Any:
    """Return what the engine gave, as a plain value."""
    given = case["expected"][mode]
    if given is None:
        return None
    if "error" in given:
        return ERROR
    if "number" in given:
        value = Decimal(given["number"])
        return value.scaleb(-2) if case["return_type"] == "Percent" and "formula" in case else value
    if "date" in given:
        return date.fromisoformat(given["date"])
    if "datetime" in given:
        return datetime.fromisoformat(given["datetime"])
    if "time" in given:
        return datetime.fromisoformat(f"1970-01-01T{given['time']}").time()
    return given.get("boolean", given.get("text"))


def same(found: Any, wanted: Any) -> bool:
    """Compare a result with the engine's.

    Numbers within what doubles and the 32 places of the engine's results hold; texts without the blanks at their ends, which
    the cases were written down without; an empty text as null.
    """
    found, wanted = ((value.strip() or None) if isinstance(value, str) else value for value in (found, wanted))
    if isinstance(found, Decimal) and isinstance(wanted, Decimal):
        return abs(found - wanted) <= max(abs(wanted) * Decimal("1e-12"), Decimal("1e-15"))
    return type(found) is type(wanted) and found == wanted


def inline_context() -> dict[str, Any]:
    """Return the objects that the engine's inline tests evaluate against, as their formulas name them."""
    return {
        "OptIn": True,
        "Account.Amount": Decimal("10.41"),
        "Account.Name": "FORMULA_ENGINE",
        "Account.isActive": True,
        "Account.Parent.Name": "FORMULA_ENGINE_parent",
        "Account.Parent.isActive": False,
        "Account.nullParent.Name": None,
        "Account.nullParent.isActive": None,
        "Value": "value",
    }


CONTEXT_TYPES = {"OptIn": Type.BOOLEAN, "Account.Amount": Type.NUMBER} | dict.fromkeys(
    ("Account.isActive", "Account.Parent.isActive", "Account.nullParent.isActive"), Type.BOOLEAN
)


USERS = ("en_US GMT", "en_US America/Los_Angeles", "de_DE GMT", "ja_JP GMT")
"""The users that the engine's inline tests act as, one after the other; the cases do not say which."""


def user_setting(user: str) -> Setting:
    """Return the moment for a user: locale, zone, and the labels that the engine's tests bring in the user's language."""
    locale, zone = user.split()
    labels = json.loads((Path(__file__).parent / "engine_labels.json").read_text(encoding="utf-8"))
    english = labels["en"] | labels.get(locale[:2], {})
    return replace(setting(is_new=False), zone=ZoneInfo(zone), locale=locale, labels=english)


def listed(keys: list[str], values: list[Any], type_: Type) -> Column:
    """Make a list (or, with keys, a map) of one row."""
    whole = typed([keys[0] if keys else ""], Type.TEXT)
    return replace(
        whole, type=Type.ANY, words=np.array(keys or [""], dtype=object), parts=tuple(typed([one], type_) for one in values)
    )


LISTS = {
    "list": listed([], ["First", "Second"], Type.TEXT),
    "map": listed(["Foo", "Bar"], [Decimal(1), Decimal(2)], Type.NUMBER),
}


def inline_fields(case: dict[str, Any]) -> dict[str, tuple[Any, Type]]:
    """Return the values and types of the fields of an inline case."""
    context = {name: (value, CONTEXT_TYPES.get(name, Type.TEXT)) for name, value in inline_context().items()}
    return context | {name: (field["picklist"], Type.PICKLIST) for name, field in case["fields"].items()}


def inline_result(case: dict[str, Any], formula: str, user: str = USERS[0]) -> Any:
    """Work out a formula of an inline case over columns, for a user."""
    fields = inline_fields(case)
    types = {name.lower(): type_ for name, (_, type_) in fields.items()}
    moment = user_setting(user)
    columns = {name.lower(): typed([value], type_) for name, (value, type_) in fields.items()}
    table = Table(1, columns | LISTS, moment)
    node = parse(formula)
    check(node, formula, lambda path: types.get(path.lower(), Type.ANY))
    return unpacked(evaluate(node, table, moment))[0]


def exceptions() -> list[dict[str, Any]]:
    """Read the cases that are known to differ, each with its reason."""
    found: list[dict[str, Any]] = json.loads(
        (Path(__file__).parent / "formula_exceptions.json").read_text(encoding="utf-8")
    )
    return found


def reason_to_differ(case: dict[str, Any]) -> str | None:
    """Return why a case is known to differ, or nothing."""
    for one in exceptions():
        if all(case.get(key) == value for key, value in one["case"].items()):
            return str(one["reason"])
    return None


class CaseRecord:
    """One case's record for the emulator's evaluator: its inputs, its formula fields, worked out when asked for."""

    def __init__(self, values: dict[str, Any], formulas: dict[str, Any], moment: Moment) -> None:
        self._values = {name.lower(): value for name, value in values.items()}
        self._formulas = formulas
        self._moment = moment

    def value(self, path: str) -> Any:
        name = path.lower()
        if name not in self._formulas:
            if name not in self._values:
                raise NotKnown(path)
            return self._values[name]
        formula, type_ = self._formulas[name]
        found = result(formula, self, self._moment)
        return bool(found) if type_ is Type.BOOLEAN else found

    def old(self, path: str) -> Any:
        return self.value(path)


def moment_of(blanks: Blanks, **more: Any) -> Moment:
    """Return the same moment as `setting`, for the emulator's evaluator."""
    like = setting(blanks, **more)
    return Moment(like.now, like.zone, like.is_new, like.is_clone, blanks is Blanks.AS_ZERO)


def by_row(case: dict[str, Any], mode: str) -> Any:
    """Work one case out for its one record."""
    moment = moment_of(MODES[mode])
    kinds = {name.lower(): field_type(kind) for name, kind in case["field_types"].items()}
    kinds["$system.origindatetime"] = Type.DATETIME

    def type_of(path: str) -> Type:
        return kinds.get(path.lower(), Type.TEXT)

    formulas = {
        name.lower(): (compiled(text, type_of), kinds.get(name.lower(), Type.TEXT))
        for name, text in case["formula_fields"].items()
    }
    values = {name: plain(case["inputs"].get(name), kind) for name, kind in case["field_types"].items()}
    values["$system.origindatetime"] = datetime(1900, 1, 1, tzinfo=UTC)
    return row_result(compiled(case["formula"], type_of), CaseRecord(values, formulas, moment), moment, case["return_type"])


def row_result(formula: Any, record: CaseRecord, moment: Moment, wanted: str = "") -> Any:
    """Work a formula out for one record; ERROR where it has no value."""
    try:
        found = result(formula, record, moment)
    except (Failed, NotKnown):
        return ERROR
    return False if found is None and wanted == "Boolean" else found
