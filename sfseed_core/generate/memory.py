"""What a stream of short-lived columns asks of the allocator."""

from __future__ import annotations

import numpy as np

_HELD = 31 << 20  # just below the largest block by which glibc learns


def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next column instead of giving it back to the system each time.

    glibc maps blocks of 128 kB and more anew each time and unmaps them when they are freed, until it has seen a larger one
    freed; then blocks up to that size come from its heap, of which it gives back only what exceeds twice the size. Without
    this, columns of a quarter megabyte cost twice their work in page faults. Elsewhere it does nothing; no page is touched.
    """
    np.empty(_HELD, dtype=np.uint8)
