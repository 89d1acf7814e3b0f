"""Seed: the phases of a run, from discovering to loading, each of which can be interrupted and gone on with.

Resume is no special mode: the phases read what the earlier ones left in the run's folder, and `go_on` starts at the
phase that the run stands in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import FindingsStop, Interrupted
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from sfseed_core.workflow.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from sfseed_core.check.finding import Finding
    from sfseed_core.clock import Clock
    from sfseed_core.dataset.store import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.status import RunStatus
    from sfseed_core.org.client import Org
    from sfseed_core.org.login import Login
    from sfseed_core.recipe.model import Plan
    from sfseed_core.workflow.discover import Survey
