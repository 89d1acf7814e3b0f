"""E-mail addresses, telephone numbers, web addresses: formats that Salesforce accepts and that reach nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Joined, Texts, joined
from sfseed_core.generate.owners import company_field
from sfseed_core.generate.provider import LINKS, TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.providers.companies import company_domains, slugs, slugs_or_numbers
from sfseed_core.generate.providers.people import (
    FIRST_NAME,
    LAST_NAME,
    first_codes,
    is_drawn,
    last_codes,
    name_fields,
    once_only,
    persons,
)
from sfseed_core.generate.providers.places import city_codes, city_table, place_of
from sfseed_core.generate.spelling import Template, padded
from sfseed_core.generate.unique import Free

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

    _Codes = Callable[[Rows], Joined]

_SHORT_EMAIL = 60  # below this a name and a company's domain may not fit: then a number at a reserved domain
_RESERVED = "@example.com"
_LONGEST_DOMAIN = 24 + len(".example.com")  # of a company whose name is none of ours
_CODE_WIDTH = 7
_CODES = 32**_CODE_WIDTH
_OWN = re.compile("work|home|alternate|personal|other|second", re.IGNORECASE)
_SEPARATORS = (".", "_", "")
_CLASSIC_FIRST = 40_000  # out of 65,536: first.last; the others first_last, flast
_INITIAL = 2


def _propose_email(request: FieldRequest) -> Options | str:
    if request.field.length and request.field.length < _CODE_WIDTH + len(_RESERVED):
        return "the field is too short for an address at a reserved domain"
    options: dict[str, Any] = {**name_fields(request), **company_field(request)} if _is_own_address(request) else {}
    named = request.context.find("person.full_name", request.meaning.group if request.meaning else "")
    if named and not ((request.meaning and request.meaning.group) or request.context.object.fields[named].name_field):
        named = None  # somebody whom the record mentions
    if named:
        options = {"name": named, **company_field(request)}
    return {**options, "taken": _taken_codes(request.taken)} if request.rules.unique else options


def _is_own_address(request: FieldRequest) -> bool:
    """Say whether it is the record's own address: the first e-mail field of the object, or one at work."""
    return request.context.find("email") == request.field.name or bool(_OWN.search(request.field.name))


def _taken_codes(taken: tuple[str, ...]) -> list[int]:
    """Return which of our codes the org's addresses hold."""
    letters = texts.ALPHANUMERIC.decode()
    found = set()
    for address in taken:
        code = address.split("@")[0][-_CODE_WIDTH:].upper()
        if len(code) == _CODE_WIDTH and all(letter in letters for letter in code):
            found.add(sum(letters.index(letter) << (5 * place) for place, letter in enumerate(reversed(code))))
    return sorted(found)


