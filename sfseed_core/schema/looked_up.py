"""What the chosen objects refer to and is not seeded with them: users, record types, price books, objects that nobody chose."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.schema.seedable import setup_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sfseed_core.schema.model import ObjectSchema

_NOT_CHOSEN = "it was not chosen"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An object that records refer to without its being seeded: why not, and the references, as `Object.Field`."""

    name: str
    why: str
    references: tuple[str, ...]
    setup: bool


def looked_up(objects: Mapping[str, ObjectSchema], chosen: Collection[str]) -> tuple[LookedUp, ...]:
    """Return the objects outside of the chosen ones that writable references of these lead to, set-up first."""
    inside = frozenset(chosen)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in chosen:
        for field in objects[name].references:
            for target in field.reference_to if field.createable else ():
                if target not in inside:
                    found[target].append(f"{name}.{field.name}")
    every = (LookedUp(name, setup_reason(name) or _NOT_CHOSEN, tuple(used), setup_reason(name) is not None)
             for name, used in found.items())  # fmt: skip
    return tuple(sorted(every, key=lambda one: (not one.setup, one.name)))
