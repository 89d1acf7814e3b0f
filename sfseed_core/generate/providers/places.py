"""Addresses: one row of the table of real cities gives city, state, postal code, country, area code and position.

All addresses of a record are in one city, its own or that of the record it belongs to; streets and numbers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Joined, Numbers, both, joined
from sfseed_core.generate.given import NOT_SAID, UNKNOWN, among, given_places
from sfseed_core.generate.letters import bare
from sfseed_core.generate.owners import COMPANY, owner_of
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.provider import ALL_TEXT, CHOICE, NUMBER, TEXT, Make, Options, Provider, Scope, drawn_places
from sfseed_core.generate.providers.companies import Companies, companies
from sfseed_core.generate.providers.people import persons

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest, PlanContext

_COLUMNS = {
    "address.city": "city_names",
    "address.state": "city_states",
    "address.state_code": "city_state_codes",
    "address.postal_code": "city_postal_codes",
    "address.country": "city_countries",
    "address.country_code": "city_country_codes",
    "phone.area": "city_areas",
}
# a picklist may hold these instead
_OTHERWISE = {"city_countries": "city_countries_english", "city_states": "city_state_codes"}
_DEGREES = {"address.latitude": "city_latitudes", "address.longitude": "city_longitudes"}
_DEGREE_SCALE = 4
_CITY_LETTERS, _CODE_SIGNS = 6, 3  # of a city and a postal code, by which the matching rule for accounts looks for others
_ROOMY = 100  # a street field of more characters has room for a letter behind the number
_TOWN_ROOM = 24  # a street field of more characters has room for the town
_NEAR = 100  # ten-thousandths of a degree around the city's centre: a kilometre, so as not to be in the sea or abroad


def place_of(request: FieldRequest) -> dict[str, Any]:
    """Return how the record's city is found: `via` a reference to an object that has one, and what limits it (`only`).

    The same for every field of an object, so that they agree.
    """
    context = request.context
    found: dict[str, Any] = {}
    only = _limits(context)
    if only:
        found["only"] = only
    own = context.find(COMPANY)
    if own is None or not context.object.fields[own].name_field:  # else it is a company itself, wherever that is
        found |= owner_of(request)
    return found


def _limits(context: PlanContext) -> dict[str, list[str]]:
    """Return the values that picklists of states and countries allow, where they have any of ours."""
    limits: dict[str, list[str]] = {}
    for name, meaning in context.meanings.items():
        field = context.object.fields.get(name)
        if meaning is None or field is None or field.type != "picklist" or meaning.name not in _COLUMNS:
            continue
        rules = context.rules.fields.get(name)
        values = (rules.allowed if rules and rules.allowed is not None else field.active_values) or ()
        limits[_COLUMNS[meaning.name]] = sorted(values)
    return limits


def city_table(pools: Pools, only: Mapping[str, list[str]]) -> np.ndarray:
    """Return a table of 65,536 cities by their people, of those that the limits allow (of all when they allow none)."""
    weights = pools.numbers("city_people").copy()
    for column, values in only.items():
        known = frozenset(values)
        inside = np.array([value in known for value in texts.listed(_spelled(pools, column, known))])
        if (inside & (weights > 0)).any():
            weights[~inside] = 0
    return drawn_places(pools.text("city_names"), 0, weights)


def _spelled(pools: Pools, column: str, values: Collection[str]) -> pa.StringArray:
    """Return the column of the table of cities as the values spell it: countries in English, states by their codes."""
    own, other = pools.text(column), _OTHERWISE.get(column)
    if other is None or not values or frozenset(texts.listed(own)) & frozenset(values):
        return own
    return pools.text(other)


def city_codes(rows: Rows, place: Options | None, own: np.ndarray, key: int) -> np.ndarray:
    """Return the city of each record; `own` and `key` serve a field for which the plan names no place."""
    spec = rows.engine.place(rows.plan.name) if place is not None else None
    if spec is None:
        return own[draws.sixteenths(rows.draw(key))]
    return rows.once("city", lambda: _with_given(rows, _city(rows, spec)))


def _with_given(rows: Rows, codes: np.ndarray) -> np.ndarray:
    """Return the cities with those that the recipe's own rows tell."""
    table = given_places(rows, rows.pools())
    if table is None:
        return codes
    given = among(rows, table, NOT_SAID)
    return np.where(given >= 0, given, codes)


def _told(rows: Rows) -> np.ndarray | None:
    """Return where the city is known: not where a row names one that the table lacks. None means everywhere."""
    table = given_places(rows, rows.pools())
    return None if table is None or (table != UNKNOWN).all() else among(rows, table, NOT_SAID) != UNKNOWN


