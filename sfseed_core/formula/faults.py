"""Why a formula has no value for a record."""

from __future__ import annotations

from enum import IntEnum


class Fault(IntEnum):
    """What went wrong in a row; rows that are fine have NONE, rows that hang on what is not known UNKNOWN."""

    NONE = 0
    UNKNOWN = 1
    DIVISION_BY_ZERO = 2
    NOT_A_NUMBER = 3
    NOT_A_DATE = 4
    NOT_A_TIME = 5
    OUT_OF_RANGE = 6
    BAD_PATTERN = 7
    PATTERN_TOO_COMPLICATED = 8
    BAD_ARGUMENT = 9


class Failed(Exception):
    """A function cannot give a value for these arguments."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault
