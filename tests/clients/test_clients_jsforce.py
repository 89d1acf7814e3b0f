"""jsforce, unmodified, does with the emulator all that programs do with it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.clients


def test_jsforce_works(clients: Any, org: dict[str, Any], tmp_path: Path) -> None:
    """All logins, rows, collections, queries, bulk 1 and 2, search, composite and tooling (see jsforce_session.mjs)."""
    info = tmp_path / "org.json"
    info.write_text(json.dumps(org), encoding="utf-8")
    script = Path(__file__).parent / "jsforce_session.mjs"
    command = [clients.node, str(script), str(clients.packages), str(info)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    checks = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [one for one in checks if not one["ok"]] == [], done.stderr
    assert len(checks) == 26, done.stderr
