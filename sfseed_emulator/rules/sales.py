"""Rules of opportunities, orders, contracts, campaigns, leads and relations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages, tables
from sfseed_emulator.made_rows import make
from sfseed_emulator.outcome import RowError
from sfseed_emulator.rules.dates import last_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.draft import Chunk, Draft

_FORECASTS: Mapping[str, str] = {
    "Omitted": "Omitted",
    "Pipeline": "Pipeline",
    "Best Case": "BestCase",
    "Most Likely": "MostLikely",
    "Commit": "Forecast",
    "Closed": "Closed",
}
_MOST_CAMPAIGN_LEVELS = 5


def status_table(chunk: Chunk, object_name: str, names: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """Read a stage or status table by the values that it gives attributes to, in lower case."""
    found = chunk.state.schema.get(object_name)
    if found is None:
        return {}
    have = tables.columns(found)
    chosen = [name for name in ("ApiName", "MasterLabel", *names) if name in have]
    statement = f"SELECT {', '.join(map(tables.quoted, chosen))} FROM {tables.quoted(object_name)} WHERE IsDeleted = 0"
    rows = [dict(zip(chosen, values, strict=True)) for values in chunk.state.db.execute(statement)]
    return {str(row.get("ApiName") or row.get("MasterLabel")).lower(): row for row in rows}


def fill(draft: Draft, name: str, value: object) -> None:
    """Set a field of the row that the platform works out, where the object has it."""
    if name in draft.row:
        draft.row[name] = value


def stage_defaults(chunk: Chunk) -> None:
    """Work out what follows from an opportunity's stage, amount and close date."""
    names = ("DefaultProbability", "ForecastCategory", "ForecastCategoryName", "IsClosed", "IsWon")
    stages = status_table(chunk, "OpportunityStage", names)
    for draft in chunk.drafts:
        if chunk.inserting or draft.changes("StageName"):
            _apply_stage(draft, stages.get(str(draft.row.get("StageName")).lower(), {}))
        amount, probability = draft.number("Amount"), draft.number("Probability")
        fill(draft, "ExpectedRevenue", None if amount is None else amount * (probability or 0) / 100)
        _fiscal(draft)


def _apply_stage(draft: Draft, stage: Mapping[str, object]) -> None:
    if draft.given.get("Probability") is None and "Probability" not in draft.refused:
        fill(draft, "Probability", stage.get("DefaultProbability", draft.row.get("Probability") or 0.0))
    if draft.given.get("ForecastCategoryName") is None:
        fill(draft, "ForecastCategoryName", stage.get("ForecastCategoryName", "Pipeline"))
    fill(draft, "ForecastCategory", _FORECASTS.get(str(draft.row.get("ForecastCategoryName")), "Pipeline"))
    fill(draft, "IsClosed", int(bool(stage.get("IsClosed"))))
    fill(draft, "IsWon", int(bool(stage.get("IsWon"))))


def _fiscal(draft: Draft) -> None:
    close = draft.text("CloseDate")
    if close is None:
        return
    year, quarter = int(close[:4]), (int(close[5:7]) + 2) // 3
    fill(draft, "FiscalYear", year)
    fill(draft, "FiscalQuarter", quarter)
    fill(draft, "Fiscal", f"{year} {quarter}")


def opportunity(chunk: Chunk) -> None:
    """Check a probability's range; keep the price book and the amount of an opportunity that has lines."""
    percent = chunk.plan.found.fields.get("Probability")
    for draft in chunk.sound():
        value = draft.number("Probability")
        if percent is not None and value is not None and not 0 <= value <= 100:
            draft.refuse(messages.out_of_range(percent, f"{value:g}"))
        elif draft.old is not None and draft.old.get("HasOpportunityLineItem"):
            if draft.changes("Pricebook2Id"):
                text = "you cannot change the price book of an opportunity that has products"
                draft.refuse(messages.integrity(text, "Pricebook2Id"))
            draft.row["Amount"] = draft.old.get("Amount")


