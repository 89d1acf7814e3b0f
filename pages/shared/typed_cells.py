"""What is typed into the table of records, heard once; and the table under it, which stays as long as what was typed covers it.

A table that is sent anew makes the browser forget what was typed and say so in a second message; whatever is typed or pressed
just then is lost. So the rows that the browser has stay as they are, with the typed cells above them, until something else
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pages.shared import state
from pages.shared.record_view import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Cells: TypeAlias = Mapping[Any, Mapping[str, Any]]

_HEARD, _SENT = "table_heard", "table_sent"  # one table a tab: that of the page shown


def of(key: str) -> Cells:
    """Return the cells that were typed or ticked since the table was last sent, by row and column."""
    cells: Cells = (state.remembered(key) or {}).get("edited_rows", {})
    return cells


def news(key: str) -> dict[int, dict[str, Any]]:
    """Return the cells typed since the last asking; what was ticked is none."""
    typed, heard = of(key), _last(_HEARD, key) or {}
    state.note(_HEARD, (key, {row: dict(cells) for row, cells in typed.items()}))
    return changed(typed, heard)


def changed(typed: Cells, heard: Cells) -> dict[int, dict[str, Any]]:
    """Return what is typed differently from what was heard before."""
    found: dict[int, dict[str, Any]] = {}
    for row, cells in typed.items():
        before = heard.get(row, {})
        new = {name: value for name, value in cells.items() if name not in before or before[name] != value}
        new.pop(CHOSEN, None)
        if new:
            found[int(row)] = new
    return found


def under(key: str, now: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to send: those sent before, if with the typed cells over them they are what is true now."""
    sent = _last(_SENT, key)
    if sent is not None and covers(sent, of(key), now):
        return sent
    state.note(_SENT, (key, now))
    return now


def covers(sent: pd.DataFrame, typed: Cells, now: pd.DataFrame) -> bool:
    """Tell whether the rows sent, with the typed cells over them, show what is true now."""
    if not sent.index.equals(now.index) or not sent.dtypes.equals(now.dtypes):
        return False
    true = now.copy()
    for row, cells in typed.items():
        for name, value in cells.items():
            if name == CHOSEN or name not in now.columns or int(row) >= len(now):
                continue
            place = (int(row), now.columns.get_loc(name))
            if not _is(now.iat[place], value):
                return False
            true.iat[place] = sent.iat[place]
    return bool(sent.equals(true))


def _is(value: Any, typed: Any) -> bool:
    """Whether a cell shows what was typed, which came as JSON."""
    import pandas as pd

    if pd.isna(value):
        return typed in (None, "")
    if isinstance(value, str) or isinstance(typed, bool):
        return bool(value == typed)
    if isinstance(typed, int | float):
        return float(value) == float(typed)
    return bool(str(value) == typed)


def _last(what: str, key: str) -> Any:
    """What was noted last, if it was for this table."""
    of_table, noted = state.remembered(what) or (None, None)
    return noted if of_table == key else None
