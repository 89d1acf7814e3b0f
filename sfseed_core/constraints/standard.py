"""The standard objects' own rules that describe does not state (SALESFORCE.md section 8), as one table.

A rule is here because the org would refuse the record, make records of its own, or show something nobody would enter.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.constraints.model import FieldRules, StandardRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.snapshot.model import Stage


def _no_values() -> Mapping[str, str | bool]:
    return MappingProxyType({})


def _no_reasons() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_limits() -> Mapping[str, FieldRules]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds for one standard object beyond its describe.

    `required`: fields that the org asks for although describe calls them optional. `needed`: fields that we always fill,
    though another could stand for them. `left_out`: fields that we do not fill, with the reason. `fixed`: fields with one
    possible value. `limits`: field rules that are narrower than describe's. `parents`: objects without which no record can
    be made, though describe requires none of them. `unsuitable`: why no preset seeds the object.
    """

    required: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    left_out: Mapping[str, str] = dataclasses.field(default_factory=_no_reasons)
    fixed: Mapping[str, str | bool] = dataclasses.field(default_factory=_no_values)
    limits: Mapping[str, FieldRules] = dataclasses.field(default_factory=_no_limits)
    rules: tuple[StandardRule, ...] = ()
    parents: tuple[str, ...] = ()
    unsuitable: str | None = None


@dataclass(frozen=True, slots=True)
class StatusField:
    """A field whose values the org keeps in a table of statuses; `usable` says which of them an insert should have.

    `fallback` stands for the table where it could not be read; with `strict` the org refuses all other values.
    """

    table: str
    usable: Callable[[Stage], bool]
    fallback: tuple[str, ...] = ()
    strict: bool = False


_RECURS = "a recurring activity makes records of its own"
_REMINDS = "reminders would pop up for the running user"
_FOLLOWS = "the org derives it from the price book entry"
_DATA_COM = "Data.com keeps it"
_AUDIT = "the org keeps it itself"
_NOT_OF_MADE_UP = "nobody would keep it about made-up people"
_NOT_SENT_TWICE = "the org takes one of two ways to say it"
_REDUCTION = "only reduction orders have it"
_ALONE = "set types need periods and numbers too; schedules are left off"


def _because(reason: str, *fields: str) -> dict[str, str]:
    return dict.fromkeys(fields, reason)


def _not_after(first: str, second: str, message: str = "") -> StandardRule:
    return StandardRule("not_after", (first, second), message or f"{first} is after {second}")


_LINE = Standard(
    parents=("PricebookEntry",),
    needed=("PricebookEntryId", "UnitPrice"),
    left_out={
        **_because(_FOLLOWS, "Product2Id", "ListPrice"),
        **_because("it would have to be a line of the same deal", "OpportunityLineItemId", "QuoteLineItemId"),
        **_because(_REDUCTION, "OriginalOrderItemId"),
        "TotalPrice": f"{_NOT_SENT_TWICE}: UnitPrice is sent",
    },
    limits={"Quantity": FieldRules(low=1)},
    rules=(StandardRule("exactly_one", ("UnitPrice", "TotalPrice"), "send UnitPrice or TotalPrice, not both"),),
)

_RECURRENCE = (
    *("RecurrenceStartDateTime", "RecurrenceStartDateOnly", "RecurrenceEndDateOnly", "RecurrenceTimeZoneSidKey"),
    *("RecurrenceType", "RecurrenceInterval", "RecurrenceDayOfWeekMask", "RecurrenceDayOfMonth", "RecurrenceInstance"),
    *("RecurrenceMonthOfYear", "RecurrenceRegeneratedType", "Recurrence2PatternText", "Recurrence2PatternStartDate"),
    *("Recurrence2PatternTimeZone", "Recurrence2PatternVersion", "IsRecurrence2", "IsRecurrence2Exception"),
)
_WHO_WHAT = StandardRule(
    "not_with", ("WhatId", "WhoId"), "an activity with a lead cannot be about another record", target="Lead"
)

_USER_PER_RECORD = "it would add users to records that they may already be on"

