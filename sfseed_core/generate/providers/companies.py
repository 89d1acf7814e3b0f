"""Companies: names that do not repeat, the domain that goes with each, and facts about a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws, kernels, legal_forms, texts
from sfseed_core.generate.cells import Cells, Coded, Joined, Numbers, Texts, joined
from sfseed_core.generate.given import among, given_sites
from sfseed_core.generate.letters import spellings
from sfseed_core.generate.owners import COMPANY
from sfseed_core.generate.pools import DEFAULT_LOCALE, Pools
from sfseed_core.generate.provider import ALL_TEXT, TEXT, Make, Options, Provider, Scope, nothing_to_say, words
from sfseed_core.generate.spelling import whole
from sfseed_core.generate.unique import Free
from sfseed_core.snapshot.taken import name_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

DOMAIN_END = ".example.com"
NO_COMPANY = ("example.com", "example.org", "example.net")
OWN_WORD = "~"
"""Where a trade has it, the company's own word stands behind the trade (`Transportes ~`), else before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Companies:
    """Which company each record is: places in the lists of stems, trades and regions, and a number where these are used up.

    Where names come again, `copies` says how often before, and `firsts` which record had the name first.
    """

    stems: np.ndarray
    trades: np.ndarray
    regions: np.ndarray | None
    numbers: np.ndarray | None
    copies: np.ndarray | None = None
    firsts: np.ndarray | None = None


def companies(rows: Rows, field: str, pools: Pools) -> Companies:
    """Return the companies that the field names: the n-th of a keyed permutation of all stems and trades."""
    return rows.once(f"companies {field}", lambda: _companies(rows, field, pools))


