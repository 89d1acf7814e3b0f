"""What a field is about: from its object, name, label and type.

Three tables, asked in this order: the standard objects' own fields, words of the name, words of the label. Nothing is
guessed from values. A field that no table knows has no meaning, and is then made from its type alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field is about; `name` is a key of `meanings.MEANINGS`.

    Fields of one record that belong together (the parts of an address, the two ends of a span) have the same `group`.
    `confidence` is in whole percent; `why` is the evidence, in words for the user.
    """

    name: str
    group: str = ""
    confidence: int = 100
    why: str = ""
