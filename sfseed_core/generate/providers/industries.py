"""Industry codes (SIC, NAICS) and their official titles, which agree with the record's industry and with each other.

Codes and titles are those of the Standard Industrial Classification of 1987 and of NAICS 2022 (U.S. Census Bureau), one for
each of the industries that Salesforce lists. In other languages than English a title of our own words stands for both.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Numbers, coded
from sfseed_core.generate.owners import COMPANY
from sfseed_core.generate.provider import TEXT, WHOLE, Make, Options, Provider, Scope
from sfseed_core.generate.providers.companies import companies, lists_industries
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest


class Codes(NamedTuple):
    """The classes of an industry."""

    sic: str
    sic_title: str
    naics: str
    naics_title: str


_MORE = "Not Elsewhere Classified"
INDUSTRIES: Mapping[str, Codes] = MappingProxyType(
    {
        "Agriculture": Codes("0191", "General Farms, Primarily Crop", "111998", "All Other Miscellaneous Crop Farming"),
        "Apparel": Codes(
            "2389", f"Apparel and Accessories, {_MORE}", "315990", "Apparel Accessories and Other Apparel Manufacturing"
        ),
        "Banking": Codes("6021", "National Commercial Banks", "522110", "Commercial Banking"),
        "Biotechnology": Codes(
            "8731",
            "Commercial Physical and Biological Research",
            "541714",
            "Research and Development in Biotechnology (except Nanobiotechnology)",
        ),
        "Chemicals": Codes(
            "2819", f"Industrial Inorganic Chemicals, {_MORE}", "325180", "Other Basic Inorganic Chemical Manufacturing"
        ),
        "Communications": Codes("4899", f"Communications Services, {_MORE}", "517810", "All Other Telecommunications"),
        "Construction": Codes(
            "1541",
            "General Contractors-Industrial Buildings and Warehouses",
            "236220",
            "Commercial and Institutional Building Construction",
        ),
        "Consulting": Codes(
            "8742",
            "Management Consulting Services",
            "541611",
            "Administrative Management and General Management Consulting Services",
        ),
        "Education": Codes("8299", f"Schools and Educational Services, {_MORE}", "611710", "Educational Support Services"),
        "Electronics": Codes(
            "3679", f"Electronic Components, {_MORE}", "334419", "Other Electronic Component Manufacturing"
        ),
        "Energy": Codes("4911", "Electric Services", "221118", "Other Electric Power Generation"),
        "Engineering": Codes("8711", "Engineering Services", "541330", "Engineering Services"),
        "Entertainment": Codes(
            "7929",
            "Bands, Orchestras, Actors, and Other Entertainers and Entertainment Groups",
            "711310",
            "Promoters of Performing Arts, Sports, and Similar Events with Facilities",
        ),
        "Environmental": Codes("4953", "Refuse Systems", "562998", "All Other Miscellaneous Waste Management Services"),
        "Finance": Codes("6282", "Investment Advice", "523940", "Portfolio Management and Investment Advice"),
        "Food & Beverage": Codes(
            "2099", f"Food Preparations, {_MORE}", "311999", "All Other Miscellaneous Food Manufacturing"
        ),
        "Government": Codes("9199", f"General Government, {_MORE}", "921190", "Other General Government Support"),
        "Healthcare": Codes(
            "8099",
            f"Health and Allied Services, {_MORE}",
            "621999",
            "All Other Miscellaneous Ambulatory Health Care Services",
        ),
        "Hospitality": Codes("7011", "Hotels and Motels", "721110", "Hotels (except Casino Hotels) and Motels"),
        "Insurance": Codes("6411", "Insurance Agents, Brokers and Service", "524210", "Insurance Agencies and Brokerages"),
        "Machinery": Codes(
            "3569",
            f"General Industrial Machinery and Equipment, {_MORE}",
            "333998",
            "All Other Miscellaneous General Purpose Machinery Manufacturing",
        ),
        "Manufacturing": Codes(
            "3999", f"Manufacturing Industries, {_MORE}", "339999", "All Other Miscellaneous Manufacturing"
        ),
        "Media": Codes("2741", "Miscellaneous Publishing", "513199", "All Other Publishers"),
        "Not For Profit": Codes("8399", f"Social Services, {_MORE}", "813319", "Other Social Advocacy Organizations"),
        "Other": Codes(
            "8999", f"Services, {_MORE}", "541990", "All Other Professional, Scientific, and Technical Services"
        ),
        "Recreation": Codes(
            "7999",
            f"Amusement and Recreation Services, {_MORE}",
            "713990",
            "All Other Amusement and Recreation Industries",
        ),
        "Retail": Codes(
            "5399", "Miscellaneous General Merchandise Stores", "455219", "All Other General Merchandise Retailers"
        ),
        "Shipping": Codes(
            "4731", "Arrangement of Transportation of Freight and Cargo", "488510", "Freight Transportation Arrangement"
        ),
        "Technology": Codes("7371", "Computer Programming Services", "541511", "Custom Computer Programming Services"),
        "Telecommunications": Codes(
            "4813", "Telephone Communications, Except Radiotelephone", "517111", "Wired Telecommunications Carriers"
        ),
        "Transportation": Codes(
            "4213", "Trucking, Except Local", "484121", "General Freight Trucking, Long-Distance, Truckload"
        ),
        "Utilities": Codes("4941", "Water Supply", "221310", "Water Supply and Irrigation Systems"),
    }
)
_SYSTEMS = ("sic", "naics")
_TITLES = frozenset({"desc", "description", "title", "name"})


def _propose(request: FieldRequest) -> Options | str:
    words = {*words_of(request.field.name), *words_of(request.field.label)}
    system = next((one for one in _SYSTEMS if one in words), None)
    if system is None:
        return "it names no system of industry codes"
    wanted = f"{system}_title" if words & _TITLES else system
    longest = max(len(getattr(one, wanted)) for one in INDUSTRIES.values())
    if request.field.type in TEXT and request.field.length and not words & _TITLES and longest > request.field.length:
        return f"a code has {longest} digits"
    industry, company = _industry_field(request), request.context.find(COMPANY)
    return {
        "code": wanted,
        **({"industry": industry} if industry else {}),
        **({"company": company} if company else {}),
        "empty_with": "industry codes",
    }


def _industry_field(request: FieldRequest) -> str | None:
    """Return the picklist of the record's industry."""
    context = request.context
    for name in context.meanings:
        if context.object.fields[name].type == "picklist" and lists_industries(context.rules.fields[name].suggested):
            return name
    return None


