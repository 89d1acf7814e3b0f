"""An org's state: ids, transactions, counters, and what survives a restart."""

from __future__ import annotations

import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_emulator import dml, ids, oauth, versions
from sfseed_emulator.schema import OrgSchema, demo_rows
from sfseed_emulator.state import OrgState


def account(state: OrgState, name: str = "A") -> str:
    """Insert an account in its own transaction."""
    with state.transaction():
        [result] = dml.insert(state, "Account", [{"Name": name}], "json")
    assert result.id is not None
    return result.id


def names(state: OrgState) -> list[str]:
    """List the accounts' names."""
    return [name for (name,) in state.db.execute('SELECT "Name" FROM "Account" WHERE IsDeleted = 0 ORDER BY Id')]


class TestIds:
    """Record ids."""

    @pytest.mark.parametrize(
        ("short", "full"),
        [
            ("001D000000IRFma", "001D000000IRFmaIAH"),
            ("a0G3000000ByFnL", "a0G3000000ByFnLEAV"),
            ("012000000000000", "012000000000000AAA"),
        ],
    )
    def test_known_checksums(self, short: str, full: str) -> None:
        """The checksums are those of real ids."""
        assert ids.full_id(short) == full
        assert ids.full_id(full) == full
        assert ids.to_18(short) == full

    @pytest.mark.parametrize("text", ["", "001", "001D000000IRFmaIAA", "001D000000IRF-a", "001D000000IRFmaIAHx"])
    def test_what_is_no_id(self, text: str) -> None:
        """Wrong lengths, characters and checksums are no ids."""
        assert ids.full_id(text) is None

    @given(first=st.integers(0, 62**8), count=st.integers(1, 50))
    def test_ids_sort_in_the_order_given_out(self, first: int, count: int) -> None:
        """Consecutive ids are well-formed, different and ascending."""
        made = ids.record_ids("001", "5g", first, count)
        assert made == sorted(set(made))
        assert all(ids.full_id(one) == one for one in made)


def test_a_transaction_is_all_or_nothing(org: Any) -> None:
    """What is written before an exception is gone, counts included, and its ids are not given out again."""
    first = account(org.state)
    lost: list[str] = []

    def write_and_fail() -> None:
        with org.state.transaction():
            lost.append(account(org.state, "B"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert names(org.state) == ["A"]
    assert org.state.live_count("Account") == 1
    assert account(org.state, "C") not in (first, *lost)


def test_a_savepoint_undoes_a_part(org: Any) -> None:
    """An exception inside a savepoint leaves the rest of the transaction."""

    def part() -> None:
        with org.state.savepoint():
            account(org.state, "B")
            raise RuntimeError

    with org.state.transaction():
        account(org.state, "A")
        with pytest.raises(RuntimeError):
            part()
        account(org.state, "C")
    assert names(org.state) == ["A", "C"]
    assert org.state.live_count("Account") == 2


def test_commits_are_announced(org: Any) -> None:
    """A fault point hears each commit once, before and after; dying before it loses the transaction."""
    heard: list[str] = []
    org.state.fault = heard.append
    account(org.state)
    assert heard == ["before", "after"]

    def die(moment: str) -> None:
        raise SystemExit(moment)

    org.state.fault = die
    with pytest.raises(SystemExit):
        account(org.state, "B")
    org.state.fault = heard.append
    assert names(org.state) == ["A"]


def test_the_clock_never_goes_back(practice_schema: OrgSchema) -> None:
    """A clock set back does not bring time back; records carry whole seconds of UTC."""
    moments = iter([datetime(2026, 1, 1, 12, 0, 0, 999_999, UTC) - timedelta(hours=n) for n in range(50)])
    state = OrgState.create(None, practice_schema, clock=lambda: next(moments), rows={})
    first = state.now()
    assert first.microsecond % 1000 == 0
    assert state.now() == first
    assert state.created == "2026-01-01T12:00:00.000+0000"


def test_an_org_survives_a_restart(tmp_path: Path, practice_schema: OrgSchema) -> None:
    """Records, schema, credentials, tokens, counters and the org id are there again; ids go on where they ended."""
    folder = tmp_path / "org"
    state = OrgState.create(folder, practice_schema, rows=demo_rows(practice_schema))
    first, token, own = account(state), oauth.new_access_token(state), oauth.credentials(state)
    state.advance("something", 5)
    org_id = state.org_id
    state.close()
    assert OrgState.exists(folder)
    again = OrgState.open(folder)
    assert (again.org_id, oauth.credentials(again)) == (org_id, own)
    assert oauth.user_of(again, token) == again.user_id
    assert again.schema.get("Account") == practice_schema.get("Account")
    assert again.live_count("Account") == 1
    assert again.counter("something") == 5
    assert account(again, "B") > first
    again.close()


def test_an_org_is_not_overwritten(tmp_path: Path, practice_schema: OrgSchema) -> None:
    """A folder that holds an org is not made anew; one that holds none cannot be opened; new orgs differ."""
    state = OrgState.create(tmp_path / "one", practice_schema, rows={})
    with pytest.raises(FileExistsError):
        OrgState.create(tmp_path / "one", practice_schema, rows={})
    with pytest.raises(FileNotFoundError):
        OrgState.open(tmp_path / "two")
    assert not OrgState.exists(tmp_path / "two")
    other = OrgState.create(tmp_path / "two", practice_schema, rows={})
    assert other.org_id != state.org_id
    state.close()
    other.close()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
def test_the_files_are_private(tmp_path: Path, practice_schema: OrgSchema) -> None:
    """Nobody else may read the org's folder or database, which hold its tokens."""
    state = OrgState.create(tmp_path / "org", practice_schema, rows={})
    assert stat.S_IMODE((tmp_path / "org").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "org" / "org.sqlite").stat().st_mode) == 0o600
    state.close()


def test_a_new_org_is_a_roomy_sandbox(org: Any) -> None:
    """By default IsSandbox is true, there is no trial date, and the running user is active."""
    row = org.get("Organization", org.state.org_id)
    assert (row["IsSandbox"], row["TrialExpirationDate"], row["OrganizationType"]) == (True, None, "Enterprise Edition")
    user = org.get("User", org.state.user_id)
    assert user["IsActive"] is True
    assert org.get("User", user["CreatedById"])["Id"] == user["Id"]


@pytest.mark.parametrize(
    ("number", "name"), [(56, "Winter '23"), (63, "Spring '25"), (64, "Summer '25"), (68, "Winter '27")]
)
def test_releases_have_their_names(number: int, name: str) -> None:
    """Versions are named by season and year."""
    assert versions.release(number) == name
