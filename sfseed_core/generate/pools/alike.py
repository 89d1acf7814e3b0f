"""Names that Salesforce's standard matching rules would take for one another, so that a vocabulary can leave them out.

The rules compare names by their letters (Jaro-Winkler), by their sound (Metaphone), by initials and by usual short forms;
docs/matching-rules.md has them with their source. What is here is at least as strict.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SIMILAR = 0.84  # the rules' threshold for first names is 0.85
_PREFIX = 4
_SOUNDS = (
    ("^(kn|gn|pn|wr)", "n"), ("ph", "f"), ("(sch|sh|ch|tch)", "x"), ("[td]h?", "t"), ("[ckqg]h?", "k"), ("[szx]", "s"),
    ("[bp]", "p"), ("[fvw]", "f"), ("j", "x"), ("[aeiouyh]", ""),
)  # fmt: skip
# how letters may be spoken otherwise: soft c and g, silent w, gh and b, ch as k
_SPOKEN = (
    ("^y(?=[^aeiou])", "i"), ("^x", "s"), ("x", "ks"), ("dg", "g"), ("gh", ""), ("mb$", "m"), ("g(?=[eiy])", "j"),
    ("c(?=[eiy])", "s"), ("(?<=.)w", ""),
)  # fmt: skip
_HARD = ("ch", "k")
_SHORT_FORMS = """
robert bob rob bobby robin; william bill will billy willie liam; richard dick rick ricky rich; james jim jimmy jamie;
john jack johnny jon jonathan; michael mike mick mickey; joseph joe joey; thomas tom tommy; charles charlie chuck;
edward ed eddie ted; margaret maggie peggy meg megan; elizabeth liz beth betty lisa eliza;
katherine catherine kathy kate katie cathy;
patricia pat patty tricia; jennifer jen jenny; anthony tony; samuel sam; samantha sammy; daniel dan danny; david dave;
steven steve; matthew matt; christopher chris christine christina christian tina; andrew andy drew; alexander alex alexandra;
benjamin ben; nicholas nick nicole; timothy tim; gregory greg; kenneth ken; ronald ron; donald don; lawrence larry;
rebecca becky; deborah debbie debra; susan sue suzanne; barbara barb; dorothy dot; victoria vicky tori; pamela pam;
theresa terry teresa; yvette fatih; yvonne fanny fiona; lucas lucho; matias maxi; kazuya chiyo sho;
frederick fred freddie; henry harry hank; leonard leo leon; raymond ray; stephanie steph; walter walt
"""


def sound(slug: str) -> str:
    """Return a coarse key of how a name sounds: names with different keys are far apart for any phonetic rule."""
    key = slug
    for pattern, becomes in _SOUNDS:
        key = (_opening(slug) if pattern.startswith("[aeiou") else "") + re.sub(pattern, becomes, key)
    return re.sub(r"(.)\1+", r"\1", key)


def _opening(slug: str) -> str:
    """Return what stays of a vowel at the beginning: all are alike there."""
    return "a" if slug[:1] in "aeiou" else slug[:1] if slug[:1] in "yh" else ""


def sounds(slug: str) -> frozenset[str]:
    """Return every key of how a name may sound, as its letters are read."""
    softly = slug
    for pattern, becomes in _SPOKEN:
        softly = re.sub(pattern, becomes, softly)
    return frozenset(sound(one) for one in (slug, softly, slug.replace(*_HARD), softly.replace(*_HARD)))


def similarity(one: str, two: str) -> float:
    """Return the Jaro-Winkler similarity, from 0 to 1."""
    if one == two:
        return 1.0
    reach = max(len(one), len(two)) // 2 - 1
    taken = [False] * len(two)
    first = []
    for place, letter in enumerate(one):
        for other in range(max(0, place - reach), min(len(two), place + reach + 1)):
            if not taken[other] and two[other] == letter:
                taken[other] = True
                first.append(letter)
                break
    if not first:
        return 0.0
    second = [letter for letter, used in zip(two, taken, strict=True) if used]
    swapped = sum(a != b for a, b in zip(first, second, strict=True)) / 2
    same = len(first)
    jaro = (same / len(one) + same / len(two) + (same - swapped) / same) / 3
    common = 0
    for a, b in zip(one[:_PREFIX], two[:_PREFIX], strict=False):
        if a != b:
            break
        common += 1
    return jaro + common * 0.1 * (1 - jaro)


def near(one: str, two: str) -> float:
    """Return the share of letters that two family names have in their places: the most that slips of the keys can leave."""
    same = sum(a == b for a, b in zip(one, two, strict=False))
    return same / max(len(one), len(two))


def unlike(
    slugs: Sequence[str],
    weights: Sequence[int],
    *,
    without: Iterable[str] = (),
    alike: Callable[[str, str], float] = similarity,
) -> list[int]:
    """Return the places of names of which no two are taken for one another, the most frequent first kept."""
    short_forms = {form: number for number, group in enumerate(_SHORT_FORMS.split(";")) for form in group.split()}
    kept: list[int] = []
    heard = {key for slug in without for key in sounds(slug)}
    groups: set[int] = set()
    by_initial: dict[str, list[str]] = {}
    for place in sorted(range(len(slugs)), key=lambda one: (-weights[one], slugs[one])):
        slug = slugs[place]
        keys, group = sounds(slug), short_forms.get(slug)
        if len(slug) < 2 or keys & heard or group in groups:
            continue
        if any(alike(slug, other) >= SIMILAR for others in by_initial.values() for other in others):
            continue
        kept.append(place)
        heard |= keys
        by_initial.setdefault(slug[0], []).append(slug)
        groups |= set() if group is None else {group}
    return sorted(kept)


def first_words(names: Iterable[str], most: int) -> list[str]:
    """Return names of one word each, no two with the same first six letters: the key by which the rules group companies."""
    found: dict[str, str] = {}
    for name in names:
        if not re.search(r"\W", name):  # O'Neill is two words for the rules
            found.setdefault(_beginning(name), name)
        if len(found) == most:
            break
    return list(found.values())


def _beginning(word: str) -> str:
    """Return the first six letters as the rules compare them, without accents."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(letter))
    return bare.replace("ß", "ss")[:6]


def second_words(names: Iterable[str]) -> list[str]:
    """Return names, no two of which begin with the same six letters."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(_beginning(re.split(r"[ -]", name)[0]), name)
    return list(found.values())
