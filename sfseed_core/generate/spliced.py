"""Cells of several columns put together to one: each record takes its own out of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.generate.cells import Cells, Coded, Joined, Numbers, Texts, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.generate.engine import Engine


def spliced(engine: Engine, made: Sequence[Cells], places: np.ndarray) -> Cells:
    """Return the cells at the places, counted through the columns `made` one after the other."""
    valid = None
    if any(one.valid is not None for one in made):
        valid = np.concatenate([np.ones(len(one), dtype=bool) if one.valid is None else one.valid for one in made])[places]
    numbers = [one.values.astype(np.int64) for one in made if isinstance(one, Numbers)]
    if len(numbers) == len(made):
        return Numbers(np.concatenate(numbers)[places], valid)
    coded = [one for one in made if isinstance(one, Coded)]
    if len(coded) == len(made):
        starts = np.cumsum([0, *(len(one.pool) for one in coded)])
        codes = np.concatenate([one.codes.astype(np.int64) + start for one, start in zip(coded, starts, strict=False)])
        return Coded(_pool_of(engine, [one.pool for one in coded]), codes[places], valid)
    woven = [one for one in made if isinstance(one, Joined)]
    if len(woven) == len(made) and len({len(one.parts) for one in woven}) == 1:
        parts = [spliced(engine, column, places) for column in zip(*(one.parts for one in woven), strict=True)]
        return joined(*(one for one in parts if not isinstance(one, Numbers)), valid=valid)
    whole = pa.concat_arrays([one.array if isinstance(one, Texts) else one.masked(None).text() for one in made])
    return Texts(Coded(whole, places).text(), valid)


def _pool_of(engine: Engine, pools: list[pa.StringArray]) -> pa.StringArray:
    """Return the pools in one; it is kept, together with them so that their ids stay their own."""
    return engine.once(("spliced", *(str(id(pool)) for pool in pools)), lambda: (pools, pa.concat_arrays(pools)))[1]
