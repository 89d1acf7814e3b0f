"""Steps of a whole: their days lie one after another within its days, and their status says how far they have come.

Chosen by `generate.steps` where an object's records hang on a parent that has a first and a last day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Numbers
from sfseed_core.generate.provider import Make, Provider, Scope
from sfseed_core.generate.providers.days import day_number, days_in, on_working_days
from sfseed_core.generate.providers.holidays import holidays_of
from sfseed_core.generate.providers.mixed import instead
from sfseed_core.generate.providers.spans import chosen_elsewhere
from sfseed_core.generate.references import siblings
from sfseed_core.recipe.model import SHARE

if TYPE_CHECKING:
    from sfseed_core.generate.rows import Rows

_WITHOUT_END = 60  # days
_OTHERWISE_OVER = SHARE // 8  # of those that are over: the share that was not done
_BEGUN = SHARE // 2  # of those that are due within a whole that is under way


def _part(scope: Scope) -> Make:
    """Prepare the first day, the last or any day of the record's part of its parent's span, divided among the children."""
    options, key, holidays = scope.options, scope.key("day"), holidays_of(scope)
    via, of, part = str(options["via"]), str(options["of"]), str(options["part"])
    layout = scope.engine.layout(scope.object.name, via)

    def make(rows: Rows) -> Cells:
        parents = rows.parents(via, of)
        if layout is None or parents is None:
            return Numbers(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool))
        first, last = (parents.cells(str(options[name])) for name in ("first", "last"))
        assert isinstance(first, Numbers)
        assert isinstance(last, Numbers)
        begins = first.values
        ends = last.values if last.valid is None else np.where(last.valid, last.values, begins + _WITHOUT_END)
        above, place = siblings(layout, rows.records)
        _, count = layout.children_of(above)
        days = np.maximum(ends - begins, 0) + 1
        starts = on_working_days(begins + days * place // count, holidays, since=begins)
        stops = on_working_days(begins + days * (place + 1) // count - 1, holidays, since=starts)
        found = {"first": starts, "last": np.maximum(stops, starts)}.get(part)
        if found is None:
            room = np.maximum(stops - starts, 0) + 1
            found = on_working_days(starts + draws.below(rows.draw(key), room), holidays, since=starts)
        return Numbers(found, first.valid)

    return instead(scope, make)


def _status(scope: Scope) -> Make:
    """Prepare the status of a part by its days: over, under way or yet to begin on the as-of date."""
    options, key = scope.options, scope.key("status")
    today = day_number(scope.engine.plan.as_of)
    ahead, running, over = (list[str](options[name]) for name in ("ahead", "running", "over"))
    values = [*ahead, *running, *over]
    pool, done = texts.strings(values), values.index(str(options["done"]))
    others = [place for place, value in enumerate(values) if value in over and place != done] or [done]
    under_way = values.index(running[0]) if running else 0

    def _has_begun(rows: Rows) -> np.ndarray:
        """Say whether what the record is a step of has begun."""
        whole = options["begun"]
        parents = rows.parents(str(whole["via"]), str(whole["of"]))
        days = None if parents is None else parents.cells(str(whole["field"]))
        assert days is None or isinstance(days, Numbers)
        return np.ones(len(rows), dtype=bool) if days is None else days.values <= today

    def make(rows: Rows) -> Coded:
        last = days_in(rows, str(options["last"]))
        first = days_in(rows, str(options["first"])) if "first" in options else None
        drawn = rows.draw(key)
        ended = np.where(draws.happens(drawn, _OTHERWISE_OVER), np.array(others)[draws.below(drawn, len(others))], done)
        begun = draws.happens(drawn, _BEGUN) & _has_begun(rows) if first is None else first.values <= today
        is_over = last.values < today if last.valid is None else last.valid & (last.values < today)
        return Coded(pool, np.where(is_over, ended, np.where(begun, under_way, 0)).astype(np.int32))

    return make


PROVIDERS = (
    Provider(
        "date.part",
        "a day in its part of what it is a step of",
        frozenset({"date"}),
        chosen_elsewhere,
        _part,
        options={
            "via": "the reference to the whole",
            "of": "the object that this is",
            "first": "its field with the first day",
            "last": "its field with the last day",
            "part": "first, last or any: which day of the part",
            "otherwise": "how records get theirs that are no part of anything",
        },
    ),
    Provider(
        "status.by_days",
        "a status that suits the record's days",
        frozenset({"picklist"}),
        chosen_elsewhere,
        _status,
        options={
            "first": "the field with the first day",
            "last": "the field with the last day",
            "begun": "without a first day: the field, via and of, with that of the whole",
            "ahead": "values for what is yet to begin",
            "running": "values for what is under way",
            "over": "values for what is over",
            "done": "the one of them that says that it was done",
        },
    ),
)
