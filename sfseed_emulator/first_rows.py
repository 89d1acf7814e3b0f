"""The rows that a new org starts with: aliases become ids, system fields are filled, the Organization row is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import tables
from sfseed_emulator.effects import compound_name
from sfseed_emulator.rules import duplicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.state import OrgState

_RUNNING_USER = "@admin"
_LOCALES = {"de": "de"}


def fill(state: OrgState, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Write a new org's first rows and return the id of its running user.

    The running user is the row named `@admin`, else the first active user; an org without users gets an id that stands alone.
    """
    numbered = [
        (name, row, str(row.get("Id") or state.new_id(name)))
        for name, listed in rows.items()
        if state.schema.get(name)
        for row in listed
    ]
    alias = {f"@{str(row['@']).lstrip('@')}": record_id for _, row, record_id in numbered if "@" in row}
    users = [record_id for name, row, record_id in numbered if name == "User" and row.get("IsActive")]
    running = alias.get(_RUNNING_USER) or (users[0] if users else state.new_id("User"))
    for name, row, record_id in numbered:
        values = {key: alias.get(value, value) if isinstance(value, str) else value for key, value in row.items()}
        own = _of_kind(state) if name == "User" and record_id == running else {}
        _write(state, name, {**values, **own, "Id": record_id}, running)
    _organization(state, running)
    return running


def _of_kind(state: OrgState) -> dict[str, object]:
    """Return what the running user's kind and language change of the user's row."""
    kind, language = state.options.user, state.options.language
    changed: dict[str, object] = {}
    if language in _LOCALES:
        changed = {"LanguageLocaleKey": _LOCALES[language], "LocaleSidKey": "de_DE" if language == "de" else "en_US"}
    return changed | ({"UserPermissionsMarketingUser": False} if kind == "no-marketing" else {})


def _organization(state: OrgState, running: str) -> None:
    if state.schema.get("Organization") is None:
        return
    options = state.options
    row = {
        "Id": state.org_id,
        "Name": options.name,
        "InstanceName": options.instance_name,
        "IsSandbox": options.is_sandbox,
        "TrialExpirationDate": options.trial_expiration,
        "NamespacePrefix": options.namespace_prefix,
        "OrganizationType": options.organization_type,
        "LanguageLocaleKey": _LOCALES.get(options.language, "en_US"),
        "DefaultLocaleSidKey": "de_DE" if options.language == "de" else "en_US",
        "TimeZoneSidKey": "Europe/Berlin",
        "FiscalYearStartMonth": 1,
        "Country": "US",
        "DefaultAccountAccess": "Edit",
        "DefaultContactAccess": "ControlledByParent",
        "DefaultOpportunityAccess": "Edit",
        "DefaultLeadAccess": "ReadEditTransfer",
        "DefaultCaseAccess": "ReadEditTransfer",
        "DefaultCalendarAccess": "HideDetailsInsert",
        "DefaultPricebookAccess": "ReadSelect",
        "DefaultCampaignAccess": "All",
        "UiSkin": "Theme3",
        "SignupCountryIsoCode": "US",
        "WebToCaseDefaultOrigin": "Web",
    }
    _write(state, "Organization", row, running)


def _write(state: OrgState, object_name: str, given: Mapping[str, object], running: str) -> None:
    found = state.schema.get(object_name)
    assert found is not None
    complete = tables.empty_row(found)
    system = {
        "CreatedDate": state.created,
        "LastModifiedDate": state.created,
        "SystemModstamp": state.created,
        "CreatedById": running,
        "LastModifiedById": running,
        "OwnerId": running,
    }
    values = {**system, **given}
    complete.update({key: _stored(value) for key, value in values.items() if key in complete})
    compound_name(found, complete)
    state.insert_rows(found, [complete])
    duplicates.remember(state, found, [complete])


def _stored(value: object) -> object:
    return int(value) if isinstance(value, bool) else value
