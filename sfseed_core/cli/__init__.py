"""The command line: one thin module per command over `workflow`."""

from __future__ import annotations

import gc
import os
import sys

_COLLECT_AFTER = 200_000  # objects: loading modules makes half of that, none of them garbage


def main() -> None:
    """Run the command line; errors become one message on stderr and an exit code (see `sfseed --help`)."""
    gc.set_threshold(_COLLECT_AFTER)
    # numpy's OpenBLAS starts its threads when it is imported (20 ms), to multiply matrices: nothing here does
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from sfseed_core.cli.root import run

    code = run(sys.argv[1:])
    # what is still there goes with the process: at exit Python would look through all of it for cycles, several times (80 ms)
    gc.freeze()
    sys.exit(code)
