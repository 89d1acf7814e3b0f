"""What records are called: deals, campaigns, documents, files, and short texts out of a vocabulary."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Joined, Numbers, Texts, joined
from sfseed_core.generate.owners import COMPANY, company_field
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.provider import (
    ALL_TEXT,
    TEXT,
    Make,
    Options,
    Provider,
    Scope,
    nothing_to_say,
    places_that_fit,
    words,
)
from sfseed_core.generate.references import siblings
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

POOLS: Mapping[str, str] = MappingProxyType(
    {
        "subject.case": "case_subjects",
        "subject.solution": "solutions",
        "subject.activity": "activities",
        "subject": "subjects",
        "next_step": "next_steps",
        "reason": "reasons",
        "keyword": "keywords",
        "location.name": "locations",
        "color": "colors",
        "language": "languages",
        "bank.name": "banks",
        "product.unit": "product_units",
        "time_zone": "time_zones",
        "currency": "currencies",
        "call.result": "dispositions",
        "mime_type": "mime_types",
        "log.error": "errors",
        "log.browser": "user_agents",
        "log.screen": "screens",
    }
)
_IN_TURN = frozenset({"solutions", "works"})
_STRIDE = 3  # from one deal of an account to the next in the list of deals
_QUARTERLY = 20_000  # out of 65,536 campaigns: named after a quarter
_NAMED = frozenset(
    {COMPANY, "name.opportunity", "name.document", "name.project", "name.event", "name.record", "product.name"}
)


def _propose_word(request: FieldRequest) -> Options:
    meaning = request.meaning.name if request.meaning else "keyword"
    return {"pool": POOLS.get(meaning, "keywords")}


def _word(scope: Scope) -> Make:
    """A word drawn at random; of those that stand as names each once before one comes again."""
    name = str(scope.options["pool"])
    pool = scope.pools.text(name)
    if name not in _IN_TURN:
        return words(scope, pool)
    places, fitting = places_that_fit(pool, scope.column.length), texts.fit(pool, scope.column.length)
    order = Permutation(len(places), scope.key())
    return lambda rows: Coded(fitting, places[order.at(rows.records % len(places))])


def _label_of_status(scope: Scope) -> Make:
    """`Registered`, and once all are used up `Registered 2`."""
    pool, key = scope.pools.text("member_statuses"), scope.key()
    order = Permutation(len(pool), key)
    rounds = -(-scope.object.count // len(pool))
    numbers = texts.strings(["", *(f" {number}" for number in range(2, rounds + 1))])

    def make(rows: Rows) -> Cells:
        round_, place = np.divmod(rows.records, len(pool))
        return joined(Coded(pool, order.at(place)), Coded(numbers, round_)).fitted(scope.column.length)

    return make


def parent_name(request: FieldRequest) -> dict[str, Any]:
    """Return the name of a record that this one belongs to: its company's, else that of the first parent that has one."""
    found: dict[str, Any] = dict(company_field(request))
    if "via" in found:
        return found
    for reference in request.context.references.values():
        parent = request.context.earlier.get(reference.targets[0].object or "")
        named = next((one.field for one in parent.columns if one.provider in _NAMED), None) if parent else None
        if parent and named and not reference.deferred and parent.name != request.context.object.name:
            return {"company": named, "via": reference.field, "of": parent.name}
    return {}


def _owners(rows: Rows, options: Options, otherwise: pa.StringArray, key: int, length: int) -> Coded | Joined | Texts:
    """Return the name of the record that each belongs to (cut to the length, if any is given), or a drawn word."""
    field, via = options.get("company"), options.get("via")
    drawn = draws.below(rows.draw(key), len(otherwise))
    link = rows.parents(str(via), options.get("of")) if via else None
    if link is None or not field:
        return Coded(otherwise, drawn).fitted(length)
    names = link.cells(str(field))
    assert not isinstance(names, Numbers)
    if names.valid is None:
        return names.fitted(length)
    own = pa.concat_arrays([names.text(), otherwise])
    return Texts(texts.fit(Coded(own, np.where(names.valid, np.arange(len(rows)), len(rows) + drawn)).text(), length))


def _deal(scope: Scope) -> Make:
    """`Aster Steel Inc - Renewal`."""
    key, stems, deals = scope.key(), scope.pools.text("company_stems"), texts.join(" - ", scope.pools.text("deals"))
    length, longest = scope.column.length, texts.longest(deals)

    room = max(length - longest, 1) if length else 0
    via = str(scope.options.get("via", ""))

    def make(rows: Rows) -> Cells:
        return joined(
            _owners(rows, scope.options, stems, key, room), Coded(deals, turns(rows, via, len(deals), key))
        ).fitted(length)

    return make


def turns(rows: Rows, via: str, count: int, key: int) -> np.ndarray:
    """Return numbers below the count: drawn, but no two alike among the children of one parent, as far as they go."""
    layout = rows.engine.layout(rows.plan.name, via) if via else None
    if layout is None:
        return draws.below_again(rows.draw(key), count)
    parents, place = siblings(layout, rows.records)
    start = draws.below(draws.mix(key, draws.spread(parents)), count)
    return (start + place * _STRIDE) % count


def _document(scope: Scope) -> Make:
    """`Service Agreement - Aster Steel Inc`; of orders and quotes their own words."""
    key, stems, pools = scope.key(), scope.pools.text("company_stems"), scope.pools
    kind = next(
        (f"documents_{word}" for word in words_of(scope.object.name) if pools.has(f"documents_{word}")), "documents"
    )
    documents = texts.join(pools.text(kind), " - ")

    def make(rows: Rows) -> Cells:
        drawn = draws.below_again(rows.draw(key), len(documents))
        owners = _owners(rows, scope.options, stems, key, 0)
        return joined(Coded(documents, drawn), owners).fitted(scope.column.length)

    return make


