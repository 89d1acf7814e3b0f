"""What a formula can end with but a value."""

from __future__ import annotations


class Failed(Exception):
    """The formula has no value for the record: a division by zero, a text that is no number."""


class NotKnown(Exception):
    """The formula asks for what is not kept here."""
