"""What every function takes and gives: one line each.

`LPAD: TNT?>T` takes a text, a number and perhaps a text, and gives a text. `[DM]` is a choice, `+` one or more, `*` any number;
a digit as the result means the type of that argument. Functions without a signature here have their own check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sfseed_core.formula.types.kinds import LETTERS, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY = 255

SIGNATURES: Mapping[str, str] = {
    # logic
    "AND": "B+>B",
    "OR": "B+>B",
    "ISBLANK": "A>B",
    "ISNULL": "A>B",
    "ISNUMBER": "T>B",
    "ISNEW": ">B",
    "ISCLONE": ">B",
    "ISCHANGED": "A>B",
    "PRIORVALUE": "A>1",
    # picklists
    "ISPICKVAL": "[PTSN]T>B",
    "INCLUDES": "[SPT]T>B",
    "PICKLISTCOUNT": "[SPT]>N",
    # text
    "ASCII": "T>N",
    "BEGINS": "TT>B",
    "BR": ">T",
    "CASESAFEID": "T>T",
    "CHR": "N>T",
    "CONTAINS": "[TP]T>B",
    "ENDS": "TT>B",
    "FIND": "TTN?>N",
    "FORMAT": "AA*>T",
    "FORMATCURRENCY": "TN>T",
    "GETRECORDIDS": "A>T",
    "GETSESSIONID": ">T",
    "HTMLENCODE": "T>T",
    "HYPERLINK": "TTT?>T",
    "IMAGE": "TTN?N?>T",
    "INITCAP": "T>T",
    "JSENCODE": "T>T",
    "JSINHTMLENCODE": "T>T",
    "JSONPATHVALUE": "TT>T",
    "JSONVALUE": "TT>T",
    "LABEL": "TTA*>T",
    "LEFT": "TN>T",
    "LEN": "T>N",
    "LIKE": "TTT?>B",
    "LOWER": "TT?>T",
    "LPAD": "TNT?>T",
    "MID": "TNN>T",
    "REGEX": "TT>B",
    "RENAMEABLE": "T>T",
    "REVERSE": "T>T",
    "RIGHT": "TN>T",
    "RPAD": "TNT?>T",
    "SUBSTITUTE": "TTT>T",
    "SUBSTR": "TNN?>T",
    "TEXT": "[NDMHPTA]>T",
    "TRIM": "T>T",
    "UPPER": "TT?>T",
    "URLENCODE": "T>T",
    "VALUE": "T>N",
    # numbers
    "ABS": "N>N",
    "ACOS": "N>N",
    "ASIN": "N>N",
    "ATAN": "N>N",
    "ATAN2": "NN>N",
    "CEILING": "N>N",
    "COS": "N>N",
    "EXP": "N>N",
    "FLOOR": "N>N",
    "LN": "N>N",
    "LOG": "N>N",
    "MAX": "N+>N",
    "MCEILING": "N>N",
    "MFLOOR": "N>N",
    "MIN": "N+>N",
    "MOD": "NN>N",
    "PI": ">N",
    "POWER": "NN>N",
    "ROUND": "NN>N",
    "SIGN": "N>N",
    "SIN": "N>N",
    "SQRT": "N>N",
    "TAN": "N>N",
    "TRUNC": "NN?>N",
    # dates and times
    "ADDMONTHS": "[DM]N>1",
    "DATE": "NNN>D",
    "DATETIMEVALUE": "[TMD]>M",
    "DATEVALUE": "[TMD]>D",
    "DAY": "D>N",
    "DAYOFYEAR": "[DM]>N",
    "FORMATDURATION": "[NMH][BMH]?>T",
    "FROMUNIXTIME": "N>M",
    "HOUR": "H>N",
    "ISOWEEK": "[DM]>N",
    "ISOYEAR": "[DM]>N",
    "MILLISECOND": "H>N",
    "MINUTE": "H>N",
    "MONTH": "D>N",
    "NOW": ">M",
    "SECOND": "H>N",
    "TIMENOW": ">H",
    "TIMEVALUE": "[TMH]>H",
    "TODAY": ">D",
    "UNIXTIMESTAMP": "[DMH]>N",
    "WEEKDAY": "D>N",
    "YEAR": "D>N",
    # places
    "DISTANCE": "GGT>N",
    "GEOLOCATION": "NN>G",
    # other records and settings of the org
    "CURRENCYRATE": "T>N",
    "LINKTO": "TAA*>T",
    "PARENTGROUPVAL": "AA+>N",
    "PREDICT": "AA*>N",
    "PREVGROUPVAL": "AA+>N",
    "URLFOR": "AA*>T",
    "VLOOKUP": "AAA>1",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes: the types of each argument, how few and how many, and what it gives."""

    parameters: tuple[frozenset[Type], ...]
    least: int
    most: int
    result: Type | int

    def allowed(self, place: int) -> frozenset[Type]:
        """Return the types that the argument at a place may have."""
        return self.parameters[min(place, len(self.parameters) - 1)]


_PARAMETER = re.compile(r"(\[\w+\]|\w)([?*+]?)")


@cache
def signature(name: str) -> Signature | None:
    """Return the signature of a function, or nothing where there is none."""
    line = SIGNATURES.get(name)
    if line is None:
        return None
    taken, _, given = line.partition(">")
    found = _PARAMETER.findall(taken)
    parameters = tuple(frozenset(LETTERS[letter] for letter in choice.strip("[]")) for choice, _ in found)
    least = sum(mark in ("", "+") for _, mark in found)
    most = MANY if any(mark in ("*", "+") for _, mark in found) else len(found)
    return Signature(parameters, least, most, int(given) - 1 if given.isdigit() else LETTERS[given])
