"""Work done ahead on other threads, handed over in order: a bounded queue keeps memory flat."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")


def ahead(tasks: Iterable[Callable[[], T]], threads: int) -> Iterator[T]:
    """Yield what the tasks return, in their order; at most one more than `threads` are begun and not yet handed over."""
    if threads <= 1:
        for task in tasks:
            yield task()
        return
    from concurrent.futures import ThreadPoolExecutor

    waiting: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="generate")
    try:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
