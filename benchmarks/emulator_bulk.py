"""How fast the emulator ingests, queries, hands out results and describes: `python benchmarks/emulator_bulk.py [ROWS]`.

Contacts are compared by the standard duplicate rules unless `--no-duplicate-rules` is given.
"""

from __future__ import annotations

import http.client
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


def ingest(emulator: Emulator, rows: int, first: int) -> str:
    """Insert contacts of ten columns, numbered from `first` on."""
    columns = "FirstName,LastName,Email,Birthdate,Title,MailingCity,MailingCountry,Phone,Department,Description\n"
    lines = (
        f"Ann,Doe{n},ann{n}@example.com,1990-01-02,CEO,Berlin,Germany,+49 30 {n},Sales,some text {n}\n"
        for n in range(first, first + rows)
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


def describes(emulator: Emulator, count: int) -> str:
    """Describe the org's objects over and over, on one connection, reading raw bytes as a quick client does."""
    listed = emulator.call("GET", "/sobjects").json()["sobjects"]
    paths = [f"/services/data/v67.0/sobjects/{one['name']}/describe" for one in listed]
    host = emulator.info["base_url"].removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    headers = {"Authorization": emulator.session.headers["Authorization"]}
    began, size = time.perf_counter(), 0
    for at in range(count):
        connection.request("GET", paths[at % len(paths)], headers=headers)
        size += len(connection.getresponse().read())
    return f"{count / (time.perf_counter() - began):,.0f} a second, {size // count >> 10} kB each"


def main(rows: int, *options: str) -> None:
    """Measure on a fresh demo org; memory is looked at half-way and at the end, to see whether it is flat."""
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "sfseed_emulator", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        emulator = Emulator(process)
        memory = psutil.Process(process.pid)
        timed("describes", lambda: describes(emulator, 2_000))
        timed(f"ingest of {rows // 2} contacts", lambda: ingest(emulator, rows // 2, 0))
        print(f"memory of the emulator: {memory.memory_info().rss >> 20} MB", flush=True)
        timed(f"ingest of {rows // 2} more", lambda: ingest(emulator, rows // 2, rows // 2))
        print(f"memory of the emulator: {memory.memory_info().rss >> 20} MB", flush=True)
        timed("bulk query", lambda: query(emulator))
        print(f"memory of the emulator: {memory.memory_info().rss >> 20} MB")
        process.terminate()


if __name__ == "__main__":
    given = [one for one in sys.argv[1:] if one.isdecimal()]
    main(int(given[0]) if given else 200_000, *(one for one in sys.argv[1:] if not one.isdecimal()))
