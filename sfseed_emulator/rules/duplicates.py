"""The standard duplicate rules, enforced on inserts; on updates they only report, which no answer shows.

Rows that are saved together are not compared with each other, as in Salesforce: only with what the org holds. Match keys are
kept in a table of their own and never taken out: what they lead to is read and compared again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, tables
from sfseed_emulator.matching.standard import ALERT, STANDARD_RULES, hashed
from sfseed_emulator.matching.subjects import subject
from sfseed_emulator.outcome import DuplicateResult, Match, RowError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.matching.standard import StandardRule
    from sfseed_emulator.matching.subjects import Subject
    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

    Row = Mapping[str, object]

CODE = "DUPLICATES_DETECTED"
MOST_CANDIDATES = 100
"""How many records of one match key are looked at, the latest ones: Salesforce reports no more either."""

MOST_AT_ONCE = 2_000


def check(chunk: Chunk) -> None:
    """Refuse new rows that a standard rule takes for a record that is there already."""
    rule = STANDARD_RULES.get(chunk.plan.found.name)
    if rule is None or not chunk.inserting or not chunk.state.options.duplicate_rules:
        return
    drafts = [draft for draft in chunk.sound() if not draft.row.get("IsPersonAccount")]
    subjects = _subjects(chunk.state, rule, [draft.row for draft in drafts])
    for draft, one in zip(drafts, subjects, strict=True):
        draft.match_keys = [hashed(key) for key in rule.keys(one)]
    holders = {} if chunk.allow_duplicates else _holders(chunk.state, {key for one in drafts for key in one.match_keys})
    if not holders:
        return
    saved = _saved(chunk.state, rule, {holder for listed in holders.values() for holder in listed})
    for draft, one in zip(drafts, subjects, strict=True):
        candidates = dict.fromkeys(holder for key in draft.match_keys for holder in holders.get(key, ()))
        matches = [holder for holder in candidates if holder in saved and rule.matches(one, saved[holder])]
        if matches:
            draft.refuse(_error(chunk.state, rule, matches))


def remember_new(state: OrgState, drafts: Iterable[Draft]) -> None:
    """Keep the match keys of new rows, as `check` found them."""
    _keep(state, [(key, draft.row["Id"]) for draft in drafts for key in draft.match_keys])


def _keep(state: OrgState, pairs: Sequence[tuple[int, object]]) -> None:
    if pairs:
        state.db.executemany('INSERT OR IGNORE INTO "_match_key" VALUES (?, ?)', pairs)


def remember(state: OrgState, found: ObjectDef, rows: Sequence[Row]) -> None:
    """Keep the match keys of saved rows."""
    rule = STANDARD_RULES.get(found.name)
    if rule is None or not rows or not state.options.duplicate_rules:
        return
    subjects = _subjects(state, rule, rows)
    pairs = [
        (hashed(key), row["Id"])
        for row, one in zip(rows, subjects, strict=True)
        if not row.get("IsPersonAccount")
        for key in rule.keys(one)
    ]
    _keep(state, pairs)


def remember_changes(state: OrgState, found: ObjectDef, names: Iterable[str], rows: Sequence[Row]) -> None:
    """Keep the match keys of rows of which some fields were changed."""
    rule = STANDARD_RULES.get(found.name)
    if rule is not None and not {*rule.fields.values(), "AccountId"}.isdisjoint(names):
        remember(state, found, rows)


def _subjects(state: OrgState, rule: StandardRule, rows: Sequence[Row]) -> list[Subject]:
    """Normalise rows for comparing; a contact's company is its account's name."""
    accounts = {str(row["AccountId"]) for row in rows if row.get("AccountId")} if rule.object_name == "Contact" else set()
    names = {key: one.get("Name") for key, one in lookups.some_columns(state, "Account", accounts, ["Name"]).items()}
    return [
        subject({**{part: row.get(name) for part, name in rule.fields.items()}, **_company(names, row)}) for row in rows
    ]


def _company(names: Mapping[str, object], row: Row) -> Row:
    account = row.get("AccountId")
    return {"company": names.get(str(account))} if account and names else {}


def _holders(state: OrgState, keys: Collection[int]) -> dict[int, list[str]]:
    """Return the latest records of each key: by one query, unless some keys have very many."""
    marks = ", ".join("?" * len(keys))
    few = f'SELECT key, id FROM "_match_key" WHERE key IN ({marks}) LIMIT ?'
    rows = state.db.execute(few, (*keys, MOST_AT_ONCE)).fetchall()
    if len(rows) < MOST_AT_ONCE:
        found: dict[int, list[str]] = {}
        for key, record_id in rows:
            found.setdefault(key, []).append(record_id)
        return {key: sorted(listed, reverse=True)[:MOST_CANDIDATES] for key, listed in found.items()}
    return _holders_one_by_one(state, keys)


def _holders_one_by_one(state: OrgState, keys: Iterable[int]) -> dict[int, list[str]]:
    statement = 'SELECT id FROM "_match_key" WHERE key = ? ORDER BY id DESC LIMIT ?'
    found = {key: [row[0] for row in state.db.execute(statement, (key, MOST_CANDIDATES))] for key in keys}
    return {key: listed for key, listed in found.items() if listed}


def _saved(state: OrgState, rule: StandardRule, wanted: set[str]) -> dict[str, Subject]:
    """Read the candidates that are still there, as the rules of their own objects see them."""
    found: dict[str, Subject] = {}
    for name in rule.against:
        target = state.schema.get(name)
        if target is None:
            continue
        ids = [one for one in wanted if one[:3] == target.key_prefix]
        own = STANDARD_RULES[name]
        names = [*own.fields.values(), "AccountId", "IsPersonAccount"]
        rows = lookups.some_columns(state, name, ids, [one for one in names if one in tables.columns(target)])
        live = [row for row in rows.values() if not row.get("IsPersonAccount")]
        subjects = _subjects(state, own, live)
        found |= {str(row["Id"]): one for row, one in zip(live, subjects, strict=True)}
    return found


def _error(state: OrgState, rule: StandardRule, matches: Sequence[str]) -> RowError:
    by_object = {name: state.schema.get(name) for name in rule.against}
    results = tuple(
        Match(name, STANDARD_RULES[name].matching_rule, tuple(listed))
        for name, found in by_object.items()
        if found is not None and (listed := [one for one in matches if one[:3] == found.key_prefix])
    )
    return RowError(CODE, ALERT, duplicates=DuplicateResult(rule.object_name, rule.name, ALERT, results))
