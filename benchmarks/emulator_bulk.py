"""How fast the emulator ingests, queries and hands out results: `python benchmarks/emulator_bulk.py [ROWS]`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import requests

POLL = 0.2


class Emulator:
    """A running emulator process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.info = json.loads(process.stdout.readline())
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.info['access_token']}"

    def call(self, method: str, path: str, **kwargs):
        """Send a request that must be fine."""
        answer = self.session.request(method, f"{self.info['base_url']}/services/data/v67.0{path}", timeout=600, **kwargs)
        answer.raise_for_status()
        return answer

    def finished(self, path: str) -> dict:
        """Wait for a job."""
        while (job := self.call("GET", path).json())["state"] not in ("JobComplete", "Failed"):
            time.sleep(POLL)
        return job


def timed(what: str, act) -> None:
    """Run something and print how long it took."""
    began = time.perf_counter()
    said = act()
    print(f"{what}: {time.perf_counter() - began:.1f} s ({said})", flush=True)


def ingest(emulator: Emulator, rows: int) -> str:
    """Insert contacts of ten columns."""
    columns = "FirstName,LastName,Email,Birthdate,Title,MailingCity,MailingCountry,Phone,Department,Description\n"
    lines = (
        f"Ann,Doe{n},ann{n}@example.com,1990-01-02,CEO,Berlin,Germany,+49 30 {n},Sales,some text {n}\n" for n in range(rows)
    )
    job = emulator.call("POST", "/jobs/ingest", json={"object": "Contact", "operation": "insert"}).json()["id"]
    data = (columns + "".join(lines)).encode()
    emulator.call("PUT", f"/jobs/ingest/{job}/batches", data=data, headers={"Content-Type": "text/csv"})
    emulator.call("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"})
    done = emulator.finished(f"/jobs/ingest/{job}")
    size = sum(
        len(piece)
        for piece in emulator.call("GET", f"/jobs/ingest/{job}/successfulResults", stream=True).iter_content(1 << 20)
    )
    return f"{done['state']}, {done['numberRecordsProcessed']} rows, results of {size >> 20} MB"


def query(emulator: Emulator) -> str:
    """Read all contacts by a bulk query."""
    text = "SELECT Id, Name, Email, Account.Name, CreatedDate FROM Contact"
    job = emulator.call("POST", "/jobs/query", json={"operation": "query", "query": text}).json()["id"]
    done = emulator.finished(f"/jobs/query/{job}")
    locator, size = "", 0
    while locator != "null":
        page = emulator.call("GET", f"/jobs/query/{job}/results", params={"locator": locator} if locator else {})
        locator, size = page.headers["Sforce-Locator"], size + len(page.content)
    return f"{done['numberRecordsProcessed']} records, {size >> 20} MB"


def main(rows: int) -> None:
    """Measure on a fresh demo org."""
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "sfseed_emulator", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        emulator = Emulator(process)
        timed(f"ingest of {rows} contacts", lambda: ingest(emulator, rows))
        timed("bulk query", lambda: query(emulator))
        print(f"memory of the emulator: {psutil.Process(process.pid).memory_info().rss >> 20} MB")
        process.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
