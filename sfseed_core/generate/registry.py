"""The registry: every provider by name and by meaning."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.generate.provider import Provider
from sfseed_core.generate.providers import (
    asked,
    audit,
    blobs,
    campaign_types,
    choices,
    codes,
    companies,
    copies,
    days,
    deal_types,
    edges,
    fitting,
    flags,
    industries,
    jobs,
    links,
    logs,
    mixed,
    numbers,
    parts,
    people,
    phone_forms,
    places,
    prices,
    products,
    reckoned,
    sentences,
    spans,
    things,
    tickers,
    titles,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "sfseed.providers"
_FAMILIES = (
    people,
    jobs,
    industries,
    companies,
    tickers,
    links,
    phone_forms,
    places,
    titles,
    campaign_types,
    deal_types,
    sentences,
    prices,
    products,
    things,
    logs,
    numbers,
    reckoned,
    days,
    parts,
    spans,
    audit,
    flags,
    choices,
    fitting,
    copies,
    codes,
    blobs,
    asked,
    edges,
    mixed,
)


@dataclass(frozen=True, slots=True)
class Registry:
    """Providers by name, and by the meanings they serve, in the order in which they are to be asked."""

    by_name: Mapping[str, Provider]
    by_meaning: Mapping[str, tuple[Provider, ...]]

    @classmethod
    def of(cls, providers: Iterable[Provider]) -> Registry:
        """Return the registry of the providers; of two with one name the later counts."""
        by_name = {one.name: one for one in providers}
        meanings: dict[str, tuple[Provider, ...]] = {}
        for one in by_name.values():
            for meaning in sorted(one.meanings):
                meanings[meaning] = (*meanings.get(meaning, ()), one)
        return cls(MappingProxyType(by_name), MappingProxyType(meanings))

    def get(self, name: str) -> Provider | None:
        """Return the provider of that name, if there is one."""
        return self.by_name.get(name)

    def serving(self, meaning: str, kind: str) -> tuple[Provider, ...]:
        """Return the providers for fields of the meaning and of describe's type."""
        return tuple(one for one in self.by_meaning.get(meaning, ()) if kind in one.types)

    def extended(self, *providers: Provider) -> Registry:
        """Return the registry with providers of one's own, which are asked before the others of their meanings."""
        own = {one.name for one in providers}
        return Registry.of([*providers, *(one for one in self.by_name.values() if one.name not in own)])


@cache
def installed() -> Registry:
    """Return the providers that ship with sfseed and those of installed packages (entry points of the group `sfseed.providers`).

    An entry point names a Provider or several. Raises UserError for one that cannot be loaded, with its name.
    """
    if not _anything_brought():
        return standard()
    from importlib.metadata import entry_points

    own = [provider for point in entry_points(group=ENTRY_POINTS) for provider in _loaded(point)]
    return standard().extended(*own) if own else standard()


def _anything_brought() -> bool:
    """Say whether any installed package may name the group: reading all metadata properly takes 40 ms of every start.

    Only folders are looked through; anything else to import from may bring whatever it likes.
    """
    name = ENTRY_POINTS.encode()
    for place in map(Path, dict.fromkeys(sys.path)):
        if place.is_file():
            return True
        stated = (*place.glob("*.dist-info/entry_points.txt"), *place.glob("*.egg-info/entry_points.txt"))
        if any(name in one.read_bytes() for one in stated):
            return True
    return False


def _loaded(point: EntryPoint) -> tuple[Provider, ...]:
    try:
        found = point.load()
    except Exception as error:  # whatever somebody else's module does when it is imported
        raise UserError(
            f"the providers of {point.value!r} (entry point {point.name!r}) cannot be loaded: {error!r}",
            hint="Mend the package that brings them, or uninstall it.",
        ) from error
    providers = (found,) if isinstance(found, Provider) else tuple(found)
    strangers = [one for one in providers if not isinstance(one, Provider)]
    if strangers:
        raise UserError(
            f"{point.value!r} (entry point {point.name!r}) is no Provider, nor a list of them: {strangers[0]!r}"
        )
    return providers


def standard() -> Registry:
    """Return the providers that ship with sfseed."""
    return Registry.of(provider for family in _FAMILIES for provider in family.PROVIDERS)
