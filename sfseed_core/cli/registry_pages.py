"""What the registries hold, as a page of the documentation (docs/reference.md; a test compares)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

HEAD = """# Reference

What sfseed's registries hold. This page is written by `python -m sfseed_core.cli.reference`. The commands have
[a page of their own](cli.md), recipes [another](recipes.md), what the emulator serves [a third](emulator-coverage.md).
"""


def registry_page() -> str:
    """Return the whole page."""
    return HEAD + "".join(f"\n## {title}\n\n{body()}\n" for title, body in _PARTS.items())


def _providers() -> str:
    from sfseed_core.generate.registry import standard

    rows = (
        (f"`{one.name}`", one.about, ", ".join(sorted(one.meanings)) or "-", _options(one.options or {}))
        for one in standard().by_name.values()
    )
    about = "A field gets the first generator that serves its meaning and type; `provider:` in a recipe names another.\n"
    return about + "\n" + _table(("generator", "makes", "of itself for fields that mean", "options"), rows)


def _options(options: Mapping[str, str]) -> str:
    return "; ".join(f"`{name}`: {about}" for name, about in options.items()) or "-"


def _presets() -> str:
    from sfseed_core.recipe.presets import PRESETS, preset_recipe

    found = {name: preset_recipe(name) for name in PRESETS}
    rows = ((f"`{name}`", one.title or "", one.about or "") for name, one in found.items())
    return _table(("preset", "title", "holds"), rows)


def _formats() -> str:
    from sfseed_core.dataset.export.folder import EXPORTERS

    rows = ((f"`{name}`", (one.__doc__ or "").strip().splitlines()[0]) for name, one in EXPORTERS.items())
    return _table(("`--format`", "what is written"), rows)


def _functions() -> str:
    from sfseed_core.formula.functions import FUNCTIONS
    from sfseed_core.formula.functions.org import FUNCTIONS as OF_THE_ORG

    evaluated = sorted({*FUNCTIONS, "ISCHANGED", "PRIORVALUE", "VLOOKUP"} - {*OF_THE_ORG})
    about = (
        f"{len(evaluated)} functions of Salesforce's formula language are evaluated; a rule that uses another one is parsed and"
        " reported as not evaluable.\n\n"
    )
    return about + ", ".join(f"`{name}`" for name in evaluated)


def _codes() -> str:
    from sfseed_core.load.advice import ADVICE

    return _table(("the org's code", "what to do"), ((f"`{code}`", text) for code, text in ADVICE.items()))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(header) + " |"
        yield "|" + "---|" * len(header)
        for row in rows:
            yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"

    return "\n".join(lines())


_PARTS: Mapping[str, Callable[[], str]] = {
    "Generators": _providers,
    "Presets": _presets,
    "Formats": _formats,
    "Formula functions": _functions,
    "Status codes": _codes,
}