def _companies(rows: Rows, field: str, pools: Pools) -> Companies:
    stems, trades, regions = (len(pools.text(f"company_{part}")) for part in ("stems", "trades", "regions"))
    names = stems * trades
    copies = max(-(-rows.plan.count // names), 1)
    column = rows.engine.column(rows.plan.name, field)
    taken = column.options.get("taken", {}).get(pools.locale, ()) if column is not None and copies == 1 else ()
    if names - len(taken) < rows.plan.count:
        taken = ()  # too few are free: then names come again, with a region's name
    free = rows.engine.once(
        ("free companies", rows.plan.name, field, pools.locale),
        lambda: Free.of(names * copies, rows.engine.key(rows.plan.name, field, COMPANY), taken),
    )
    place = free.at(rows.records)
    copy, name = np.divmod(place, names) if copies > 1 else (None, place)
    stem, trade = np.divmod(name, trades)
    if copy is None:
        return Companies(stem, trade, None, None)
    number, region = np.divmod(copy, regions)
    firsts = free.order.positions_of(name)
    return Companies(stem, trade, region, number if copies > regions else None, copy, firsts)


def _taken_companies(request: FieldRequest) -> Options:
    """Propose to leave out the companies that the org has, as numbers of stem and trade, by locale; and what tells their size."""
    names = request.context.snapshot.taken.get(name_key(request.context.object.name), ())
    taken = {locale: _company_numbers(Pools.of(locale), names) for locale in request.context.locales if names}
    found = {locale: numbers for locale, numbers in taken.items() if numbers}
    size = request.context.find("company.employees")
    sized = {legal_forms.SIZE: size} if size and request.context.object.fields[size].type == "int" else {}
    return {**({"taken": found} if found and request.context.object.name == "Account" else {}), **sized}


def _company_numbers(pools: Pools, names: Iterable[str]) -> list[int]:
    """Return the numbers of those companies among the names that are of our words, whatever their legal form."""
    stems, trades = (texts.listed(pools.text(f"company_{part}")) for part in ("stems", "trades"))
    stem_of, trade_of = ({word: place for place, word in enumerate(words)} for words in (stems, trades))
    before = {trade.removesuffix(OWN_WORD): place for trade, place in trade_of.items() if trade.endswith(OWN_WORD)}
    gap, longest = pools.settings.get("company_gap", " "), max(len(stem) for stem in stems)
    found = set()
    for name in names:
        for end in range(1, min(longest, len(name)) + 1):
            if name[:end] in stem_of and name[end : end + len(gap)] == gap:
                trade = _longest_of(trade_of, name[end + len(gap) :])
                found |= set() if trade is None else {stem_of[name[:end]] * len(trades) + trade}
        for word, trade in before.items():
            stem = _longest_of(stem_of, name.removeprefix(word)) if name.startswith(word) else None
            found |= set() if stem is None else {stem * len(trades) + trade}
    return sorted(found)


def _longest_of(known: Mapping[str, int], text: str) -> int | None:
    """Return the place of the longest of the words that the text begins with."""
    return next((known[text[:to]] for to in range(len(text), 0, -1) if text[:to] in known), None)


def _name(scope: Scope) -> Make:
    pools, field = scope.pools, scope.column.field
    gap = pools.settings.get("company_gap", " ")
    stems, forms = pools.text("company_stems"), pools.text("company_forms")
    leads, trades = _around_own_word(pools.text("company_trades"), "", gap)
    endings, styles = _products(trades, forms, gap)
    regions, tails = _after(pools.text("company_regions").slice(1), gap), _after(forms, gap)
    form_of = legal_forms.forms(scope.engine, scope.object.name, scope.column, pools)

    def make(rows: Rows) -> Cells:
        one, style = companies(rows, field, pools), form_of(rows)
        parts: list[Coded | str] = [] if leads is None else [Coded(leads, one.trades)]
        parts.append(Coded(stems, one.stems))
        if one.regions is None:
            parts.append(Coded(endings, one.trades * styles + style))
        else:
            parts += [Coded(trades, one.trades), Coded(regions, one.regions), Coded(tails, style)]
        if one.numbers is not None:
            parts += [" ", *whole(one.numbers + 1)]
        return joined(*parts).fitted(scope.column.length)

    return make


def _around_own_word(trades: pa.StringArray, before: str, gap: str) -> tuple[pa.StringArray | None, pa.StringArray]:
    """Return what stands ahead of companies' own words by trade (None: never anything), and what stands behind them."""
    words_ = texts.listed(trades)
    ahead = [before + word.removesuffix(OWN_WORD) if word.endswith(OWN_WORD) else before for word in words_]
    behind = ["" if word.endswith(OWN_WORD) else gap + word for word in words_]
    return (texts.strings(ahead) if len({*ahead}) > 1 else None), texts.strings(behind)


def _products(trades: pa.StringArray, forms: pa.StringArray, gap: str) -> tuple[pa.StringArray, int]:
    """Return every trade with every legal form (first: without one), a trade's together, and how many each trade has."""
    styles = len(forms) + 1
    trade = np.repeat(np.arange(len(trades)), styles)
    form = np.tile(np.arange(styles), len(trades))
    return texts.join(Coded(trades, trade).text(), Coded(_after(forms, gap), form).text()), styles


def _after(words_: pa.StringArray, gap: str) -> pa.StringArray:
    """Return nothing, and the words with a gap before each."""
    return pa.concat_arrays([texts.strings([""]), texts.join(gap, words_)])


def domains(rows: Rows, field: str, before: str) -> Joined:
    """Return the internet domain of the company that the field names, after the text `before` (`@`, `https://www.`)."""
    return rows.once(f"domain {before} {field}", lambda: _known_domains(rows, field, before))


def _known_domains(rows: Rows, field: str, before: str) -> Joined:
    """Return the domains; a reserved one where the field is empty, as it is of person accounts."""
    column = rows.engine.column(rows.plan.name, field)
    valid = rows.cells(field).valid if column is not None and (column.rows or column.null_share) else None
    return _or_reserved(rows, _domains(rows, field, before), valid, before)


def _or_reserved(rows: Rows, domains: Joined, valid: np.ndarray | None, before: str) -> Joined:
    """Return the domains; a reserved one where `valid` says no."""
    if valid is None:
        return domains
    first, *others = domains.parts
    reserved = _or(rows, first, valid, before + NO_COMPANY[0])
    return joined(reserved, *(_or(rows, part, valid, "") for part in others))


def _or(rows: Rows, part: Coded | Texts, valid: np.ndarray, text: str) -> Coded | Texts:
    """Return the part; the text where `valid` says no."""
    if isinstance(part, Texts):
        extended = pa.concat_arrays([part.array, texts.single(text)])
        return Texts(Coded(extended, np.where(valid, part.codes, len(part))).text())
    pool = part.pool  # kept with its longer twin, so that its id stays its own
    _, longer = rows.engine.once(("or", str(id(pool)), text), lambda: (pool, pa.concat_arrays([pool, texts.single(text)])))
    return Coded(longer, np.where(valid, part.codes, len(pool)))


def _domains(rows: Rows, field: str, before: str) -> Joined:
    if rows.plan.locales and rows.engine.has_column(rows.plan.name, field):
        locales, mine = rows.locale_parts()
        found = locales.merged(rows.engine, [_domains(part, field, before) for part in mine])
        assert not isinstance(found, Numbers)
        return joined(found)
    return _with_given(rows, _own_domains(rows, field, before), before)


def _with_given(rows: Rows, domains: Joined, before: str) -> Joined:
    """Return the domains with those of the sites that the recipe's own rows name."""
    sites = given_sites(rows)
    places = None if sites is None else among(rows, sites[1], -1)
    if sites is None or places is None or (places < 0).all():
        return domains
    pool = rows.engine.once(
        ("given domains", rows.plan.name, before),
        lambda: pa.concat_arrays([texts.join(before, sites[0]), texts.single("")]),
    )
    others = (_or(rows, part, places < 0, "") for part in domains.parts)
    return joined(Coded(pool, np.where(places < 0, len(pool) - 1, places)), *others)


def _own_domains(rows: Rows, field: str, before: str) -> Joined:
    column = rows.engine.column(rows.plan.name, field)
    if column is None:
        return no_company(rows, before)
    if column.provider == "copy":
        source = column.options
        return company_domains(rows, {**source, "company": source["field"]}, before)
    if column.provider != COMPANY:
        return joined(before, Texts(slugs_or_numbers(rows, field, "company-")), DOMAIN_END)
    pools = rows.pools(column.options.get("locale"))
    one = companies(rows, field, pools)
    leads, stems, middles, tails = rows.engine.once(("domains", pools.locale, before), lambda: _domain_parts(pools, before))
    parts: list[Coded | str] = [] if leads is None else [Coded(leads, one.trades)]
    parts.append(Coded(stems, one.stems))
    if one.numbers is not None:
        parts += ["-", *whole(one.numbers + 1)]
    if one.regions is not None:
        parts.append(Coded(middles, one.regions))
    return joined(*parts, Coded(tails, one.trades))


def _domain_parts(
    pools: Pools, before: str
) -> tuple[pa.StringArray | None, pa.StringArray, pa.StringArray, pa.StringArray]:
    """Return what domains begin with by trade, if anything, then by stem; the regions within them, and what they end in."""
    stems, slugs_, regions = (pools.text(f"company_{part}_slugs") for part in ("stem", "trade", "region"))
    names = texts.listed(pools.text("company_trades"))
    marked = [
        f"{slug}-{OWN_WORD}" if name.endswith(OWN_WORD) else slug
        for name, slug in zip(names, texts.listed(slugs_), strict=True)
    ]
    leads, trades = _around_own_word(texts.strings(marked), before, "-")
    middles = pa.concat_arrays([regions.slice(0, 1), texts.join("-", regions.slice(1))])
    return leads, stems if leads is not None else texts.join(before, stems), middles, texts.join(trades, DOMAIN_END)


def no_company(rows: Rows, before: str) -> Joined:
    """Return reserved domains for records that belong to no company."""
    pool = rows.engine.once(("no company", before), lambda: texts.strings([before + name for name in NO_COMPANY]))
    drawn = rows.draw(rows.engine.key(rows.plan.name, "no company"))
    return joined(Coded(pool, draws.below(drawn, len(pool))))


def slugs_or_numbers(rows: Rows, field: str, before: str, most: int = 24) -> pa.StringArray:
    """Return a field's texts as slugs; where nothing remains of one, `before` and numbers that no other record nor seed has."""
    named = slugs(rows.cells(field).text(), "", rows.pools().locale, most)
    seed = rows.engine.key(rows.plan.name, field, "nameless") % 10**4
    numbered = joined(f"{before}{seed}-", *whole(rows.records + 1)).text()
    return kernels.if_else(kernels.equal(named, texts.scalar("")), numbered, named)


def slugs(array: pa.StringArray, otherwise: str, locale: str, most: int = 24) -> pa.StringArray:
    """Return any text as it may stand in a host name or before an @; `otherwise` where nothing of it remains."""
    lower = kernels.utf8_lower(kernels.utf8_normalize(array, form="NFC"))
    for letter, latin in spellings(locale):
        lower = kernels.replace_substring(lower, pattern=letter, replacement=latin)
    bare = kernels.replace_substring_regex(kernels.utf8_normalize(lower, form="NFKD"), pattern=r"\p{M}+", replacement="")
    plain = kernels.replace_substring_regex(bare, pattern="[^a-z0-9]+", replacement="-")
    trimmed = kernels.utf8_slice_codeunits(kernels.utf8_trim(plain, characters="-"), 0, most)
    trimmed = kernels.coalesce(kernels.utf8_trim(trimmed, characters="-"), texts.scalar(otherwise))
    return kernels.if_else(kernels.equal(trimmed, texts.scalar("")), texts.scalar(otherwise), trimmed)


def company_domains(rows: Rows, options: Options, before: str) -> Joined:
    """Return the domain of the record's own company or of the company it belongs to, as the options say."""
    field, via = options.get("company"), options.get("via")
    if not field:
        return no_company(rows, before)
    if not via:
        return domains(rows, field, before)
    link = rows.parents(via, options.get("of"))
    if link is None:
        return no_company(rows, before)
    return _or_reserved(rows, domains(link.rows, field, before).take(link.places), link.valid, before)


def lists_industries(values: Collection[str]) -> bool:
    """Say whether a picklist's values are industries, as most of ours are among them."""
    ours = frozenset(texts.listed(Pools.of(DEFAULT_LOCALE).text("company_industries")))
    return len(ours & frozenset(values)) >= len(ours) // 2


def _propose_industry(request: FieldRequest) -> Options:
    own = request.context.find(COMPANY)
    values = request.rules.allowed or request.rules.suggested
    return {**({"company": own} if own else {}), **({"values": list(values)} if values else {})}


def _industry(scope: Scope) -> Make:
    """The industry of the company's trade; of a picklist one of its values."""
    pool, field, key = (
        texts.fit(scope.pools.text("company_industries"), scope.column.length),
        scope.options.get("company"),
        scope.key(),
    )
    column = scope.engine.column(scope.object.name, str(field)) if field else None
    if column is None or column.provider != COMPANY:
        return words(scope, texts.strings(scope.options.get("values") or texts.listed(pool)))
    values = [str(value) for value in scope.options.get("values", ())]
    extended = texts.strings([*texts.listed(pool), *values])
    known = np.array([not values or name in values for name in texts.listed(pool)])
    pools = scope.engine.pools(column.options.get("locale") or scope.object.locale)

    def make(rows: Rows) -> Coded:
        trades = companies(rows, str(field), pools).trades
        if known.all():
            return Coded(extended, trades)
        drawn = len(pool) + draws.below(rows.draw(key), len(values))
        return Coded(extended, np.where(known[trades], trades, drawn))

    return make


def _site(scope: Scope) -> Make:
    return words(scope, scope.pools.text("company_sites"))


PROVIDERS = (
    Provider(
        COMPANY,
        "a company's name",
        ALL_TEXT,
        _taken_companies,
        _name,
        meanings=frozenset({COMPANY}),
        options={
            "taken": "companies that the org has, as numbers of their words, by locale",
            "size": "the field with the number of employees",
        },
    ),
    Provider("company.site", "a site of a company", TEXT, nothing_to_say, _site, meanings=frozenset({"company.site"})),
    Provider(
        "company.industry",
        "an industry in words",
        TEXT | {"picklist"},
        _propose_industry,
        _industry,
        meanings=frozenset({"company.sic_description"}),
        options={"company": "the field with the company's name", "values": "the industries"},
    ),
)
