"""Stock symbols, which only companies have whose shares are traded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, coded, joined
from sfseed_core.generate.owners import COMPANY
from sfseed_core.generate.provider import TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.providers.companies import companies
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    import pyarrow as pa

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_TICKER = 4
_LISTED = frozenset({"public", "listed", "publicly traded"})
_LISTED_SHARE = 6_000  # out of 65,536 companies, where nothing says which are listed
_UNSAID = (
    "ANAL ANUS ARSE BITE BOOB BUMS CACA CAGA CLIT COCK COON CRAP CULO CUNT DAMN DEAD DICK DYKE FAGS FAIL FAKE FART FICK "
    "FUCK GILI GOOK HELL HOES HOMO HURE JODE JODI KACK KILL KNOB LIAR MERD MUFF NAZI PAJA PAKI PEDO PEES PENE PERV PICA "
    "PISS POOP PORN PRAT PUTA PUTE RAPE SCAM SCUM SEXY SHAG SHAT SHIT SLAG SLUT SPIC SUCK TETA TITS TOSS TURD TWAT WANK "
    "WHOR"
)
"""Words that no exchange gives out as a symbol: Crawford Paper is not CRAP."""
_INSTEAD = "X"


def _propose_ticker(request: FieldRequest) -> Options:
    """Propose to give one to public companies only, where a picklist of the object says which these are."""
    context = request.context
    found: dict[str, Any] = {}
    for name in context.meanings:
        values = context.rules.fields[name].suggested if context.object.fields[name].type == "picklist" else ()
        if _LISTED & {value.lower() for value in values} and "ownership" in words_of(name):
            found = {"ownership": name, "listed": [value for value in values if value.lower() in _LISTED]}
    own = context.find(COMPANY)
    return {**found, **({"company": own} if own else {})}


def _ticker(scope: Scope) -> Make:
    """Letters of the company's name, and the country's mark of shares, of companies whose shares are traded.

    Where an exchange gives codes instead, three digits and one of the letters that the locale says.
    """
    field, width, key = scope.options.get("company"), min(_TICKER, scope.column.length or _TICKER), scope.key()
    column = scope.engine.column(scope.object.name, str(field)) if field else None
    pools = scope.engine.pools(column.options.get("locale") or scope.object.locale) if column is not None else scope.pools
    stems, trades = (texts.listed(pools.text(f"company_{part}_slugs")) for part in ("stem", "trade"))
    coding = pools.settings.get("ticker_letters", "")
    heads = texts.strings([_digits(stem, width - 1) if coding else _letters(stem, width - 1) for stem in stems])
    ends = [coding[crc32(trade.encode()) % len(coding)] if coding else _letters(trade, 1) for trade in trades]
    tails = texts.strings([*ends, _INSTEAD])
    unsaid = _unsaid(heads, tails)
    mark = pools.settings.get("ticker_end", "")
    end = [mark] if mark and not 0 < scope.column.length < width + len(mark) else []
    named = column is not None and column.provider == COMPANY

    def make(rows: Rows) -> Cells:
        drawn = rows.draw(key)
        if named:
            one = companies(rows, str(field), pools)
            stem, trade = one.stems, one.trades
        else:
            stem, trade = draws.below(drawn, len(heads)), draws.below_again(drawn, len(trades))
        trade = np.where(unsaid[stem, trade], len(trades), trade)
        return joined(Coded(heads, stem), Coded(tails, trade), *end).masked(_is_listed(rows, scope.options, drawn))

    return make


def _letters(slug: str, count: int) -> str:
    """Return the first letters of a slug as capitals."""
    return re.sub("[^a-z]", "", slug)[:count].upper() or "X" * bool(count)


def _unsaid(heads: pa.StringArray, tails: pa.StringArray) -> np.ndarray:
    """Return which ends make a word that one does not say, for each beginning."""
    before, after = np.array(texts.listed(heads)), np.array(texts.listed(tails))
    found = np.zeros((len(before), len(after)), dtype=bool)
    for word in _UNSAID.split():
        found |= (before == word[:-1])[:, None] & (after == word[-1])
    return found


def _digits(slug: str, count: int) -> str:
    """Return digits that are the same for a slug at any time, none of them a zero."""
    return "".join(str(1 + crc32(f"{place}{slug}".encode()) % 9) for place in range(count))


def _is_listed(rows: Rows, options: Options, drawn: np.ndarray) -> np.ndarray:
    """Return which records are companies whose shares are traded: as the field of ownership says, else a few."""
    ownership = options.get("ownership")
    if not ownership or not rows.has(str(ownership)):
        return draws.happens(drawn, _LISTED_SHARE)
    told, codes = coded(rows.cells(str(ownership)))
    public = np.array([one in options["listed"] for one in texts.listed(told)])[codes]
    valid = rows.cells(str(ownership)).valid
    return public if valid is None else public & valid


PROVIDERS = (
    Provider(
        "company.ticker",
        "a stock symbol, of listed companies",
        TEXT,
        _propose_ticker,
        _ticker,
        meanings=frozenset({"company.ticker"}),
        options={
            "company": "the field with the company's name",
            "ownership": "the field that says who owns it",
            "listed": "its values that mean a listed company",
        },
    ),
)
