"""Dependent picklists."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.errors import DataError
from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue
from sfseed_core.schema.picklists import dependency, valid_controllers

COUNTRIES = ("DE", "FR", "US", "IT", "ES", "PT", "NL", "BE", "AT", "CH")


def schema(*fields: Field) -> ObjectSchema:
    """An object of these fields."""
    return ObjectSchema("T__c", "T", "Ts", "a00", True, True, True, True, True, {one.name: one for one in fields})


@pytest.mark.parametrize(
    ("valid_for", "expected"),
    [
        ("QQA=", ("FR", "BE")),
        ("oEA=", ("DE", "US", "CH")),
        ("oEAA", ("DE", "US", "CH")),
        ("gAAA", ("DE",)),
        ("wAAA", ("DE", "FR")),
        ("", ()),
        ("AAAA", ()),
    ],
)
def test_the_known_examples_decode(valid_for, expected):
    """The published examples give their controllers, padded or not."""
    assert valid_controllers(valid_for, COUNTRIES) == expected


@given(st.sets(st.integers(0, 39)), st.integers(0, 4))
def test_any_bit_set_decodes_to_its_controllers(bits, padding):
    """Encoding a set of controllers and decoding it gives the set back."""
    data = bytearray(5 + padding)
    for bit in bits:
        data[bit >> 3] |= 0x80 >> (bit & 7)
    names = tuple(str(n) for n in range(40))
    assert valid_controllers(base64.b64encode(data).decode(), names) == tuple(names[bit] for bit in sorted(bits))


def test_bits_count_over_inactive_controller_values_too():
    """An inactive controller value keeps its bit but offers nothing."""
    controller = Field(
        "Land__c", "Land", "picklist", picklist=(PicklistValue("X", "X", active=False), PicklistValue("Y", "Y"))
    )
    city = Field(
        "City__c",
        "City",
        "picklist",
        controller="Land__c",
        picklist=(
            PicklistValue("only X", "", valid_for="gAAA"),
            PicklistValue("only Y", "", valid_for="QAAA"),
            PicklistValue("old", "", active=False, valid_for="wAAA"),
        ),
    )
    assert dependency(schema(controller, city), city) == {"Y": ("only Y",)}


def test_a_checkbox_controls_by_false_and_true():
    """Bit 0 stands for an unchecked controller, bit 1 for a checked one."""
    field = Field(
        "R__c",
        "R",
        "picklist",
        controller="Big__c",
        picklist=(PicklistValue("a", "", valid_for="gAAA"), PicklistValue("b", "", valid_for="wAAA")),
    )
    assert dependency(schema(Field("Big__c", "Big", "boolean"), field), field) == {"false": ("a", "b"), "true": ("b",)}


def test_a_hidden_controller_controls_nothing():
    """Where the user may not see the controller, no pairs are known."""
    field = Field("R__c", "R", "picklist", controller="Hidden__c", picklist=(PicklistValue("a", "", valid_for="gAAA"),))
    assert dependency(schema(field), field) == {}


def test_broken_bits_are_refused():
    """A bit set that is no base64 is a DataError."""
    with pytest.raises(DataError, match="not base64"):
        valid_controllers("*", COUNTRIES)
