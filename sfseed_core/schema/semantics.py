"""What a field is about: from its object, name, label and type.

Asked in this order: the standard objects' own fields, the phrases of the name, the phrases of the label. Nothing is guessed
from values. A field without a meaning is made from its type alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.schema.lexicon import in_english
from sfseed_core.schema.meanings import CHOICE, DAY, MEANINGS, NUMBER, TEXT
from sfseed_core.schema.phrases import ADDRESS_PARTS, DATES, FLAGS, NUMBERS, PHRASES, SPANS, STANDARD
from sfseed_core.schema.things import thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sfseed_core.schema.model import Field, ObjectSchema

_RUN = re.compile(r"[^\W\d_]+|\d+")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIX = re.compile(r"__(?:c|pc|s)\Z")
_CHOSEN_BY_MEANING = frozenset(
    {
        "person.salutation",
        "address.country",
        "address.country_code",
        "address.state",
        "address.state_code",
        "address.geocode_accuracy",
        "language",
        "currency",
        "time_zone",
        "product.unit",
        "person.department",
    }
)


_VAGUE = frozenset({"code", "name.record", "keyword", "subject", "count", "year"})  # which a word in passing can mean
_SENTENCES = frozenset({"description", "comment"})  # which nothing is called by
_HELP_WORDS = 6

_Found = tuple[str, str] | None  # a meaning and its group


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field is about; `name` is a key of `meanings.MEANINGS`.

    Fields of one record that belong together (the parts of an address, the two ends of a span) have the same `group`.
    `confidence` is in whole percent; `why` is the evidence, in words for the user.
    """

    name: str
    group: str = ""
    confidence: int = 100
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    """One reading of a field: the words of its name or of its label."""

    schema: ObjectSchema
    field: Field
    words: tuple[str, ...]


def meaning(schema: ObjectSchema, field: Field) -> Meaning | None:
    """Return what the field is about; None when nothing says so."""
    standard = _standard(schema, field)
    if standard is not None:
        return standard
    told = _named(schema, field) or _told(schema, field)
    if told is not None:
        return told
    fallback = "name.record" if field.name_field and field.type == "string" else _BY_TYPE.get(field.type)
    return None if fallback is None else Meaning(fallback, "", 50, f"its type is {field.type}")


def _named(schema: ObjectSchema, field: Field) -> Meaning | None:
    """Return what the object's own name says that its records are called: a skill by a skill, a site by its city."""
    if not field.name_field or field.type not in TEXT or words_of(field.name) != ("name",):
        return None
    stated = ((words_of(schema.name), 80, "object"), (words_of(schema.label), 70, "object's label"))
    foreign = tuple((english, sure - 5, where) for words, sure, where in stated if (english := in_english(words)))
    for words, sure, where in (*stated, *foreign):
        found = thing(words)
        if found is not None and field.type in MEANINGS[found[0]].types:
            return Meaning(found[0], "", sure, f"its {where} says so: {found[1]}")
    return None


def _told(schema: ObjectSchema, field: Field) -> Meaning | None:
    """Return what name, label or help text say, in English or another language; what says little only if nothing says more."""
    vague: Meaning | None = None
    for words, confidence, where in _readings(schema, field):
        found = _by_words(_Look(schema, field, words))
        if (
            found is not None
            and field.type in MEANINGS[found[0]].types
            and not (field.name_field and found[0] in _SENTENCES)
        ):
            one = Meaning(found[0], found[1], confidence, f"its {where} says so: {' '.join(words)}")
            if found[0] not in _VAGUE:
                return one
            vague = vague or one
    return vague


def _readings(schema: ObjectSchema, field: Field) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Return the words to read, the surest first."""
    stated = tuple(_evidence(schema, field))
    yield from stated
    for words, confidence, where in stated:
        english = in_english(words)
        if english is not None:
            yield english, confidence - 5, f"{where} in another language"
    if field.help_text:
        yield words_of(field.help_text)[:_HELP_WORDS], 55, "help text"


def words_of(name: str) -> tuple[str, ...]:
    """Return the lower-case words of an API name or label, without namespace and suffix.

    `npe01__WorkEmail__c` gives work, email.
    """
    own = _SUFFIX.sub("", name).rpartition("__")[2]
    return tuple(word.lower() for run in _RUN.findall(own) for word in _CAPITALS.split(run))


def _standard(schema: ObjectSchema, field: Field) -> Meaning | None:
    found = STANDARD.get((schema.name, field.name)) or STANDARD.get(("*", field.name))
    if found is None or field.type not in MEANINGS[found[0]].types:
        return None
    return Meaning(found[0], found[1], 100, f"a standard field: {MEANINGS[found[0]].about}")


def _evidence(schema: ObjectSchema, field: Field) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Return the names to read, the surest first: API name, then label."""
    name = words_of(field.name)
    if not field.custom and len(name) > 1 and name[0] == "person":
        name = name[1:]
    if field.name_field and field.type in TEXT:
        yield (*words_of(schema.name), *name), 80, "name"
    else:
        yield name, 90, "name"
    yield words_of(field.label), 75, "label"


def _by_words(look: _Look) -> _Found:
    for read, types in _READERS:
        if look.field.type in types:
            return read(look)
    return None


def _text(look: _Look) -> _Found:
    address = _address(look.field, look.words)
    if address is not None:
        return address
    if look.field.compound == "Name" and look.words in _NAME_PARTS:
        return _NAME_PARTS[look.words], ""
    if look.words == ("title",) and _is_person(look.schema):
        return "person.job_title", ""
    if look.words[-1:] == ("address",) and _has_city(look):
        return "address.street", " ".join(look.words[:-1])
    found = _phrase(PHRASES, look)
    return ("status", "") if found is None and look.words[-1:] in _STANDINGS else found


