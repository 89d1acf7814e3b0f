"""References of a composite request: `@{name.path}` stands for a value in an earlier answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sfseed_emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"@\{([A-Za-z0-9][A-Za-z0-9_]*)((?:\.\w+|\[[^\]{}]*\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[([^\]]*)\]")


def resolve(value: object, answers: Mapping[str, object]) -> object:
    """Put the answers' values in the place of all references in a JSON value; PROCESSING_HALTED where there is none."""
    if isinstance(value, str):
        return _text(value, answers)
    if isinstance(value, list):
        return [resolve(one, answers) for one in value]
    if isinstance(value, dict):
        return {name: resolve(one, answers) for name, one in value.items()}
    return value


def resolve_text(text: str, answers: Mapping[str, object]) -> str:
    """Put the answers' values in the place of all references in a text."""
    return str(_text(text, answers))


def _text(text: str, answers: Mapping[str, object]) -> object:
    whole = _REFERENCE.fullmatch(text)
    if whole is not None:
        return _value(whole, answers)
    return _REFERENCE.sub(lambda found: _written(_value(found, answers)), text)


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(found: re.Match[str], answers: Mapping[str, object]) -> object:
    name, path = found.group(1), found.group(2)
    value = answers.get(name)
    for key, place in _STEP.findall(path):
        value = _step(value, key, place)
    if value is None:
        full = f"{name}{path}"
        raise ApiError("PROCESSING_HALTED", f"Invalid reference specified. No value for {full} found in {name}.")
    return value


def _step(value: object, key: str, place: str) -> object:
    if key and isinstance(value, dict):
        return value.get(key)
    if place.isdecimal() and len(place) < 10 and isinstance(value, list) and int(place) < len(value):
        return value[int(place)]
    return None
