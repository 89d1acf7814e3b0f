"""The command line: one thin module per command over `workflow`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; errors become one message on stderr and an exit code (see `sfseed --help`)."""
    from sfseed_core.cli.root import run

    sys.exit(run(sys.argv[1:]))
