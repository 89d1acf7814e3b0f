"""Record ids: 15 base-62 characters (prefix, instance, serial) and the checksum that makes them 18."""

from __future__ import annotations

import re
import secrets

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# In ASCII order, so that ids sort in the order in which they were given out.
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_PAIRS = tuple(a + b for a in _DIGITS for b in _DIGITS)
_SERIAL_LENGTH = 9
FIRST_SERIAL = 62**6 + 62**5


def checksum(id15: str) -> str:
    """Return the three characters that tell upper from lower case in a 15-character id."""
    return "".join(_CHECKSUM[sum(1 << k for k in range(5) if "A" <= id15[block + k] <= "Z")] for block in (0, 5, 10))


def to_18(id15: str) -> str:
    """Return the 18-character form of 15 characters that are known to be an id."""
    return id15 + checksum(id15)


def full_id(text: str) -> str | None:
    """Return the 18-character form of an id of 15 or 18 characters; None when it is no id or its checksum is wrong."""
    if len(text) not in (15, 18) or not _SHAPE.fullmatch(text):
        return None
    expected = text[:15] + checksum(text)
    return expected if len(text) == 15 or text == expected else None


def record_ids(prefix: str, instance: str, first: int, count: int) -> list[str]:
    """Return `count` ids of consecutive serials; prefix is three characters, instance two."""
    head = f"{prefix}{instance}0"
    return [(bare := head + _base62(serial)) + checksum(bare) for serial in range(first, first + count)]


def random_org_id() -> str:
    """Return the id of a new org, unlike that of any other."""
    bare = "00D" + "".join(secrets.choice(_DIGITS) for _ in range(2)) + "0" + _random_text(_SERIAL_LENGTH)
    return bare + checksum(bare)


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_DIGITS) for _ in range(length))


def _base62(serial: int) -> str:
    out = ""
    for _ in range(_SERIAL_LENGTH // 2):
        serial, pair = divmod(serial, 3844)
        out = _PAIRS[pair] + out
    return _DIGITS[serial % 62] + out
