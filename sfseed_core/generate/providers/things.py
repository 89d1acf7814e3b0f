"""What records of rarely used and custom objects are called, by what the object is: `Denver Airport Warehouse`, `Calibration`.

A pattern of the locale (`{city} {districts} {sites}`) says of which lists a name is made. Names of one object repeat only once
all combinations are used up; then a number follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Numbers, coded, joined
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.provider import TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.providers.places import city_codes, city_table
from sfseed_core.generate.references import siblings
from sfseed_core.schema.semantics import words_of
from sfseed_core.schema.things import thing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

THINGS: Mapping[str, str] = MappingProxyType(
    {
        "name.site": "a site, by its city and kind",
        "name.room": "a room",
        "name.territory": "a territory, by its region",
        "name.market": "a market, by its city",
        "name.city": "a city",
        "name.work": "a kind of service work",
        "name.skill": "a skill",
        "name.equipment": "a machine and its model",
        "name.phase": "a phase of a project, in their order",
        "name.task": "a task of a project",
        "name.hours": "hours of work or a shift",
        "name.term": "a term, after the season in which it begins",
        "name.course": "what a course is about",
        "name.certificate": "a certificate",
        "name.plan": "a plan of a year",
        "name.team": "a team, by its city",
        "name.home": "a house or flat on offer",
        "name.outing": "a tour or other experience",
        "name.fund": "a fund",
        "name.tier": "a level of a membership or service",
        "name.form": "a survey, checklist or report",
        "name.institution": "a school, hospital or library, by its city",
        "name.line": "a line of products",
        "name.event": "an event, by its city",
        "name.price_book": "a price book of a year",
        "name.language": "a language",
        "name.tag": "a tag or category",
        "name.technical": "a name in code",
        "file.title": "a file's title, with its day",
        "name.record": "a record of an object that says nothing more",
    }
)
_SLOT = re.compile(r"\{(\w+)\}")
_KINDS = (
    "kind",
    "type",
    "category",
    "class",
)  # picklists of these words may say what a thing is, the first the most closely
_IN_ORDER = frozenset({"phases"})  # lists that the children of one parent go through from their beginning
_AMONG_CHILDREN = frozenset({"phases", "jobs"})
_FEW = 4_096  # of so many records it is looked up how many have one kind
_FIRST_YEAR, _YEARS = -1, 3  # around the day of planning
_FILE_DAYS = 700
_MODEL_LETTERS = ("TX", "GL", "MK", "RS", "DV", "KX", "PL", "HD", "CS", "AR")


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The words that may stand in one place of a pattern, and of which picklist values each is the word."""

    pool: pa.StringArray
    tags: tuple[frozenset[str], ...] = ()


def _propose(request: FieldRequest) -> Options:
    """Propose the pattern, and the fields that the name must agree with."""
    meaning = request.meaning.name if request.meaning else "name.record"
    context, found = request.context, dict[str, Any]()
    pattern = meaning.rpartition(".")[2] if meaning != "file.title" else "file"
    kinds = [name for kind in _KINDS for name in context.meanings if kind in words_of(name)]
    fields = context.object.fields
    kinds = [name for name in kinds if fields[name].type == "picklist" and name != request.field.name]
    if kinds and pattern in {"site", "skill", "equipment"}:
        found["kinds"] = kinds
    children = next((one.field for one in context.references.values() if one.mode == "children"), None)
    if children and pattern in {"phase", "task"}:
        found["via"] = children
    if pattern == "term":
        begins = [name for name, one in context.meanings.items() if one is not None and one.name == "date.start"]
        days = [name for name in begins if fields[name].type == "date"]
        found |= {"start": days[0]} if days else {}
    if pattern == "institution":
        noun = thing(words_of(context.object.name)) or thing(words_of(context.object.label))
        found |= {"noun": noun[1]} if noun else {}
    if pattern == "record":
        found["label"] = context.object.label.strip() or "Record"
        found["language"] = _language(context.snapshot.locale)
    return {"pattern": pattern, **found}


def _language(locale: str) -> str:
    return locale.replace("-", "_").split("_")[0]


