"""How many children the parents of a plan get: the sizes of families, without making a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate.engine import Engine
from sfseed_core.generate.layout import BLOCK

if TYPE_CHECKING:
    from sfseed_core.recipe.model import Plan

_BLOCKS = 8  # 32,768 parents tell the shape
_TOP = 20


@dataclass(frozen=True, slots=True)
class FamilySizes:
    """For a reference by which children are laid along their parents: how many parents have how many children.

    `sizes[n]` parents have n children, the last entry that many or more. `sampled` where only the first parents were counted.
    """

    field: str
    parent: str
    parents: int
    children: int
    sizes: tuple[int, ...]
    largest: int
    sampled: bool


def family_sizes(plan: Plan, object_name: str) -> FamilySizes | None:
    """Return the sizes of the families that the object's records are laid out in; None when they belong to no parent."""
    engine = Engine(plan)
    for reference in plan.object(object_name).references:
        layout = engine.layout(object_name, reference.field) if reference.mode == "children" else None
        if layout is None:
            continue
        blocks = -(-layout.parents // BLOCK)
        counts = np.concatenate([np.diff(layout.sums(block)) for block in range(min(blocks, _BLOCKS))])
        counts = counts[: layout.parents]
        sizes = np.bincount(np.minimum(counts, _TOP))
        return FamilySizes(
            reference.field,
            reference.targets[0].object or "",
            layout.parents,
            layout.children,
            tuple(int(one) for one in sizes),
            int(counts.max(initial=0)),
            blocks > _BLOCKS,
        )
    return None
