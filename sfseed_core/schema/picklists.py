"""Dependent picklists: which values go with which value of the controlling field."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.schema.model import Field, ObjectSchema

_CHECKBOX = ("false", "true")  # bit 0 stands for an unchecked controller, bit 1 for a checked one


def valid_controllers(valid_for: str, controller_values: Sequence[str]) -> tuple[str, ...]:
    """Return the controller values that a `validFor` bit set names.

    The controller's values must be complete and in describe's order, inactive ones included: the bits count over them.
    """
    bits = _decode(valid_for)
    return tuple(
        value for k, value in enumerate(controller_values) if k >> 3 < len(bits) and bits[k >> 3] & (0x80 >> (k & 7))
    )


def controller_values(schema: ObjectSchema, field: Field) -> tuple[str, ...] | None:
    """Return all values of the field's controller in bit order; None when the field depends on nothing known."""
    controller = schema.fields.get(field.controller or "")
    if controller is None:
        return None
    if controller.type == "boolean":
        return _CHECKBOX
    return tuple(entry.value for entry in controller.picklist)


def dependency(schema: ObjectSchema, field: Field) -> dict[str, tuple[str, ...]]:
    """Return, per value of the controller, the active values that go with it, in describe's order.

    Inactive controller values are left out; a controller value with no value of its own maps to ().
    Empty when the field has no controller, or one that the user may not see.
    """
    controllers = controller_values(schema, field)
    if controllers is None:
        return {}
    offered = _CHECKBOX if controllers is _CHECKBOX else schema.fields[field.controller or ""].active_values
    found: dict[str, list[str]] = {value: [] for value in offered}
    for entry in field.picklist:
        if not entry.active:
            continue
        allowed = controllers if entry.valid_for is None else valid_controllers(entry.valid_for, controllers)
        for value in allowed:
            if value in found:
                found[value].append(entry.value)
    return {value: tuple(values) for value, values in found.items()}


def _decode(valid_for: str) -> bytes:
    try:
        return base64.b64decode(valid_for, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"cannot read the describe: validFor {valid_for[:40]!r} is not base64") from error
