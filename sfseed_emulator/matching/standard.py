"""The standard matching and duplicate rules of a new org: match keys, which narrow down, and equations, which decide.

docs/matching-rules.md tells where they are from. Person accounts and their contacts are not looked at: their rule is not active
in a new org.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from sfseed_emulator.matching.likeness import cities, companies, first_names, house_number, last_names, streets, titles
from sfseed_emulator.matching.sound import sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_emulator.matching.subjects import Subject

ALERT = "Use one of these records?"


@dataclass(frozen=True, slots=True)
class StandardRule:
    """One object's standard duplicate rule with its matching rule.

    `fields` says which field of the object each compared value is; `company` of a contact is its account's name.
    `against` are the objects whose records it compares with.
    """

    object_name: str
    name: str
    label: str
    matching_rule: str
    matching_label: str
    fields: Mapping[str, str]
    against: tuple[str, ...]
    keys: Callable[[Subject], Iterator[str]]
    matches: Callable[[Subject, Subject], bool]


def hashed(key: str) -> int:
    """Return a match key as a whole number of 64 bits."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


# Persons


def person_keys(one: Subject) -> Iterator[str]:
    """Return a person's match keys.

    The key of initial, last name and e-mail domain is kept together with the house number: beside it only the groups of the
    equation with a street are not found by the other keys.
    """
    if one.email:
        yield f"email {one.email}"
    if not one.first or not one.last:
        return
    name = f"{one.first[0]} {sound(one.last)}"
    if one.area:
        yield f"phone {name} {one.area}"
    if one.company:
        yield f"company {name} {beginnings(one.company, 2, 5)}"
    if one.domain and one.street:
        yield f"domain {name} {one.domain} {house_number(one.street)}"


def persons_match(one: Subject, two: Subject) -> bool:
    """Decide whether two records are of the same person; the cheap comparisons come first."""
    email = bool(one.email) and one.email == two.email
    if not (email or _persons_meet(one, two)):
        return False
    if email and not (one.first and two.first):
        return _both(one.last, two.last, last_names)  # blanks are ignored where the e-mail is in the group
    straight = _both(one.first, two.first, first_names) and _both(one.last, two.last, last_names)
    return straight or (_both(one.first, two.last, first_names) and _both(one.last, two.first, last_names))


def _persons_meet(one: Subject, two: Subject) -> bool:
    if one.area and one.area == two.area:
        return True
    title = _both(one.title, two.title, titles)
    if title and _both(one.company, two.company, companies):
        return True
    place = title or _both(one.city, two.city, cities) or (bool(one.zip) and one.zip == two.zip)
    return place and _both(one.street, two.street, streets)


# Companies


def account_keys(one: Subject) -> Iterator[str]:
    """Return a company's match keys."""
    if one.website:
        yield f"website {one.website}"
    if one.company and one.city:
        yield f"city {beginnings(one.company, 2, 6)} {one.city[:6]}"
    if one.company and one.zip:
        yield f"zip {beginnings(one.company, 2, 6)} {one.zip[:3]}"


def accounts_match(one: Subject, two: Subject) -> bool:
    """Decide whether two records are of the same company; the cheap comparisons come first."""
    phone = bool(one.area) and one.area == two.area
    website = bool(one.website) and one.website == two.website
    if website and phone:
        return True
    street = _both(one.street, two.street, streets)
    if website and street:
        return True
    place = bool(one.state) and one.state == two.state and _both(one.city, two.city, cities)
    near = phone or street or place or (bool(one.zip) and one.zip == two.zip)
    return near and _both(one.company, two.company, companies)


def beginnings(text: str, words: int, letters: int) -> str:
    """Return the first letters of the first words."""
    return " ".join(word[:letters] for word in text.split()[:words])


def _both(one: str, two: str, alike: Callable[[str, str], bool]) -> bool:
    """Compare two values, of which a blank one is like nothing."""
    return bool(one) and bool(two) and alike(one, two)


_PERSON = {"first": "FirstName", "last": "LastName", "title": "Title", "email": "Email", "phone": "Phone"}
_MAILING = {"street": "MailingStreet", "city": "MailingCity", "zip": "MailingPostalCode"}
_LEAD_ADDRESS = {"company": "Company", "street": "Street", "city": "City", "zip": "PostalCode"}
_ACCOUNT = {
    "company": "Name", "website": "Website", "phone": "Phone", "street": "BillingStreet", "city": "BillingCity",
    "state": "BillingState", "zip": "BillingPostalCode",
}  # fmt: skip


def _rule(
    name: str, version: str, fields: Mapping[str, str], against: tuple[str, ...], keys: Callable[[Subject], Iterator[str]],
    matches: Callable[[Subject, Subject], bool],
) -> StandardRule:  # fmt: skip
    return StandardRule(
        object_name=name,
        name=f"Standard_{name}_Duplicate_Rule",
        label=f"Standard {name} Duplicate Rule",
        matching_rule=f"Standard_{name}_Match_Rule_{version}",
        matching_label=f"Standard {name} Matching Rule",
        fields=fields,
        against=against,
        keys=keys,
        matches=matches,
    )


STANDARD_RULES: Mapping[str, StandardRule] = {
    rule.object_name: rule
    for rule in (
        _rule("Account", "v1_0", _ACCOUNT, ("Account",), account_keys, accounts_match),
        _rule("Contact", "v1_1", _PERSON | _MAILING, ("Contact", "Lead"), person_keys, persons_match),
        _rule("Lead", "v1_0", _PERSON | _LEAD_ADDRESS, ("Lead", "Contact"), person_keys, persons_match),
    )
}
"""By the object whose records they look at."""
