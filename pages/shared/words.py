"""How things are written for people: numbers, times, and other people's text as nothing but text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
NUMBER = "localized"  # how tables write numbers: with the reader's own separators
_JOINER = "\u2060"  # has no width; what it stands in is no longer a link, an icon or a colour to Markdown
# links, icons, colours, and the pairs that Streamlit's Markdown draws as one sign: arrows, long dashes, `not less`
_MORE_THAN_TEXT = re.compile(r"([:@]|www(?=\.)|[<>~-](?=[-=>]))", re.IGNORECASE)


def plain(text: object) -> str:
    """Return somebody else's text so that Streamlit's Markdown shows it letter by letter.

    Labels, names and messages of an org are not ours: a link, an image, a colour or an icon in them stays text.
    """
    once = " ".join(str(text).split())
    return _PUNCTUATION.sub(r"\\\1", _MORE_THAN_TEXT.sub(rf"\1{_JOINER}", once))


def hint(text: str) -> str:
    """Return what to do about an error, in terms of the app, as Markdown with nothing of other people's in it but text."""
    from pages.shared.hints import in_the_app

    told = in_the_app(text)
    return plain(text) if told == text else plain(told).replace(r"\*", "*")


def many(count: int, thing: str, things: str | None = None) -> str:
    """Return `1 record`, `1,200 records`."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def listed(names: Iterable[str], shown: int = 5) -> str:
    """Return the first names joined by commas, and how many more there are."""
    every = list(names)
    rest = len(every) - shown
    return ", ".join(every[:shown]) + (f" and {rest:,} more" if rest > 0 else "")


def numbers(*columns: str) -> dict[str, Any]:
    """Return the configuration of a table's columns that hold numbers to be read, not edited."""
    import streamlit as st

    return {one: st.column_config.NumberColumn(format=NUMBER) for one in columns}


def size(kilobytes: float) -> str:
    """Return an amount of storage."""
    if kilobytes < 1024:
        return f"{kilobytes:,.0f} KB"
    megabytes = kilobytes / 1024
    return f"{megabytes:,.1f} MB" if megabytes < 1024 else f"{megabytes / 1024:,.1f} GB"


def moment(when: datetime, zone: str | None) -> str:
    """Return an instant in the user's own time zone."""
    try:
        local = when.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError):
        local = when.astimezone(UTC)
    return f"{local:%d %b %Y, %H:%M}"


def duration(seconds: float) -> str:
    """Return a length of time in the two largest units."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
