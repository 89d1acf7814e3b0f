"""Nodes of a YAML file with their places: every error names file, line and column, and what was probably meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Node = Any  # a node of yaml, which types all of them without their attributes

HINT = "See docs/recipes.md for what a recipe may say."
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True)
class Named:
    """A YAML mapping with the places of its keys."""

    path: str
    what: str
    nodes: Mapping[str, Node]
    keys: Mapping[str, Node]

    @classmethod
    def of(cls, node: Node, path: str, what: str) -> Named:
        """Return a mapping; raises RecipeError for another node, or a name that stands twice."""
        if node.id != "mapping":
            raise RecipeError(
                f"{place_of(path, node)}: {what} must be a mapping (name: value), not {kind_of(node)}", hint=HINT
            )
        nodes: dict[str, Node] = {}
        keys: dict[str, Node] = {}
        for key, value in node.value:
            if key.id != "scalar":
                raise RecipeError(f"{place_of(path, key)}: a name in {what} must be plain text", hint=HINT)
            if key.value in nodes:
                raise RecipeError(f"{place_of(path, key)}: {key.value!r} stands twice in {what}", hint=HINT)
            nodes[key.value], keys[key.value] = value, key
        return cls(path, what, nodes, keys)

    def only(self, *known: str) -> None:
        """Raise RecipeError for a name that is not known."""
        for name in self.nodes:
            if name not in known:
                near = did_you_mean(name, known)
                self.fail(name, f"{self.what} has no {name!r}{near or '; it may say ' + ', '.join(known)}", key=True)

    def check_name(self, name: str, what: str) -> None:
        """Raise RecipeError for a name that is no API name."""
        if not _API_NAME.fullmatch(name):
            self.fail(name, f"{name!r} is not the API name of {what}", key=True)

    def read(self, name: str, reader: Callable[[Node], Any], default: Any) -> Any:
        """Return what the reader makes of the value; raises RecipeError with its place."""
        node = self.nodes.get(name)
        if node is None:
            return default
        try:
            return reader(node)
        except ValueError as error:
            self.fail(name, f"{name}: {error}")

    def beside(self, node: Node) -> Path:
        """Return the path of a file beside the recipe: a recipe of someone else's reads no other."""
        name = Path(text_of(node))
        if name.is_absolute() or ".." in name.parts:
            raise ValueError(f"a file beside the recipe is wanted, not {node.value!r}")
        return Path(self.path).parent / name

    def fail(self, name: str, message: str, *, key: bool = False) -> NoReturn:
        """Raise RecipeError at the place of the value, or of its key."""
        node = (self.keys if key else self.nodes)[name]
        raise RecipeError(f"{place_of(self.path, node)}: {message}", hint=HINT)


