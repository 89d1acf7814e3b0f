"""The emulator as a process: its line, its restarts, its end; what a kill at a commit leaves behind."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sfseed_emulator.serve import open_state

KEYS = {
    "base_url", "username", "password", "security_token", "client_id", "client_secret", "access_token", "refresh_token",
    "control_token", "org_id", "pid",
}  # fmt: skip
Starter = Callable[..., "Server"]


class Server:
    """A running emulator process."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "sfseed_emulator", "--json", *arguments]
        root = Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=root)
        assert self.process.stdout is not None
        self.info: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {self.info['access_token']}"

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Send a request as the running user."""
        return self.session.request(method, f"{self.info['base_url']}/services/data/v67.0{path}", timeout=30, **kwargs)

    def stop(self) -> None:
        """End the process as a person would."""
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.session.close()


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start emulator processes that end with the test."""
    servers: list[Server] = []

    def starter(*arguments: str) -> Server:
        servers.append(Server(*arguments))
        return servers[-1]

    yield starter
    for server in servers:
        server.stop()


def test_one_line_once_ready(start: Starter) -> None:
    """The line has all that a client needs, and requests are accepted from then on."""
    server = start("--port", "0")
    assert set(server.info) == KEYS
    assert server.info["base_url"].startswith("http://127.0.0.1:")
    assert server.info["pid"] == server.process.pid
    assert server.info["access_token"].startswith(server.info["org_id"][:15] + "!")
    assert server.call("GET", "/query", params={"q": "SELECT COUNT() FROM User"}).status_code == 200


def test_a_restart_keeps_org_records_tokens_and_port(start: Starter, tmp_path: Path) -> None:
    """The same state folder serves the same org: ids, records, credentials, old access tokens; --reset makes another org."""
    folder = str(tmp_path / "org")
    first = start("--state", folder)
    record = first.call("POST", "/sobjects/Account", json={"Name": "Kept"}).json()["id"]
    first.stop()
    second = start("--state", folder)
    same = KEYS - {"access_token", "pid"}
    assert {key: second.info[key] for key in same} == {key: first.info[key] for key in same}
    second.session.headers["Authorization"] = f"Bearer {first.info['access_token']}"
    assert second.call("GET", f"/sobjects/Account/{record}").json()["Name"] == "Kept"
    second.stop()
    third = start("--state", folder, "--reset")
    assert third.info["org_id"] != first.info["org_id"]
    assert third.call("GET", "/query", params={"q": "SELECT COUNT() FROM Account"}).json()["totalSize"] == 0


def test_a_temporary_org_is_another_one_each_time(start: Starter) -> None:
    """Without --state each start makes a new org."""
    assert start().info["org_id"] != start().info["org_id"]


def test_describes_of_a_real_org_are_served(start: Starter, outside_data: Path, tmp_path: Path) -> None:
    """--describes serves real describes as they are."""
    folder = tmp_path / "describes"
    folder.mkdir()
    text = (outside_data / "describes" / "Lead.json").read_text(encoding="utf-8")
    (folder / "Lead.json").write_text(text, encoding="utf-8")
    server = start("--describes", str(folder))
    served = server.call("GET", "/sobjects/Lead/describe").json()
    assert {field["name"] for field in served["fields"]} == {field["name"] for field in json.loads(text)["fields"]}


def test_a_cut_connection_is_cut_on_the_wire(start: Starter, tmp_path: Path) -> None:
    """A fault can end the connection without an answer; the next request is answered."""
    faults = tmp_path / "faults.yaml"
    faults.write_text("- at: after\n  do: cut\n  match: {method: POST, path: /sobjects/Account}\n", encoding="utf-8")
    server = start("--faults", str(faults))
    with pytest.raises(requests.ConnectionError):
        server.call("POST", "/sobjects/Account", json={"Name": "A"})
    assert server.call("GET", "/query", params={"q": "SELECT COUNT() FROM Account"}).json()["totalSize"] == 1


def test_an_interrupted_making_is_begun_anew(tmp_path: Path) -> None:
    """A folder that a killed process left without a whole org gets a new org; other files in it stay."""
    from sfseed_emulator.serve import ServeOptions

    folder = tmp_path / "org"
    folder.mkdir()
    (folder / "org.sqlite").touch()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    open_state(ServeOptions(state=folder)).close()
    reset = open_state(ServeOptions(state=folder, reset=True))
    reset.close()
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "mine"


# Kills at commits

ROWS = 600
UPLOAD = "Name\n" + "".join(f"Account {number}\n" for number in range(ROWS))
COMMITS = 8  # job, upload, close, in progress, three chunks, complete


def load_carefully(server: Server) -> str:
    """Bring one job with the upload to its end, from wherever an earlier attempt stopped."""
    listed = server.call("GET", "/jobs/ingest").json()["records"]
    create = {"object": "Account", "operation": "insert"}
    job = listed[0]["id"] if listed else server.call("POST", "/jobs/ingest", json=create).json()["id"]
    if server.call("GET", f"/jobs/ingest/{job}").json()["state"] == "Open":
        server.call("PUT", f"/jobs/ingest/{job}/batches", data=UPLOAD.encode(), headers={"Content-Type": "text/csv"})
        server.call("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"}).raise_for_status()
    while server.call("GET", f"/jobs/ingest/{job}").json()["state"] not in ("JobComplete", "Failed"):
        time.sleep(0.02)
    return str(job)


def check_exactly_once(server: Server, job: str) -> None:
    """Each row is saved once and told once, under the id that it has."""
    info = server.call("GET", f"/jobs/ingest/{job}").json()
    assert (info["state"], info["numberRecordsProcessed"], info["numberRecordsFailed"]) == ("JobComplete", ROWS, 0)
    text = server.call("GET", f"/jobs/ingest/{job}/successfulResults").text
    told = {row["sf__Id"]: row["Name"] for row in csv.DictReader(io.StringIO(text))}
    records = server.call("GET", "/query", params={"q": "SELECT Id, Name FROM Account"}).json()["records"]
    assert {record["Id"]: record["Name"] for record in records} == told
    assert sorted(told.values()) == sorted(f"Account {number}" for number in range(ROWS))


def kill_and_go_on(start: Starter, folder: Path, moment: str, nth: int) -> None:
    """Let the emulator die at a commit, start it again, and finish the load."""
    faults = folder / "faults.json"
    faults.write_text(json.dumps([{"at": "commit", "do": "kill", "moment": moment, "nth": nth}]), encoding="utf-8")
    doomed = start("--state", str(folder / "org"), "--faults", str(faults))
    with contextlib.suppress(
        requests.ConnectionError, requests.exceptions.ChunkedEncodingError
    ):  # before or within an answer
        load_carefully(doomed)
    doomed.process.wait(20)
    assert doomed.process.returncode == 137
    again = start("--state", str(folder / "org"))
    check_exactly_once(again, load_carefully(again))


@pytest.mark.parametrize(("moment", "nth"), [("after", 1), ("after", 2), ("before", 6), ("before", 8)])
def test_a_kill_at_a_commit_loses_and_doubles_nothing(start: Starter, tmp_path: Path, moment: str, nth: int) -> None:
    """Rows, result lines and progress are saved together: after a restart the job goes on where it stood."""
    kill_and_go_on(start, tmp_path, moment, nth)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, COMMITS + 1))
def test_a_kill_at_every_commit(start: Starter, tmp_path: Path, moment: str, nth: int) -> None:
    """As above, at each commit of a load."""
    kill_and_go_on(start, tmp_path, moment, nth)
