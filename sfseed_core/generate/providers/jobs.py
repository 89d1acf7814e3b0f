"""What people do at work: job title and department, by their rank in the company; and how old they are for it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Numbers
from sfseed_core.generate.provider import (
    TEXT,
    Make,
    Options,
    Provider,
    Scope,
    drawn_places,
    nothing_to_say,
    places_that_fit,
    words,
)
from sfseed_core.generate.providers.days import day_number
from sfseed_core.generate.providers.people import FIRST_NAME, first_codes, once_only
from sfseed_core.generate.ranks import RANKS, of_rows, ranked_along, standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

BIRTHDATE = "person.birthdate"
_YEAR = 365
# how old who leads the company, a division, a team or nobody is at least and at most; the last of people without a rank too
_AGES = ((41, 66), (35, 64), (29, 62), (21, 64))
# objects with people -> the object whose people of the same numbers they are
_SAME: Mapping[str, str] = MappingProxyType({"Contact": "Contact", "Individual": "Contact"})


def _job_title(scope: Scope) -> Make:
    """A title, in the form that suits the first name where the locale has two; all of men's come before all of women's.

    Of people who have superiors it is one of their rank.
    """
    pools, key, field, length = scope.pools, scope.key(), scope.column.field, scope.column.length
    layout = ranked_along(scope.engine, scope.object.name)
    table = _titles(pools, length, [None] if layout is None else [*range(RANKS)])
    both = [pools.text(name) for name in ("job_titles", "job_titles_female") if pools.has(name)]
    pool, count, males = texts.fit(pa.concat_arrays(both), length), len(both[0]), int(pools.numbers("first_males")[0])
    first = next((one.field for one in scope.object.columns if one.provider == FIRST_NAME), None)

    def make(rows: Rows) -> Coded:
        places = draws.sixteenths(rows.draw(key))
        if layout is not None:
            places = places + of_rows(rows, layout).ranks * draws.TABLE_SIZE
        codes = table[places]
        if len(both) > 1:
            codes = codes + (first_codes(rows, first) >= males) * np.int32(count)
        return Coded(pool, codes).masked(once_only(rows, field))

    return make


def _titles(pools: Pools, length: int, ranks: Sequence[int | None]) -> np.ndarray:
    """Return a table of titles for each rank, one after the other; of all titles where there is no rank, or none of it fits."""
    names, weights, of_title = pools.text("job_titles"), pools.numbers("job_weights"), pools.numbers("job_ranks")
    fitting = np.isin(np.arange(len(names)), places_that_fit(names, length))
    own = [weights * (fitting & (of_title == rank)) for rank in ranks]
    return np.concatenate([drawn_places(names, length, one if one.any() else weights) for one in own])


def _of_title(request: FieldRequest) -> Options:
    field = request.context.find("person.job_title")
    return {"title": field} if field else {}


def _department(scope: Scope) -> Make:
    """The department that goes with the job title."""
    field = scope.options.get("title")
    column = scope.engine.column(scope.object.name, field) if field else None
    pool = texts.fit(scope.pools.text("departments"), scope.column.length)
    if column is None or column.provider != "person.job_title":
        return words(scope, pool, scope.pools.numbers("job_weights"))

    def make(rows: Rows) -> Coded:
        titles = rows.cells(str(field))
        return Coded(pool, titles.codes % len(pool) if isinstance(titles, Coded) else np.zeros(len(rows), dtype=np.int32))

    return make


def _propose_birth(request: FieldRequest) -> Options | str:
    people = _SAME.get(request.context.object.name)
    return "its people have no rank" if people is None or request.rules.unique else {"people": people}


def _birth(scope: Scope) -> Make:
    """A day of birth of somebody old enough for the rank."""
    people, key = str(scope.options["people"]), scope.key("day")
    layout, count = ranked_along(scope.engine, people), scope.engine.count(people)
    today = day_number(scope.engine.plan.as_of)
    youngest, oldest = (np.array(ages) * _YEAR for ages in zip(*_AGES, strict=True))
    spread = oldest - youngest

    def ranks(rows: Rows) -> np.ndarray:
        if layout is None:
            return np.full(len(rows), RANKS - 1)
        if rows.plan.name == people:
            return of_rows(rows, layout).ranks
        known = standing(rows.engine, people, layout, np.minimum(rows.records, count - 1)).ranks
        return np.where(rows.records < count, known, RANKS - 1)

    def make(rows: Rows) -> Numbers:
        mine = ranks(rows)
        return Numbers(today - youngest[mine] - draws.below(rows.draw(key), spread[mine]))

    return make


PROVIDERS = (
    Provider("person.job_title", "a job title", TEXT, nothing_to_say, _job_title, meanings=frozenset({"person.job_title"})),
    Provider(
        "person.department",
        "the department that goes with the job title",
        TEXT,
        _of_title,
        _department,
        meanings=frozenset({"person.department"}),
        options={"title": "the field with the job title"},
    ),
    Provider(
        "person.birth",
        "a day of birth of somebody old enough for the rank",
        frozenset({"date"}),
        _propose_birth,
        _birth,
        meanings=frozenset({BIRTHDATE}),
        options={"people": "the object with the ranks"},
    ),
)