def _first_day(request: FieldRequest) -> Options:
    """Propose to name a campaign after the season in which it begins."""
    fields = request.context.object.fields
    for name, meaning in request.context.meanings.items():
        if meaning is not None and meaning.name == "date.start" and fields[name].type == "date":
            return {"start": name}
    return {}


def _campaign(scope: Scope) -> Make:
    """`Spring 2027 Product Launch`: in the season or quarter in which it begins, where that is known."""
    today, pools, key, length = scope.engine.plan.as_of.year, scope.pools, scope.key(), scope.column.length
    seasons, kinds = texts.listed(pools.text("seasons")), pools.text("campaigns")
    years = range(today - 2, today + 3)
    before, after = _around(pools.settings.get("campaign", "{season} {year} {campaign}"), "{campaign}")
    when = [
        pattern.format(season=season, year=year) for pattern in (before + after,) for year in years for season in seasons
    ]
    first, start = texts.strings(when), scope.options.get("start")
    order, shift = Permutation(len(kinds), key), 0 if pools.settings.get("south") else 1

    def make(rows: Rows) -> Cells:
        drawn = rows.draw(key)
        begins = rows.cells(str(start)) if start else None
        months = _months(begins.values) if isinstance(begins, Numbers) else today * 12 + draws.below(drawn, 24) - 12
        year, month = np.divmod(months, 12)
        season = ((month + 1) // 3 - shift) % 4
        code = np.where(draws.happens(drawn, _QUARTERLY), 4 + month // 3, season)
        places = np.clip(year - years[0], 0, len(years) - 1) * len(seasons) + code
        kind = Coded(kinds, order.at(rows.records % order.size))
        season_text = Coded(first, places)
        return joined(*((season_text, kind) if before else (kind, season_text))).fitted(length)

    return make


def _months(days: np.ndarray) -> np.ndarray:
    """Return the months since the year 0 of days since 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def _around(pattern: str, word: str) -> tuple[str, str]:
    before, _, after = pattern.partition(word)
    return before, after


def _project(scope: Scope) -> Make:
    """`Amber Rollout`, or in the order of the locale `Despliegue Ámbar`."""
    word, kind = scope.pools.text("project_words"), scope.pools.text("project_kinds")
    kind_first = "product" in scope.pools.settings
    return _two(scope, texts.join(kind, " "), word) if kind_first else _two(scope, texts.join(word, " "), kind)


def _household(scope: Scope) -> Make:
    before, after = _around(scope.pools.settings.get("household", "{name} Household"), "{name}")
    names = texts.join(before, scope.pools.text("last_names"), after)
    return words(scope, texts.fit(names, scope.column.length), scope.pools.numbers("last_weights"))


def _two(scope: Scope, first: pa.StringArray, second: pa.StringArray) -> Callable[[Rows], Joined | Texts]:
    """Prepare pairs of words that repeat only once all pairs are used."""
    pairs = Permutation(len(first) * len(second), scope.key())
    length = scope.column.length

    def make(rows: Rows) -> Joined | Texts:
        one, two = np.divmod(pairs.at(rows.records % pairs.size), len(second))
        return joined(Coded(first, one), Coded(second, two)).fitted(length)

    return make


def _title_field(request: FieldRequest) -> Options:
    title = request.context.find("file.title")
    return {"title": title} if title else {}


def _file_name(scope: Scope) -> Make:
    """The file's title with an ending."""
    title, length = scope.options.get("title"), scope.column.length
    own = replace(scope.column, provider="file.title", length=0, options=MappingProxyType({"pattern": "file"}))
    make_title = scope.engine.maker(scope.object, own)

    def make(rows: Rows) -> Joined:
        cells = rows.cells(str(title)) if title else make_title(rows)
        assert not isinstance(cells, Numbers)
        return joined(cells.fitted(max(length - 4, 1) if length else 0), ".txt")

    return make


_OWNER = {"company": "the field with the name", "via": "a reference", "of": "the object that has it"}


def _named(
    name: str, about: str, prepare: Any, propose: Any = nothing_to_say, options: Mapping[str, str] | None = None
) -> Provider:
    return Provider(name, about, TEXT, propose, prepare, meanings=frozenset({name}), options=options)


PROVIDERS = (
    Provider(
        "word",
        "a text out of a vocabulary",
        ALL_TEXT - {"email", "url"},
        _propose_word,
        _word,
        meanings=frozenset(POOLS),
        options={"pool": "the vocabulary's name"},
    ),
    _named("name.opportunity", "a deal, after its account", _deal, parent_name, _OWNER),
    _named("name.document", "a document, after the record it belongs to", _document, parent_name, _OWNER),
    _named(
        "name.campaign",
        "a campaign, after the season in which it begins",
        _campaign,
        _first_day,
        {"start": "the field with its first day"},
    ),
    _named("name.project", "a project", _project),
    _named("name.account", "a household", _household),
    Provider(
        "campaign.member_status",
        "how far somebody got in a campaign",
        TEXT,
        nothing_to_say,
        _label_of_status,
        meanings=frozenset({"campaign.member_status"}),
        distinct=True,
    ),
    _named("file.name", "a file's name", _file_name, _title_field, {"title": "the field with the file's title"}),
)
