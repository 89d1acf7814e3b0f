"""Tokens to a syntax tree, by recursive descent: a method per rule of the grammar."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from sfseed_emulator.soql import periods
from sfseed_emulator.soql.errors import SoqlError, malformed
from sfseed_emulator.soql.lexer import Kind, Token, tokens, unquote
from sfseed_emulator.soql.tree import (
    Call,
    Comparison,
    Condition,
    Expression,
    FieldRef,
    Item,
    Literal,
    Logic,
    Not,
    Ordering,
    Query,
    Source,
    Typeof,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

MAX_LENGTH = 100_000
_RESERVED = frozenset(
    {
        *(
            "SELECT",
            "FROM",
            "WHERE",
            "WITH",
            "GROUP",
            "HAVING",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FOR",
            "UPDATE",
            "ALL",
            "USING",
            "BY",
        ),
        *("AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "EXCLUDES", "ASC", "DESC", "NULLS"),
    }
)
_OBJECTS_LIKE_KEYWORDS = ("GROUP", "ORDER")
_COMPARE = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_SCOPES = ("EVERYTHING", "MINE")  # the others need teams, territories or scoping rules, which no emulated org has
_DEEPEST_QUERY, _DEEPEST_CONDITION = 5, 100


def parse(text: str) -> Query:
    """Return the tree of a query; raise SoqlError (MALFORMED_QUERY) with the place of the first fault."""
    if len(text) > MAX_LENGTH:
        raise SoqlError("MALFORMED_QUERY", f"SOQL statement too long: {len(text)} (max {MAX_LENGTH} characters)")
    if not text.strip():
        raise SoqlError("MALFORMED_QUERY", "unexpected end of file")
    parser = _Parser(text)
    query = parser.query()
    parser.finish()
    return query


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    # ---- the stream

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        self.at += 1 if token.kind is not Kind.END else 0
        return token

    def is_word(self, *words: str) -> bool:
        return self.token.kind is Kind.NAME and self.token.raw.upper() in words

    def is_symbol(self, symbol: str) -> bool:
        return self.token.kind is Kind.SYMBOL and self.token.raw == symbol

    def accept(self, *words: str) -> str | None:
        return self.take().raw.upper() if self.is_word(*words) else None

    def accept_symbol(self, symbol: str) -> bool:
        if not self.is_symbol(symbol):
            return False
        self.take()
        return True

    def expect(self, word: str) -> None:
        if self.accept(word) is None:
            raise self.unexpected()

    def expect_symbol(self, symbol: str) -> None:
        if not self.accept_symbol(symbol):
            raise self.unexpected()

    def unexpected(self) -> SoqlError:
        if self.token.kind is Kind.END:
            return malformed(self.text, self.token.start, "unexpected end of file")
        return malformed(self.text, self.token.start, f"unexpected token: {self.token.raw}")

    def finish(self) -> None:
        if self.token.kind is not Kind.END:
            raise self.unexpected()

    @contextmanager
    def nested(self, deepest: int) -> Iterator[None]:
        """Count how deep the query is nested, and refuse what is deeper than the limit."""
        self.depth += 1
        if self.depth > deepest:
            raise malformed(self.text, self.token.start, "The query is nested too deeply")
        yield
        self.depth -= 1

    def listed(self, rule: Callable[[], T]) -> tuple[T, ...]:
        found = [rule()]
        while self.accept_symbol(","):
            found.append(rule())
        return tuple(found)

    # ---- clauses

    def query(self) -> Query:
        at = self.token.start
        self.expect("SELECT")
        select = self.listed(self.item)
        self.expect("FROM")
        source, *further = self.listed(self.source)
        using = self.using_scope() if self.accept("USING") else "EVERYTHING"
        where = self.condition() if self.accept("WHERE") else None
        if self.accept("WITH"):
            self.with_clause()
        group_by, grouping = self.group_by() if self.accept("GROUP") else ((), None)
        having = self.condition() if self.accept("HAVING") else None
        if having is not None and not group_by:
            raise malformed(self.text, at, "HAVING requires a GROUP BY clause")
        order_by = self.order_by() if self.accept("ORDER") else ()
        limit = self.whole_number() if self.accept("LIMIT") else None
        offset = self.whole_number() if self.accept("OFFSET") else None
        self.trailing_clauses()
        return Query(
            select, source, tuple(further), where, group_by, grouping, having, order_by, limit, offset, using, at
        )  # fmt: skip

    def using_scope(self) -> str:
        self.expect("SCOPE")
        scope = self.accept(*_SCOPES)
        if scope is None:
            raise self.unexpected()
        return scope

    def with_clause(self) -> None:
        if self.accept("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE") is None:
            raise self.unexpected()

    def group_by(self) -> tuple[tuple[Expression, ...], str | None]:
        self.expect("BY")
        if self.is_word("ROLLUP", "CUBE") and self.peek().raw == "(":
            grouping = self.take().raw.upper()
            self.expect_symbol("(")
            fields = self.listed(self.expression)
            self.expect_symbol(")")
            return fields, grouping
        return self.listed(self.expression), None

    def order_by(self) -> tuple[Ordering, ...]:
        self.expect("BY")
        return self.listed(self.ordering)

    def ordering(self) -> Ordering:
        by = self.expression()
        descending = self.accept("ASC", "DESC") == "DESC"
        nulls_last: bool | None = None
        if self.accept("NULLS"):
            word = self.accept("FIRST", "LAST")
            if word is None:
                raise self.unexpected()
            nulls_last = word == "LAST"
        return Ordering(by, descending, nulls_last)

    def whole_number(self) -> int:
        token = self.token
        if token.kind is not Kind.NUMBER or not token.raw.isdigit():
            raise self.unexpected()
        return int(self.take().raw)

    def trailing_clauses(self) -> None:
        """Read the clauses that change nothing about what is found."""
        while word := self.accept("FOR", "UPDATE"):
            words = ("VIEW", "REFERENCE", "UPDATE") if word == "FOR" else ("TRACKING", "VIEWSTAT")
            if self.accept(*words) is None:
                raise self.unexpected()
        if self.is_word("ALL"):
            raise malformed(self.text, self.token.start, "ALL ROWS not allowed in this context")

    # ---- select list and source

    def item(self) -> Item:
        at = self.token.start
        if self.accept_symbol("("):
            with self.nested(_DEEPEST_QUERY):
                subquery = self.query()
            self.expect_symbol(")")
            return Item(subquery, None, at)
        if self.is_word("TYPEOF"):
            return Item(self.typeof(), None, at)
        what = self.expression()
        return Item(what, self.alias(), at)

    def typeof(self) -> Typeof:
        at = self.take().start
        relationship = self.field()
        whens = []
        while self.accept("WHEN"):
            name = self.name()
            self.expect("THEN")
            whens.append((name, self.listed(self.field)))
        otherwise = self.listed(self.field) if self.accept("ELSE") else ()
        self.expect("END")
        if not whens:
            raise self.unexpected()
        return Typeof(relationship, tuple(whens), otherwise, at)

    def alias(self) -> str | None:
        """A name behind an expression, unless what follows shows it to be a misspelt keyword."""
        token, follower = self.token, self.peek()
        if token.kind is not Kind.NAME or token.raw.upper() in _RESERVED or "." in token.raw:
            return None
        if follower.kind is Kind.NAME and follower.raw.upper() != "FROM":
            return None
        return self.take().raw

    def name(self) -> str:
        if self.token.kind is not Kind.NAME or self.token.raw.upper() in _RESERVED:
            raise self.unexpected()
        return self.take().raw

    def source(self) -> Source:
        at = self.token.start
        name = self.take().raw if self.is_word(*_OBJECTS_LIKE_KEYWORDS) else self.name()
        if self.is_word("AS"):
            self.take()
        token = self.token
        if token.kind is Kind.NAME and token.raw.upper() not in _RESERVED and "." not in token.raw:
            return Source(name, self.take().raw, at)
        return Source(name, None, at)

    def field(self) -> FieldRef:
        at = self.token.start
        return FieldRef(tuple(self.name().split(".")), at)

    def expression(self) -> Expression:
        """A field, or a function over an expression."""
        token = self.token
        if self.peek().kind is not Kind.SYMBOL or self.peek().raw != "(":
            return self.field()
        name = self.name()
        self.expect_symbol("(")
        if name.upper() == "DISTANCE":
            return self.distance(token.start)
        argument = None if self.is_symbol(")") else self.argument()
        self.expect_symbol(")")
        return Call(name.upper(), argument, at=token.start)

    def distance(self, at: int) -> Call:
        """Read the rest of DISTANCE(place, GEOLOCATION(latitude, longitude), 'unit')."""
        place = self.field()
        self.expect_symbol(",")
        self.expect("GEOLOCATION")
        self.expect_symbol("(")
        north = self.coordinate(90)
        self.expect_symbol(",")
        east = self.coordinate(180)
        self.expect_symbol(")")
        self.expect_symbol(",")
        unit = self.token.raw.strip("'").lower()
        if self.token.kind is not Kind.TEXT or unit not in ("km", "mi"):
            raise malformed(
                self.text, self.token.start, f"Invalid distance unit: {self.token.raw}. Valid units: 'mi', 'km'"
            )
        self.take()
        self.expect_symbol(")")
        return Call("DISTANCE", place, (north, east), unit, at)

    def coordinate(self, limit: int) -> float:
        token = self.token
        if token.kind is not Kind.NUMBER or abs(float(token.raw)) > limit:
            raise malformed(self.text, token.start, f"Invalid coordinate: {token.raw}")
        return float(self.take().raw)

    def argument(self) -> Expression:
        if self.is_word("ALL"):  # FIELDS(ALL)
            return FieldRef(("ALL",), self.take().start)
        with self.nested(_DEEPEST_CONDITION):
            return self.expression()

    # ---- conditions

    def condition(self) -> Condition:
        first = self.term()
        operator = self.accept("AND", "OR")
        if operator is None:
            return first
        parts = [first, self.term()]
        while self.is_word("AND", "OR"):
            if not self.is_word(operator):  # Salesforce wants parentheses here
                raise self.unexpected()
            self.take()
            parts.append(self.term())
        return Logic(operator, tuple(parts))

    def term(self) -> Condition:
        with self.nested(_DEEPEST_CONDITION):
            if self.accept("NOT"):
                return Not(self.term())
            if not self.accept_symbol("("):
                return self.comparison()
            inside = self.condition()
            self.expect_symbol(")")
            return inside

    def comparison(self) -> Comparison:
        at = self.token.start
        left = self.expression()
        operator = self.operator()
        if operator in ("IN", "NOT IN") and self.is_symbol("(") and self.peek().raw.upper() == "SELECT":
            self.take()
            right: Literal | tuple[Literal, ...] | Query = self.query()
            self.expect_symbol(")")
        elif operator in ("IN", "NOT IN", "INCLUDES", "EXCLUDES"):
            self.expect_symbol("(")
            right = self.listed(self.literal)
            self.expect_symbol(")")
        else:
            right = self.literal()
        return Comparison(left, operator, right, at)

    def operator(self) -> str:
        if self.token.kind is Kind.SYMBOL and self.token.raw in _COMPARE:
            symbol = self.take().raw
            return "!=" if symbol == "<>" else symbol
        if self.is_word("NOT") and self.peek().raw.upper() == "IN":
            self.take()
            self.take()
            return "NOT IN"
        word = self.accept("LIKE", "IN", "INCLUDES", "EXCLUDES")
        if word is None:
            raise self.unexpected()
        return word

    def literal(self) -> Literal:
        token = self.token
        plain = {Kind.NUMBER: "number", Kind.DATE: "date", Kind.DATETIME: "datetime", Kind.TIME: "time"}
        if token.kind is Kind.TEXT:
            self.take()
            value = unquote(self.text, token)
            if len(value) > 4000:
                raise malformed(self.text, token.start, "string literal too long (max 4000 characters)")
            return Literal("text", value, pattern=unquote(self.text, token, pattern=True), at=token.start)
        if token.kind in plain:
            return Literal(plain[token.kind], self.take().raw, at=token.start)
        if token.kind is Kind.NAME:
            return self.word_literal()
        if self.is_symbol(":"):
            raise malformed(self.text, token.start, "Only variable references are allowed in dynamic SOQL/SOSL.")
        raise self.unexpected()

    def word_literal(self) -> Literal:
        token = self.token
        word = token.raw.upper()
        if word in ("TRUE", "FALSE"):
            self.take()
            return Literal("boolean", word, at=token.start)
        if word == "NULL":
            self.take()
            return Literal("null", "", at=token.start)
        if word in periods.PLAIN:
            self.take()
            return Literal("period", word, at=token.start)
        if word in periods.COUNTED:
            self.take()
            self.expect_symbol(":")
            return Literal("period", word, self.whole_number(), at=token.start)
        if len(word) > 3 and word[:3].isalpha() and word[3:].isdigit():
            self.take()
            return Literal("money", word[3:], at=token.start)
        raise self.unexpected()
