"""How alike two values are, by the algorithms that the standard matching rules name.

All take normalised texts that are not empty; a blank is like nothing, which the callers see to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.matching.sound import sound

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_NAME, LAST_NAME, COMPANY, CITY, STREET, TITLE = 0.85, 0.90, 0.70, 0.85, 0.80, 0.50
"""From which likeness on two values match; the thresholds that Salesforce's tables give."""

_FORMS = (
    "alexander alex sandy", "andrew andy drew", "anthony tony", "benjamin ben", "catherine katherine kathy cathy kate katie",
    "charles charlie chuck", "christopher chris", "daniel dan danny", "david dave", "deborah debbie", "donald don",
    "edward ed eddie ted", "elizabeth liz beth betty", "frederick fred", "gregory greg", "james jim jimmy", "jennifer jen jenny",
    "john jack johnny", "jonathan jon", "joseph joe", "kenneth ken", "lawrence larry", "margaret maggie peggy meg",
    "matthew matt", "michael mike mick", "nicholas nick", "patricia pat patty trish", "patrick pat", "peter pete",
    "philip phil", "raymond ray", "rebecca becky", "richard rick dick rich", "robert bob rob bobby", "ronald ron",
    "samuel sam", "stephen steven steve", "susan sue suzy", "thomas tom tommy", "timothy tim", "victoria vicky",
    "william bill will billy",
)  # fmt: skip
_GROUPS: Mapping[str, frozenset[int]] = {
    name: frozenset(at for at, forms in enumerate(_FORMS) if name in forms.split())
    for name in {name for forms in _FORMS for name in forms.split()}
}


def first_names(one: str, two: str) -> bool:
    """Tell whether two first names match: the same, an initial of the other, a known variant, alike in letters or sound."""
    if one == two:
        return True
    if len(one) == 1 or len(two) == 1:
        return one[0] == two[0]
    if _GROUPS.get(one, frozenset()) & _GROUPS.get(two, frozenset()):
        return True
    return jaro_winkler(one, two) >= FIRST_NAME or sound(one) == sound(two)


def last_names(one: str, two: str) -> bool:
    """Tell whether two last names match: the same, a slip of the keys apart, or alike in sound."""
    return one == two or edits(one, two) >= LAST_NAME or sound(one) == sound(two)


def companies(one: str, two: str) -> bool:
    """Tell whether two company names match: the same, an acronym of the other, or few letters apart."""
    return one == two or acronym(one, two) or edits(one, two) >= COMPANY


def cities(one: str, two: str) -> bool:
    """Tell whether two cities match."""
    return one == two or edits(one, two) >= CITY


def titles(one: str, two: str) -> bool:
    """Tell whether two job titles match: the same, an acronym of the other, or at least half the words shared."""
    words, others = set(one.split()), set(two.split())
    return one == two or acronym(one, two) or len(words & others) / len(words | others) >= TITLE


def streets(one: str, two: str) -> bool:
    """Tell whether two streets match: the same house number, and nearly the same name."""
    if one == two:
        return True
    return house_number(one) == house_number(two) and edits(one, two) >= STREET


def house_number(street: str) -> str:
    """Return the words of a street that hold a digit."""
    return " ".join(word for word in street.split() if any(sign.isdigit() for sign in word))


def acronym(one: str, two: str) -> bool:
    """Tell whether one text is the initials of the other's words."""
    short, long = sorted((one, two), key=len)
    words = long.split()
    return len(words) > 1 and short == "".join(word[0] for word in words)


def edits(one: str, two: str) -> float:
    """Return the share of letters that need no edit (Levenshtein), from 0 to 1."""
    longest = max(len(one), len(two))
    if abs(len(one) - len(two)) * 2 > longest:
        return 0.0  # beyond every threshold
    row = list(range(len(two) + 1))
    for at, letter in enumerate(one, start=1):
        before, row[0] = row[0], at
        for place, other in enumerate(two, start=1):
            cost = min(row[place] + 1, row[place - 1] + 1, before + (letter != other))
            before, row[place] = row[place], cost
    return 1 - row[-1] / longest


def jaro_winkler(one: str, two: str) -> float:
    """Return the Jaro-Winkler likeness, from 0 to 1: shared letters near each other's place, a common beginning counts more."""
    reach = max(len(one), len(two)) // 2 - 1
    taken: list[int] = []
    for at, letter in enumerate(one):
        near = range(max(0, at - reach), min(len(two), at + reach + 1))
        found = next((place for place in near if two[place] == letter and place not in taken), None)
        if found is not None:
            taken.append(found)
    if not taken:
        return 0.0
    swapped = sum(first != second for first, second in zip(taken, sorted(taken), strict=True)) / 2
    shared = len(taken)
    jaro = (shared / len(one) + shared / len(two) + (shared - swapped) / shared) / 3
    common = next((at for at in range(4) if one[at : at + 1] != two[at : at + 1] or at >= len(one)), 4)
    return jaro + common * 0.1 * (1 - jaro)
