"""What can be chosen about an emulated org when it is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrgOptions:
    """The facts and limits of an org; the default is a roomy sandbox."""

    name: str = "Brightwater"
    is_sandbox: bool = True
    trial_expiration: str | None = None  # a stored date-time; makes a sandbox a scratch org
    organization_type: str = "Enterprise Edition"
    instance_name: str = "USA852S"
    namespace_prefix: str | None = None
    data_storage_mb: int = 20 * 1024
    file_storage_mb: int = 20 * 1024
    daily_api_requests: int = 1_000_000
    daily_bulk_batches: int = 15_000
    daily_query_jobs: int = 10_000
    session_seconds: int = 7_200
    user: str = "admin"  # the kind of the running user, see org_kinds
    language: str = "en"
    validation_rules: bool = True  # whether writes obey the validation rules of the schema
    duplicate_rules: bool = True  # whether the standard duplicate rules are active
    permissions: str = ""  # custom permissions of the running user, separated by commas
