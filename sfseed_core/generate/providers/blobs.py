"""Content of files, as base64."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.provider import Make, Provider, Scope, nothing_to_say, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = 256
_SENTENCES = 6


def prepare(scope: Scope) -> Make:
    """Prepare some small text files, minutes of talks, to draw from."""
    return words(scope, texts.strings(list(_files(scope))))


def _files(scope: Scope) -> Iterator[str]:
    sentences = texts.listed(scope.pools.text("sentences_activity"))
    picks = draws.mix(scope.key("files"), draws.spread(np.arange(_FILES * _SENTENCES)))
    for chosen in draws.below(picks, len(sentences)).reshape(_FILES, _SENTENCES):
        text = "\n".join(sentences[place] for place in dict.fromkeys(chosen)) + "\n"
        yield base64.b64encode(text.encode()).decode()


PROVIDERS = (
    Provider(
        "file.content",
        "a small text file",
        frozenset({"base64"}),
        nothing_to_say,
        prepare,
        meanings=frozenset({"file.content"}),
    ),
)