def _is_person(schema: ObjectSchema) -> bool:
    """Say whether the records are people: they have a family name, or an e-mail address and a phone of their own."""
    if "LastName" in schema.fields or "PersonTitle" in schema.fields:
        return True
    kinds = {field.type for field in schema.fields.values()}
    return {"email", "phone"} <= kinds and "AccountId" not in schema.fields


def _has_city(look: _Look) -> bool:
    """Say whether the address that the field names has a city of its own: then the field is its street."""
    city = (*look.words[:-1], "city")
    return any(words_of(other) == city for other in look.schema.fields)


def _choice(look: _Look) -> _Found:
    """Picklists draw from their own values, so only meanings that other fields must agree with count."""
    if look.words[-1:] in _STANDINGS:
        return "status", ""
    found = _text(look)
    if found is not None and found[0] == "address.state" and found[1] and not _has_neighbour(look):
        return "status", ""  # the state of something, not a state of a country
    return found if found is not None and found[0] in _CHOSEN_BY_MEANING else None


def _has_neighbour(look: _Look) -> bool:
    """Say whether another part of the address that the field names stands beside it."""
    stem = look.words[:-1]
    parts = [(*stem, *phrase.lstrip("=").split()) for _, phrases in ADDRESS_PARTS for phrase in phrases]
    others = {words_of(other) for other in look.schema.fields if other != look.field.name}
    return any(one in others for one in parts if one != look.words)


def _number(look: _Look) -> _Found:
    address = _address(look.field, look.words)
    if address is not None and address[0] in {"address.latitude", "address.longitude"}:
        return address
    found = _phrase(NUMBERS, look)
    if found is not None and found[0] == "price" and look.words[-1] == "rate" and look.field.type != "currency":
        return "percent", ""
    if found is not None and found[0] == "amount" and look.field.type == "int" and set(look.words) & _SUMS:
        return "count", ""
    return found


def _date(look: _Look) -> _Found:
    return _span(look, "date") or _phrase(DATES, look)


def _time(look: _Look) -> _Found:
    return _span(look, "time")


def _flag(look: _Look) -> _Found:
    return _phrase(FLAGS, look)


def _span(look: _Look, family: str) -> _Found:
    """Return start or end of a span when the object has the other end too, with what both names share as the group."""
    mine = _span_end(look.words)
    if mine is None:
        return None
    end, stem = mine
    others = [
        theirs
        for other in look.schema.fields.values()
        if other.type == look.field.type and other.createable and other.name != look.field.name
        for theirs in map(_span_end, _words_in_any_language(other))
        if theirs is not None and theirs[0] != end
    ]
    if any(theirs == stem for _, theirs in others):
        return f"{family}.{end}", " ".join(stem)
    plain = _unqualified(stem)
    if any(_unqualified(theirs) == plain for _, theirs in others):
        return f"{family}.{end}", " ".join(plain)
    return None


def _unqualified(stem: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without those that only say how sure a day is: a start date has a target end date for its end."""
    return tuple(word for word in stem if word not in _QUALIFIERS)


def _words_in_any_language(field: Field) -> Iterator[tuple[str, ...]]:
    stated = (words_of(field.name), words_of(field.label))
    yield from stated
    yield from filter(None, map(in_english, stated))


def _span_end(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    for end, phrases in SPANS:
        for phrase in phrases:
            if phrase in words:
                return end, tuple(word for word in words if word != phrase)
    return None


def _address(field: Field, words: tuple[str, ...]) -> tuple[str, str] | None:
    """Return which part of an address the field is, and of which address."""
    for name, phrases in ADDRESS_PARTS:
        for phrase in phrases:
            tail = tuple(phrase.lstrip("=").split())
            whole = phrase.startswith("=")
            if words == tail or (not whole and words[-len(tail) :] == tail):
                return name, field.compound or " ".join(words[: len(words) - len(tail)])
    return None


def _phrase(table: Iterable[tuple[str, tuple[str, ...]]], look: _Look) -> _Found:
    text = f" {' '.join(look.words)} "
    for name, phrases in table:
        if look.field.type not in MEANINGS[name].types:
            continue
        for phrase in phrases:
            if (phrase[0] == "=" and text == f" {phrase[1:]} ") or f" {phrase} " in text:
                return name, ""
    return None


_QUALIFIERS = frozenset({"target", "planned", "actual", "expected", "estimated", "scheduled", "proposed"})
_STANDINGS = (("status",), ("stage",), ("phase",))
_SUMS = frozenset({"total", "sum"})  # of whole numbers these are seldom money
_NAME_PARTS = {
    ("salutation",): "person.salutation",
    ("first", "name"): "person.first_name",
    ("middle", "name"): "person.middle_name",
    ("last", "name"): "person.last_name",
    ("suffix",): "person.suffix",
}

_READERS: tuple[tuple[Callable[[_Look], _Found], frozenset[str]], ...] = (
    (_text, TEXT | {"email", "phone", "url"}),
    (_choice, CHOICE),
    (_number, NUMBER),
    (_date, DAY),
    (_time, frozenset({"time"})),
    (_flag, frozenset({"boolean"})),
)

_BY_TYPE = {
    "email": "email",
    "phone": "phone",
    "url": "url",
    "currency": "amount",
    "percent": "percent",
    "date": "date",
    "datetime": "date",
    "time": "time",
    "boolean": "flag",
    "double": "number",
    "int": "number",
    "long": "number",
    "base64": "file.content",
    "textarea": "description",
}