def contact_role_of_opportunity(chunk: Chunk) -> None:
    """Make the contact that a new opportunity names its primary contact role."""
    if not chunk.inserting:
        return
    given = [draft.row for draft in chunk.sound() if draft.given.get("ContactId") is not None]
    rows = [{"OpportunityId": row["Id"], "ContactId": row["ContactId"], "IsPrimary": 1} for row in given]
    make(chunk.state, "OpportunityContactRole", rows)


def one_primary_role(chunk: Chunk) -> None:
    """Take the primary mark off the other roles of an opportunity that got a new primary one."""
    if "IsPrimary" not in chunk.plan.found.fields:
        return
    last = {draft.text("OpportunityId"): draft.row["Id"] for draft in chunk.sound() if draft.row.get("IsPrimary")}
    if not last:
        return
    chunk.state.ensure_index("OpportunityContactRole", "OpportunityId")
    chunk.state.db.executemany(
        'UPDATE "OpportunityContactRole" SET "IsPrimary" = 0 WHERE "OpportunityId" = ? AND Id <> ? AND "IsPrimary" = 1',
        list(last.items()),
    )


def order(chunk: Chunk) -> None:
    """Check an order's dates and that it begins as a draft; activation needs an item."""
    codes = status_table(chunk, "OrderStatus", ("StatusCode",))
    in_order(chunk, "EffectiveDate", "EndDate", "Order End Date can't be before the Order Start Date.")
    for draft in chunk.sound():
        code = _status_code(draft, codes)
        fill(draft, "StatusCode", code)
        if code.startswith("A") and chunk.inserting:
            draft.refuse(RowError("FAILED_ACTIVATION", "Choose a valid order status and save your changes.", ("Status",)))
        elif code.startswith("A") and draft.changes("Status"):
            if not lookups.where(chunk.state, "OrderItem", "OrderId", [draft.row["Id"]], []):
                draft.refuse(RowError("FAILED_ACTIVATION", "An order must have at least one product.", ("Status",)))
            _activate(chunk, draft)


def contract(chunk: Chunk) -> None:
    """Work out a contract's end; refuse one that begins activated, or that was activated and would be a draft again."""
    codes = status_table(chunk, "ContractStatus", ("StatusCode",))
    for draft in chunk.sound():
        code = _status_code(draft, codes)
        fill(draft, "StatusCode", code)
        start, term = draft.text("StartDate"), draft.number("ContractTerm")
        fill(draft, "EndDate", last_day(start, int(term)) if start and term else None)
        goes_back = str((draft.old or {}).get("StatusCode") or "").startswith("A") and not code.startswith("A")
        if goes_back or (code.startswith("A") and chunk.inserting):
            text = "Choose a valid contract status and save your changes."
            draft.refuse(RowError("FAILED_ACTIVATION", text, ("Status",)))
        elif code.startswith("A") and draft.changes("Status"):
            _activate(chunk, draft)


def _status_code(draft: Draft, codes: Mapping[str, Mapping[str, object]]) -> str:
    status = draft.text("Status") or ""
    row = codes.get(status.lower(), {})
    return str(row.get("StatusCode") or ("Activated" if status == "Activated" else "Draft"))


def _activate(chunk: Chunk, draft: Draft) -> None:
    fill(draft, "ActivatedById", chunk.state.user_id)
    fill(draft, "ActivatedDate", f"{chunk.state.now():%Y-%m-%dT%H:%M:%S}.000+0000")


def in_order(chunk: Chunk, first: str, last: str, text: str) -> None:
    """Refuse rows whose second date comes before the first."""
    for draft in chunk.sound():
        start, end = draft.text(first), draft.text(last)
        if start is not None and end is not None and end < start:
            draft.refuse(messages.integrity(text, last))


