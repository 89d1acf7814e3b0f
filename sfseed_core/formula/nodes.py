"""The tree of a formula: nodes that know where in the text they stand, walked without recursion.

A place never takes part in equality: two formulas that mean the same tree are equal however they are laid out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a formula's text, as offsets; the end is not included."""

    start: int
    end: int


NOWHERE = Span(0, 0)


class FormulaError(ValueError):
    """A formula that Salesforce would not save; its text underlines the fragment."""

    def __init__(self, message: str, formula: str, span: Span) -> None:
        self.message = message
        self.formula = formula
        self.span = span
        super().__init__(f"{message}\n{underlined(formula, span)}")


class FormulaNotParsed(FormulaError):
    """The text is no formula."""


class FormulaTooLarge(FormulaError):
    """The text is longer, or nested deeper, than any formula that an org can hold."""


class FormulaWrongType(FormulaError):
    """A function or an operator is given what it does not take."""


def underlined(formula: str, span: Span) -> str:
    """Show the line of the place, and under it carets below the fragment."""
    start = formula.rfind("\n", 0, span.start) + 1
    end = formula.find("\n", span.start)
    line = formula[start : end if end >= 0 else len(formula)]
    number = formula.count("\n", 0, span.start) + 1
    width = max(1, min(span.end, start + len(line)) - span.start)
    lead = f"line {number}: "
    blank = "".join("\t" if one == "\t" else " " for one in line[: span.start - start])
    return f"{lead}{line}\n{' ' * len(lead)}{blank}{'^' * width}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: digits, perhaps a point and more digits."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes, its escapes resolved."""

    value: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Boolean:
    """TRUE or FALSE."""

    value: bool
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """NULL."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field, a path over parents, or a global such as `$User.Id`, as written."""

    path: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-`, `+` or `not` before an operand."""

    operator: str
    operand: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands; `==`, `!=`, `&&` and `||` are kept as `=`, `<>`, `and` and `or`."""

    operator: str
    left: Node
    right: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; the name in capitals."""

    name: str
    arguments: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """An element of a list, as Visualforce expressions have them; no formula of an org does."""

    base: Node
    index: Node
    span: Span = field(default=NOWHERE, compare=False)


Node = Number | Text | Boolean | Null | Field | Unary | Binary | Call | Index


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right under a node, from left to right."""
    match node:
        case Call():
            return node.arguments
        case Binary():
            return (node.left, node.right)
        case Unary():
            return (node.operand,)
        case Index():
            return (node.base, node.index)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Go through a tree, what stands under a node before the node itself."""
    waiting: list[tuple[Node, bool]] = [(node, False)]
    while waiting:
        current, opened = waiting.pop()
        below = () if opened else children(current)
        if not below:
            yield current
            continue
        waiting.append((current, True))
        waiting.extend((one, False) for one in reversed(below))


def fold(node: Node, visit: Callable[[Node, Sequence[T]], T]) -> T:
    """Work out a value for a tree from the values of what stands under each node, however deep."""
    values: list[T] = []
    for current in walk(node):
        count = len(children(current))
        below = values[len(values) - count :]
        del values[len(values) - count :]
        values.append(visit(current, below))
    return values[0]


def fields(node: Node) -> tuple[str, ...]:
    """Name the fields of a formula, each once, in their order."""
    return tuple(dict.fromkeys(one.path for one in walk(node) if isinstance(one, Field)))


def functions(node: Node) -> tuple[str, ...]:
    """Name the functions of a formula, each once, in their order."""
    return tuple(dict.fromkeys(one.name for one in walk(node) if isinstance(one, Call)))
