"""Running text: descriptions, comments, rich text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.provider import TEXT, Make, Options, Provider, Scope, words

if TYPE_CHECKING:
    from sfseed_core.recipe.chooser import FieldRequest

_PARAGRAPHS = 4096
_SENTENCES = {"description": (1, 4), "comment": (1, 2)}


def propose(request: FieldRequest) -> Options:
    """Propose how many sentences, and whether as HTML."""
    meaning = request.meaning.name if request.meaning else "description"
    low, high = _SENTENCES.get(meaning, _SENTENCES["description"])
    options: dict[str, Any] = {"sentences": [low, high]}
    if request.rules.max_bytes:
        options["bytes"] = request.rules.max_bytes
    return {**options, "html": True} if request.rules.format == "html" or request.field.html else options


def prepare(scope: Scope) -> Make:
    """Prepare some thousand paragraphs to draw from."""
    low, high = (int(number) for number in scope.options.get("sentences", (1, 3)))
    sentences = texts.listed(scope.pools.text("sentences"))
    length = min(scope.column.length or 32_000, int(scope.options.get("bytes", 32_000)))
    picks = draws.mix(scope.key("paragraphs"), draws.spread(np.arange(_PARAGRAPHS * high)))
    chosen = draws.below(picks, len(sentences)).reshape(_PARAGRAPHS, high)
    counts = low + draws.below_again(picks[:_PARAGRAPHS], high - low + 1)
    form = "<p>{}</p>" if scope.options.get("html") else "{}"
    room = length - len(form) + 2
    found = [
        _paragraph([sentences[place] for place in dict.fromkeys(row[:count])], room)
        for row, count in zip(chosen, counts, strict=True)
    ]
    return words(scope, texts.strings([form.format(text) for text in found]))


def _paragraph(sentences: list[str], room: int) -> str:
    """Return as many of the sentences as there is room for; of the first alone as many words."""
    text = (
        sentences[0] if len(sentences[0]) <= room else (sentences[0][: room + 1].rpartition(" ")[0] or sentences[0][:room])
    )
    for sentence in sentences[1:]:
        if len(text) + 1 + len(sentence) > room:
            break
        text = f"{text} {sentence}"
    return text[: max(room, 1)].strip() or "x"


PROVIDERS = (
    Provider(
        "text",
        "a few sentences",
        TEXT,
        propose,
        prepare,
        meanings=frozenset({"description", "comment"}),
        options={"sentences": "least and most", "html": "as rich text", "bytes": "most bytes"},
    ),
)
