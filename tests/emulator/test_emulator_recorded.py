"""Requests that real orgs were sent are answered as those orgs answered: volatile values aside, field by field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests
import yaml

from sfseed_emulator.app import create_app
from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.faults import Faults, read_fault
from sfseed_emulator.inprocess import InProcessAdapter
from tests.emulator.conftest import BASE, Org
from tests.emulator.shapes import shape_differences

FOLDER = "http_exchanges"
COUNT = 24
_INCLUDED = re.compile(r"GET_sobjects_(\w+?)(_describe)?\.yaml")
_ID = re.compile(r"\b(?=[0-9a-zA-Z]*[0-9])[0-9a-zA-Z]{15}(?:[0-9a-zA-Z]{3})?\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+0000)")
_VOLATILE = frozenset({"ETag", "Last-Modified", "expr0", "count", "numberRecordsProcessed"})
"""What depends on the hour: tags, counts, and estimates of them that are a day old."""
_OF_THE_ORG = frozenset({"Organization", "User"})
"""Objects of which every org has records of its own: only which fields are told is compared."""


class Replay:
    """One recording played to an org; ids that the real org gave stand for those that this one gives."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.ids: dict[str, str] = {}
        self.differences: list[str] = []

    def play(self, recorded: dict[str, Any]) -> None:
        """Send a request and compare the answer."""
        request, response = recorded["request"], recorded["response"]
        self.prepare(request, response)
        uri = urlsplit(request["uri"])
        named = re.search(r"\d\d\.0", uri.path)
        version = named.group() if named else "59.0" if "async" in uri.path else "49.0"
        path = self.ours(uri._replace(scheme="", netloc="").geturl().replace("vxx.0", f"v{version}"))
        path = "/" + path.replace("/async/v", "/async/").lstrip("/")
        path = re.sub(r"00D0xORGID\w+", self.org.state.org_id, path)
        headers = {"Content-Type": "application/json"}
        if "/async/" in path:
            sent = "text/csv" if not (request["body"] or "").startswith("SELECT") else "application/json"
            headers = {"Content-Type": sent if path.endswith("/batch") else "application/xml"}
        body = self.ours((request["body"] or "").replace("vxx.0", f"v{version}"))
        body = body.replace("03 Sep 2020", "03 Sep 2099")  # after this org's schema was made, as it was after that org's
        Processor(self.org.state).run_pending()
        answer = self.org.session.request(request["method"], BASE + path, data=_dechunked(body).encode(), headers=headers)
        said = f"{request['method']} {path[:80]}"
        self.check_answer(said, response, answer, version)

    def check_answer(self, said: str, response: dict[str, Any], answer: requests.Response, version: str) -> None:
        """Compare an answer's status and body."""
        same = answer.status_code == response["status"]["code"]
        if "/async/" in said and said.endswith("/job"):  # recorded with both statuses
            same = {answer.status_code, response["status"]["code"]} <= {200, 201}
        if not same:
            self.differences.append(f"{said}: {answer.status_code} for {response['status']['code']}: {answer.text[:300]}")
            return
        expected = response["body"]["string"]
        if isinstance(expected, dict):  # an XML document, recorded as a template that is not here
            self.learn(expected["vars"]["id"], re.findall(r"<id>(\w+)</id>", answer.text)[0])
        elif not expected:
            assert answer.status_code == 500, "only the fault was recorded without its body"
        elif "json" in answer.headers.get("Content-Type", ""):
            self.compare(said, json.loads(expected.replace("vxx.0", f"v{version}")), answer.json())
        elif expected.startswith("<?xml"):
            self.compare(said, *(ET.canonicalize(text, strip_text=True) for text in (expected, answer.text)))
        else:
            lines = [one for one in expected.splitlines() if one.strip()]
            self.compare(said, lines, [one for one in answer.text.splitlines() if one.strip()])

    def prepare(self, request: dict[str, Any], response: dict[str, Any]) -> None:
        """Let the org hold what a recorded query found, where the recording itself did not make it."""
        body = response["body"]["string"]
        if "/query" not in request["uri"] or not isinstance(body, str) or '"records"' not in body:
            return
        found = [one for one in json.loads(body)["records"] if "url" in one.get("attributes", {})]
        new = [one for one in found if _id_of(one) not in self.ids and one["attributes"]["type"] not in _OF_THE_ORG]
        if new:
            self.forget(new[0]["attributes"]["type"])
            for one in new:
                self.ids[_id_of(one)] = self.make(one)

    def forget(self, object_name: str) -> None:
        """Drop all records of an object."""
        with self.org.state.transaction():
            self.org.state.db.execute(f'DELETE FROM "{object_name}"')
            self.org.state.rows_gone(object_name, self.org.state.live_count(object_name))

    def make(self, shown: dict[str, Any]) -> str:
        """Insert a record as an answer shows it, after the records that stand in it."""
        values: dict[str, Any] = {}
        for name, value in shown.items():
            if isinstance(value, dict) and "url" in value.get("attributes", {}):
                if _id_of(value) not in self.ids:
                    self.ids[_id_of(value)] = self.make(value)
                values[f"{name}Id"] = self.ids[_id_of(value)]
            elif name not in ("attributes", "Id") and value is not None:
                values[name] = value
        return self.org.insert(shown["attributes"]["type"], **values)

    def ours(self, text: str) -> str:
        """Put our ids in the place of the recorded ones."""
        return re.sub(r"\b\w{15,18}\b", lambda found: self.ids.get(found.group(), found.group()), text)

    def learn(self, theirs: str, ours: str) -> None:
        """Note which of our ids stands for a recorded one."""
        self.ids.setdefault(theirs, ours)

    def compare(self, where: str, theirs: Any, ours: Any) -> None:
        """Note every difference but those of ids and times."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            theirs, ours = _in_order(theirs), _in_order(ours)
            if theirs.get("attributes", {}).get("type") in _OF_THE_ORG and "url" in theirs["attributes"]:
                theirs, ours = dict.fromkeys(theirs), dict.fromkeys(ours)
            if list(theirs) != list(ours) and set(theirs) != set(ours):
                self.differences.append(f"{where}: keys {list(ours)} for {list(theirs)}")
            for name in set(theirs) & set(ours) - _VOLATILE:
                self.compare(f"{where}.{name}", theirs[name], ours[name])
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours) and "/limits/recordCount" not in where:
                self.differences.append(f"{where}: {len(ours)} for {len(theirs)} entries: {ours} for {theirs}"[:600])
            for place, (one, other) in enumerate(zip(theirs, ours, strict=False)):
                self.compare(f"{where}[{place}]", one, other)
        elif isinstance(theirs, str) and isinstance(ours, str):
            self.compare_texts(where, theirs, ours)
        elif theirs != ours:
            self.differences.append(f"{where}: {ours!r} for {theirs!r}")

    def compare_texts(self, where: str, theirs: str, ours: str) -> None:
        """Compare texts, ids in them being equal to ids."""
        their_ids, our_ids = _ID.findall(theirs), _ID.findall(ours)
        if len(their_ids) == len(our_ids):
            for one, other in zip(their_ids, our_ids, strict=True):
                self.learn(one, other)
        if _TIME.sub("*", _ID.sub("*", theirs)) != _TIME.sub("*", _ID.sub("*", ours)):
            self.differences.append(f"{where}: {ours!r} for {theirs!r}")


def _in_order(answer: dict[str, Any]) -> dict[str, Any]:
    """Sort a query's records by what they say: nothing asked for an order."""
    if "totalSize" not in answer or "records" not in answer:
        return answer
    told = [{name: value for name, value in one.items() if name not in ("attributes", "Id")} for one in answer["records"]]
    order = sorted(range(len(told)), key=lambda place: json.dumps(told[place], sort_keys=True))
    return {**answer, "records": [answer["records"][place] for place in order]}


