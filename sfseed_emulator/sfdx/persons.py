"""Person accounts of a project: Account with the fields of a contact, where the project speaks of PersonAccount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.describe import complete_fields, to_18

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_emulator.compact_fields import Compact

PERSON = "PersonAccount"
_NAMES = frozenset(("LastName", "FirstName", "Salutation", "MiddleName", "Suffix"))
_TWINS = frozenset(
    (
        *("MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Email", "Title", "Department", "AssistantName"),
        *("LeadSource", "Birthdate", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "IndividualId", "Pronouns"),
        "GenderIdentity",
    )
)
_SWITCHING: Compact = {"compound": "Name", "extra": "switchablepersonname", "write": "optional"}


def person_account(account: Compact, contact: Compact, record_types: Sequence[Compact]) -> Compact:
    """Return the compact Account of an org whose accounts can be persons."""
    own = account.get("recordTypes") or [{**_type("Business_Account", 0), "default": True}]
    persons = [{**one, "default": False} for one in record_types or [_type(PERSON, 1)]]
    named = [{**field, **_SWITCHING} if field.get("name") == "Name" else field for field in account["fields"]]
    extras = {**account.get("extras", {}), "person_types": [one["developerName"] for one in persons]}
    return {
        **account,
        "fields": [*named, *_fields(complete_fields(contact))],
        "recordTypes": [*own, *persons],
        "extras": extras,
    }


def _type(name: str, number: int) -> Compact:
    """Make a record type that every org with person accounts has, though the project does not tell it."""
    spoken = name.replace("Account", " Account").replace("_ ", " ")
    return {"developerName": name, "name": spoken, "id": to_18(f"0125e000Q{number:06d}"), "values": {}, "defaults": {}}


def _fields(of_contact: Sequence[Compact]) -> Iterator[Compact]:
    yield {"name": "IsPersonAccount", "label": "Is Person Account", "type": "boolean", "write": "read defaulted"}
    yield {"name": "PersonContactId", "label": "Contact ID", "type": "reference", "to": ["Contact"], "write": "read"}
    for field in of_contact:
        name = field["name"]
        if name in _NAMES:
            yield {**field, **_SWITCHING}
        elif name in _TWINS or name.startswith(("Mailing", "Other")):
            yield _prefixed(field)
        elif name.endswith("__c") and not field.get("compound"):
            yield _custom(field)


def _prefixed(field: Compact) -> Compact:
    made = {**field, "name": f"Person{field['name']}"}
    return {**made, "compound": f"Person{field['compound']}"} if field.get("compound") else made


def _custom(field: Compact) -> Compact:
    stem = field["name"].removesuffix("__c")
    made = {**field, "name": f"{stem}__pc"}
    if "to" in field:
        made |= {"relationship": f"{stem}__pr", "children": None}
    if field.get("controller"):
        made["controller"] = f"{field['controller'].removesuffix('__c')}__pc"
    if (
        "rollUp" in made or "formula" in made or "autoNumber" in made
    ):  # the contact's own value, which is not worked out here
        made = {key: value for key, value in made.items() if key not in {"rollUp", "formula", "autoNumber"}}
        made |= {"write": "read", "raw": {**field.get("raw", {}), "calculated": True}}
    return made
