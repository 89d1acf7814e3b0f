"""The functions of formulas, one module per family; `FUNCTIONS` is all of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.formula.functions.dates import FUNCTIONS as DATES
from sfseed_core.formula.functions.logic import FUNCTIONS as LOGIC
from sfseed_core.formula.functions.maths import FUNCTIONS as MATHS
from sfseed_core.formula.functions.org import FUNCTIONS as ORG
from sfseed_core.formula.functions.picklists import FUNCTIONS as PICKLISTS
from sfseed_core.formula.functions.places import FUNCTIONS as PLACES
from sfseed_core.formula.functions.texts import FUNCTIONS as TEXTS
from sfseed_core.formula.functions.wordings import FUNCTIONS as WORDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.formula.functions.family import Function

FUNCTIONS: Mapping[str, Function] = {**LOGIC, **TEXTS, **MATHS, **DATES, **PICKLISTS, **PLACES, **ORG, **WORDINGS}
