"""Where the user is. The address of the page holds it, so that a reload, Back, a bookmark or another tab lose nothing.

The only door to `st.session_state` and `st.query_params`: pages read `place()`, and widgets made with `bound` write it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from sfseed_core import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_RECIPE = "sales-cloud"
OWN_FILE = "file"  # instead of a recipe's name: files of the user's own
AS_IT_IS = 0


@dataclass(frozen=True, slots=True)
class Place:
    """What the address says.

    `recipe` is a preset's name or the id of a kept recipe; `size` about how many records are wanted (0: as many as the
    recipe says); `day` what today means in the records (None: this day);
    `seed` the variation number (None: drawn), `making` records that are being made right now. The rest is what is looked at:
    `mode` how the records are shown (a table, one as a form, a field's values), `record` the one shown by itself.
    """

    org: str | None = None
    recipe: str = DEFAULT_RECIPE
    size: int = AS_IT_IS
    day: date | None = None
    seed: int | None = None
    dataset: str | None = None
    making: str | None = None
    run: str | None = None
    object: str | None = None
    page: int = 1
    search: str = ""
    sort: str = ""
    view: str = "all"
    filter: str = ""
    focus: str | None = None
    hops: int = 1
    kinds: str = ""
    mode: str = "table"
    record: int = 0
    field: str | None = None


_JOURNEY = ("org", "recipe", "size", "day", "seed", "dataset", "making", "run", "object")  # what goes along to another page
_DROPS: Mapping[str, tuple[str, ...]] = {  # what no longer makes sense once this has changed
    "org": ("dataset", "making", "object", "page", "search", "sort", "view", "filter", "focus", "run", "record", "field"),
    "recipe": ("focus", "size", "kinds"),
    "dataset": ("object", "page", "search", "sort", "view", "filter", "run", "record", "field"),
    "object": ("page", "search", "sort", "view", "filter", "record", "field"),
    "search": ("page",),
    "sort": ("page",),
    "view": ("page",),
    "filter": ("page",),
}


def read(parameters: Mapping[str, str]) -> Place:
    """Return the place that an address names; what cannot be understood counts as not said."""
    found: dict[str, Any] = {}
    for name, understand in _READERS.items():
        text = parameters.get(name)
        value = understand(text) if text else None
        if value is not None:
            found[name] = value
    return Place(**found)


def write(where: Place) -> dict[str, str]:
    """Return the parameters of the address; defaults are left out."""
    parameters = {}
    for one in dataclasses.fields(Place):
        value = getattr(where, one.name)
        if value != one.default:
            parameters[one.name] = value.isoformat() if isinstance(value, date) else str(value)
    return parameters


def moved(where: Place, **changes: Any) -> Place:
    """Return the place after changes, without what they make meaningless."""
    reset = {
        name: default
        for changed in changes
        if getattr(where, changed) != changes[changed]
        for name, default in ((name, _DEFAULTS[name]) for name in _DROPS.get(changed, ()))
        if name not in changes
    }
    return dataclasses.replace(where, **reset, **changes)


def onward(where: Place) -> dict[str, str]:
    """Return the parameters that another page is opened with."""
    return {name: text for name, text in write(where).items() if name in _JOURNEY}


def place() -> Place:
    """Return where the user is."""
    return read(st.query_params.to_dict())


def go(**changes: Any) -> None:
    """Move on within the page: the address changes, Back returns."""
    wanted = write(moved(place(), **changes))
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def leave_for(page: str, **changes: Any) -> None:
    """Go to another page; what is changed on the way goes along."""
    wanted = write(moved(place(), **changes))
    st.switch_page(page, query_params={name: text for name, text in wanted.items() if name in (*_JOURNEY, *changes)})


def bound(name: str, of: str, *, within: Callable[[Any], bool] | None = None, otherwise: Any = None) -> dict[str, Any]:
    """Return the arguments that tie a widget to one part of the place; `of` tells apart widgets of different pages.

    Where the address says something that the widget cannot show (`within` is false), it shows `otherwise`.
    """
    key, value = f"at_{of}_{name}", getattr(place(), name)
    if within is not None and not within(value):
        value = otherwise
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return {"key": key, "on_change": _follow, "args": (name, key)}


def remembered(key: str, default: Any = None) -> Any:
    """Return a widget's value, or what this tab noted for its next run."""
    return st.session_state.get(key, default)


def note(key: str, value: Any) -> None:
    """Note something for the next run of this tab only; nothing that would be missed after a reload."""
    st.session_state[key] = value


def taken(key: str) -> Any:
    """Return what was noted, once."""
    return st.session_state.pop(key, None)


def _follow(name: str, key: str) -> None:
    value = st.session_state[key]
    go(**{name: _DEFAULTS[name] if value is None else value})


def _number(low: int, high: int) -> Callable[[str], int | None]:
    def understand(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdecimal() and low <= int(text) <= high else None

    return understand


def _own(kind: str) -> Callable[[str], str | None]:
    return lambda text: text if ids.is_own(text) and text.startswith(kind) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _short(text: str) -> str | None:
    return text if len(text) <= 200 else None


_DEFAULTS: Mapping[str, Any] = {one.name: one.default for one in dataclasses.fields(Place)}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "org": _short,
    "recipe": _short,
    "size": _number(1, 50_000_000),
    "day": _day,
    "seed": _number(0, 1 << 53),
    "dataset": _own("d-"),
    "making": _own("m-"),
    "run": _own("r-"),
    "object": _short,
    "page": _number(1, 1_000_000),
    "search": _short,
    "sort": _short,
    "view": _short,
    "filter": _short,
    "focus": _short,
    "hops": _number(1, 9),
    "kinds": _short,
    "mode": _short,
    "record": _number(0, 1_000_000_000),
    "field": _short,
}
