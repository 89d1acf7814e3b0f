"""`python -m sfseed_core.cli`: the command line without the installed script."""

from sfseed_core.cli import main

main()
