"""From text to tree, by one table of binding strengths; and back.

As in Salesforce, `^` binds weaker than `*` and `/`, and a sign binds stronger than `^`. Nesting is limited, so that no text
can exhaust the stack; chains such as `a & b & c` may be long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.formula.lexer import Kind, Token, tokens, unquoted
from sfseed_core.formula.nodes import (
    Binary,
    Boolean,
    Call,
    Field,
    FormulaNotParsed,
    FormulaTooLarge,
    Index,
    Node,
    Null,
    Number,
    Span,
    Text,
    Unary,
    fold,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_NESTING = 120
MAX_CHAIN = 2_000

BINDING: Mapping[str, int] = {
    "or": 1,
    "and": 2,
    "=": 3,
    "<>": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "&": 5,
    "^": 6,
    "*": 7,
    "/": 7,
}
"""How strongly an operator binds; all bind to the left."""

_SIGN = 8
_SPELLINGS: Mapping[str, str] = {"==": "=", "!=": "<>", "&&": "and", "||": "or"}
_WORDS: Mapping[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}


def parse(formula: str) -> Node:
    """Read a formula into its tree; raises FormulaNotParsed or FormulaTooLarge, with the fragment underlined."""
    reading = _Reading(formula)
    node = reading.expression(0)
    rest = reading.token
    if rest.kind is not Kind.END:
        raise reading.unexpected("an operator or the end")
    return node


class _Reading:
    """The state of one parse: the tokens, and how deep it is."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self._tokens = tokens(formula)
        self.token = next(self._tokens)
        self._depth = 0

    def expression(self, least: int) -> Node:
        left = self.operand()
        length = 0
        while (binding := self._binding()) > least:
            length += 1
            if length > MAX_CHAIN:
                raise FormulaTooLarge(
                    f"more than {MAX_CHAIN:,} operators in a row are not read", self.formula, self.token.span
                )
            operator = self._take().text
            right = self.expression(binding)
            left = Binary(_SPELLINGS.get(operator, operator), left, right, Span(left.span.start, right.span.end))
        return left

    def operand(self) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FormulaTooLarge(f"more than {MAX_NESTING} levels of nesting are not read", self.formula, self.token.span)
        node = self._unary()
        self._depth -= 1
        return node

    def unexpected(self, wanted: str) -> FormulaNotParsed:
        found = "the formula ends" if self.token.kind is Kind.END else f"{self.token.text!r} stands"
        return FormulaNotParsed(f"{found} where {wanted} should be", self.formula, self.token.span)

    def _unary(self) -> Node:
        token = self.token
        sign = "not" if token.text == "!" or token.text.upper() == "NOT" else token.text
        if sign in ("not", "-", "+") and token.kind in (Kind.OPERATOR, Kind.NAME):
            self._take()
            operand = self.operand()
            return Unary(sign, operand, Span(token.span.start, operand.span.end))
        return self._indexed(self._primary())

    def _indexed(self, node: Node) -> Node:
        while self._at("["):
            self._take()
            index = self.expression(0)
            end = self._close("]")
            node = Index(node, index, Span(node.span.start, end.span.end))
        return node

    def _primary(self) -> Node:
        token = self.token
        if token.kind is Kind.NUMBER:
            return Number(self._take().text, token.span)
        if token.kind is Kind.TEXT:
            return Text(unquoted(self._take().text), token.span)
        if token.kind is Kind.NAME:
            return self._named(self._take())
        if self._at("("):
            self._take()
            node = self.expression(0)
            self._close(")")
            return node
        raise self.unexpected("a field, a value or a function")

    def _named(self, token: Token) -> Node:
        word = token.text.upper()
        if word in _WORDS:
            value = _WORDS[word]
            return Null(token.span) if value is None else Boolean(value, token.span)
        if not self._at("("):
            return Field(token.text, token.span)
        self._take()
        arguments: list[Node] = []
        if not self._at(")"):
            arguments.append(self.expression(0))
            while self._at(","):
                self._take()
                arguments.append(self.expression(0))
        end = self._close(")")
        return Call(word, tuple(arguments), Span(token.span.start, end.span.end))

    def _binding(self) -> int:
        if self.token.kind is not Kind.OPERATOR:
            return 0
        text = self.token.text
        return BINDING.get(_SPELLINGS.get(text, text), 0)

    def _at(self, text: str) -> bool:
        return self.token.kind is Kind.OPERATOR and self.token.text == text

    def _take(self) -> Token:
        taken = self.token
        self.token = next(self._tokens, taken)
        return taken

    def _close(self, text: str) -> Token:
        if not self._at(text):
            raise self.unexpected(f"',' or {text!r}" if text == ")" else repr(text))
        return self._take()


def unparse(node: Node) -> str:
    """Write a tree as a formula that parses to the same tree, with no more brackets than it needs."""
    return fold(node, _written)[0]


Written = tuple[str, int]
"""Text, and how strongly its outermost operator binds."""

_CLOSED = 9


def _written(node: Node, below: Sequence[Written]) -> Written:
    match node:
        case Binary():
            return _binary(node, *below)
        case Unary():
            text, binding = below[0]
            inner = text if binding >= _SIGN else f"({text})"
            return (f"NOT({text})" if node.operator == "not" else f"{node.operator}{inner}"), _SIGN
        case Call():
            return f"{node.name}({', '.join(text for text, _ in below)})", _CLOSED
        case Index():
            text, binding = below[0]
            return f"{text if binding >= _CLOSED else f'({text})'}[{below[1][0]}]", _CLOSED
    return _leaf(node), _CLOSED


def _binary(node: Binary, left: Written, right: Written) -> Written:
    binding = BINDING[node.operator]
    first = left[0] if left[1] >= binding else f"({left[0]})"
    second = right[0] if right[1] > binding else f"({right[0]})"
    sign = {"and": "&&", "or": "||"}.get(node.operator, node.operator)
    return f"{first} {sign} {second}", binding


def _leaf(node: Node) -> str:
    match node:
        case Number():
            return node.text
        case Text():
            return quoted(node.value)
        case Boolean():
            return "TRUE" if node.value else "FALSE"
        case Field():
            return node.path
    return "NULL"


def quoted(value: str) -> str:
    r"""Write a text as a literal; two characters such as `\n` that a literal would keep are kept."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
