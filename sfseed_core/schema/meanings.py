"""Every meaning that a field can have: the one table that recognition and generation share."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = frozenset({"string", "textarea", "combobox", "encryptedstring", "anyType"})
NUMBER = frozenset({"int", "long", "double", "currency", "percent"})
CHOICE = frozenset({"picklist", "multipicklist"})
DAY = frozenset({"date", "datetime"})
_NUMBER_OR_TEXT = NUMBER | TEXT
_PLAIN = NUMBER - {"currency", "percent"}
_MONEY = NUMBER - {"percent"}
_TEXT_OR_CHOICE = TEXT | CHOICE


@dataclass(frozen=True, slots=True)
class Spec:
    """One meaning: the describe types it can be written in, and what it stands for."""

    types: frozenset[str]
    about: str


MEANINGS: Mapping[str, Spec] = MappingProxyType(
    {
        "person.salutation": Spec(_TEXT_OR_CHOICE, "Mr., Ms., Dr. ..."),
        "person.first_name": Spec(TEXT, "a given name"),
        "person.middle_name": Spec(TEXT, "a second given name or initial"),
        "person.last_name": Spec(TEXT, "a family name"),
        "person.suffix": Spec(TEXT, "Jr., III ..."),
        "person.full_name": Spec(TEXT, "a whole name: contact person, assistant, approver"),
        "person.username": Spec(TEXT, "a login or nickname"),
        "person.birthdate": Spec(DAY, "the day a person was born"),
        "person.job_title": Spec(TEXT, "a job title"),
        "person.department": Spec(_TEXT_OR_CHOICE, "a department of a company"),
        "person.gender": Spec(TEXT, "a gender"),
        "email": Spec(TEXT | {"email"}, "an e-mail address"),
        "phone": Spec(TEXT | {"phone"}, "a fixed-line number"),
        "phone.mobile": Spec(TEXT | {"phone"}, "a mobile number"),
        "phone.area": Spec(TEXT, "the area code of the record's city"),
        "phone.extension": Spec(TEXT, "the extension behind a telephone number"),
        "phone.fax": Spec(TEXT | {"phone"}, "a fax number"),
        "company": Spec(TEXT, "the name of a company"),
        "company.site": Spec(TEXT, "which site of a company: Headquarters, Plant 2 ..."),
        "company.ticker": Spec(TEXT, "a stock symbol"),
        "company.sic": Spec(_NUMBER_OR_TEXT, "an industry code (SIC, NAICS)"),
        "company.sic_description": Spec(TEXT, "an industry in words"),
        "company.employees": Spec(_PLAIN | TEXT, "a number of employees"),
        "company.revenue": Spec(_MONEY, "a company's yearly revenue"),
        "company.year_started": Spec(_PLAIN | TEXT, "the year a company began"),
        "company.tax_id": Spec(TEXT, "a VAT or tax number, wrong by check digit"),
        "company.number": Spec(TEXT, "a company's own or registered number (D-U-N-S ...)"),
        "website": Spec(TEXT | {"url"}, "a company's web site"),
        "url": Spec(TEXT | {"url"}, "any other web address"),
        "domain": Spec(TEXT | {"url"}, "an internet domain"),
        "social.handle": Spec(TEXT, "an account name on a social network"),
        "address.street": Spec(TEXT, "street and number"),
        "address.city": Spec(TEXT, "a city; agrees with the other parts of its group"),
        "address.state": Spec(_TEXT_OR_CHOICE, "a state or province, in words or as its usual abbreviation"),
        "address.state_code": Spec(_TEXT_OR_CHOICE, "the code of a state picklist"),
        "address.postal_code": Spec(TEXT, "a postal code"),
        "address.country": Spec(_TEXT_OR_CHOICE, "a country's name"),
        "address.country_code": Spec(_TEXT_OR_CHOICE, "the ISO code of a country"),
        "address.latitude": Spec(NUMBER | {"string"}, "degrees north, of the group's city"),
        "address.longitude": Spec(NUMBER | {"string"}, "degrees east, of the group's city"),
        "address.geocode_accuracy": Spec(CHOICE, "how exact latitude and longitude are"),
        "address.full": Spec(TEXT, "a whole address in one text"),
        "location.name": Spec(TEXT, "a place: Meeting room 2, Berlin office ..."),
        "name.account": Spec(TEXT, "the name of a household or other account that is no company"),
        "name.opportunity": Spec(TEXT, "what a deal is called"),
        "name.campaign": Spec(TEXT, "what a campaign is called"),
        "name.price_book": Spec(TEXT, "what a price book is called"),
        "name.project": Spec(TEXT, "what a project is called"),
        "name.event": Spec(TEXT, "what an event, course or session is called"),
        "name.document": Spec(TEXT, "what a quote, order, contract or file is called"),
        "name.record": Spec(TEXT, "what a record of any other object is called, from the object's label"),
        "product.name": Spec(TEXT, "what a product or asset is called"),
        "product.code": Spec(TEXT, "a product code or SKU"),
        "product.family": Spec(_TEXT_OR_CHOICE, "a product family or category"),
        "product.serial": Spec(TEXT, "a serial number"),
        "product.unit": Spec(_TEXT_OR_CHOICE, "a unit of measure"),
        "subject.case": Spec(TEXT, "one line on a customer's problem"),
        "subject.solution": Spec(TEXT, "one line that answers a problem"),
        "subject.activity": Spec(TEXT, "Call, Send quote, Meeting ..."),
        "subject": Spec(TEXT, "any other title or subject, one line"),
        "description": Spec(TEXT, "a few sentences about the record"),
        "comment": Spec(TEXT, "a remark, note or reply"),
        "next_step": Spec(TEXT, "what to do next"),
        "reason": Spec(TEXT, "why something is so, a few words"),
        "keyword": Spec(TEXT, "a tag, keyword or category, a word or two"),
        "code": Spec(TEXT, "an internal code or key"),
        "number.record": Spec(TEXT, "a number that documents carry: invoice, purchase order, tracking"),
        "id.external": Spec(_NUMBER_OR_TEXT, "the key of the record in another system"),
        "uuid": Spec(TEXT, "a UUID"),
        "version": Spec(_NUMBER_OR_TEXT, "a version number"),
        "call.result": Spec(TEXT, "how a call ended"),
        "campaign.member_status": Spec(TEXT, "how far somebody got in a campaign: invited, registered, attended"),
        "mime_type": Spec(TEXT, "the kind of a file's content: text/plain"),
        "color": Spec(TEXT, "a colour"),
        "language": Spec(_TEXT_OR_CHOICE, "a language or locale"),
        "currency": Spec(_TEXT_OR_CHOICE, "a currency's ISO code"),
        "time_zone": Spec(_TEXT_OR_CHOICE, "a time zone's name"),
        "ip_address": Spec(TEXT, "an IP address, from the documentation ranges"),
        "file.name": Spec(TEXT, "a file name with its extension"),
        "file.title": Spec(TEXT, "a file's title"),
        "file.content": Spec(frozenset({"base64"}), "a small text file"),
        "bank.iban": Spec(TEXT, "an IBAN, wrong by check digit"),
        "bank.account": Spec(TEXT, "a bank account number"),
        "bank.bic": Spec(TEXT, "a bank's code (BIC, routing number)"),
        "bank.name": Spec(TEXT, "a bank's name"),
        "card.number": Spec(TEXT, "a card number, wrong by check digit"),
        "person.national_id": Spec(TEXT, "a national or social security number that nobody has"),
        "amount": Spec(_MONEY, "an amount of money: deal size, total, budget, fee"),
        "price": Spec(_MONEY, "the price of one piece"),
        "quantity": Spec(_PLAIN, "how many pieces, mostly small"),
        "percent": Spec((NUMBER - {"currency"}) | TEXT, "a share from 0 to 100"),
        "percent.discount": Spec(NUMBER - {"currency"}, "a discount, mostly small or none"),
        "percent.probability": Spec(NUMBER - {"currency"}, "a probability; agrees with the status of its group"),
        "score": Spec(NUMBER - {"currency"}, "a rating or score"),
        "count": Spec(_PLAIN | TEXT, "a number of things"),
        "duration.minutes": Spec(_PLAIN, "a length of time in minutes"),
        "duration.hours": Spec(_PLAIN, "a length of time in hours"),
        "duration.days": Spec(_PLAIN, "a length of time in days"),
        "duration.months": Spec(_PLAIN, "a term in months"),
        "year": Spec(_PLAIN | TEXT, "a year"),
        "sort_order": Spec(_PLAIN, "a position in a list"),
        "temperature": Spec(_PLAIN, "a temperature"),
        "weight": Spec(_PLAIN, "a weight"),
        "length": Spec(_PLAIN, "a length, width, height, distance or area"),
        "number": Spec(NUMBER, "any other number"),
        "date.start": Spec(DAY, "the first day or instant of a span; `date.end` of the same group ends it"),
        "date.end": Spec(DAY, "the last day or instant of a span"),
        "date.close": Spec(DAY, "when a deal closes: past if its status is closed, else to come"),
        "date.due": Spec(DAY, "when something is due"),
        "date.past": Spec(DAY, "something that has happened: purchased, installed, signed, last contacted"),
        "date.future": Spec(DAY, "something to come: renewal, expiry, next visit"),
        "date": Spec(DAY, "any other date"),
        "time.start": Spec(frozenset({"time", "string"}), "when something begins"),
        "time.end": Spec(frozenset({"time", "string"}), "when something ends"),
        "time": Spec(frozenset({"time", "string"}), "any other time of day"),
        "status": Spec(_TEXT_OR_CHOICE, "where a record stands; `group` names the org's table of statuses, if it has one"),
        "status.forecast": Spec(CHOICE, "a deal's forecast category; agrees with its stage"),
        "flag.active": Spec(frozenset({"boolean"}), "whether a record may be used: true, nearly always"),
        "flag.opt_out": Spec(frozenset({"boolean"}), "an exception that is rarely set: opted out, deceased, escalated"),
        "flag": Spec(frozenset({"boolean"}), "any other yes or no"),
    }
)