def compose(text: str, path: str) -> Node:
    """Return the root of a YAML text; raises RecipeError with the place."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            raise RecipeError(f"{path}: aliases (*name) are not read in recipes", hint=HINT)  # they can grow without bound
        node: Node | None = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise RecipeError(f"{place}: not YAML: {error.problem or error.context}", hint=HINT) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecipeError(f"{path}: not YAML: {error}", hint=HINT) from error
    if node is None:
        raise RecipeError(f"{path}: is empty", hint=HINT)
    return node


def place_of(path: str, node: Node) -> str:
    """Return `file:line:column` of a node."""
    mark = node.start_mark
    return f"{path}:{mark.line + 1}:{mark.column + 1}"


def places_in(root: Node, path: str) -> dict[tuple[str, ...], str]:
    """Return the place of every part of a file, by the names (in lists: numbers from 0) that lead to it."""
    found: dict[tuple[str, ...], str] = {}
    left: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while left:
        names, node = left.pop()
        if node.id == "mapping":
            parts = [((*names, str(key.value)), key, value) for key, value in node.value]
        else:
            parts = [((*names, str(number)), one, one) for number, one in enumerate(node.value)]
        for part, stands, holds in parts:
            found[part] = place_of(path, stands)
            if holds.id != "scalar":
                left.append((part, holds))
    return found


def kind_of(node: Node) -> str:
    """Return what a node is, in words."""
    return {"scalar": f"{node.value!r}", "sequence": "a list", "mapping": "a mapping"}[node.id]


def scalar_text(node: Node) -> str:
    """Return the text of one value; this and the other readers raise ValueError for what they do not take."""
    if node.id != "scalar":
        raise ValueError(f"one value is wanted, not {kind_of(node)}")
    return str(node.value)


def text_of(node: Node) -> str:
    """Return a text that is not empty."""
    text = scalar_text(node)
    if not text.strip():
        raise ValueError("text is wanted")
    return text


def whole(node: Node) -> int:
    """Return a whole number."""
    text = scalar_text(node).replace("_", "")
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError(f"a whole number is wanted, not {node.value!r}")
    return int(text)


def count_of(node: Node) -> int:
    """Return a whole number from 1 on."""
    number = whole(node)
    if number < 1:
        raise ValueError(f"a count of at least 1 is wanted, not {number}")
    return number


def positive(node: Node) -> float:
    """Return a number above 0."""
    text = scalar_text(node)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text) or float(text) <= 0:
        raise ValueError(f"a number above 0 is wanted, not {text!r}")
    return float(text)


def share_of(node: Node) -> int:
    """Return a percentage: `30` or `30%`."""
    text = scalar_text(node).removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}", text) or int(text) > 100:
        raise ValueError(f"a percentage from 0 to 100 is wanted, not {node.value!r}")
    return int(text)


def shares_of(node: Node) -> tuple[tuple[str, int], ...]:
    """Return names with their shares in percent, which come to 100: `de_DE`, or `{en_US: 70%, de_DE: 30%}`."""
    if node.id == "scalar":
        return ((text_of(node), 100),)
    if node.id != "mapping":
        raise ValueError(f"a name, or names with shares are wanted (en_US: 70%, de_DE: 30%), not {kind_of(node)}")
    shares = tuple((text_of(key), share_of(value)) for key, value in node.value)
    total = sum(share for _, share in shares)
    if total != 100:
        raise ValueError(f"the shares come to {total} percent, not to 100")
    return tuple((name, share) for name, share in shares if share)


def flag(node: Node) -> bool:
    """Return true or false."""
    text = scalar_text(node).lower()
    if text not in {"true", "false"}:
        raise ValueError(f"true or false is wanted, not {node.value!r}")
    return text == "true"


def day_of(node: Node) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(scalar_text(node))
    except ValueError as error:
        raise ValueError(f"a date like 2026-11-23 is wanted, not {node.value!r}") from error


def items(node: Node) -> list[Node]:
    """Return the nodes of a list."""
    if node.id != "sequence":
        raise ValueError(f"a list is wanted, not {kind_of(node)}")
    return list(node.value)


def texts_of(node: Node) -> tuple[str, ...]:
    """Return at least one text of a list."""
    values = tuple(scalar_text(one) for one in items(node))
    if not values:
        raise ValueError("at least one value is wanted")
    return values


def numbers(node: Node) -> tuple[int, ...]:
    """Return counts of a list."""
    return tuple(count_of(one) for one in items(node))


def weights_of(node: Node) -> Mapping[str, int]:
    """Return names with weights; of a plain list, evenly."""
    if node.id == "sequence":
        return MappingProxyType(dict.fromkeys(texts_of(node), 1))
    if node.id != "mapping":
        raise ValueError(f"names with weights are wanted (Client: 3), not {kind_of(node)}")
    return MappingProxyType({text_of(key): count_of(value) for key, value in node.value})


def marks(node: Node) -> Mapping[str, str]:
    """Return names with texts."""
    return MappingProxyType({name: str(value) for name, value in options_of(node).items()})


def options_of(node: Node) -> dict[str, Any]:
    """Return plain JSON values; dates stay text."""
    import yaml

    if node.id != "mapping":
        raise ValueError(f"a mapping is wanted, not {kind_of(node)}")
    value = yaml.SafeLoader("").construct_document(node)
    plain = _json(value)
    assert isinstance(plain, dict)
    return plain


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
