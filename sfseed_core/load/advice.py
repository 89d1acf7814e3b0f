"""What to do about a failed record, by the org's status code: one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ADVICE: Mapping[str, str] = {
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
    "UNABLE_TO_LOCK_ROW": "Somebody else held a record, more than once: retry at a quieter time.",
    "LIMIT_EXCEEDED": "A limit of the org is used up: retry later.",
    "ENTITY_IS_DELETED": "The record that they point to was deleted meanwhile: make the records again.",
    "INVALID_FIELD": "The org does not have the field, or hides it from this user: discover the org again.",
    "INVALID_TYPE": "The org does not have the object, or hides it from this user: ask the admin for access.",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": "Write a number, date or id as the field wants it.",
    "INVALID_ID_FIELD": "The id is of another object than the field points to, or no id at all.",
    "MALFORMED_ID": "The value is no Salesforce id: point to a record of the dataset, or write an id of 15 or 18 characters.",
    "INVALID_STATUS": "The org does not allow this status for the record: choose another in Preview.",
    "FAILED_ACTIVATION": "The org did not activate it: an order needs products, and you need the right to activate; then retry.",
    "INVALID_OPERATION": "The org does not allow this for the object: read the message.",
    "INVALID_CURRENCY_ISO": "The org does not use this currency, or it is inactive: choose one of its active currencies.",
    "INACTIVE_OWNER_OR_USER": "The owner is not an active user: choose another owner in the recipe.",
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": "This kind of user cannot own them: choose another owner in the recipe.",
    "TRANSFER_REQUIRES_READ": "The new owner may not read the object: choose another owner, or give that user access.",
    "INSUFFICIENT_ACCESS": "This user may not do that: ask the org's admin for the right.",
    "CANNOT_UPDATE_CONVERTED_LEAD": "Converted leads cannot be changed: leave them out.",
    "CIRCULAR_DEPENDENCY": "The records point to each other in a circle: break it by clearing one of the references.",
    "SELF_REFERENCE_FROM_TRIGGER": "A trigger of the org changes the record that it works on: show its message to the org's admin.",
    "APEX_ERROR": "Apex code of the org failed on them: show its message to the org's admin.",
    "PROCESSING_HALTED": "Another record of the same call failed: mend that one, then retry.",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "Another record of the same call failed: mend that one, then retry.",
    "DUPLICATE_EXTERNAL_ID": "More than one record of the org has this external id: make it unique there.",
    "DUPLICATE_COMM_NICKNAME": "Another user has this nickname: choose another.",
    "DUPLICATE_USERNAME": "A user name is taken, in this org or any other: choose another.",
    "LICENSE_LIMIT_EXCEEDED": "The org has no licence of this kind left: free one, or seed fewer users.",
    "NUM_USERS_LIMIT_EXCEEDED": "The org has no user licence left: free one, or seed fewer users.",
    "REQUEST_LIMIT_EXCEEDED": "The org's API calls of the last 24 hours are used up: resume later.",
    "REQUEST_RUNNING_TOO_LONG": "The org took too long over them: retry; automation that does much may have to be turned off.",
    "SERVER_UNAVAILABLE": "The org was busy: retry.",
    "QUERY_TIMEOUT": "A query of the org's automation took too long: retry.",
    "TOO_MANY_APEX_REQUESTS": "The org was busy with Apex: retry.",
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": "The org is being maintained: retry later.",
    "TOO_MANY_ENUM_VALUE": "Too many values are chosen in the picklist: choose fewer.",
    "INVALID_MULTIPICKLIST_VALUE": "The org does not have one of the chosen values: choose others.",
    "STRING_TOO_SHORT": "Lengthen the named fields.",
    "MAX_LENGTH_EXCEEDED": "Shorten the named fields.",
    "JSON_PARSER_ERROR": "A value is of another kind than its field: write a number, date or id as the field wants it.",
    "INVALID_SESSION_ID": "The login ended: log in again, then resume.",
    "UNKNOWN_EXCEPTION": "The org had an error of its own: retry; if it stays, tell Salesforce the number in the message.",
    "PRIVATE_CONTACT_ON_ASSET": "The asset's contact has no account: give it one.",
    "ENTITY_IS_LOCKED": "The record that they change waits for an approval: unlock it, then retry.",
    "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE": "Somebody changed the record meanwhile: look at it, then retry.",
    "DEPENDENCY_EXISTS": "Something in the org still depends on them.",
    "CANNOT_CASCADE_PRODUCT_ACTIVE": "The product's entries do not allow the change: look at its price book entries.",
    "STANDARD_PRICE_NOT_DEFINED": "The product has no price in the standard price book yet: add it there first.",
    "INVALID_ACCESS_LEVEL": "The access level is lower than the org's default: choose a higher one.",
    "DELETE_FAILED": "Something in the org still depends on them.",
}
_OTHERWISE = "The message is the org's own; mend the records in Preview and load again, or retry."


def advice(code: str) -> str:
    """Return what to do about records that failed with this code."""
    return ADVICE.get(code, _OTHERWISE)