def _prepare(scope: Scope) -> Make:
    name = str(scope.options.get("pattern", "record"))
    pattern = scope.pools.settings[f"pattern_{name}"]
    if name == "record" and _language(scope.pools.locale) != scope.options.get("language", "en"):
        pattern = scope.pools.settings["pattern_codename"]  # the label would stand there in another language
    literals = _SLOT.split(pattern)
    slots, between = literals[1::2], literals[::2]
    lists = [_words(scope, slot) for slot in slots]
    drawn = [place for place, slot in enumerate(slots) if not _told(scope, slot)]
    sizes = [len(lists[place].pool) for place in drawn]
    order, length = Permutation(prod(sizes), scope.key()), scope.column.length
    via, in_order = str(scope.options.get("via", "")), bool(_IN_ORDER & {*slots})

    def make(rows: Rows) -> Cells:
        place, round_ = _turns(rows, via, order, in_order=in_order)
        codes = dict[int, np.ndarray]()
        ranked = _ranked(rows, scope, lists[0], order.key) if len(slots) == 1 else None
        if ranked is not None:
            codes[0], round_ = ranked
        for number in () if ranked is not None else reversed(drawn):
            place, codes[number] = np.divmod(place, len(lists[number].pool))
        parts: list[Coded | str] = [between[0]] if between[0] else []
        for number, slot in enumerate(slots):
            told = (
                _told_codes(rows, scope, slot)
                if number not in codes
                else _agreeing(rows, scope, lists[number], codes[number])
            )
            parts += [Coded(lists[number].pool, told), *([between[number + 1]] if between[number + 1] else [])]
        if round_ is not None:
            parts.append(_numbered(rows, round_))
        return joined(*parts).fitted(length)

    return make


