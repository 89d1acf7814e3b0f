"""Values out of a list: picklists (restricted, dependent, per record type), multi-select, constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Numbers, coded
from sfseed_core.generate.provider import ALL_TEXT, CHOICE, Make, Options, Provider, Scope
from sfseed_core.generate.unique import Free

if TYPE_CHECKING:
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

Selector = Callable[["Rows"], np.ndarray]
_MOST_SELECTED = 3
_COMBINATIONS = 48
_EPOCH = date(1970, 1, 1).toordinal()
_NEAR_THE_CENTRE = frozenset({"City", "NearAddress"})
_TRUE = frozenset({"true", "1", "yes"})


def propose(request: FieldRequest) -> Options | str:
    """Propose the values that the org accepts, by record type and controller where it says so."""
    rules, context = request.rules, request.context
    values = rules.allowed if rules.allowed is not None else rules.suggested or request.field.active_values
    values = tuple(value for value in values if _usable(value, request))
    if not values:
        return "its picklist has no active values that fit"
    if request.meaning is not None and request.meaning.name == "address.geocode_accuracy":
        values = tuple(value for value in values if value in _NEAR_THE_CENTRE) or values
    options: dict[str, Any] = {"values": list(values)}
    if request.meaning is not None and request.meaning.name == "time_zone":
        options["known_as"] = "time_zones"
    if rules.unique:
        free = free_values(values, request.taken)
        if len(free) < context.count:
            return f"only {len(free):,} of its values are free, {context.count:,} are wanted"
        options["taken"] = sorted(request.taken)
    types = {name for name, _ in context.record_types}
    otherwise = list(values) if rules.needed else []
    own = {
        name: _ordered(values, rules.by_record_type[name]) or otherwise
        for name in sorted(types & rules.by_record_type.keys())
    }
    if own and any(own.values()):
        options["record_types"] = own
    if rules.controller and rules.by_controller:
        if rules.controller not in context.meanings and not rules.required:
            return f"{rules.controller}, which it depends on, is not filled"
        if rules.controller in context.meanings:
            allowed = {name: _ordered(values, rules.by_controller[name]) for name in rules.by_controller}
            options["controller"] = {"field": rules.controller, "values": allowed}
    if request.field.type == "multipicklist":
        options["most"] = min(rules.max_selected or _MOST_SELECTED, _MOST_SELECTED)
    return options


def _usable(value: str, request: FieldRequest) -> bool:
    return bool(value.strip()) and value != "#N/A" and (not request.field.length or len(value) <= request.field.length)


def free_values(values: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Return the values, each once, that the org does not have yet, whatever their case."""
    known = {value.lower() for value in taken}
    return list({value.lower(): value for value in values if value.lower() not in known}.values())


def _ordered(values: Sequence[str], allowed: Sequence[str]) -> list[str]:
    known = frozenset(allowed)
    return [value for value in values if value in known]


def prepare(scope: Scope) -> Make:
    """Prepare to draw one of the values (several, joined by semicolons, with `most`)."""
    options = scope.options
    values = [str(value) for value in options["values"]]
    if scope.column.type not in ALL_TEXT | CHOICE:
        return _typed(scope, values)
    if "known_as" in options:
        usual = frozenset(texts.listed(scope.pools.text(str(options["known_as"]))))
        values = [value for value in values if value in usual] or values
    if scope.column.unique:
        return _distinct(scope, values)
    if "record_types" not in options and "controller" not in options:
        return _plain(scope, values)
    return _selected(scope, values)


def _plain(scope: Scope, values: list[str]) -> Make:
    weights = scope.options.get("weights")
    if "most" in scope.options:
        values, weights = _combinations(scope, values), None
    table, key, pool = draws.table(weights or [1] * len(values)), scope.key(), texts.strings(values)
    return lambda rows: Coded(pool, table[draws.sixteenths(rows.draw(key))])


def _typed(scope: Scope, values: list[str]) -> Make:
    """Prepare values of a number, day or flag, as the recipe writes them."""
    read = READERS[scope.column.type]
    numbers = np.array([read(value, scope.column.scale) for value in values], dtype=np.int64)
    table, key = draws.table(scope.options.get("weights") or [1] * len(values)), scope.key()
    return lambda rows: Numbers(numbers[table[draws.sixteenths(rows.draw(key))]])


def _whole(value: str, scale: int) -> int:
    return int((Decimal(value) * 10**scale).to_integral_value(ROUND_HALF_UP))


def _milliseconds(value: str, _: int) -> int:
    when = datetime.fromisoformat(value)
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _time_of_day(value: str, _: int) -> int:
    when = time.fromisoformat(value)
    return (when.hour * 3600 + when.minute * 60 + when.second) * 1000


READERS: Mapping[str, Callable[[str, int], int]] = MappingProxyType(
    {
        **dict.fromkeys(("double", "currency", "percent"), _whole),
        **dict.fromkeys(("int", "long"), lambda value, _: _whole(value, 0)),
        "boolean": lambda value, _: int(value.lower() in _TRUE),
        "date": lambda value, _: date.fromisoformat(value).toordinal() - _EPOCH,
        "datetime": _milliseconds,
        "time": _time_of_day,
    }
)


