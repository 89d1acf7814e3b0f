"""Files of a small plan that never change: whatever processor, numpy or Faker makes them, and from one version to the next.

`python -m tests.generate.golden` writes them anew, for a change of the records that is meant; with a FOLDER it writes there.
"""

from __future__ import annotations

from pathlib import Path

from sfseed_core.dataset.export.folder import export_folder
from sfseed_core.generate.engine import Engine
from tests.generate.conftest import plan_by_hand

FOLDER = Path(__file__).parent
ACCOUNTS = 12


def write(folder: Path) -> None:
    """Write the plan's files."""
    plan = plan_by_hand(ACCOUNTS)
    export_folder(folder, plan, Engine(plan).pieces)


def files(folder: Path) -> dict[str, bytes]:
    """The CSV files of a folder by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
