"""The registry of what the platform checks and does beyond the describe, per object and step of a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.rules import (
    activities,
    every_object,
    lookup_filters,
    person_accounts,
    prices,
    sales,
    service,
    validation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.draft import Chunk

    Rule = Callable[[Chunk], None]

DEFAULTS: Mapping[str, tuple[Rule, ...]] = {
    "Account": (person_accounts.choose_kind,),
    "Opportunity": (sales.stage_defaults,),
    "Case": (service.case_account,),
    "Event": (activities.event_times,),
    "CampaignMember": (sales.member_status,),
    "OpportunityLineItem": (prices.line_entry, prices.opportunity_line),
    "QuoteLineItem": (prices.line_entry, prices.plain_line),
    "OrderItem": (prices.line_entry, prices.plain_line),
    "PricebookEntry": (prices.entry_name,),
    "ContentVersion": (service.content_document,),
}
"""Fill what follows from other values, before required fields are missed."""

CHECKS: Mapping[str, tuple[Rule, ...]] = {
    "Account": (person_accounts.check_parent,),
    "Opportunity": (sales.opportunity,),
    "PricebookEntry": (prices.entry,),
    "OpportunityLineItem": (prices.line_in_book,),
    "QuoteLineItem": (prices.line_in_book,),
    "OrderItem": (prices.line_in_book,),
    "Order": (sales.order,),
    "Contract": (sales.contract,),
    "Asset": (service.asset,),
    "Campaign": (sales.campaign,),
    "CampaignMember": (sales.campaign_member,),
    "Lead": (sales.lead,),
    "Contact": (person_accounts.check_contact_account,),
    "Case": (service.case,),
    "CaseComment": (service.case_comment,),
    "Entitlement": (service.entitlement,),
    "ServiceAppointment": (service.service_appointment,),
    "AccountContactRelation": (sales.account_contact_relation,),
    "Task": (activities.who_and_what, activities.task),
    "Event": (activities.who_and_what, activities.event),
    "User": (service.user,),
}
"""Refuse rows that break an object's own rules."""

EFFECTS: Mapping[str, tuple[Rule, ...]] = {
    "Account": (person_accounts.hidden_contact,),
    "Opportunity": (sales.contact_role_of_opportunity,),
    "OpportunityContactRole": (sales.one_primary_role,),
    "OpportunityLineItem": (prices.opportunity_totals,),
    "ContentVersion": (service.content_link,),
}
"""Change other records once the rows are saved."""


def default(chunk: Chunk) -> None:
    """Fill values that follow from others in new rows."""
    for rule in DEFAULTS.get(chunk.plan.found.name, ()):
        rule(chunk)


def before_save(chunk: Chunk) -> None:
    """Check whole rows: what holds for every object, the object's own rules, the org's validation rules."""
    if not chunk.inserting:
        default(chunk)
    for rule in (*every_object.CHECKS, lookup_filters.lookup_filters, *CHECKS.get(chunk.plan.found.name, ())):
        rule(chunk)
    validation.validate(chunk)


def after_save(chunk: Chunk) -> None:
    """Do what a save sets off."""
    for rule in EFFECTS.get(chunk.plan.found.name, ()):
        rule(chunk)
    every_object.auto_created(chunk)
