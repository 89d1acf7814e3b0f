"""Codes, numbers of documents, keys: templates of digits and letters, distinct where the field is unique.

In a template `#` stands for a digit and `@` for a capital or digit. Numbers that belong to somebody in real life (tax, bank,
card, social security) are such as nobody can have.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Joined, Texts
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.provider import ALL_TEXT, TEXT, Make, Options, Provider, Scope, nothing_to_say
from sfseed_core.generate.spelling import Template
from sfseed_core.generate.unique import Free
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_LETTERS = texts.ALPHANUMERIC.decode()
_MOST_DIGITS, _MOST_LETTERS = 17, 12
_SPARE = 4  # so many times more numbers than records, so that codes do not look like a count
_CARD_DIGITS = 16
# words of fields whose codes are known by letters of their own
_OWN_PREFIXES = (
    (frozenset({"po"}), "PO"),
    (frozenset({"purchase", "order"}), "PO"),
    (frozenset({"sku"}), "SKU"),
    (frozenset({"stock", "keeping"}), "SKU"),
)

TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "company.tax_id": "00-#######",  # no prefix 00 is given out
        "company.number": "00#######",  # D-U-N-S numbers beginning 00 with a random check digit
        "person.national_id": "000-##-####",  # no area 000 is given out
        "bank.iban": "GB00EXMP##############",  # check digits 00 are never right
        "bank.account": "000########",
        "bank.bic": "EXMPUS@@",
        "product.serial": "SN@@@@@@@@",
        "product.code": "P-######",
    }
)


def propose(request: FieldRequest) -> Options | str:
    """Propose a template; of a unique field one with room for all records beside the org's own values."""
    meaning = request.meaning.name if request.meaning else ""
    length = request.field.length or 255
    if request.rules.unique:
        return _distinct(request, length)
    template = request.rules.template or TEMPLATES.get(meaning) or _prefixed(request, 6)
    if len(template) > length:
        template = "#" * min(length, 9)
    return {"template": template}


def _prefixed(request: FieldRequest, digits: int) -> str:
    said = {*words_of(request.field.name)}
    own = next((prefix for words, prefix in _OWN_PREFIXES if words <= said), None)
    return f"{own or _prefix(request.context.object.label or request.context.object.name)}-{'#' * digits}"


def _prefix(label: str) -> str:
    letters = re.sub(r"[^A-Z]", "", label.upper())
    return (letters[:1] + re.sub(r"[AEIOU]", "", letters[1:]))[:3] or "X"


def _distinct(request: FieldRequest, length: int) -> Options | str:
    wanted = request.context.count
    digits = len(str((wanted + len(request.taken)) * _SPARE))
    prefixed = _prefixed(request, max(digits, 6))
    ruled = request.rules.template
    usual = (prefixed, "#" * max(digits, 6), "#" * min(length, _MOST_DIGITS), "@" * min(length, _MOST_LETTERS))
    for template in (ruled,) if ruled else usual:
        taken = taken_numbers(template, request.taken)
        if len(template) <= length and capacity(template) - len(taken) >= wanted:
            return {"template": template, "taken": taken}
    most = capacity("@" * min(length, _MOST_LETTERS)) - len(request.taken)
    return f"a unique text of {length} characters has room for {max(most, 0):,} values, {wanted:,} are wanted"


def capacity(template: str) -> int:
    """Return how many codes the template can make."""
    return int(10 ** template.count("#") * 32 ** template.count("@"))


def taken_numbers(template: str, taken: tuple[str, ...]) -> list[int]:
    """Return which of the template's codes are among the org's values, whatever their case."""
    pattern = "".join({"#": "([0-9])", "@": f"([{_LETTERS}])"}.get(one, re.escape(one)) for one in template)
    whole = re.compile(pattern, re.IGNORECASE)
    found = set()
    for value in taken:
        match = whole.fullmatch(value.strip())
        if match:
            number = 0
            for place, letter in zip(re.findall("[#@]", template), match.groups(), strict=True):
                number = number * 10 + int(letter) if place == "#" else number * 32 + _LETTERS.index(letter.upper())
            found.add(number)
    return sorted(found)


def prepare(scope: Scope) -> Make:
    """Prepare codes by the template."""
    template = str(scope.options["template"])
    size, key = capacity(template), scope.key()
    taken = scope.options.get("taken", ())
    free = Free.of(size, key, taken) if scope.column.unique else None

    form = Template.of(template)

    def make(rows: Rows) -> Joined:
        return form.written(draws.between(rows.draw(key), 0, size - 1) if free is None else free.at(rows.records))

    return make


def _uuid(scope: Scope) -> Make:
    """A UUID of version 8 (own use), distinct by its last 12 digits."""
    key, order = scope.key(), Permutation(1 << 48, scope.key("order"))
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    places = [place for place in range(36) if place not in (8, 13, 14, 18, 19, 23)]

    def make(rows: Rows) -> Texts:
        letters = texts.matrix(len(rows), "00000000-0000-8000-8000-000000000000")
        last, first = order.at(rows.records).astype(np.uint64), rows.draw(key)
        for number, place in enumerate(reversed(places)):
            source, shift = (last, 4 * number) if number < 12 else (draws.mix(number, first), 0)
            letters[:, place] = digits[(source >> np.uint64(shift)) & np.uint64(15)]
        return Texts(texts.fit(texts.from_matrix(letters), scope.column.length))

    return make


def _card(scope: Scope) -> Make:
    """A card number whose check digit is one too high."""
    key = scope.key()

    def make(rows: Rows) -> Texts:
        letters = texts.matrix(len(rows), "4000000000000000")
        texts.write_digits(letters, 6, 9, draws.below(rows.draw(key), 10**9))
        digits = letters[:, : _CARD_DIGITS - 1].astype(np.int64) - ord("0")
        doubled = digits[:, ::2] * 2
        total = (doubled - 9 * (doubled > 9)).sum(axis=1) + digits[:, 1::2].sum(axis=1)
        letters[:, -1] = (11 - total % 10) % 10 + ord("0")
        return Texts(texts.fit(texts.from_matrix(letters), scope.column.length))

    return make


PROVIDERS = (
    Provider(
        "code",
        "a code by a template",
        ALL_TEXT,
        propose,
        prepare,
        meanings=frozenset({*TEMPLATES, "code", "number.record", "id.external", "person.username"}),
        options={"template": "# a digit, @ a capital or digit", "taken": "numbers of the codes that the org has"},
        distinct=True,
    ),
    Provider("uuid", "a UUID", TEXT, nothing_to_say, _uuid, meanings=frozenset({"uuid"}), distinct=True),
    Provider(
        "card.number",
        "a card number with a wrong check digit",
        TEXT,
        nothing_to_say,
        _card,
        meanings=frozenset({"card.number"}),
    ),
)
