"""Person accounts from source: a project that says anything of PersonAccount is of an org whose accounts can be persons.

Such an org's Account has the fields of a contact besides its own (SALESFORCE.md 2.11): standard ones as `Person...`, custom
ones as `...__pc`.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.schema.model import MASTER_RECORD_TYPE, Field, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_core.schema.model import ObjectSchema

PERSON = "PersonAccount"
_NAME_PARTS = ("LastName", "FirstName", "Salutation", "MiddleName", "Suffix")
_SHARED = (
    *("MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Email", "Title", "Department", "AssistantName"),
    *("LeadSource", "Birthdate", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "IndividualId", "Pronouns"),
    "GenderIdentity",
)
_ADDRESSES = ("Mailing", "Other")
_SWITCHES = "switchablepersonname"
_PERSONS = RecordType(PERSON, "Person Account", "")
_BUSINESSES = RecordType(
    "Business_Account", "Business Account", "", default=True
)  # no org has persons without a type of these


def with_persons(account: ObjectSchema, contact: ObjectSchema, types: Sequence[RecordType]) -> ObjectSchema:
    """Return Account with a contact's fields and with the record types that make its records persons."""
    name = replace(account.fields["Name"], nillable=True, compound="Name", extra_type=_SWITCHES)
    twins = {field.name: field for field in _twins(contact)}
    own = [one for one in account.record_types if not one.master] or [_BUSINESSES]
    persons = [replace(one, person=True, default=False) for one in types or (_PERSONS,)]
    return replace(
        account,
        fields=MappingProxyType({**account.fields, "Name": name, **twins}),
        record_types=(*own, *persons, RecordType("Master", "Master", MASTER_RECORD_TYPE, master=True)),
    )


def _twins(contact: ObjectSchema) -> Iterator[Field]:
    yield Field("IsPersonAccount", "Is Person Account", "boolean", createable=False, updateable=False, nillable=False,
                defaulted_on_create=True)  # fmt: skip
    yield Field("PersonContactId", "Contact ID", "reference", length=18, createable=False, updateable=False,
                reference_to=("Contact",), relationship_name="PersonContact")  # fmt: skip
    for name, field in contact.fields.items():
        if name in _NAME_PARTS:
            yield replace(field, nillable=True, compound="Name", extra_type=_SWITCHES)
        elif name in _SHARED or name.startswith(_ADDRESSES):
            compound = f"Person{field.compound}" if field.compound else None
            relation = f"Person{field.relationship_name}" if field.relationship_name else None
            yield replace(field, name=f"Person{name}", compound=compound, relationship_name=relation)
        elif name.endswith("__c") and field.compound is None:
            yield _custom(field)


def _custom(field: Field) -> Field:
    stem = field.name.removesuffix("__c")
    relation = f"{stem}__pr" if field.relationship_name else None
    controller = f"{field.controller.removesuffix('__c')}__pc" if field.controller else None
    return replace(field, name=f"{stem}__pc", relationship_name=relation, controller=controller)
