"""Person accounts: an Account that is a person, with a contact of its own that nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages, tables
from sfseed_emulator.draft import Stage
from sfseed_emulator.effects import compound_name
from sfseed_emulator.made_rows import make
from sfseed_emulator.object_plan import is_person_account
from sfseed_emulator.outcome import RowError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_emulator.draft import Chunk, Draft

_NAME_PARTS = ("Salutation", "FirstName", "MiddleName", "LastName", "Suffix")
_TWIN = "Person"


def choose_kind(chunk: Chunk) -> None:
    """Make a new account a person or a business, by its record type or by the name that it has."""
    if not is_person_account(chunk.plan.found):
        return
    person_types = _person_types(chunk)
    for draft in chunk.drafts:
        if chunk.inserting:
            _begin(chunk, draft, person_types)
        elif draft.old is not None:
            _keep(chunk, draft)


def _begin(chunk: Chunk, draft: Draft, person_types: list[str]) -> None:
    chosen = draft.given.get("RecordTypeId")
    last_name = draft.given.get("LastName") is not None or "LastName" in draft.refused
    person = chosen in person_types if chosen is not None else last_name
    draft.row["IsPersonAccount"] = int(person)
    if "RecordTypeId" not in draft.given:
        draft.row["RecordTypeId"] = _default_type(chunk, person_types, person=person)
    compound_name(chunk.plan.found, draft.row)
    if person and draft.given.get("Name") is not None:
        draft.refuse(messages.bad_field_names(chunk.plan.found.label, ["Name"]), Stage.READING)
    strange = [] if person else _person_fields(draft.given)
    if strange:
        draft.refuse(messages.bad_field_names(chunk.plan.found.label, strange), Stage.READING)
    needed = "LastName" if person else "Name"
    if draft.row.get(needed) is None and needed not in draft.refused:
        draft.refuse(messages.required_missing([needed]), Stage.REQUIRED)


def _keep(chunk: Chunk, draft: Draft) -> None:
    person = bool(draft.old and draft.old.get("IsPersonAccount"))
    strange = [name for name in draft.given if name == "Name"] if person else _person_fields(draft.given)
    if strange:
        draft.refuse(messages.bad_field_names(chunk.plan.found.label, strange), Stage.READING)
    needed = "LastName" if person else "Name"
    if needed in draft.given and draft.given[needed] is None:
        draft.refuse(messages.required_missing([needed]), Stage.REQUIRED)


def _person_fields(given: dict[str, object]) -> list[str]:
    return [
        name
        for name, value in given.items()
        if value is not None
        and value != 0
        and (name in _NAME_PARTS or name.endswith("__pc") or (name.startswith(_TWIN) and not name.endswith("__c")))
    ]


def _person_types(chunk: Chunk) -> list[str]:
    """List the ids of the record types for persons, the default one first."""
    infos = [info for info in chunk.plan.found.record_types if info.available and not info.master]
    rows = lookups.some_columns(chunk.state, "RecordType", {info.id for info in infos}, ["IsPersonType"])
    persons = [info for info in infos if _is_person_type(rows.get(info.id, {}), info.developer_name)]
    return [info.id for info in sorted(persons, key=lambda info: not info.default)]


def _is_person_type(row: dict[str, object], developer_name: str) -> bool:
    flag = row.get("IsPersonType")
    return bool(flag) if flag is not None else developer_name.startswith("PersonAccount")


def _default_type(chunk: Chunk, person_types: list[str], *, person: bool) -> str | None:
    if person:
        return person_types[0] if person_types else None
    infos = [info for info in chunk.plan.found.record_types if info.available and not info.master]
    business = [info for info in infos if info.id not in person_types]
    return next((info.id for info in business if info.default), None)


def check_parent(chunk: Chunk) -> None:
    """Refuse a parent for a person, and a person as a parent."""
    if not is_person_account(chunk.plan.found):
        return
    given = [draft for draft in chunk.sound() if draft.given.get("ParentId") is not None]
    persons = _persons(chunk, (draft.text("ParentId") for draft in given))
    for draft in given:
        if draft.row.get("IsPersonAccount") or draft.text("ParentId") in persons:
            text = "a person account can neither have a parent nor be one"
            draft.refuse(RowError("INVALID_PERSON_ACCOUNT_OPERATION", text, ("ParentId",)))


def check_contact_account(chunk: Chunk) -> None:
    """Refuse contacts of a person account: it has its own."""
    account = chunk.state.schema.get("Account")
    if account is None or not is_person_account(account):
        return
    given = [draft for draft in chunk.sound() if draft.given.get("AccountId") is not None]
    persons = _persons(chunk, (draft.text("AccountId") for draft in given))
    for draft in given:
        if draft.text("AccountId") in persons:
            text = "a person account cannot be the parent of a contact"
            draft.refuse(RowError("INVALID_PERSON_ACCOUNT_OPERATION", text, ("AccountId",)))


def _persons(chunk: Chunk, accounts: Iterable[str | None]) -> set[str]:
    asked = {one for one in accounts if one is not None}
    rows = lookups.some_columns(chunk.state, "Account", asked, ["IsPersonAccount"])
    return {record_id for record_id, row in rows.items() if row.get("IsPersonAccount")}


def hidden_contact(chunk: Chunk) -> None:
    """Make the contact of each new person account, and note its id on the account."""
    if not chunk.inserting or not is_person_account(chunk.plan.found):
        return
    persons = [draft for draft in chunk.sound() if draft.row.get("IsPersonAccount")]
    contacts = make(chunk.state, "Contact", [_contact(draft.row) for draft in persons])
    if not contacts or "PersonContactId" not in tables.columns(chunk.plan.found):
        return
    pairs = [(contact, draft.row["Id"]) for draft, contact in zip(persons, contacts, strict=True)]
    chunk.state.db.executemany('UPDATE "Account" SET "PersonContactId" = ? WHERE Id = ?', pairs)


def _contact(account: dict[str, object]) -> dict[str, object]:
    parts = {name: account.get(name) for name in _NAME_PARTS}
    twins = {
        name.removeprefix(_TWIN): value
        for name, value in account.items()
        if name.startswith(_TWIN) and not name.endswith(("__c", "__pc"))
    }
    custom = {name.removesuffix("__pc") + "__c": value for name, value in account.items() if name.endswith("__pc")}
    own = {"AccountId": account["Id"], "OwnerId": account.get("OwnerId"), "IsPersonAccount": 1}
    return {**custom, **twins, **parts, **own}