def _distinct(scope: Scope, values: list[str]) -> Make:
    values = free_values(values, scope.options.get("taken", ()))
    free, pool = Free.of(len(values), scope.key()), texts.strings(values)
    return lambda rows: Coded(pool, free.at(rows.records))


def _selected(scope: Scope, values: list[str]) -> Make:
    """Prepare lists of values per record type and controller value; a record with an empty list stays empty."""
    type_lists = _by_record_type(scope, values)
    controller = scope.options.get("controller")
    known = dict(controller["values"]) if controller else {}
    names = [*known, None] if controller else [...]
    lists = [
        values_of_type if name is ... else _ordered(values_of_type, known.get(name, ()))
        for values_of_type in type_lists
        for name in names
    ]
    if "most" in scope.options:
        lists = [_combinations(scope, one) if one else [] for one in lists]
    starts = np.cumsum([0, *(len(one) for one in lists)])[:-1]
    sizes = np.array([len(one) for one in lists], dtype=np.int64)
    pool = texts.strings([value for one in lists for value in one] or [""])
    which_controller = _controller(scope, list(known)) if controller else None
    key, width = scope.key(), len(names)

    def make(rows: Rows) -> Coded:
        selected = rows.record_types().astype(np.int64) * width if len(type_lists) > 1 else np.zeros(len(rows), np.int64)
        if which_controller is not None:
            selected = selected + which_controller(rows)
        count = sizes[selected]
        codes = starts[selected] + draws.below(rows.draw(key), count)
        filled = count > 0
        return Coded(pool, np.where(filled, codes, 0), None if filled.all() else filled)

    return make


def _by_record_type(scope: Scope, values: list[str]) -> list[list[str]]:
    own = scope.options.get("record_types")
    if not own:
        return [values]
    return [_ordered(values, own[name]) if name in own else values for name, _ in scope.object.record_types]


def _controller(scope: Scope, names: list[str]) -> Selector:
    """Return a function that finds the controller's value among the names (their number: none of them)."""
    field = scope.options["controller"]["field"]
    places = {name: place for place, name in enumerate(names)}

    def select(rows: Rows) -> np.ndarray:
        cells = rows.cells(field)
        if isinstance(cells, Numbers):
            found = np.array([places.get("false", len(names)), places.get("true", len(names))])
            codes = cells.values.astype(np.int64)
        else:
            pool, codes = coded(cells)
            found = np.array([places.get(value, len(names)) for value in texts.listed(pool)] or [len(names)])
        selected = found[codes]
        return selected if cells.valid is None else np.where(cells.valid, selected, len(names))

    return select


def _combinations(scope: Scope, values: list[str]) -> list[str]:
    """Return some selections of one to `most` values, each in picklist order and within the field's length."""
    most, length = int(scope.options["most"]), scope.column.length
    picks = draws.mix(scope.key("selection"), draws.spread(np.arange(_COMBINATIONS * (most + 1))))
    found = dict.fromkeys(values)
    for number in range(_COMBINATIONS):
        mine = picks[number * (most + 1) : (number + 1) * (most + 1)]
        size = 1 + int(draws.below(mine[:1], most)[0])
        chosen = sorted({int(place) for place in draws.below(mine[1 : size + 1], len(values))})
        text = ";".join(values[place] for place in chosen)
        if not length or len(text) <= length:
            found[text] = None
    return list(found)


def propose_fixed(request: FieldRequest) -> Options | str:
    """Propose the one value that the org accepts."""
    if request.rules.fixed is None:
        return "the recipe names no value"
    return {"value": request.rules.fixed}


def prepare_fixed(scope: Scope) -> Make:
    """Prepare one value for all records."""
    value = scope.options["value"]
    if scope.column.type == "boolean":
        truth = value if isinstance(value, bool) else str(value).lower() in _TRUE
        return lambda rows: Numbers(np.full(len(rows), truth))
    if isinstance(value, int) and not isinstance(value, bool) and scope.column.type not in ALL_TEXT:
        number = value * 10**scope.column.scale
        return lambda rows: Numbers(np.full(len(rows), number, dtype=np.int64))
    pool = texts.strings([str(value)])
    return lambda rows: Coded(pool, np.zeros(len(rows), dtype=np.int32))


PROVIDERS = (
    Provider(
        "choice",
        "one of a list of values; of a multi-select, some of them",
        ALL_TEXT | CHOICE | frozenset(READERS),
        propose,
        prepare,
        meanings=frozenset({"status"}),
        options={
            "values": "the values",
            "weights": "how often each, as whole numbers",
            "record_types": "per record type, its values",
            "controller": "field: the controlling field; values: per value of it, the values",
            "most": "how many are selected at most",
            "known_as": "words of the locale; of the values those are taken, where there are any",
            "taken": "values that the org has",
        },
        distinct=True,
    ),
    Provider(
        "fixed",
        "the same value in every record",
        ALL_TEXT | CHOICE | frozenset({"boolean", "int", "long", "double", "currency", "percent"}),
        propose_fixed,
        prepare_fixed,
        options={"value": "the value"},
    ),
)