def _email(scope: Scope) -> Make:
    if scope.column.length and scope.column.length < _SHORT_EMAIL:
        return _short_email(scope)
    code = _code(scope) if scope.column.unique else None
    first, last, key = scope.options.get("first"), scope.options.get("last"), scope.key()
    firsts, lasts = scope.once("names in addresses", make=lambda: _names_in_addresses(scope.pools))
    first_names, last_names = (len(scope.pools.text(name)) for name in ("first_slugs", "last_slugs"))

    if "name" in scope.options:
        return _named_email(scope, code)
    rest = (scope.column.length or 80) - _LONGEST_DOMAIN - len("..@") - (_CODE_WIDTH if code else 0)
    most = max(1, min(rest // 2, 24))

    def make(rows: Rows) -> Joined:
        drawn = rows.draw(key)
        style = np.where(draws.happens(drawn, _CLASSIC_FIRST), 0, 1 + draws.below(drawn, 2))
        parts: list[Coded | Joined | Texts | str] = []
        if is_drawn(rows, first, FIRST_NAME):
            parts.append(Coded(firsts, first_codes(rows, first) + (style == _INITIAL) * first_names))
        else:
            parts.append(Texts(slugs(rows.cells(str(first)).text(), "x", rows.pools().locale, most)))
        if is_drawn(rows, last, LAST_NAME):
            parts.append(Coded(lasts, last_codes(rows, last) + style * last_names))
        else:
            parts += [".", Texts(slugs_or_numbers(rows, str(last), "x", most))]
        who = persons(rows)
        if who is not None and who.copies.any():
            parts.append(_numbered(rows, who.copies))
        if code is not None:
            parts += [".", code(rows)]
        return joined(*parts, company_domains(rows, scope.options, "@"))

    return make


def _names_in_addresses(pools: Pools) -> tuple[pa.StringArray, pa.StringArray]:
    """Return first names and their initials, and last names behind each separator."""
    last = pools.text("last_slugs")
    firsts = pa.concat_arrays([pools.text("first_slugs"), pools.text("first_initials")])
    return firsts, pa.concat_arrays([texts.join(separator, last) for separator in _SEPARATORS])


def _numbered(rows: Rows, copies: np.ndarray) -> Coded:
    """Return what tells the addresses of persons of one name apart: nothing for the first, then 2, 3 ..."""
    most = int(copies.max())
    pool = rows.engine.once(
        ("copies", str(most)), lambda: texts.strings(["", *(str(copy + 1) for copy in range(1, most + 1))])
    )
    return Coded(pool, copies)


def _named_email(scope: Scope, code: _Codes | None) -> Make:
    """The address of somebody whose whole name stands in one field."""
    field = str(scope.options["name"])

    def make(rows: Rows) -> Joined:
        names = Texts(slugs(rows.cells(field).text(), "info", rows.pools().locale))
        parts = [names] if code is None else [names, ".", code(rows)]
        return joined(*parts, company_domains(rows, scope.options, "@"))

    return make


def _code(scope: Scope) -> _Codes:
    free = Free.of(_CODES, scope.key("code"), scope.options.get("taken", ()))

    form = Template.of("@" * _CODE_WIDTH, lower=True)
    return lambda rows: form.written(free.at(rows.records))


def _short_email(scope: Scope) -> Make:
    code = _code(scope)
    return lambda rows: joined(code(rows), _RESERVED)


def _propose_phone(request: FieldRequest) -> Options | str:
    if request.rules.unique:
        return "telephone numbers in reserved ranges are too few to be distinct"
    mobile = request.meaning is not None and request.meaning.name == "phone.mobile"
    return {"place": place_of(request), **({"kind": "mobile"} if mobile else {})}


def _phone(scope: Scope) -> Make:
    kind, pools, length = scope.options.get("kind", "phone"), scope.pools, scope.column.length
    key = scope.engine.key(scope.object.name, "telephones")
    every = [one.field for one in scope.object.columns if one.provider == scope.column.provider]
    mine = every.index(scope.column.field) if scope.column.field in every else 0
    starts, digits = pools.text(f"city_{kind}s"), int(pools.numbers(f"{kind}_digits")[0])
    own = city_table(pools, {})
    city_key, field = scope.key("city"), scope.column.field
    width = int(texts.sizes(starts)[0])
    one_width = bool((texts.sizes(starts) == width).all()) and width == texts.lengths(starts).max()
    if one_width and 0 < length < width + digits:
        return _short_phone(scope, texts.bytes_matrix(starts, width), digits)

    in_pairs = "phone_pairs" in pools.settings and digits % 2 == 0 and (not length or length > width + digits)

    def make(rows: Rows) -> Cells:
        drawn = _apart(rows.draw(key), 10**digits, mine, len(every))
        number = _pairs(drawn, digits) if in_pairs else padded(drawn, digits)
        cities = city_codes(rows, scope.options.get("place"), own, city_key)
        return joined(Coded(starts, cities), *number).fitted(length).masked(once_only(rows, field))

    return make


def _apart(drawn: np.ndarray, count: int, mine: int, of: int) -> np.ndarray:
    """Return one of `count` numbers per record, such that the `of` fields that share the draws hold different ones."""
    stride = 1 + draws.below_again(drawn, max(count // max(of, 1) - 1, 1))
    return (draws.below(drawn, count) + mine * stride) % count


def _pairs(numbers: np.ndarray, digits: int) -> list[Coded | str]:
    """Return the digits in twos with blanks between, as France writes them."""
    parts: list[Coded | str] = []
    for place in range(digits - 2, -1, -2):
        parts += [*([" "] if parts else []), *padded(numbers // 10**place % 100, 2)]
    return parts


def _short_phone(scope: Scope, starts: np.ndarray, digits: int) -> Make:
    """A field too short for the usual way to write a number keeps its last digits."""
    width, key, own, city_key = starts.shape[1], scope.key(), city_table(scope.pools, {}), scope.key("city")
    is_digit = [*((starts[0] >= ord("0")) & (starts[0] <= ord("9"))), *([True] * digits)]
    kept = np.flatnonzero(is_digit)[-scope.column.length :]

    def make(rows: Rows) -> Texts:
        letters = np.empty((len(rows), width + digits), dtype=np.uint8)
        letters[:, :width] = starts[city_codes(rows, scope.options.get("place"), own, city_key)]
        texts.write_digits(letters, width, digits, draws.below(rows.draw(key), 10**digits))
        return Texts(texts.from_matrix(letters[:, kept]))

    return make


def _website(scope: Scope) -> Make:
    length = scope.column.length
    return lambda rows: _or_short(company_domains(rows, scope.options, "https://www."), length, "https://example.com")


def _domain(scope: Scope) -> Make:
    length = scope.column.length
    return lambda rows: _or_short(company_domains(rows, scope.options, ""), length, "example.com")


def _or_short(cells: Joined, length: int, short: str) -> Joined | Texts:
    """Return the cells; the short text for those that the field cannot hold."""
    if not length or sum(texts.longest(part.pool) for part in cells.parts) <= length:
        return cells
    fits = cells.sizes() <= length
    if fits.all():
        return cells
    both = pa.concat_arrays([cells.whole(), texts.single(short[:length])])
    return Texts(Coded(both, np.where(fits, np.arange(len(cells)), len(cells))).text())


def _propose_url(request: FieldRequest) -> Options:
    found = company_field(request)
    return {**found, "taken": _taken_codes(request.taken)} if request.rules.unique else found


def _url(scope: Scope) -> Make:
    """A page of the record: its address ends in a code of its own."""
    code, length = _code(scope), scope.column.length

    def make(rows: Rows) -> Cells:
        ends = code(rows)
        full = joined(company_domains(rows, scope.options, "https://www."), "/", ends)
        fits = full.sizes() <= length if length else None
        if fits is None or fits.all():
            return full
        both = pa.concat_arrays([full.whole(), texts.fit(joined("https://example.com/", ends).whole(), length)])
        return Texts(Coded(both, np.arange(len(rows)) + ~fits * len(rows)).text())

    return make


def _propose_ip(request: FieldRequest) -> Options | str:
    return "the field is too short for an IP address" if 0 < request.field.length < len("203.0.113.254") else {}


def _ip(scope: Scope) -> Make:
    pool = texts.strings([f"{net}.{host}" for net in ("192.0.2", "198.51.100", "203.0.113") for host in range(1, 255)])
    key = scope.key()
    return lambda rows: Coded(pool, draws.below(rows.draw(key), len(pool)))


_COMPANY_OPTIONS = {"company": "the field with the company's name", "via": "a reference", "of": "the object that has it"}

PROVIDERS = (
    Provider(
        "email",
        "an e-mail address of the person at the company's domain, under example.com",
        TEXT | {"email"},
        _propose_email,
        _email,
        meanings=frozenset({"email"}),
        options={
            "name": "the field with the whole name",
            "first": "with the first name",
            "last": "with the last name",
            **_COMPANY_OPTIONS,
            "taken": "codes in use",
        },
        distinct=True,
    ),
    Provider(
        "phone",
        "a telephone number of the city's area, in the range kept for fiction",
        TEXT | {"phone"},
        _propose_phone,
        _phone,
        meanings=frozenset({"phone", "phone.mobile", "phone.fax"}),
        options={"place": "which city (as for addresses)", "kind": "phone or mobile"},
    ),
    Provider(
        "website",
        "the company's web site",
        TEXT | {"url"},
        company_field,
        _website,
        meanings=frozenset({"website"}),
        options=_COMPANY_OPTIONS,
    ),
    Provider(
        "domain",
        "the company's domain",
        TEXT | {"url"},
        company_field,
        _domain,
        meanings=frozenset({"domain"}),
        options=_COMPANY_OPTIONS,
    ),
    Provider(
        "url",
        "a web address of the record",
        TEXT | LINKS - {"email", "phone"},
        _propose_url,
        _url,
        meanings=frozenset({"url"}),
        options={**_COMPANY_OPTIONS, "taken": "codes in use"},
        distinct=True,
    ),
    Provider(
        "ip_address", "an IP address kept for documentation", TEXT, _propose_ip, _ip, meanings=frozenset({"ip_address"})
    ),
)
