"""Names of people and what goes with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Joined, joined
from sfseed_core.generate.pools import DEFAULT_LOCALE, Pools
from sfseed_core.generate.provider import (
    ALL_TEXT,
    CHOICE,
    TEXT,
    Make,
    Options,
    Provider,
    Scope,
    drawn_places,
    nothing_to_say,
    words,
)
from sfseed_core.generate.spelling import padded_pool
from sfseed_core.generate.unique import Free
from sfseed_core.snapshot.taken import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest
    from sfseed_core.recipe.model import ObjectPlan

FIRST_NAME, LAST_NAME = "person.first_name", "person.last_name"
_USUAL = 45  # so many times a Mr. or Ms. for each title
_TITLE = re.compile(r"(dr|dra|prof|profa|pr|先生)\b", re.IGNORECASE)
_OF_SCHOOLS = re.compile("prof", re.IGNORECASE)  # no firm has professors among its people
_TRIES = 8  # at another first name, for somebody whom everybody knows
# fields by which the standard matching rules take two persons of one name for the same
_TELLTALE: Mapping[str, tuple[str, ...]] = MappingProxyType(dict.fromkeys(("Contact", "Lead"), ("Phone", "Title")))


def name_fields(request: FieldRequest) -> dict[str, str]:
    """Return the fields of the object that hold the person's names."""
    found = {"first": request.context.find(FIRST_NAME), "last": request.context.find(LAST_NAME)}
    return {part: field for part, field in found.items() if field}


def first_codes(rows: Rows, field: str | None) -> np.ndarray:
    """Return which first name each record has (places in the locale's list), drawn anew where no such column is made."""
    return _codes(rows, field, FIRST_NAME, "first_names", "first_weights")


def last_codes(rows: Rows, field: str | None) -> np.ndarray:
    """Return which last name each record has (places in the locale's list), drawn anew where no such column is made."""
    return _codes(rows, field, LAST_NAME, "last_names", "last_weights")


def is_drawn(rows: Rows, field: str | None, provider: str) -> bool:
    """Say whether the names come from the locale's lists (or from nowhere), and not from the user's own values."""
    column = rows.engine.column(rows.plan.name, field) if field else None
    return column is None or column.provider == provider


def _codes(rows: Rows, field: str | None, provider: str, pool: str, weights: str) -> np.ndarray:
    column = rows.engine.column(rows.plan.name, field) if field else None
    if field and column is not None and column.provider == provider:
        cells = rows.cells(field)
        if isinstance(cells, Coded):
            return cells.codes
    pools = rows.pools()

    def drawn() -> np.ndarray:
        table = drawn_places(pools.text(pool), 0, pools.numbers(weights))
        codes = table[draws.sixteenths(rows.draw(rows.engine.key(rows.plan.name, "own", pool)))]
        if not field or column is None:
            return codes
        listed = texts.places_in(rows.cells(field).text(), pools.text(pool))
        return np.where(listed < 0, codes, listed)

    return rows.once(f"own {pool}", drawn)


def _first_name(scope: Scope) -> Make:
    return _of_pair(scope, 0) or words(scope, scope.pools.text("first_names"), scope.pools.numbers("first_weights"))


def _last_name(scope: Scope) -> Make:
    return _of_pair(scope, 1) or words(scope, scope.pools.text("last_names"), scope.pools.numbers("last_weights"))


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """Which pair of names each record has, by number, and how many records before it had the same (`copies`)."""

    pairs: np.ndarray
    copies: np.ndarray


def persons(rows: Rows) -> Persons | None:
    """Return who the records are, so that no two persons of an object are taken for one another.

    Each record has another pair of a first and a last name, out of lists in which no name is like another; so neither the
    org's matching rules nor a reader mistakes one for the other. Pairs that the org has are left out. Leads take the pairs from
    the end, person accounts from the middle. Where more persons are wanted than there are pairs, these come again; and leads
    count those of contacts as theirs. None where the object does not have both names, or a field is too short for them.
    """
    plan, pools = rows.plan, rows.pools()
    free = rows.engine.once(("pairs", plan.name, pools.locale), lambda: _free_pairs(rows.engine, plan, pools))
    return None if free is None else rows.once("persons", lambda: _persons(rows, free))


def _free_pairs(engine: Engine, plan: ObjectPlan, pools: Pools) -> Free | None:
    columns = [[one for one in plan.columns if one.provider == name] for name in (FIRST_NAME, LAST_NAME)]
    if [len(one) for one in columns] != [1, 1]:
        return None
    names = (pools.text("first_names"), pools.text("last_names"))
    if any(one.length and texts.longest(pool) > one.length for (one,), pool in zip(columns, names, strict=True)):
        return None
    size = len(pools.numbers("pair_firsts")) * len(pools.numbers("pair_lasts"))
    taken = columns[1][0].options.get("taken", {}).get(pools.locale, ())
    return Free.of(size, engine.key("people"), [*taken, *_known_pairs(pools)])