def _dechunked(body: str) -> str:
    """Take the lengths out of a body that was recorded as it was sent, in chunks."""
    if not re.match(r"[0-9a-f]+\r\n", body):
        return body
    text, at = "", 0
    while found := re.compile(r"([0-9a-f]+)\r\n").match(body, at):
        size = int(found[1], 16)
        text += body[found.end() : found.end() + size]
        at = found.end() + size + 2
    return text


def _id_of(record: dict[str, Any]) -> str:
    """Return the id in a record's address, which every shown record has."""
    return str(record["attributes"]["url"].rpartition("/")[2])


def names(outside_data: Path) -> list[str]:
    """List the recordings."""
    return sorted(path.stem for path in (outside_data / FOLDER).glob("*.yaml"))


def test_every_recording_is_played(outside_data: Path) -> None:
    """None is left out without anybody noticing."""
    assert len(names(outside_data)) >= COUNT


@pytest.mark.parametrize("place", range(COUNT))
def test_recorded_requests_are_answered_as_recorded(org: Org, outside_data: Path, place: int) -> None:
    """What was asked in one go is asked in the same order; describes that belong to it are compared by shape."""
    name = names(outside_data)[place]
    for count in range(17 if "TestCountSObjects" in name else 0):  # as many as that org had
        org.insert("Account", Name=f"A{count}")
    replay = Replay(org)
    interactions = yaml.safe_load((outside_data / FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))["interactions"]
    if "network_errors" in name:  # a fault on the way, not the org's answer
        org.session.mount(BASE, broken(org))
    for recorded in interactions:
        if "request" in recorded:
            replay.play(recorded)
        else:
            check_included(org, outside_data, recorded["include_file"])
    assert not replay.differences, "\n".join(replay.differences)


def broken(org: Org) -> InProcessAdapter:
    """Answer with 500, as was induced by hand in the recording."""
    faults = Faults([read_fault({"at": "before", "do": "answer", "status": 500, "code": "UNKNOWN_EXCEPTION"})])
    return InProcessAdapter(create_app(org.state, faults=faults))


def check_included(org: Org, outside_data: Path, file: str) -> None:
    """Ask for what a recording holds in a file of its own: a describe, or the Organization record."""
    found = _INCLUDED.fullmatch(file)
    assert found is not None, file
    name = found[1]
    if not found[2]:
        assert org.call("GET", f"/sobjects/{name}/{org.state.org_id}").status_code == 200
        return
    path, kept = ("/sobjects", "global") if name == "Global" else (f"/sobjects/{name}/describe", name)
    theirs = json.loads((outside_data / "describes" / f"{kept}.json").read_text(encoding="utf-8"))
    assert not shape_differences(theirs, org.call("GET", path).json(), path)
