"""What to do about a failed record, by the org's status code: one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADVICE: Mapping[str, str] = {
    "REQUIRED_FIELD_MISSING": "Fill the named fields in these records, then load again.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of the org refuses them: change the records to fit the rule.",
    "DUPLICATE_VALUE": "The org has another record with this value: give these records other values.",
    "DUPLICATES_DETECTED": "A duplicate rule of the org refuses them: change the records, or let the rule allow it.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "The org does not have this picklist value: choose one that it has.",
    "STRING_TOO_LONG": "Shorten the named fields.",
    "NUMBER_OUTSIDE_VALID_RANGE": "The number has too many digits for the field: make it smaller.",
    "INVALID_EMAIL_ADDRESS": "Write a whole e-mail address.",
    "INVALID_CROSS_REFERENCE_KEY": "The record that they point to is not there, or this user may not see it.",
    "FIELD_INTEGRITY_EXCEPTION": "Two values do not go together: read the message, change one of them.",
    "FIELD_FILTER_VALIDATION_EXCEPTION": "A lookup filter refuses the record that they point to: choose another.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "This user may not do that: ask the org's admin for the right.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "This user may not use the record that they point to: ask the admin.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "This user may not write the field: ask for field access, or leave the field out.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "A trigger or flow of the org stopped them: its message says why.",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow of the org failed on them: show its message to the org's admin.",
    "STORAGE_LIMIT_EXCEEDED": "The org has no storage left: delete something, then retry.",
    "UNABLE_TO_LOCK_ROW": "Somebody else held a record: retry.",
    "LIMIT_EXCEEDED": "A limit of the org is used up: retry later.",
    "ENTITY_IS_DELETED": "The record that they point to was deleted meanwhile: make the records again.",
    "DELETE_FAILED": "Something in the org still depends on them.",
}
_OTHERWISE = "The message is the org's own; mend the records in Preview and load again, or retry."


def advice(code: str) -> str:
    """Return what to do about records that failed with this code."""
    return _ADVICE.get(code, _OTHERWISE)
