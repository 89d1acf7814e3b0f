"""Converting a lead into an account, a contact and an opportunity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sfseed_emulator import dml, tables
from sfseed_emulator.lookups import rows_by_id
from sfseed_emulator.outcome import RowError
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.state import OrgState

_DAYS_TO_CLOSE = 90
_ACCOUNT: Mapping[str, str] = {
    "Company": "Name", "Phone": "Phone", "Website": "Website", "Industry": "Industry", "Street": "BillingStreet",
    "City": "BillingCity", "State": "BillingState", "PostalCode": "BillingPostalCode", "Country": "BillingCountry",
}  # fmt: skip
_CONTACT: Mapping[str, str] = {
    "Salutation": "Salutation", "FirstName": "FirstName", "LastName": "LastName", "Title": "Title", "Email": "Email",
    "Phone": "Phone", "MobilePhone": "MobilePhone", "Street": "MailingStreet", "City": "MailingCity", "State": "MailingState",
    "PostalCode": "MailingPostalCode", "Country": "MailingCountry", "LeadSource": "LeadSource",
}  # fmt: skip


@dataclass(slots=True)
class Conversion:
    """What a conversion asks for and, once done, the records that it made or took."""

    lead_id: str
    status: str
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_name: str | None = None
    without_opportunity: bool = False
    opportunity_id: str | None = None


class NotConverted(Exception):
    """A lead stays as it is; carries the errors."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__(errors)
        self.errors = errors


def convert(state: OrgState, asked: Conversion) -> None:
    """Convert one lead inside the caller's transaction; NotConverted undoes nothing by itself."""
    lead = _lead(state, asked)
    asked.account_id = asked.account_id or _made(state, "Account", _taken(lead, _ACCOUNT))
    person = {**_taken(lead, _CONTACT), "AccountId": asked.account_id}
    asked.contact_id = asked.contact_id or _made(state, "Contact", person)
    if not asked.without_opportunity and state.schema.get("Opportunity") is not None:
        asked.opportunity_id = _made(state, "Opportunity", _opportunity(state, lead, asked))
    moment = stored_time(state.now())
    done = {
        "Status": asked.status,
        "IsConverted": 1,
        "ConvertedDate": moment[:10],
        "ConvertedAccountId": asked.account_id,
        "ConvertedContactId": asked.contact_id,
        "ConvertedOpportunityId": asked.opportunity_id,
        "LastModifiedDate": moment,
        "SystemModstamp": moment,
        "Id": asked.lead_id,
    }
    have = tables.columns(state.schema.objects["Lead"])
    names = [name for name in done if name in have and name != "Id"]
    dml.write_columns(state, state.schema.objects["Lead"], names, [done])


def _lead(state: OrgState, asked: Conversion) -> dict[str, object]:
    found = state.schema.get("Lead")
    lead = rows_by_id(state, found, [asked.lead_id]).get(asked.lead_id) if found is not None else None
    if lead is None or lead["IsDeleted"]:
        raise NotConverted(RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ("leadId",)))
    if lead.get("IsConverted"):
        raise NotConverted(RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"))
    rows = state.db.execute('SELECT "MasterLabel" FROM "LeadStatus" WHERE "IsConverted" = 1 AND IsDeleted = 0')
    if asked.status.lower() not in {str(label).lower() for (label,) in rows}:
        raise NotConverted(RowError("INVALID_STATUS", f"invalid convertedStatus: {asked.status}", ("Status",)))
    return lead


def _taken(lead: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    return {to: lead[name] for name, to in names.items() if lead.get(name) is not None}


def _opportunity(state: OrgState, lead: Mapping[str, object], asked: Conversion) -> dict[str, object]:
    rows = state.db.execute(
        'SELECT "MasterLabel" FROM "OpportunityStage" WHERE "IsActive" = 1 AND IsDeleted = 0 ORDER BY "SortOrder" LIMIT 1'
    )
    stage = next((str(label) for (label,) in rows), "Prospecting")
    closes = state.now() + timedelta(days=_DAYS_TO_CLOSE)
    name = asked.opportunity_name or str(lead.get("Company") or lead.get("LastName"))
    return {"Name": name, "StageName": stage, "CloseDate": f"{closes:%Y-%m-%d}", "AccountId": asked.account_id}


def _made(state: OrgState, object_name: str, values: Mapping[str, object]) -> str:
    result = dml.insert(state, object_name, [values], "json", allow_duplicates=True)[0]
    if result.id is None:
        raise NotConverted(*result.errors)
    return result.id
