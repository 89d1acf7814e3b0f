"""Random writes and queries agree with a naive reading of them, kept in dictionaries."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from sfseed_emulator import oauth
from sfseed_emulator.app import create_app
from sfseed_emulator.inprocess import InProcessAdapter
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState
from tests.emulator.conftest import Org

KEY = "Customer_Number__c"
TEXTS = st.sampled_from(["a", "B", "b", "Ä", "x'y", "50%", "a_b", " a ", "\\", None])
KEYS = st.sampled_from(["k1", "K1", "k2", "k3", None])
NUMBERS = st.one_of(st.none(), st.integers(-3, 3), st.integers(10**7, 10**9))
MOST_EMPLOYEES = 99_999_999


def saved(text: str | None) -> str | None:
    """Return a text as it is kept: trimmed, and null instead of empty."""
    return (text.strip() or None) if text else None


def literal(text: str | None) -> str:
    """Write a text in a query."""
    return "null" if text is None else "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCHEMA = cache(demo_schema)


class Writes(RuleBasedStateMachine):
    """One org and the dictionaries that stand beside it."""

    accounts, contacts = Bundle("accounts"), Bundle("contacts")

    @initialize()
    def begin(self) -> None:
        self.state = OrgState.create(None, SCHEMA(), rows=demo_rows(SCHEMA()))
        session = requests.Session()
        session.mount("https://", InProcessAdapter(create_app(self.state)))
        session.headers["Authorization"] = f"Bearer {oauth.new_access_token(self.state)}"
        self.org = Org(self.state, session)
        self.account: dict[str, dict[str, Any]] = {}
        self.contact: dict[str, dict[str, Any]] = {}

    def teardown(self) -> None:
        if hasattr(self, "org"):
            self.org.session.close()
            self.state.close()

    # What the platform should say, by the naive reading

    def refusal(self, row: dict[str, Any], own: str | None = None) -> str | None:
        """Return the code with which a whole row is refused."""
        if saved(row["Name"]) is None:
            return "REQUIRED_FIELD_MISSING"
        if row["NumberOfEmployees"] is not None and abs(row["NumberOfEmployees"]) > MOST_EMPLOYEES:
            return "NUMBER_OUTSIDE_VALID_RANGE"
        others = [one[KEY].lower() for found, one in self.account.items() if one[KEY] and found != own]
        return "DUPLICATE_VALUE" if row[KEY] and row[KEY].lower() in others else None

    def kept(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: saved(value) if isinstance(value, str) else value for name, value in row.items()}

    def check(self, answer: requests.Response, expected: str | None) -> bool:
        if expected is None:
            assert answer.status_code < 300, answer.text
            return True
        assert answer.json()[0]["errorCode"] == expected, answer.text
        return False

    # Writes

    @rule(target=accounts, name=TEXTS, site=TEXTS, size=NUMBERS, key=KEYS)
    def insert_account(self, name: str | None, site: str | None, size: int | None, key: str | None) -> str:
        row = {"Name": name, "Site": site, "NumberOfEmployees": size, KEY: key}
        answer = self.org.call("POST", "/sobjects/Account", json=row)
        if not self.check(answer, self.refusal(row)):
            return ""
        self.account[answer.json()["id"]] = self.kept(row)
        return str(answer.json()["id"])

    @rule(target=contacts, name=TEXTS, account=accounts)
    def insert_contact(self, name: str | None, account: str) -> str:
        row = {"LastName": name, "AccountId": account or None}
        answer = self.org.call("POST", "/sobjects/Contact", json=row)
        gone = bool(account) and account not in self.account
        expected = "REQUIRED_FIELD_MISSING" if saved(name) is None else "ENTITY_IS_DELETED" if gone else None
        if not self.check(answer, expected):
            return ""
        self.contact[answer.json()["id"]] = self.kept(row)
        return str(answer.json()["id"])

    @rule(account=accounts, name=TEXTS, size=NUMBERS, key=KEYS)
    def update_account(self, account: str, name: str | None, size: int | None, key: str | None) -> None:
        if not account:
            return
        change = {"Name": name, "NumberOfEmployees": size, KEY: key}
        answer = self.org.call("PATCH", f"/sobjects/Account/{account}", json=change)
        if account not in self.account:
            assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
        elif self.check(answer, self.refusal({**self.account[account], **change}, account)):
            self.account[account].update(self.kept(change))

    @rule(target=accounts, key=KEYS.filter(bool), name=TEXTS)
    def upsert_account(self, key: str, name: str | None) -> str:
        found = next((one for one, row in self.account.items() if row[KEY] and row[KEY].lower() == key.lower()), None)
        answer = self.org.call("PATCH", f"/sobjects/Account/{KEY}/{key}", json={"Name": name})
        expected = "REQUIRED_FIELD_MISSING" if saved(name) is None else None
        if not self.check(answer, expected):
            return found or ""
        told = answer.json()
        assert (told["created"], answer.status_code) == ((found is None), 201 if found is None else 200)
        blank = {"Site": None, "NumberOfEmployees": None, KEY: key}
        self.account[told["id"]] = {**self.account.get(told["id"], blank), "Name": saved(name)}
        return str(told["id"])

    @rule(account=consumes(accounts))
    def delete_account(self, account: str) -> None:
        if not account:
            return
        status = self.org.call("DELETE", f"/sobjects/Account/{account}").status_code
        assert status == (204 if account in self.account else 404)
        self.account.pop(account, None)
        self.contact = {one: row for one, row in self.contact.items() if row["AccountId"] != account}

    @rule(contact=contacts)
    def delete_contact(self, contact: str) -> None:
        if contact:
            status = self.org.call("DELETE", f"/sobjects/Contact/{contact}").status_code
            assert status == (204 if contact in self.contact else 404)
            self.contact.pop(contact, None)

    # Queries

    def found(self, text: str) -> list[dict[str, Any]]:
        answer = self.org.call("GET", "/query", params={"q": text})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["records"])

    @rule(text=TEXTS, negated=st.booleans())
    def query_by_text(self, text: str | None, negated: bool) -> None:
        def same(value: str | None) -> bool:
            wanted = text.casefold() if text else None
            return (value.casefold() if value else None) == wanted

        sign = "!=" if negated else "="
        rows = self.found(f"SELECT Id FROM Account WHERE Site {sign} {literal(text)}")
        expected = {one for one, row in self.account.items() if same(row["Site"]) != negated}
        assert {row["Id"] for row in rows} == expected

    @rule(least=st.integers(-4, 4))
    def query_by_number(self, least: int) -> None:
        rows = self.found(f"SELECT Id FROM Account WHERE NumberOfEmployees >= {least} ORDER BY NumberOfEmployees DESC, Id")
        expected = [
            (-row["NumberOfEmployees"], one)
            for one, row in self.account.items()
            if row["NumberOfEmployees"] is not None and row["NumberOfEmployees"] >= least
        ]
        assert [row["Id"] for row in rows] == [one for _, one in sorted(expected)]

    @rule()
    def query_parents_children_and_groups(self) -> None:
        parents = {row["Id"]: row["Account"] for row in self.found("SELECT Id, Account.Name FROM Contact")}
        assert {one: parent and parent["Name"] for one, parent in parents.items()} == {
            one: self.account[row["AccountId"]]["Name"] if row["AccountId"] else None for one, row in self.contact.items()
        }
        counted = Counter(row["AccountId"] for row in self.contact.values() if row["AccountId"])
        children = self.found("SELECT Id, (SELECT Id FROM Contacts) FROM Account")
        assert {row["Id"]: row["Contacts"]["totalSize"] for row in children if row["Contacts"]} == dict(counted)
        text = "SELECT AccountId a, COUNT(Id) n FROM Contact GROUP BY AccountId HAVING COUNT(Id) > 1"
        several = Counter(row["AccountId"] for row in self.contact.values())
        assert {row["a"]: row["n"] for row in self.found(text)} == {a: n for a, n in several.items() if n > 1}
        semi = self.found("SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE AccountId != null)")
        assert {row["Id"] for row in semi} == set(self.account) - set(counted)

    @invariant()
    def counts_agree(self) -> None:
        if hasattr(self, "org"):
            live = {name: self.state.live_count(name) for name in ("Account", "Contact")}
            assert live == {"Account": len(self.account), "Contact": len(self.contact)}


def test_random_writes_and_queries_agree_with_a_naive_reading() -> None:
    """Whatever is written, the org refuses, keeps and finds what dictionaries would."""
    found = Writes.TestCase
    found.settings = settings(
        max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    found().runTest()
