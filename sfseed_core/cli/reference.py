"""The pages of the documentation that are written from the code itself (a test compares)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfseed_core.cli.registry_pages import registry_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEAD = """# The command line

Results go to stdout, everything else to stderr. Exit codes: 0 ok; 1 the org would refuse some records (nothing written); 2 wrong
usage; 3 the org refused or is unreachable; 4 interrupted or out of time (go on with `sfseed runs resume latest`); 5 loaded, but
records failed. With `--json` the last line of stdout is one JSON object.

This page is written by `python -m sfseed_core.cli.reference`.
"""


def reference() -> str:
    """Return the page of the command line."""
    import typer

    from sfseed_core.cli.root import application

    root = typer.main.get_command(application())
    return HEAD + "".join(_pages(root, "sfseed"))


def _pages(command: Any, path: str) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children is None:
        yield _page(command, path)
        return
    for name, child in children.items():
        yield from _pages(child, f"{path} {name}")


def _page(command: Any, path: str) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join(
        [path, *(one.metavar or one.name.upper() for one in arguments), "[OPTIONS]" if options else ""]
    ).strip()
    lines = [f"\n## {path}\n", f"`{usage}`\n", f"{(command.help or '').strip()}\n"]
    if options:
        lines += ["| option | meaning |", "|---|---|", *(_row(one) for one in options), ""]
    return "\n".join(lines)


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    meaning = (option.help or "").replace("|", "\\|")
    default = option.default
    shown = f" Default: {default}." if isinstance(default, str | int | float) and default and default is not True else ""
    return f"| {names}{' ' + option.metavar if option.metavar else ''} | {meaning}{shown} |".replace("N|P%", "N\\|P%")


PAGES: Mapping[Path, Callable[[], str]] = {DOCS / "cli.md": reference, DOCS / "reference.md": registry_page}


def write() -> None:
    """Write the pages."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