def campaign(chunk: Chunk) -> None:
    """Check a campaign's dates and the depth of its hierarchy."""
    in_order(chunk, "StartDate", "EndDate", "The start date can't be later than the end date")
    for draft in chunk.sound():
        above, levels = draft.text("ParentId") if draft.given.get("ParentId") else None, 1
        while above is not None and levels <= _MOST_CAMPAIGN_LEVELS:
            row = lookups.some_columns(chunk.state, "Campaign", [above], ["ParentId"]).get(above, {})
            parent = row.get("ParentId")
            above, levels = str(parent) if parent else None, levels + 1
        if levels > _MOST_CAMPAIGN_LEVELS:
            text = f"Campaign hierarchies cannot have more than {_MOST_CAMPAIGN_LEVELS} levels"
            draft.refuse(RowError("MAXIMUM_HIERARCHY_LEVELS_REACHED", text, ("ParentId",)))


def member_status(chunk: Chunk) -> None:
    """Give a campaign member a status of its campaign: an unknown or absent one becomes the campaign's default."""
    campaigns = {one for draft in chunk.drafts if (one := draft.text("CampaignId"))}
    names = ["CampaignId", "Label", "IsDefault", "HasResponded"]
    known: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    for row in lookups.where(chunk.state, "CampaignMemberStatus", "CampaignId", campaigns, names):
        known[str(row["CampaignId"])][str(row["Label"]).lower()] = row
    for draft in chunk.drafts:
        own = known.get(draft.text("CampaignId") or "", {})
        default = next((row for row in own.values() if row["IsDefault"]), None)
        chosen = own.get((draft.text("Status") or "").lower(), default)
        if chosen is not None:
            draft.row["Status"] = chosen["Label"]
            fill(draft, "HasResponded", chosen["HasResponded"])


def campaign_member(chunk: Chunk) -> None:
    """Refuse members who are nobody or in the campaign already; a contact wins over a lead."""
    if not chunk.inserting:
        return
    drafts = list(chunk.sound())
    taken = _memberships(chunk, "ContactId") | _memberships(chunk, "LeadId")
    for draft in drafts:
        if draft.text("ContactId") and draft.text("LeadId"):
            draft.row["LeadId"] = None
        pair = (draft.text("CampaignId"), draft.text("ContactId") or draft.text("LeadId"))
        if pair[1] is None:
            draft.refuse(messages.required_missing(["LeadId"]))
        elif pair in taken:
            draft.refuse(RowError("DUPLICATE_VALUE", "Already a campaign member."))
        taken.add(pair)


def _memberships(chunk: Chunk, name: str) -> set[tuple[object, object]]:
    """List the campaigns of the chunk's people: a person is in few, while a campaign may have very many members."""
    people = {one for draft in chunk.sound() if (one := draft.text(name))}
    rows = lookups.where(chunk.state, "CampaignMember", name, people, ["CampaignId", name])
    return {(row["CampaignId"], row[name]) for row in rows}


def lead(chunk: Chunk) -> None:
    """Refuse statuses that only a conversion may set, and changes of converted leads."""
    statuses = status_table(chunk, "LeadStatus", ("IsConverted",))
    for draft in chunk.sound():
        row = statuses.get(str(draft.row.get("Status")).lower(), {})
        if draft.old is not None and draft.old.get("IsConverted"):
            draft.refuse(RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"))
        elif row.get("IsConverted") and draft.changes("Status"):
            text = "the status of a converted lead is set by its conversion only"
            draft.refuse(messages.integrity(text, "Status"))


def account_contact_relation(chunk: Chunk) -> None:
    """Refuse a second relation of a pair, and one that ends before it begins."""
    in_order(chunk, "StartDate", "EndDate", "The start date can't be later than the end date")
    if not chunk.inserting:
        return
    contacts = {one for draft in chunk.sound() if (one := draft.text("ContactId"))}
    rows = lookups.where(chunk.state, "AccountContactRelation", "ContactId", contacts, ["AccountId", "ContactId"])
    taken = {(row["AccountId"], row["ContactId"]) for row in rows}
    for draft in chunk.sound():
        pair = (draft.text("AccountId"), draft.text("ContactId"))
        if pair in taken:
            draft.refuse(RowError("DUPLICATE_VALUE", "This contact already has a relationship with this account."))
        taken.add(pair)
