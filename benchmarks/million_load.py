"""A million records into an emulated org: the memory and CPU time of the load beside those of a bare script; then taken back.

python benchmarks/million_load.py [RECORDS]

The bare script uploads the very CSVs that the load sent, one after another, and reads their results with pyarrow. Both are
measured by CPU seconds (user and system) of their process, so that a busy machine changes little.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import ClassVar, Self

import psutil

RECIPE = """version: 1
objects:
  Account:
    count: {accounts}
    fields: {{Customer_Number__c: {{skip: true}}}}
  Contact: {{per: Account, each: 3}}
"""
BARE = """
import json, sys, time, requests, pyarrow.csv as pc
from pathlib import Path
from typing import ClassVar, Self
base, token, folder = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"
jobs, rows = f"{base}/services/data/v64.0/jobs/ingest", 0
for path in sorted(Path(folder).glob("*.csv")):
    name, verb = path.stem.split("-")[1:]
    job = session.post(jobs, json={"object": name, "operation": verb, "contentType": "CSV", "lineEnding": "LF"}).json()["id"]
    with path.open("rb") as file:
        session.put(f"{jobs}/{job}/batches", data=file, headers={"Content-Type": "text/csv"}).raise_for_status()
    session.patch(f"{jobs}/{job}", json={"state": "UploadComplete"}).raise_for_status()
    while session.get(f"{jobs}/{job}").json()["state"] not in ("JobComplete", "Failed", "Aborted"):
        time.sleep(1)
    for kind in ("successfulResults", "failedResults"):
        with session.get(f"{jobs}/{job}/{kind}/", stream=True) as answer, open("results.csv", "wb") as file:
            for chunk in answer.iter_content(1 << 18):
                file.write(chunk)
        rows += pc.read_csv("results.csv", parse_options=pc.ParseOptions(newlines_in_values=True)).num_rows
print(rows)
"""


class Watched:
    """The peak memory and the CPU time of the processes that work for a home, by role, and the CSVs that were sent."""

    ROLES: ClassVar = {"sfseed_core.load.worker": "load", "sfseed_core.cli": "command"}

    def __init__(self, home: Path, kept: Path) -> None:
        self.home, self.kept = home, kept
        self.peaks: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ends.wait(0.05):
            for process in psutil.process_iter(["cmdline"]):
                words = " ".join(process.info["cmdline"] or [])
                role = next((role for mark, role in self.ROLES.items() if mark in words and "emulator" not in words), None)
                if role:
                    self._note(role, process)
            self._keep()

    def _note(self, role: str, process: psutil.Process) -> None:
        try:
            if process.environ().get("SFSEED_HOME") != str(self.home):
                return
            times = process.cpu_times()
            self.peaks[role] = max(self.peaks.get(role, 0), process.memory_info().rss)
            self.seconds[role] = max(self.seconds.get(role, 0.0), times.user + times.system)
        except psutil.Error:
            return

    def _keep(self) -> None:
        """Link the CSVs that are being sent, so that they outlive the load, under the name of their object."""
        for path in self.home.glob("runs/*/jobs/??????.csv"):
            try:
                header = path.open(encoding="utf-8").readline()
                name = "Contact" if "LastName" in header or "ReportsToId" in header else "Account"
                verb = "update" if header.startswith("Id,") else "insert"
                if header.endswith("\n") and header != "Id\n":
                    os.link(path, self.kept / f"{path.stem}-{name}-{verb}.csv")
            except OSError:
                continue


def sfseed(home: Path, variables: dict[str, str], *arguments: str) -> dict:
    """Run a command; its result."""
    command = [sys.executable, "-m", "sfseed_core.cli", *arguments, "--json", "--quiet"]
    done = subprocess.run(
        command, env=os.environ | variables | {"SFSEED_HOME": str(home)}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def bare(folder: Path, info: dict[str, str]) -> tuple[float, int]:
    """Upload the CSVs with a bare script; its CPU seconds and the rows that it read."""
    script = folder.parent / "bare.py"
    script.write_text(BARE, encoding="utf-8")
    before = os.times()
    command = [sys.executable, str(script), info["base_url"], info["access_token"], str(folder)]
    done = subprocess.run(command, cwd=folder.parent, stdout=subprocess.PIPE, check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system, int(done.stdout)


def main() -> None:
    """Load, load bare, undo; print what each took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as text:
        folder, home, kept = Path(text), Path(text) / "home", Path(text) / "sent"
        home.mkdir()
        kept.mkdir()
        (folder / "recipe.yaml").write_text(RECIPE.format(accounts=count // 4), encoding="utf-8")
        server = [sys.executable, "-m", "sfseed_emulator", "--port", "0", "--json", "--no-duplicate-rules"]
        emulator = subprocess.Popen(server, stdout=subprocess.PIPE, env=os.environ | {"SFSEED_HOME": str(folder / "org")})
        try:
            info = json.loads(emulator.stdout.readline())
            org = {"SFSEED_INSTANCE_URL": info["base_url"], "SFSEED_ACCESS_TOKEN": info["access_token"]}
            made = sfseed(home, org, "seed", str(folder / "recipe.yaml"), "--org", "env", "--dry-run")
            began = time.monotonic()
            with Watched(home, kept) as seen:
                loaded = sfseed(home, org, "load", made["dataset"], "--org", "env", "--yes")
            took = time.monotonic() - began
            assert all(one["succeeded"] == one["planned"] for one in loaded["objects"].values()), loaded
            cpu, jobs = seen.seconds["load"], len(list(kept.iterdir()))
            print(f"load {took:.0f} s in {jobs} jobs, CPU {cpu:.1f} s", flush=True)
            print("memory: " + ", ".join(f"{role} {peak >> 20} MB" for role, peak in seen.peaks.items()), flush=True)
            seconds, rows = bare(kept, info)
            print(f"bare: {rows:,} rows, CPU {seconds:.1f} s; the load {cpu / seconds:.2f} x", flush=True)
            began = time.monotonic()
            with Watched(home, kept) as seen:
                undone = sfseed(home, org, "runs", "undo", loaded["run"], "--yes")
            assert undone["state"] == "undone", undone
            assert all(one["succeeded"] == one["planned"] for one in undone["undone"].values()), undone
            print(f"undo {time.monotonic() - began:.0f} s, CPU {seen.seconds['load']:.1f} s, {seen.peaks['load'] >> 20} MB")
        finally:
            emulator.terminate()
            emulator.wait(30)


if __name__ == "__main__":
    main()
