"""When a read is tried again, and how long to wait between looks at something that takes its time.

Only reads are ever repeated: what a lost answer to a write means is for the loader's journal to find out.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import repeat
from typing import TYPE_CHECKING

from sfseed_core.errors import NobodyThere, SessionExpired, Transient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


_NOBODY = 0.7  # seconds
_ATTEMPTS = 6
_attempts: ContextVar[int] = ContextVar("attempts", default=_ATTEMPTS)


def reads(*, first: bool = False) -> Iterator[AbstractContextManager[None]]:
    """Give the attempts at one read, each a context manager to do it in.

    Six attempts over at most three minutes, with growing jittered waits; `stamina.set_testing` makes them instant. The `first`
    read of a command gives up within seconds where there is nobody at all: an address is wrong more often than a network.
    """
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())  # its default hook prints to stdout, which belongs to results
    return iter(
        stamina.retry_context(
            on=_while_somebody_is_there() if first else worth_another,
            attempts=_attempts.get(),
            timeout=180.0,
            wait_initial=0.2,
            wait_max=30.0,
            wait_jitter=0.3,
            wait_exp_base=3,
        )
    )


@contextmanager
def quickly() -> Iterator[None]:
    """Let reads inside be tried twice only: whoever calls goes on trying, and wants to hear soon that the org is away."""
    token = _attempts.set(2)
    try:
        yield
    finally:
        _attempts.reset(token)


def worth_another(error: Exception) -> bool:
    """Say whether a read that failed so may succeed when tried again.

    An expired session is not: it has been renewed once already by then.
    """
    return isinstance(error, Transient) and not isinstance(error, SessionExpired)


def _while_somebody_is_there() -> Callable[[Exception], bool]:
    ends = time.monotonic() + _NOBODY
    return lambda error: worth_another(error) and not (isinstance(error, NobodyThere) and time.monotonic() > ends)


def waits(first: float = 0.1, factor: float = 2.0, cap: float = 10.0) -> Iterator[float]:
    """Yield growing waits in seconds, without end."""
    wait = first
    while wait < cap:
        yield wait
        wait *= factor
    yield from repeat(cap)
