"""What a user says of the globals that rules ask for: `$Permission.Skip_Rules: true`, `$Setup.Switches__c.Off__c: false`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.recipe.nodes import scalar_text
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import Value
    from sfseed_core.recipe.nodes import Node

_STEPS: Mapping[str, int] = {
    "$User": 2,
    "$Profile": 2,
    "$UserRole": 2,
    "$Organization": 2,
    "$Permission": 2,
    "$Setup": 3,
    "$CustomMetadata": 4,
    "$Label": 2,
    "$System": 2,
}
"""The globals that may be said, with the fewest steps of a path."""
_EXAMPLES: Mapping[str, str] = {
    "$Setup": "$Setup.Switches__c.Off__c",
    "$CustomMetadata": "$CustomMetadata.Limit__mdt.Deals.Most__c",
}
_STEP = re.compile(r"\w{1,80}")


def global_path(text: str) -> str:
    """Return the path in small letters; raises ValueError for one that no rule could ask for."""
    head, *rest = text.strip().split(".")
    if not rest:
        raise ValueError("a path and its value are wanted, such as $Permission.Skip_Rules")
    known = next((one for one in _STEPS if one.lower() == head.lower()), None)
    if known is None:
        near = did_you_mean(head, _STEPS) or f"; it may be {', '.join(_STEPS)}"
        raise ValueError(f"{text!r} is no global that rules ask for{near}")
    if len(rest) + 1 < _STEPS[known] or not all(_STEP.fullmatch(one) for one in rest):
        raise ValueError(f"{text!r} is not a whole path, such as {_EXAMPLES.get(known, f'{known}.Name')}")
    return text.strip().lower()


def global_value(path: str, node: Node) -> Value:
    """Return the value that a recipe says; raises ValueError for one that the global cannot have."""
    import yaml

    text = scalar_text(node)
    read = yaml.SafeLoader("").construct_object(node)
    return fitting(path, read if read is None or isinstance(read, str | bool | int | float) else text)


def fitting(path: str, value: Value) -> Value:
    """Return the value; raises ValueError for one that the global cannot have."""
    if path.startswith("$permission.") and not isinstance(value, bool):
        raise ValueError(f"a permission is true or false, not {value!r}")
    return value
