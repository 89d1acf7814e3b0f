"""Which objects of an org can hold business records, and why the others cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sfseed_core.schema.model import ObjectSummary


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why an object is not offered for seeding: the `rule` that struck, and the reason in words."""

    name: str
    rule: str
    reason: str


def seedable(summary: ObjectSummary) -> Exclusion | None:
    """Return why the object cannot be seeded; None when it can."""
    for rule, reason, strikes in _RULES:
        if strikes(summary):
            return Exclusion(summary.name, rule, reason)
    why = setup_reason(summary.name)
    return None if why is None else Exclusion(summary.name, "setup", why)


def setup_reason(name: str) -> str | None:
    """Return why the object is part of an org's setup and so never seeded; None when it is not."""
    if name.endswith("__c"):
        return None
    for reason, names, pattern in _SETUP:
        if name in names or (pattern is not None and pattern.fullmatch(name)):
            return reason
    return None


def _ends(*endings: str) -> Callable[[ObjectSummary], bool]:
    return lambda summary: summary.name.endswith(endings)


_RULES: tuple[tuple[str, str, Callable[[ObjectSummary], bool]], ...] = (
    (
        "derived",
        "the org keeps it itself beside another object",
        lambda s: s.associate_entity_type is not None or s.associate_parent is not None,
    ),
    ("custom-setting", "it is a custom setting: configuration, not records", lambda s: s.custom_setting),
    ("retired", "Salesforce has retired it", lambda s: s.deprecated_and_hidden),
    ("share", "it says who sees a record; the org keeps it itself", _ends("Share")),
    ("history", "it is a history of changes; the org keeps it itself", _ends("__History", "History")),
    ("feed", "it is a feed of another object", _ends("Feed")),
    ("tag", "it holds tags of another object", _ends("__Tag")),
    ("event", "it is a message, not a stored record", _ends("ChangeEvent", "__e", "EventStream", "EventStore")),
    ("metadata", "it is custom metadata: configuration, not records", _ends("__mdt")),
    ("big-object", "it is a big object, which takes another way of loading", _ends("__b")),
    ("external", "its records live outside of the org", _ends("__x")),
    ("knowledge", "knowledge articles have a publishing process of their own", _ends("__kav", "__ka")),
    ("read-only", "this user cannot create records of it", lambda s: not s.createable),
    ("hidden", "this user cannot read records of it", lambda s: not s.queryable),
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# reason, names, and a pattern for families of names
_SETUP: tuple[tuple[str, frozenset[str], re.Pattern[str] | None], ...] = (
    (
        "it is about people and their access, which is setup",
        _names(
            "User UserRole Group GroupMember Profile QueueSobject CollaborationGroup CollaborationGroupMember "
            "CollaborationGroupMemberRequest CollaborationGroupRecord CollaborationInvitation FieldPermissions "
            "ObjectPermissions SetupEntityAccess MutingPermissionSet DelegatedAccount ExternalDataUserAuth OauthToken "
            "SessionPermSetActivation PersonAccountOwnerPowerUser ThirdPartyAccountLink TwoFactorInfo "
            "VerificationHistory LoginIp LoginGeo PackageLicense UserPackageLicense ContentWorkspacePermission "
            "ContentWorkspaceMember InstalledMobileApp MobileSecurityAssignment MobileSecurityPolicy"
        ),
        re.compile(
            r"User(?!__).*|PermissionSet.*|Auth(Config|Provider|Session).*|Oauth.*|Network(?!__).*|TenantSecurity.*"
        ),
    ),
    (
        "it is the org's code or automation",
        _names(
            "StaticResource Scontrol AsyncApexJob CronJobDetail CronTrigger FlexQueueItem BackgroundOperation "
            "AssignmentRule BusinessProcess SlaProcess TestSuiteMembership WebLink Prompt PromptAction PromptVersion "
            "PromptError DataWeaveResource TransactionSecurityPolicy DuplicateRule MatchingRule MatchingRuleItem "
            "EmailServicesAddress EmailServicesFunction PlatformAction PushTopic StreamingChannel EventBusSubscriber "
            "Macro MacroInstruction MacroUsage Bot BotVersion"
        ),
        re.compile(r"Apex.*|Aura.*|Lightning.*|Flow.*|Process(?!__).*|UiFormula.*|ExpressionSet.*|ExpressionFilter.*"),
    ),
    (
        "it is a setting of the org",
        _names(
            "Organization RecordType BusinessHours Holiday FiscalYearSettings Period CurrencyType DatedConversionRate "
            "OrgWideEmailAddress OrgEmailAddressSecurity ConnectedApplication NamedCredential ExternalDataSource "
            "CorsWhitelistEntry CspTrustedSite Domain DomainSite Site SiteDetail Community CallCenter Calendar "
            "CalendarView Translation Publisher CategoryNode CategoryData QuoteTemplateRichTextData "
            "RecordAction RedirectWhitelistUrl IframeWhiteListUrl SamlSsoConfig CustomPermission "
            "CustomPermissionDependency CustomNotificationType CustomHttpHeader AppMenuItem AppTabMember EmailRelay "
            "EmailDomainKey EmailDomainFilter EmailCapture ReplyEmailSettings MilestoneType EntitlementTemplate "
            "ProductEntitlementTemplate PartnerRole CaseTeamRole CaseTeamTemplate CaseTeamTemplateMember "
            "CaseTeamTemplateRecord ServiceSetupProvisioning SetupAssistantStep SetupAuditTrail FieldSecurityClassification "
            "NavigationLinkSet NavigationMenuItem ReputationLevel ReputationPointsRule Stamp StampAssignment "
            "OnboardingMetrics StoreIntegratedService ExternalEncryptionRootKey IPAddressRange OpportunityStage CaseStatus "
            "LeadStatus TaskStatus TaskPriority SolutionStatus ContractStatus OrderStatus WorkOrderStatus "
            "WorkOrderLineItemStatus ServiceAppointmentStatus"
        ),
        re.compile(r"CustomHelpMenu.*|CustomBrand.*|Branding.*|EmbeddedService.*|PlatformCache.*|Engagement.*Type"),
    ),
    (
        "it is a report, a page or how something is shown",
        _names(
            "Report Dashboard DashboardComponent Folder EmailTemplate BrandTemplate MailmergeTemplate "
            "EnhancedLetterhead QuickText QuickTextUsage ListViewChart ListViewChartInstance "
            "SearchPromotionRule ActionLinkGroupTemplate ActionLinkTemplate TodayGoal"
        ),
        re.compile(r"ListView.*|TopicUserEvent|ColorDefinition|IconDefinition|TabDefinition"),
    ),
    (
        "it is written by the org as it works",
        _names(
            "RecentlyViewed DuplicateRecordSet DuplicateRecordItem EntitySubscription FeedAttachment FeedItem FeedComment "
            "FeedLike FeedPollChoice FeedPollVote FeedSignal FeedRevision FeedTrackedChange Announcement "
            "ContentDocument ContentFolder ContentFolderItem ContentFolderLink ContentFolderMember ContentBody "
            "ContentNotification ContentUserSubscription ContentTagSubscription ContentDocumentSubscription "
            "ContentWorkspaceSubscription ContentVersionRating ContentVersionComment IdpEventLog "
            "AppAnalyticsQueryRequest OrgDeleteRequest OrgMetric OrgMetricScanResult OrgMetricScanSummary "
            "DandBCompany Vote EmailStatus EmailMessageRelation OutgoingEmail OutgoingEmailRelation CaseMilestone "
            "EntityMilestone DataAssessmentMetric ThreatDetectionFeedback"
        ),
        re.compile(
            r".*CleanInfo|Datacloud.*|.*Metrics|AI(Application|Insight|Record).*|ML[A-Z].*|PrivacyJob.*|PrivacyObject.*"
        ),
    ),
)


def exclusions(listing: Iterable[ObjectSummary]) -> tuple[Exclusion, ...]:
    """Return every object of a listing that cannot be seeded, each with the reason."""
    return tuple(why for why in map(seedable, listing) if why is not None)
