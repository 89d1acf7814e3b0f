"""A load that changes records which the org has: some by their external id in other case, some with references; others are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.loading import Made

if TYPE_CHECKING:
    from sfseed_core.org.client import Org
    from sfseed_core.org.guard import GuardedOrg

_ASKED = {
    "Account": "Name, Phone, Customer_Number__c, AnnualRevenue, Parent.Customer_Number__c",
    "Skill__c": "Name, Skill_Code__c, Parent_Skill__r.Skill_Code__c",
    "Contact": "LastName, Account.Customer_Number__c",
}


def there_before(org: GuardedOrg) -> None:
    """Make what the org has before the load: five accounts below each other, three skills."""
    parent = None
    for number in range(5):
        fields: dict[str, Any] = {
            "Name": f"Old {number}",
            "Customer_Number__c": f"K-{number}",
            "AnnualRevenue": 10 + number,
        }
        fields |= {"Phone": f"0{number}"} if number % 2 else {}
        found = org.insert_one("Account", fields | ({"ParentId": parent} if parent else {}))
        parent = parent or found
    for number in range(3):
        org.insert_one("Skill__c", {"Name": f"Old skill {number}", "Skill_Code__c": f"S{number}"})


def upserting(size: int = 8) -> list[Made]:
    """Accounts and skills by external id, every other of which the org has, with contacts below them and a tree of each."""
    accounts = [
        {
            "Name": f"New {n}",
            "Phone": None if n % 3 == 0 else f"9{n}",
            "Customer_Number__c": f"k-{n}" if n % 2 else f"K-{n}",
            "ParentId": n + 1 if n % 4 == 1 and n + 1 < size else None,
        }
        for n in range(size)
    ]
    skills = [
        {"Name": f"New skill {n}", "Skill_Code__c": f"S{n}", "Parent_Skill__c": n - 1 if n % 2 else None} for n in range(4)
    ]
    contacts = [{"LastName": f"Person {n}", "AccountId": n % size} for n in range(size)]
    return [
        Made(
            "Account", 0, {"Name": "string", "Phone": "phone", "Customer_Number__c": "string"}, {"ParentId": "Account"},
            accounts, frozenset({"ParentId"}), upsert="Customer_Number__c",
        ),
        Made(
            "Skill__c", 0, {"Name": "string", "Skill_Code__c": "string"}, {"Parent_Skill__c": "Skill__c"}, skills,
            frozenset({"Parent_Skill__c"}), upsert="Skill_Code__c",
        ),
        Made("Contact", 1, {"LastName": "string"}, {"AccountId": "Account"}, contacts),
    ]  # fmt: skip


def world(org: Org) -> dict[str, list[Any]]:
    """All that the org holds of these objects, without ids."""
    return {
        name: sorted((_plain(row) for row in org.query(f"SELECT {asked} FROM {name}")), key=repr)
        for name, asked in _ASKED.items()
    }


def _plain(row: dict[str, Any]) -> list[Any]:
    return [
        {key: one for key, one in value.items() if key != "attributes"} if isinstance(value, dict) else value
        for value in row.values()
    ]
