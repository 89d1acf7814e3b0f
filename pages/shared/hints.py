"""What to do about an error, in terms of the app: the core's hints name commands where the command line is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND = re.compile(r"sfseed ([a-z]+)(?: ([a-z]+))?(?: [^\s,.;()]+)*")
_PLACES: Mapping[str, str] = {  # what a command does -> where the app does it
    "runs resume": "press *Go on* on *Runs*",
    "runs cancel": "cancel it on *Runs*",
    "runs list": "see *Runs*",
    "runs": "see *Runs*",
    "datasets list": "choose records made earlier on *Connect*",
    "datasets": "choose records made earlier on *Connect*",
    "generate": "press *Make the records* on *Discover*",
    "seed": "press *Make the records*, then *Load*",
    "check": "see *Preview*, with problems",
    "discover": "see *Discover*",
    "orgs add": "add it on *Connect*",
    "orgs message": "see *Connect*: what your admin has to create",
    "orgs": "choose the org on *Connect*",
    "doctor": "check the org on *Connect*",
    "clean": "remove old records on *Runs*",
}
_LEADS = re.compile(
    r"(?:^|(?<=[.;\n] ))"
    r"(?:See|List them|Make one|Go on with(?: it)?|Start one with|See them with|Load the rest with)[:,]? "
)
_KNOWN = re.compile(r"^(?:Known|Saved): .*?\. (?=See: )")  # names for a command line; the page that is named lists them
_SAYINGS: tuple[
    tuple[re.Pattern[str], str], ...
] = (  # what the core says of its own folders and words -> what people are told
    (re.compile(r"^no dataset '([^']*)' in .*"), r"These records are not on this computer any more: \1."),
    (re.compile(r"^no run is called '([^']*)'.*"), r"This load is not on this computer any more: \1."),
    (re.compile(r"^no recipe '([^']*)' is kept here.*"), r"This recipe is not on this computer any more: \1."),
    (re.compile(r"^there is no preset '([^']*)'.*"), r"There is nothing to fill an org with that is called \1."),
)
_PRESETS = re.compile(r"^Presets are: .*")
_CALLED = re.compile(r"; 'latest' is the newest")


def in_the_app(hint: str) -> str:
    """Return the hint with each command replaced by where the app does the same."""
    hint = _PRESETS.sub("Choose what to fill on *Connect*.", hint)
    if not _COMMAND.search(hint):
        return hint
    plain = _CALLED.sub("", _KNOWN.sub("", " ".join(hint.split())))
    return _sentence(_COMMAND.sub(_place, _LEADS.sub("", plain)))


def said(message: str) -> str:
    """Return what went wrong without folders and words that only the command line has."""
    for pattern, told in _SAYINGS:
        if pattern.match(message):
            return pattern.sub(told, message)
    return message[:1].upper() + message[1:]


def _place(found: re.Match[str]) -> str:
    both = f"{found[1]} {found[2]}" if found[2] else found[1]
    return _PLACES.get(both) or _PLACES.get(found[1]) or f"in a terminal: {found[0]}"


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
