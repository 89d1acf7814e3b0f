"""The page of what is served is the registries' own, and its queries are answered."""

from __future__ import annotations

import pytest

from sfseed_emulator.coverage import CLAUSES, PATH, coverage
from sfseed_emulator.routes.registry import all_routes
from tests.emulator.conftest import Org


def test_the_page_is_what_the_registries_say() -> None:
    """Whoever adds a route, a function, a rule or a fault writes the page anew."""
    assert PATH.read_text(encoding="utf-8") == coverage(), "write it anew: python -m sfseed_emulator.coverage"


def test_every_route_says_what_it_does() -> None:
    """The first sentence of a handler stands in the page."""
    assert [route.path for route in all_routes() if not route.handler.__doc__] == []


@pytest.mark.parametrize(("name", "query"), CLAUSES, ids=[name for name, _ in CLAUSES])
def test_every_clause_named_is_answered(org: Org, name: str, query: str) -> None:
    """The examples are queries that work."""
    answer = org.call("GET", "/query", params={"q": query})
    assert answer.status_code == 200, answer.text