def _city(rows: Rows, spec: Options) -> np.ndarray:
    def drawn() -> np.ndarray:
        table = rows.engine.once(
            ("cities", rows.plan.name, rows.pools().locale), lambda: city_table(rows.pools(), spec.get("only", {}))
        )
        key = rows.engine.key(rows.plan.name, "city")
        one = _named_again(rows)
        if one is None or one.copies is None or one.firsts is None:
            return table[draws.sixteenths(rows.draw(key))]
        firsts = table[draws.sixteenths(draws.mix(key, draws.spread(one.firsts)))]
        apart = rows.engine.once(
            ("places apart", rows.plan.name, rows.pools().locale), lambda: _places_apart(rows.pools(), np.unique(table))
        )
        return np.where(one.copies == 0, firsts, apart.others(firsts, one.copies, rows.draw(key)))

    link = rows.parents(spec["via"], spec.get("of")) if "via" in spec else None
    if link is None or rows.engine.place(link.rows.plan.name) is None or not _same_places(rows, link.rows):
        return drawn()
    theirs = city_codes(link.rows, {}, _NOBODY, 0)[link.places]
    return theirs if link.valid is None else np.where(link.valid, theirs, drawn())


@dataclass(frozen=True, slots=True, eq=False)
class _Apart:
    """Rows of the table of cities in groups; those of different groups are in different cities, for the matching rules too.

    `group` is that of each row of the table; the rows of group g stand in `members` from `starts[g]` up to `starts[g + 1]`.
    """

    group: np.ndarray
    members: np.ndarray
    starts: np.ndarray

    def others(self, firsts: np.ndarray, steps: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Return a row of the group that is so many steps behind that of each first one."""
        there = (self.group[firsts] + steps) % (len(self.starts) - 1)
        return self.members[self.starts[there] + draws.below(drawn, np.diff(self.starts)[there])]


def _places_apart(pools: Pools, usable: np.ndarray) -> _Apart:
    """Put together the usable rows that share a match key: six letters of the city, or three of the postal code."""
    names, codes = (texts.listed(pools.text(f"city_{part}")) for part in ("names", "postal_codes"))
    group, first = np.arange(len(names)), dict[str, int]()
    for row in usable:
        for key in (f"city {bare(names[row])[:_CITY_LETTERS]}", f"code {codes[row][:_CODE_SIGNS]}"):
            group[group == group[row]] = group[first.setdefault(key, row)]
    _, group[usable] = np.unique(group[usable], return_inverse=True)
    members = usable[np.argsort(group[usable], kind="stable")]
    return _Apart(group, members, np.searchsorted(group[members], np.arange(group.max() + 2)))


def _named_again(rows: Rows) -> Companies | None:
    """Return which companies the records are, where names come again: each time in another city."""
    field = next((one for one in rows.plan.columns if one.provider == COMPANY), None)
    return None if field is None else companies(rows, field.field, rows.pools(field.options.get("locale")))


def _same_places(rows: Rows, other: Rows) -> bool:
    """Say whether the other records' cities are out of the same table."""
    return not other.plan.locales and other.pools() is rows.pools()


_NOBODY = np.zeros(0, dtype=np.int32)


def _propose(request: FieldRequest) -> Options | str:
    name = request.meaning.name if request.meaning else "address.city"
    options: dict[str, Any] = {"place": place_of(request), "part": name}
    if request.field.type in CHOICE and name in _COLUMNS:
        values = request.rules.allowed or request.rules.suggested
        ours = frozenset(texts.listed(_spelled(Pools.of(request.context.locale), _COLUMNS[name], values)))
        options["values"] = [value for value in values if value in ours]
        if not options["values"]:
            return "its picklist has none of the places we know"
    return options


def _part(scope: Scope) -> Make:
    """A part of the address that the city tells."""
    name = scope.options.get("part", scope.column.provider)
    column = _COLUMNS.get(name, _COLUMNS["address.city"])
    pool = _spelled(scope.pools, column, scope.options.get("values", ()))
    if (
        name == "address.state"
        and "values" not in scope.options
        and scope.column.length
        and texts.longest(pool) > scope.column.length
    ):
        pool = scope.pools.text(_COLUMNS["address.state_code"])
    pool = texts.fit(pool, scope.column.length)
    own, key = city_table(scope.pools, {}), scope.key("city")
    place = scope.options.get("place", {})
    if "values" not in scope.options:
        return lambda rows: Coded(pool, city_codes(rows, place, own, key), _told(rows))
    known = frozenset(scope.options["values"])
    usable = np.array([value in known for value in texts.listed(pool)])

    def make(rows: Rows) -> Coded:
        codes = city_codes(rows, place, own, key)
        return Coded(pool, codes, both(_told(rows), None if usable.all() else usable[codes]))

    return make


def _degrees(scope: Scope) -> Make:
    """The position of the city, a little beside its centre."""
    name = scope.options.get("part", "address.latitude")
    centres = scope.pools.numbers(_DEGREES[name])
    own, key, place = city_table(scope.pools, {}), scope.key("city"), scope.options.get("place", {})
    near, scale = scope.key("near"), scope.column.scale
    up, down = 10 ** max(scale - _DEGREE_SCALE, 0), 10 ** max(_DEGREE_SCALE - scale, 0)

    def make(rows: Rows) -> Numbers:
        values = centres[city_codes(rows, place, own, key)] + draws.between(rows.draw(near), -_NEAR, _NEAR)
        return Numbers(values * up if down == 1 else values // down, _told(rows))

    return make


def _street(scope: Scope) -> Callable[[Rows], Joined]:
    key, length = scope.key(), scope.column.length
    before, after = _around_street(scope.pools)
    streets = scope.once("streets", make=lambda: texts.join(before, scope.pools.text("streets"), after))
    towns = _towns(scope)
    room = max((length or 255) - 4 - (texts.longest(towns) if towns is not None else 0), 2)
    table = drawn_places(streets, room)
    fitting = texts.fit(streets, room)
    highest = int(scope.pools.settings["highest_house_number"])
    numbers = scope.once("house numbers", make=lambda: Numbers(np.arange(1, highest + 1)).text())
    lettered, roomy = scope.pools.settings.get("house_letters", "yes") == "yes", not length or length > _ROOMY
    own, city_key = city_table(scope.pools, {}), scope.key("city")

    def make(rows: Rows) -> Joined:
        drawn = rows.draw(key)
        number: Coded | Joined = Coded(numbers, draws.below(drawn, len(numbers)))
        who = persons(rows)
        if who is not None and who.copies.any() and roomy:
            number = joined(number, _next_door(rows, who.copies, lettered=lettered))
        name: Coded | Joined = Coded(fitting, table[draws.sixteenths(drawn, 3)])
        if towns is not None:
            cities, told = city_codes(rows, {}, own, city_key), _told(rows)
            name = joined(Coded(towns, cities if told is None else np.where(told, cities, len(towns) - 1)), name)
        return joined(number, name) if before else joined(name, number)

    return make


def _towns(scope: Scope) -> pa.StringArray | None:
    """Return the towns that streets begin with, and nothing for a city that we do not know.

    None where postal codes are not those of towns, and for a field without room for them.
    """
    length = scope.column.length
    if not scope.pools.has("city_towns") or 0 < (length or 0) <= _TOWN_ROOM:
        return None
    return pa.concat_arrays([scope.pools.text("city_towns"), texts.single("")])


def _next_door(rows: Rows, copies: np.ndarray, *, lettered: bool) -> Coded:
    """Return what follows the house number of persons of one name: nothing for the first, then a, b ... or -2, -3 ..."""
    most = int(copies.max())
    letters = [chr(ord("a") + place) for place in range(26)] if lettered else []
    more = [*letters, *(f"-{place + 2}" for place in range(len(letters), most))]
    return Coded(rows.engine.once(("doors", str(most), str(lettered)), lambda: texts.strings(["", *more])), copies)


def _around_street(pools: Pools) -> tuple[str, str]:
    """Return what stands before and after a street's name: a blank towards the number, which comes first or last."""
    before, after = pools.settings.get("street", "{number} {name}").split("{name}")
    return before.replace("{number}", ""), after.replace("{number}", "")


def _full(scope: Scope) -> Make:
    street, pools, length = _street(scope), scope.pools, scope.column.length
    own, key, place = city_table(pools, {}), scope.key("city"), scope.options.get("place", {})
    cities = texts.join(
        ", ", pools.text("city_names"), ", ", pools.text("city_state_codes"), " ", pools.text("city_postal_codes")
    )

    def make(rows: Rows) -> Cells:
        where = Coded(cities, city_codes(rows, place, own, key))
        return joined(street(rows), where).fitted(length)

    return make


_OPTIONS = {
    "place": "via, of: the reference to the record whose city it is; only: what limits the city",
    "part": "which part",
}


PROVIDERS = (
    *(
        Provider(name, "of the record's city", ALL_TEXT, _propose, _part, meanings=frozenset({name}), options=_OPTIONS)
        for name in _COLUMNS
    ),
    *(
        Provider(name, "near the record's city", NUMBER, _propose, _degrees, meanings=frozenset({name}), options=_OPTIONS)
        for name in _DEGREES
    ),
    Provider("address.street", "street and number", TEXT, lambda _: {}, _street, meanings=frozenset({"address.street"})),
    Provider(
        "address.full", "a whole address", TEXT, _propose, _full, meanings=frozenset({"address.full"}), options=_OPTIONS
    ),
)
