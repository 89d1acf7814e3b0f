"""Running text: descriptions, comments, rich text."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded
from sfseed_core.generate.provider import TEXT, Make, Options, Provider, Scope, words
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_PARAGRAPHS = 2048
_LONGEST = 1000  # no paragraph is longer, so that longer fields share theirs
# what an object is about, by words of its name
_KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "case": frozenset({"case", "incident", "ticket", "problem", "complaint", "defect", "appointment"}),
        "product": frozenset({"product", "product2", "asset", "equipment", "article"}),
        "campaign": frozenset({"campaign"}),
        "log": frozenset({"timesheet"}),
        "project": frozenset({"project", "phase", "milestone"}),
        "activity": frozenset({"task", "event", "visit", "meeting", "call", "note"}),
        "file": frozenset({"attachment", "file", "content"}),
        "skill": frozenset({"skill", "certification", "qualification", "competence"}),
        "site": frozenset({"site", "location", "territory", "facility", "building", "warehouse", "hours"}),
        "person": frozenset({"contact", "lead", "person", "employee"}),
        "terms": frozenset({"pricebook"}),
    }
)
_WORK_ORDER, _WORK_TYPE = frozenset({"work", "order"}), frozenset({"work", "type"})
_TIME_ENTRY = frozenset({"time", "entry"})
# which sentences to take where a locale has none of a kind; else those about nothing in particular
_INSTEAD: Mapping[str, str] = MappingProxyType({"log": "project"})
_SENTENCES = {"description": (1, 4), "comment": (1, 2)}


def propose(request: FieldRequest) -> Options:
    """Propose how many sentences, and whether as HTML."""
    meaning = request.meaning.name if request.meaning else "description"
    low, high = _SENTENCES.get(meaning, _SENTENCES["description"])
    options: dict[str, Any] = {"sentences": [low, high], **_about(request)}
    if request.rules.max_bytes:
        options["bytes"] = request.rules.max_bytes
    return {**options, "html": True} if request.rules.format == "html" or request.field.html else options


def _about(request: FieldRequest) -> dict[str, str]:
    """Return which sentences suit the field's object, where we have some for its kind."""
    words = {*words_of(request.context.object.name)}
    if words >= _WORK_TYPE:
        return {"about": "work"}
    if "terms" in words_of(request.field.name):
        return {"about": "terms"}
    if words >= _TIME_ENTRY:
        return {"about": "log"}
    about = next((about for about, kinds in _KINDS.items() if words & kinds), None)
    if about is None and words >= _WORK_ORDER:
        about = "case"
    if about is None and "item" in words:
        about = "product"
    if about == "case" and "comment" in words:
        about = "reply"
    return {"about": about} if about else {}


def prepare(scope: Scope) -> Make:
    """Prepare some thousand paragraphs to draw from; columns of one size share them."""
    low, high = (int(number) for number in scope.options.get("sentences", (1, 3)))
    html = bool(scope.options.get("html"))
    length = min(scope.column.length or _LONGEST, int(scope.options.get("bytes", _LONGEST)), _LONGEST)
    name = _list_of(scope, scope.options.get("about"))
    kind = (name, low, high, html, length)
    pool = scope.once("paragraphs", *kind, make=lambda: _paragraphs(scope, name, (low, high), html, length))
    return words(scope, pool)


def _list_of(scope: Scope, about: object) -> str:
    """Return the name of the list of sentences of a kind, or of those that stand for it in a locale without any."""
    names = (f"sentences_{kind}" for kind in (about, _INSTEAD.get(str(about))) if kind)
    return next((name for name in names if scope.pools.has(name)), "sentences")


def _paragraphs(scope: Scope, name: str, counts: tuple[int, int], html: bool, length: int) -> pa.StringArray:
    low, high = counts
    sentences = texts.listed(scope.pools.text(name))
    form = "<p>{}</p>" if html else "{}"
    room = length - len(form) + 2
    picks = draws.mix(scope.engine.key("paragraphs"), draws.spread(np.arange(_PARAGRAPHS * high)))
    chosen = draws.below(picks, len(sentences)).reshape(_PARAGRAPHS, high)
    sizes = low + draws.below_again(picks[:_PARAGRAPHS], high - low + 1)
    rows = ([sentences[place] for place in dict.fromkeys(row[:size])] for row, size in zip(chosen, sizes, strict=True))
    gap = scope.pools.settings.get("sentence_gap", " ")
    return texts.strings([form.format(_paragraph(row, room, gap)) for row in rows])


def _paragraph(sentences: list[str], room: int, gap: str) -> str:
    """Return as many of the sentences as there is room for; of the first alone as many words."""
    text = (
        sentences[0] if len(sentences[0]) <= room else (sentences[0][: room + 1].rpartition(" ")[0] or sentences[0][:room])
    )
    for sentence in sentences[1:]:
        if len(text) + len(gap) + len(sentence) > room:
            break
        text = f"{text}{gap}{sentence}"
    return text[: max(room, 1)].strip() or "x"


def _solution_field(request: FieldRequest) -> Options:
    """Propose the field that names the solution, and whether the note is HTML."""
    name = request.context.find("subject.solution")
    html = request.rules.format == "html" or request.field.html
    return {**({"name": name} if name else {}), **({"html": True} if html else {})}


def _solution_note(scope: Scope) -> Make:
    """The steps that belong to the solution's name."""
    name, notes = scope.options.get("name"), scope.pools.text("solution_notes")
    form = ("<p>", "</p>") if scope.options.get("html") else ("", "")
    room = scope.column.length - sum(map(len, form)) if scope.column.length else 0
    pool = texts.join(form[0], texts.fit(notes, max(room, 1) if scope.column.length else 0), form[1])
    column = scope.engine.column(scope.object.name, str(name)) if name else None
    if column is None or column.options.get("pool") != "solutions":
        return words(scope, pool)

    def make(rows: Rows) -> Coded:
        names = rows.cells(str(name))
        codes = names.codes if isinstance(names, Coded) else np.zeros(len(rows), dtype=np.int32)
        return Coded(pool, codes % len(pool))

    return make


PROVIDERS = (
    Provider(
        "text",
        "a few sentences",
        TEXT,
        propose,
        prepare,
        meanings=frozenset({"description", "comment"}),
        options={
            "sentences": "least and most",
            "html": "as rich text",
            "bytes": "most bytes",
            "about": "case, product ...",
        },
    ),
    Provider(
        "solution.note",
        "the steps of the solution",
        TEXT,
        _solution_field,
        _solution_note,
        meanings=frozenset({"solution.note"}),
        options={"name": "the field with the solution's name", "html": "as rich text"},
    ),
)