STANDARD: Mapping[str, Standard] = MappingProxyType(
    {
        "AccountContactRelation": Standard(
            rules=(
                _not_after("StartDate", "EndDate"),
                StandardRule(
                    "unique_together", ("AccountId", "ContactId"), "one relation per account and contact", "DUPLICATE_VALUE"
                ),
            ),
        ),
        "AccountPartner": Standard(unsuitable="each partner makes a reverse record of its own"),
        "Partner": Standard(unsuitable="each partner makes a reverse record of its own"),
        "OpportunityPartner": Standard(unsuitable="each partner makes a reverse record of its own"),
        "AccountTeamMember": Standard(unsuitable=_USER_PER_RECORD),
        "OpportunityTeamMember": Standard(unsuitable=_USER_PER_RECORD),
        "OpportunitySplit": Standard(unsuitable="splits belong to team members and must add up to 100 %"),
        "Asset": Standard(
            needed=("AccountId",),
            parents=("Account",),
            fixed={"IsInternal": False, "IsCompetitorProduct": False},
            left_out=_because("it is the org's own company that sells and serves", "AssetProvidedById", "AssetServicedById"),
            rules=(
                StandardRule("at_least_one", ("AccountId", "ContactId"), "Every asset needs an account, a contact, or both."),
                _not_after("PurchaseDate", "UsageEndDate"),
                _not_after("InstallDate", "UsageEndDate"),
            ),
        ),
        "Campaign": Standard(rules=(_not_after("StartDate", "EndDate"),)),
        "CampaignMember": Standard(
            parents=("Contact",),
            left_out=_because("the campaign's own record type applies", "CampaignMemberRecordTypeId"),
            limits={"Status": FieldRules(suggested=("Sent", "Responded"))},
            rules=(
                StandardRule("exactly_one", ("ContactId", "LeadId"), "a campaign member is a contact or a lead"),
                StandardRule("unique_together", ("CampaignId", "ContactId"), "Already a campaign member.", "DUPLICATE_VALUE"),
                StandardRule("unique_together", ("CampaignId", "LeadId"), "Already a campaign member.", "DUPLICATE_VALUE"),
            ),
        ),
        "CampaignMemberStatus": Standard(
            fixed={"IsDefault": False},
            limits={"SortOrder": FieldRules(low=3), "Label": FieldRules(unique=True)},
            rules=(StandardRule("unique_together", ("CampaignId", "SortOrder"), "a campaign's statuses have an order"),),
        ),
        "Case": Standard(left_out={"Comments": "it would make a CaseComment of its own"}),
        "CaseComment": Standard(parents=("Case",), needed=("CommentBody",), limits={"CommentBody": FieldRules(max_bytes=4000)}),
        "ContactPointEmail": Standard(
            left_out=_because("the org derives it from the address", "EmailMailBox", "EmailDomain"),
            rules=(
                _not_after("ActiveFromDate", "ActiveToDate"),
                _not_after("BestTimeToContactStartTime", "BestTimeToContactEndTime"),
            ),
        ),
        "ContactPointPhone": Standard(
            rules=(
                _not_after("ActiveFromDate", "ActiveToDate"),
                _not_after("BestTimeToContactStartTime", "BestTimeToContactEndTime"),
            ),
        ),
        "ContentDocumentLink": Standard(unsuitable="a file is linked by FirstPublishLocationId of its ContentVersion"),
        "ContentVersion": Standard(
            needed=("VersionData", "PathOnClient"),
            fixed={"ContentLocation": "S", "Origin": "H", "IsMajorVersion": True, "IsAssetEnabled": False},
            left_out={
                "ContentDocumentId": "the org makes a document for each new file",
                **_because("a file has content, a link has an address", "ContentUrl", "TextPreview"),
                **_because("only later versions of a file have it", "ReasonForChange"),
                **_because("only files kept outside of the org have it", "ExternalDocumentInfo1", "ExternalDocumentInfo2"),
            },
        ),
        "Contract": Standard(
            parents=("Account",),
            left_out=_because("activation sets it", "ActivatedById", "ActivatedDate"),
            required=("AccountId",),
            rules=(_not_after("StartDate", "EndDate"),),
        ),
        "ContractLineItem": dataclasses.replace(
            _LINE, rules=(*_LINE.rules, _not_after("StartDate", "EndDate"))
        ),
        "EmailMessage": Standard(unsuitable="sent messages make tasks of their own"),
        "Entitlement": Standard(
            fixed={"IsPerIncident": False},
            left_out={
                **_because("only entitlements per incident count", "CasesPerEntitlement", "RemainingCases"),
                **_because("only entitlements per incident count", "WorkOrdersPerEntitlement", "RemainingWorkOrders"),
                "ContractLineItemId": "it would have to be a line of the same service contract",
            },
            rules=(_not_after("StartDate", "EndDate"),),
        ),
        "Event": Standard(
            needed=("StartDateTime", "DurationInMinutes"),
            fixed={
                "IsAllDayEvent": False, "IsRecurrence": False, "IsReminderSet": False,
                "EventSubtype": "Event", "ShowAs": "Busy",
            },
            left_out={
                **_because(_RECURS, *_RECURRENCE),
                **_because("it follows from StartDateTime", "ActivityDateTime", "ActivityDate"),
                "EndDateTime": "it follows from StartDateTime and DurationInMinutes",
                "ReminderDateTime": _REMINDS,
            },
            limits={"DurationInMinutes": FieldRules(low=0, high=1440)},
            rules=(_WHO_WHAT, _not_after("StartDateTime", "EndDateTime", "Event duration can not be negative")),
        ),
        "FeedItem": Standard(unsuitable="posts would notify people"),
        "Idea": Standard(unsuitable="ideas belong to communities"),
        "Individual": Standard(
            left_out={
                **_because("the people whom we make are alive", "DeathDate"),
                **_because("its contact's title says it", "Occupation"),
                **_because(_NOT_OF_MADE_UP, "ConvictionsCount", "ConsumerCreditScore", "ConsumerCreditScoreProviderName"),
            },
            limits={"ChildrenCount": FieldRules(low=0, high=4)},
            rules=(_not_after("BirthDate", "DeathDate"),),
        ),
        "Lead": Standard(
            fixed={"IsConverted": False},
            left_out={
                **_because("leads are converted by the org itself", "ConvertedDate", "ConvertedAccountId"),
                **_because("leads are converted by the org itself", "ConvertedContactId", "ConvertedOpportunityId"),
                "IndividualId": "the individuals that are made are contacts",
            },
        ),
        "Location": Standard(
            left_out={
                "DrivingDirections": "we have no words that lead to a place",
                "CloseDate": "the places that we make are open",
            },
            rules=(
                _not_after("ConstructionStartDate", "ConstructionEndDate"),
                _not_after("RemodelStartDate", "RemodelEndDate"),
                _not_after("OpenDate", "CloseDate"),
            ),
        ),
        "Opportunity": Standard(
            limits={"Probability": FieldRules(low=0, high=100)},
            left_out={
                "ContactId": "it would make an OpportunityContactRole of its own",
                "SyncedQuoteId": "a quote is synced later",
                "ContractId": "contracts start as drafts",
            },
        ),
        "OpportunityContactRole": Standard(fixed={"IsPrimary": False}),  # a second primary one would take the mark off the first
        "OpportunityLineItem": _LINE,
        "Order": Standard(
            parents=("Account",),
            required=("AccountId",),
            fixed={"IsReductionOrder": False},
            left_out={
                "ContractId": "its contract would have to be activated",
                "OriginalOrderId": _REDUCTION,
                **_because("activation sets it", "ActivatedById", "ActivatedDate"),
            },
            rules=(_not_after("EffectiveDate", "EndDate"),),
        ),
        "OrderItem": dataclasses.replace(
            _LINE, required=("UnitPrice",), rules=(*_LINE.rules, _not_after("ServiceDate", "EndDate"))
        ),
        "Pricebook2": Standard(fixed={"IsActive": True, "IsStandard": False}),
        "PricebookEntry": Standard(
            fixed={"IsActive": True, "UseStandardPrice": False},
            limits={"UnitPrice": FieldRules(low=0)},
            rules=(
                StandardRule(
                    "unique_together",
                    ("Pricebook2Id", "Product2Id"),
                    "This price definition already exists in this price book",
                    "DUPLICATE_VALUE",
                ),
            ),
        ),
        "Product2": Standard(
            fixed={"IsActive": True},
            limits={"StockKeepingUnit": FieldRules(unique=True)},
            left_out={
                **_because(_ALONE, "QuantityScheduleType", "QuantityInstallmentPeriod", "NumberOfQuantityInstallments"),
                **_because(_ALONE, "RevenueScheduleType", "RevenueInstallmentPeriod", "NumberOfRevenueInstallments"),
                **_because(_ALONE, "CanUseQuantitySchedule", "CanUseRevenueSchedule"),
                "Type": "base products need variants and attributes beside them",
            },
        ),
        "QuoteLineItem": _LINE,
        "ServiceAppointment": Standard(
            parents=("Account",),
            required=("ParentRecordId",),
            rules=(
                _not_after("EarliestStartTime", "DueDate"),
                _not_after("SchedStartTime", "SchedEndTime"),
                _not_after("ActualStartTime", "ActualEndTime"),
                _not_after("ArrivalWindowStartTime", "ArrivalWindowEndTime"),
            ),
        ),
        "ServiceContract": Standard(rules=(_not_after("StartDate", "EndDate"),)),
        "ServiceResource": Standard(unsuitable="each resource needs a user of its own"),
        "Task": Standard(
            fixed={"IsRecurrence": False, "IsReminderSet": False, "TaskSubtype": "Task"},
            left_out={
                **_because(_RECURS, *_RECURRENCE),
                "ReminderDateTime": _REMINDS,
                "CallObject": "the telephone system writes its own name of the call there",
                **_because("only calls have it", "CallDurationInSeconds", "CallDisposition", "CallType"),
            },
            rules=(_WHO_WHAT,),
        ),
        "TimeSlot": Standard(rules=(_not_after("StartTime", "EndTime"),)),
        "Topic": Standard(unsuitable="topics are shared by the whole org"),
        "TopicAssignment": Standard(unsuitable="topics are shared by the whole org"),
        "WorkOrder": Standard(
            left_out=_because("the work type's own numbers apply", "MinimumCrewSize", "RecommendedCrewSize"),
            rules=(_not_after("StartDate", "EndDate"),),
        ),
        "WorkOrderLineItem": Standard(
            left_out={
                "OrderId": "it would have to be an order of the same deal",
                "Product2Id": _FOLLOWS,
            },
            rules=(_not_after("StartDate", "EndDate"),),
        ),
        "WorkType": Standard(
            fixed={"ShouldAutoCreateSvcAppt": False},
            limits=dict.fromkeys(("BlockTimeBeforeAppointment", "BlockTimeAfterAppointment"), FieldRules(low=0, high=4)),
            left_out={
                **_because("its unit and number go together; left off", "TimeframeStart", "TimeFrameStartUnit"),
                **_because("its unit and number go together; left off", "TimeframeEnd", "TimeFrameEndUnit"),
            },
        ),
    }
)  # fmt: skip

