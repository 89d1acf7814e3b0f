"""A German org: its own labels on the pages, German texts in the records, and English only where the org itself has it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.events import SILENT
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import make_request
from sfseed_emulator.language import labelled
from sfseed_emulator.schema import demo_schema
from tests.app.alone import alone
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]

ENGLISH = re.compile(
    r"\b(the|and|with|for|from|street|road|manager|customer|order|please|north|holdings|contract|agreement|renewal|call|"
    r"meeting|request|delivery|director|purchasing|head of|new)\b",
    re.IGNORECASE,
)
OWN_WORDS = frozenset({"picklist", "multipicklist", "combobox", "email", "url"})  # values of the org, addresses


@pytest.fixture
def german(served, monkeypatch):
    """A German org that `--org env` leads to."""
    login = served(schema=labelled(demo_schema(), "de"), language="de").login
    monkeypatch.setenv("SFSEED_INSTANCE_URL", login.instance_url)
    monkeypatch.setenv("SFSEED_CLIENT_ID", login.client_id)
    monkeypatch.setenv("SFSEED_CLIENT_SECRET", login.client_secret)


def english(made) -> list[str]:
    """Texts of the records with an English word, of fields whose values are not the org's own."""
    found = []
    for name in made.objects:
        table, fields = made.read(name), made.schema[name].fields
        for column in table.column_names:
            if column in fields and fields[column].type not in OWN_WORDS and str(table[column].type) == "string":
                found += [f"{name}.{column}: {text}" for text in table[column].to_pylist() if text and ENGLISH.search(text)]
    return found


@pytest.mark.parametrize("preset", ["sales-cloud", "service-cloud"])
def test_german_records(german, home, preset):
    """Names, companies, addresses, subjects and notes are German; English words stand only in the org's own picklists."""
    asked = make_request(org="env", clock=SYSTEM, seed=3, as_of=date(2026, 11, 23), preset=preset, count_scale=0.5)
    made = stage_for(asked, home=home, observer=SILENT, clock=SYSTEM)
    assert made.plan.locale == "de_DE"
    assert english(made) == []
    cities = set(made.read("Account")["BillingCity"].to_pylist()) - {None}
    assert cities
    assert set(made.read("Account")["BillingCountry"].to_pylist()) - {None} <= {"Deutschland", "Germany"}


def test_the_pages_show_the_orgs_own_labels(german, home):
    """Objects and fields are called as the org calls them, with their API names beside."""
    at = alone("discover", org="env", recipe="minimal", focus="Contact")
    assert not at.exception
    assert any("Kontakt" in one.value and "Contact" in one.value for one in at.subheader)
    at = alone("design", org="env", recipe="minimal", object="Contact", view="fields")
    assert any("Nachname" in set(one.value.get("Field", [])) for one in at.dataframe)