def _known_pairs(pools: Pools) -> list[int]:
    """Return the numbers of the pairs that are the names of persons whom everybody knows."""
    return _pair_numbers(pools, [name.split(" ", maxsplit=1) for name in _known(pools)])


def _known(pools: Pools) -> list[str]:
    """Return the persons whom everybody knows."""
    return texts.listed(pools.text("unpaired")) if pools.has("unpaired") else []


def _persons(rows: Rows, free: Free) -> Persons:
    name, capacity = rows.plan.name, max(free.capacity, 1)
    first, step = {"Lead": (-1, -1), "Account": (capacity // 2, 1)}.get(name, (0, 1))
    copies, places = rows.records // capacity, (first + step * rows.records) % capacity
    if name == "Lead":
        full, rest = divmod(rows.engine.count("Contact"), capacity)
        copies = copies + full + (places < rest)
    return Persons(free.at(places), copies)


def once_only(rows: Rows, field: str) -> np.ndarray | None:
    """Return where a contact or lead may have the field: what would make one person of two with the same names stays empty.

    None means everywhere.
    """
    if field not in _TELLTALE.get(rows.plan.name, ()):
        return None
    who = persons(rows)
    return None if who is None or not who.copies.any() else who.copies == 0


def _of_pair(scope: Scope, part: int) -> Make | None:
    """Prepare one of a person's two names; None where these are no pair."""
    pools = scope.pools
    pool, first_count = pools.text(("first_names", "last_names")[part]), len(pools.numbers("pair_firsts"))
    places = pools.numbers(("pair_firsts", "pair_lasts")[part]).astype(np.int32)
    if (
        scope.engine.once(
            ("pairs", scope.object.name, pools.locale), lambda: _free_pairs(scope.engine, scope.object, pools)
        )
        is None
    ):
        return None

    def make(rows: Rows) -> Coded:
        who = persons(rows)
        assert who is not None
        return Coded(pool, places[who.pairs % first_count if part == 0 else who.pairs // first_count])

    return make


def _taken_pairs(request: FieldRequest) -> Options:
    """Propose to leave out the persons that the org has, as numbers of pairs, by locale."""
    known = [request.context.snapshot.taken.get(name_key(name), ()) for name in ("Contact", "Lead")]
    people = [one.split("\t") for names in known for one in names]
    taken = {locale: _pair_numbers(Pools.of(locale), people) for locale in request.context.locales if people}
    found = {locale: numbers for locale, numbers in taken.items() if numbers}
    return {"taken": found} if found else {}


def _pair_numbers(pools: Pools, people: Iterable[Sequence[str]]) -> list[int]:
    parts = (("first_names", "pair_firsts"), ("last_names", "pair_lasts"))
    lists = [(texts.listed(pools.text(names)), pools.numbers(pair)) for names, pair in parts]
    firsts, lasts = ({names[place]: number for number, place in enumerate(pair)} for names, pair in lists)
    numbers = ((firsts.get(first), lasts.get(last)) for first, last in people)
    return sorted({one + two * len(firsts) for one, two in numbers if one is not None and two is not None})


def _full_name(scope: Scope) -> Make:
    """A person of its own, other than the record's, and nobody whom everybody knows."""
    pools, key = scope.pools, scope.key()
    first, last = pools.text("first_names"), pools.text("last_names")
    half = max((scope.column.length or 80) // 2 - 1, 1)
    first_table = drawn_places(first, half, pools.numbers("first_weights"))
    last_table = drawn_places(last, half, pools.numbers("last_weights"))

    known, usable = scope.once("known persons", make=lambda: _known_places(pools)), np.unique(first_table)
    next_first = np.zeros(len(first), dtype=first_table.dtype)
    next_first[usable] = np.roll(usable, -1)
    last_first = pools.settings.get("full_name", "").startswith("{last}")
    leading, following = (last, texts.join(" ", first)) if last_first else (first, texts.join(" ", last))

    def make(rows: Rows) -> Joined:
        drawn = rows.draw(key)
        one, two = first_table[draws.sixteenths(drawn)], last_table[draws.sixteenths(drawn, 1)]
        for _ in range(_TRIES):
            if not (taken := known[one, two]).any():
                break
            one = np.where(taken, next_first[one], one)
        return joined(Coded(leading, two if last_first else one), Coded(following, one if last_first else two))

    return make


def _known_places(pools: Pools) -> np.ndarray:
    """Return of every first name (row) with every last name (column) whether that is a person whom everybody knows."""
    firsts, lasts = (np.array(texts.listed(pools.text(f"{part}_names"))) for part in ("first", "last"))
    known = np.zeros((len(firsts), len(lasts)), dtype=bool)
    for name in _known(pools):
        parts = name.split(" ")
        for count in range(1, len(parts)):
            first, last = " ".join(parts[:count]), " ".join(parts[count:])
            known[np.ix_(firsts == first, lasts == last)] = True  # some first names are men's and women's
    return known


def _salutation_values(request: FieldRequest) -> Options | str:
    values = request.rules.allowed or request.rules.suggested
    if request.field.type in CHOICE and not values:
        return "its picklist has no active values"
    return {**name_fields(request), **({"values": list(values)} if values else {})}


def _salutation(scope: Scope) -> Make:
    """A form of address that suits the first name; unknown forms suit everybody."""
    pools = scope.pools
    own = _forms_of_address(pools)
    genders = {**_forms_of_address(Pools.of(DEFAULT_LOCALE)), **own}
    values = [str(value) for value in scope.options.get("values", own)]
    used = [place for place, value in enumerate(values) if not _OF_SCHOOLS.match(value)] or [*range(len(values))]
    suiting = {who: [place for place in used if genders.get(values[place], "") in ("", who)] for who in "mf"}
    usual = [bool(genders.get(value)) and not _TITLE.match(value) for value in values]
    plain = usual if any(usual) else [not _TITLE.match(value) for value in values]
    often = {place: _USUAL if one else 1 for place, one in enumerate(plain)}
    tables = [_salutation_table(suiting[who] or [0], often) for who in "mf"]
    table, pool, key = np.concatenate(tables), texts.strings(values), scope.key()
    males, field = int(pools.numbers("first_males")[0]), scope.options.get("first")

    def make(rows: Rows) -> Coded:
        female = first_codes(rows, field) >= males
        return Coded(pool, table[draws.sixteenths(rows.draw(key)) + female * np.int64(draws.TABLE_SIZE)])

    return make


def _forms_of_address(pools: Pools) -> dict[str, str]:
    """Return the forms of address, each with whom it suits: m, f or nobody in particular."""
    return dict(zip(texts.listed(pools.text("salutations")), texts.listed(pools.text("salutation_genders")), strict=True))


def _salutation_table(places: list[int], often: Mapping[int, int]) -> np.ndarray:
    return np.array(places)[draws.table([often[place] for place in places])]


def _initial(scope: Scope) -> Make:
    pool = texts.strings([f"{letter}." if scope.column.length != 1 else letter for letter in "ABCDEFGHJKLMNPRSTW"])
    return words(scope, pool)


def _username(scope: Scope) -> Make:
    pools, key = scope.pools, scope.key()
    first, last = pools.text("first_initials"), pools.text("last_slugs")
    table = drawn_places(last, max(scope.column.length - 5, 1) if scope.column.length else 0, pools.numbers("last_weights"))

    numbers = padded_pool(4)

    def make(rows: Rows) -> Joined:
        drawn = rows.draw(key)
        number = Coded(numbers, draws.below_again(drawn, len(numbers)))
        return joined(Coded(first, draws.below(drawn, len(first))), Coded(last, table[draws.sixteenths(drawn)]), number)

    return make


def _simple(name: str, about: str, pool: str) -> Provider:
    return Provider(
        name,
        about,
        ALL_TEXT,
        nothing_to_say,
        lambda scope: words(scope, scope.pools.text(pool)),
        meanings=frozenset({name}),
    )


PROVIDERS = (
    Provider(FIRST_NAME, "a given name", TEXT, nothing_to_say, _first_name, meanings=frozenset({FIRST_NAME})),
    Provider(
        LAST_NAME,
        "a family name",
        TEXT,
        _taken_pairs,
        _last_name,
        meanings=frozenset({LAST_NAME}),
        options={"taken": "persons that the org has, as numbers of pairs of names, by locale"},
    ),
    Provider(
        "person.middle_name", "an initial", TEXT, nothing_to_say, _initial, meanings=frozenset({"person.middle_name"})
    ),
    Provider(
        "person.full_name",
        "first and last name",
        TEXT,
        nothing_to_say,
        _full_name,
        meanings=frozenset({"person.full_name"}),
    ),
    Provider(
        "person.salutation",
        "Mr., Ms., Dr. ..., as the first name suggests",
        TEXT | {"picklist"},
        _salutation_values,
        _salutation,
        meanings=frozenset({"person.salutation"}),
        options={"values": "the forms of address", "first": "the field with the first name"},
    ),
    Provider(
        "person.username",
        "a login",
        TEXT,
        nothing_to_say,
        _username,
        meanings=frozenset({"person.username", "social.handle"}),
    ),
    _simple("person.suffix", "Jr., III ...", "suffixes"),
    _simple("person.gender", "a gender", "genders"),
)
