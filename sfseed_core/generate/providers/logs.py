"""What programs write: stack traces and the data that they send each other. They are the same in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.provider import TEXT, Make, Provider, Scope, nothing_to_say, words

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = 512
_MOST_LINES = 400


def _trace(scope: Scope, number: int) -> str:
    """Return a stack trace of a few frames."""
    subjects, roles, actions = (texts.listed(scope.pools.text(f"code_{part}")) for part in ("subjects", "roles", "actions"))
    frames = []
    for one in draws.mix(scope.key("frames"), draws.spread(np.arange(number * 4, number * 4 + 2 + number % 3))):
        picked = np.array([one])
        name = subjects[draws.below(picked, len(subjects))[0]] + roles[draws.below_again(picked, len(roles))[0]]
        again = draws.mix(1, picked)
        line = 1 + draws.below(again, _MOST_LINES)[0]
        frames.append(f"Class.{name}.{actions[draws.below_again(again, len(actions))[0]]}: line {line}, column 1")
    return "\n".join(frames)


def _data(scope: Scope, number: int) -> str:
    """Return a small JSON object."""
    subjects = texts.listed(scope.pools.text("code_subjects"))
    drawn = draws.mix(scope.key("data"), draws.spread(np.array([number])))
    subject, count = subjects[draws.below(drawn, len(subjects))[0]], draws.below_again(drawn, 40)[0]
    state = ("queued", "done", "failed")[number % 3]
    return f'{{"object": "{subject}", "id": {10_000 + number}, "state": "{state}", "lines": {count}}}'


def _some(write: Callable[[Scope, int], str]) -> Callable[[Scope], Make]:
    def prepare(scope: Scope) -> Make:
        return words(scope, texts.strings([write(scope, number) for number in range(_TEXTS)]))

    return prepare


PROVIDERS = (
    Provider("log.trace", "a stack trace", TEXT, nothing_to_say, _some(_trace), meanings=frozenset({"log.trace"})),
    Provider("log.data", "JSON of a program", TEXT, nothing_to_say, _some(_data), meanings=frozenset({"log.data"})),
)