def _prepare(scope: Scope) -> Make:
    """Prepare codes or titles: of the industry that the record names, else of its company's trade."""
    names, key, wanted = [*INDUSTRIES], scope.key(), str(scope.options["code"])
    pool = texts.strings([getattr(one, wanted) for one in INDUSTRIES.values()])
    if wanted.endswith("_title") and scope.pools.has("industry_titles"):
        pool = scope.pools.text("industry_titles")  # in the locale's words: the official titles are English
    pool = texts.fit(pool, scope.column.length)
    places = {name: place for place, name in enumerate(names)}
    industry, company = scope.options.get("industry"), scope.options.get("company")
    column = scope.engine.column(scope.object.name, str(company)) if company else None
    trades = None
    if column is not None and column.provider == COMPANY:
        pools = scope.engine.pools(column.options.get("locale") or scope.object.locale)
        trades = np.array([places[one] for one in texts.listed(pools.text("company_industries"))])

    def make(rows: Rows) -> Cells:
        if trades is not None:
            found = trades[companies(rows, str(company), pools).trades]
        else:
            found = draws.below(rows.draw(key), len(names))
        if industry and rows.has(str(industry)):
            cells = rows.cells(str(industry))
            told, codes = coded(cells)
            named = np.array([places.get(text, -1) for text in texts.listed(told)], dtype=np.int64)[codes]
            there = named >= 0 if cells.valid is None else (named >= 0) & cells.valid
            found = np.where(there, named, found)
        if scope.column.type in WHOLE | {"double"}:
            values = np.array([int(text) for text in texts.listed(pool)], dtype=np.int64)[found]
            return Numbers(values * 10 ** (scope.column.scale if scope.column.type == "double" else 0))
        return Coded(pool, found)

    return make


PROVIDERS = (
    Provider(
        "company.industry_code",
        "the official code or title of the company's industry (SIC, NAICS)",
        TEXT | WHOLE | {"double"},
        _propose,
        _prepare,
        meanings=frozenset({"company.sic", "company.sic_description"}),
        options={
            "code": "sic, sic_title, naics or naics_title",
            "industry": "the field with the industry in words",
            "company": "the field with the company's name",
        },
    ),
)