AUDIT_USERS = ("CreatedById", "LastModifiedById")
"""Who made and last changed a record; may be set where `AUDIT_DATES` may."""
AUDIT_DATES = ("CreatedDate", "LastModifiedDate")
"""When a record was made and last changed: with the permission Set Audit Fields upon Record Creation their describes allow it."""

EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {
        **_because(_AUDIT, "Id", "SystemModstamp"),
        **_because("whoever loads the records makes them, unless the recipe names owners", *AUDIT_USERS),
        **_because(_AUDIT, "IsDeleted", "LastViewedDate", "LastReferencedDate", "LastActivityDate", "MasterRecordId"),
        **_because(_DATA_COM, "Jigsaw", "JigsawContactId", "JigsawCompanyId", "DandbCompanyId"),
        **_because("the mail service sets it", "EmailBouncedReason", "EmailBouncedDate"),
        **_because("the mail service sets it", "PersonEmailBouncedReason", "PersonEmailBouncedDate"),
        **_because("the mail service sets it", "EmailLatestBounceDateTime", "EmailLatestBounceReasonText"),
        "CurrencyIsoCode": "the org's default currency applies",
    }
)


def _is_draft(stage: Stage) -> bool:
    return stage.active and (stage.category or stage.api_name).lower() == "draft"


STATUSES: Mapping[tuple[str, str], StatusField] = MappingProxyType(
    {
        ("Opportunity", "StageName"): StatusField("OpportunityStage", lambda stage: stage.active),
        ("Case", "Status"): StatusField("CaseStatus", lambda stage: stage.active),
        ("Lead", "Status"): StatusField("LeadStatus", lambda stage: stage.active and not stage.converted, strict=True),
        ("Task", "Status"): StatusField("TaskStatus", lambda stage: stage.active),
        ("Solution", "Status"): StatusField("SolutionStatus", lambda stage: stage.active),
        ("Contract", "Status"): StatusField("ContractStatus", _is_draft, ("Draft",), strict=True),
        ("Order", "Status"): StatusField("OrderStatus", _is_draft, ("Draft",), strict=True),
    }
)


_NOTHING = Standard()


def standard(name: str) -> Standard:
    """Return what holds for the object beyond its describe; nothing for objects that the table does not know."""
    return STANDARD.get(name, _NOTHING)