def _turns(rows: Rows, via: str, order: Permutation, *, in_order: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Return which combination each record has, and in which round of all of them (None: in the first).

    Among the children of one parent they follow each other, from the first or from anywhere.
    """
    layout = rows.engine.layout(rows.plan.name, via) if via else None
    if layout is None:
        round_, place = np.divmod(rows.records, order.size)
        place = order.at(place)
    else:
        parents, place = siblings(layout, rows.records)
        start = 0 if in_order else draws.below(draws.mix(order.key, draws.spread(parents)), order.size)
        round_, place = place // order.size, (start + place) % order.size
    return place, round_ if round_.any() and order.size > 1 else None


def _numbered(rows: Rows, round_: np.ndarray) -> Coded:
    """Return what follows a name that comes again: nothing, then 2, 3 ..."""
    most = 10 ** len(str(int(round_.max())))
    again = rows.engine.once(("again", str(most)), lambda: texts.strings(["", *(f" {one + 1}" for one in range(1, most))]))
    return Coded(again, round_)


def _words(scope: Scope, slot: str) -> _Words:
    """Return the words of a place in a pattern."""
    pools, today = scope.pools, scope.engine.plan.as_of
    made = _MADE.get(slot)
    if made is not None:
        return _Words(texts.strings(made(scope)))
    if slot == "year":
        return _Words(texts.strings([str(today.year + _FIRST_YEAR + number) for number in range(_YEARS)]))
    if slot in _PLACES:
        pool = pools.text(_PLACES[slot])
        return _Words(pool if _told(scope, slot) else texts.strings([*dict.fromkeys(texts.listed(pool))]))
    listed = texts.listed(pools.text(slot))
    if not pools.has(f"{slot}_tags"):
        return _Words(texts.strings([*dict.fromkeys(listed)]))
    tags = [frozenset(tag.strip() for tag in one.split(",")) for one in texts.listed(pools.text(f"{slot}_tags"))]
    noun = scope.options.get("noun")
    kept = [place for place, one in enumerate(tags) if noun in one] or [*range(len(tags))]
    return _Words(texts.strings([listed[place] for place in kept]), tuple(tags[place] for place in kept))


def _models(_: Scope) -> list[str]:
    return [f"{letters} {number}" for letters in _MODEL_LETTERS for number in range(110, 960, 10)]


def _days(scope: Scope) -> list[str]:
    today = scope.engine.plan.as_of
    return [(today - timedelta(days=back)).isoformat() for back in range(_FILE_DAYS)]


def _label(scope: Scope) -> list[str]:
    return [str(scope.options.get("label", "Record"))]


_MADE: Mapping[str, Callable[[Scope], list[str]]] = MappingProxyType({"models": _models, "day": _days, "label": _label})
_PLACES = MappingProxyType({"city": "city_names", "state": "city_states"})


def _told(scope: Scope, slot: str) -> bool:
    """Say whether the record itself tells what stands there: its city, or when it begins."""
    if slot in _PLACES:
        return scope.engine.place(scope.object.name) is not None
    return slot in {"terms", "year"} and "start" in scope.options


def _told_codes(rows: Rows, scope: Scope, slot: str) -> np.ndarray:
    if slot in _PLACES:
        return city_codes(rows, {}, city_table(rows.pools(), {}), 0)
    begins = rows.cells(str(scope.options["start"]))
    assert isinstance(begins, Numbers)
    year, month = np.divmod(begins.values.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64), 12)
    if slot == "terms":
        return ((month + 1) // 3 - (0 if rows.pools().settings.get("south") else 1)) % 4
    return np.clip(year + 1970 - scope.engine.plan.as_of.year - _FIRST_YEAR, 0, _YEARS - 1)


def _agreeing(rows: Rows, scope: Scope, words: _Words, codes: np.ndarray) -> np.ndarray:
    """Return the words at the places, or others that go with the values that the record's picklists have."""
    if not words.tags:
        return codes
    for field in scope.options.get("kinds", ()):
        if not rows.has(field):
            continue
        cells = rows.cells(field)
        if isinstance(cells, Numbers):
            continue
        values, which = coded(cells)
        going = _going(words, texts.listed(values))
        if any(going):
            found, usual = _table(words, going)[which, codes], np.array(_any_of(going))
            return found if cells.valid is None else np.where(cells.valid, found, usual[codes % len(usual)])
    return codes


def _ranked(rows: Rows, scope: Scope, words: _Words, key: int) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Return the words that go with the records' values so that few records have one word; None where that cannot be said.

    Of a few records it is known how many before each have the same value: these get the value's words in turn.
    """
    field = next((one for one in scope.options.get("kinds", ()) if rows.has(one)), None)
    if not words.tags or field is None or rows.plan.count > _FEW or rows.plan.locales:
        return None

    def all_of_them() -> tuple[np.ndarray, np.ndarray] | None:
        cells = rows.engine.drawn(rows.plan.name, np.arange(rows.plan.count)).cells(field)
        if isinstance(cells, Numbers):
            return None
        values, which = coded(cells)
        going = _going(words, texts.listed(values))
        if not any(going):
            return None
        every = _any_of(going)
        places, rounds = np.zeros(len(which), dtype=np.int64), np.zeros(len(which), dtype=np.int64)
        kinds = which if cells.valid is None else np.where(cells.valid, which, -1)
        for kind in {*range(len(going)), -1}:
            mine = np.flatnonzero(kinds == kind)
            own = np.array(going[kind] or every) if kind >= 0 else np.array(every)
            rounds[mine], turn = np.divmod(np.arange(len(mine)), len(own))
            places[mine] = own[Permutation(len(own), draws.key(key, kind)).at(turn)]
        return places, rounds

    found = rows.engine.once(("ranked", rows.plan.name, scope.column.field, rows.pools().locale), all_of_them)
    if found is None:
        return None
    rounds = found[1][rows.records]
    return found[0][rows.records], rounds if rounds.any() else None


def _going(words: _Words, values: Sequence[str]) -> list[list[int]]:
    """Return, for each value, the places of the words that go with it."""
    own = [word.lower() for word in texts.listed(words.pool)]
    said = [(" ".join(words_of(value)), value.lower()) for value in values]
    return [[place for place, tags in enumerate(words.tags) if one in tags or own[place] == plain] for one, plain in said]


def _any_of(going: Sequence[Sequence[int]]) -> list[int]:
    """Return the places of the words that go with any of the values: those for records that have none."""
    return sorted({place for one in going for place in one})


def _table(words: _Words, going: Sequence[Sequence[int]]) -> np.ndarray:
    """Return, for each value and each place in the words, the place of a word that goes with the value."""
    every = np.arange(len(words.pool))
    return np.array([np.array(one)[every % len(one)] if one else every for one in going])


def _provider(name: str, about: str) -> Provider:
    return Provider(name, about, TEXT, _propose, _prepare, meanings=frozenset({name}), options=_OPTIONS)


_OPTIONS = MappingProxyType(
    {
        "pattern": "which of the locale's patterns",
        "kinds": "picklists that say what the thing is",
        "via": "the reference to the record whose children it is counted among",
        "start": "the field with its first day",
        "noun": "which institution it is",
        "label": "the object's label",
        "language": "the language that the label is in",
    }
)
PROVIDERS = tuple(_provider(name, about) for name, about in THINGS.items())
