"""Memory of a seed into the practice org, by process, at several sizes: it should not grow with the records.

python benchmarks/load_memory.py 20000 200000
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

RECIPE = "version: 1\nobjects:\n  Account: {accounts}\n  Contact: {{per: Account, each: 3}}\n"
ROLES = {"sfseed_core.load.worker": "worker", "sfseed_emulator": "practice org", "sfseed_core.cli": "command"}


def peak_sizes(home: Path, *arguments: str) -> tuple[dict[str, int], dict, float]:
    """Run one command; the peak resident bytes of each process that works for this home, its JSON, its seconds."""
    environment = os.environ | {"SFSEED_HOME": str(home)}
    started = time.monotonic()
    command = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", *arguments], env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    )
    peaks: dict[str, int] = defaultdict(int)
    while command.poll() is None:
        for process in psutil.process_iter(["cmdline", "pid"]):
            try:
                words = " ".join(process.info["cmdline"] or [])
                role = next((role for mark, role in ROLES.items() if mark in words), None)
                if role and process.environ().get("SFSEED_HOME") == str(home):
                    peaks[role] = max(peaks[role], process.memory_info().rss)
            except psutil.Error:
                continue
        time.sleep(0.1)
    return peaks, json.loads(command.stdout.read().splitlines()[-1]), time.monotonic() - started


def main() -> None:
    """Seed each size into a practice org of its own and print the peaks."""
    print(f"{'records':>10}  {'seconds':>8}  " + "  ".join(f"{role:>14}" for role in ROLES.values()))
    for size in (int(text) for text in sys.argv[1:] or ("20000", "200000")):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            recipe = home / "recipe.yaml"
            recipe.write_text(RECIPE.format(accounts=size // 4), encoding="utf-8")
            peaks, result, seconds = peak_sizes(home, "seed", str(recipe), "--org", "demo", "--yes", "--json", "--quiet")
            stop = [sys.executable, "-m", "sfseed_core.cli", "emulator", "--stop"]
            subprocess.run(stop, env=os.environ | {"SFSEED_HOME": folder}, check=False)
            assert all(one["succeeded"] == one["planned"] for one in result["objects"].values()), result
            shown = "  ".join(f"{peaks[role] >> 20:>11} MB" for role in ROLES.values())
            print(f"{size:>10,}  {seconds:>8.1f}  {shown}", flush=True)


if __name__ == "__main__":
    main()
