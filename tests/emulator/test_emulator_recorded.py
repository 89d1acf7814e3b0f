"""Requests that real orgs were sent are answered as those orgs answered: volatile values aside, field by field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml

from sfseed_emulator.bulk.processor import Processor
from tests.emulator.conftest import BASE, Org

RECORDINGS = (
    "ManualEditTestCompositeParallelSalesforce.test_http_headers",
    "TestCompositeParallelSalesforce.test_composite_parallel_salesforce",
    "TestCompositeParallelSalesforce.test_errors",
    "TestCompositeParallelSalesforce.test_reference_ids",
    "TestCountSObjects.test_count_sobjects__errors",
    "TestCountSObjects.test_count_sobjects_simple",
    "TestSnowfakery.test_run_until_records_in_org__none_needed",
    "TestUpdatesIntegrationTests.test_updates_task",
    "TestUpsert.test_simple_upsert__rest",
    "TestUpsert.test_upsert__rest",
    "TestUpsert.test_upsert_complex_external_id_field__rest",
    "TestUpsert.test_upsert_complex_external_id_field_rest__duplicate_error",
    "TestUpsert.test_upsert_complex_fields__bulk",
    "TestUpsert.test_upsert_external_id_field",
)
_ID = re.compile(r"\b[0-9a-zA-Z]{15}(?:[0-9a-zA-Z]{3})\b")
_VOLATILE = frozenset({"ETag", "Last-Modified", "expr0"})


class Replay:
    """One recording played to an org; ids that the real org gave stand for those that this one gives."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.ids: dict[str, str] = {}
        self.differences: list[str] = []

    def play(self, recorded: dict[str, Any]) -> None:
        """Send a request and compare the answer."""
        request, response = recorded["request"], recorded["response"]
        uri = urlsplit(request["uri"])
        version = "59.0" if "async" in uri.path else "49.0"
        path = self.ours(uri._replace(scheme="", netloc="").geturl().replace("vxx.0", f"v{version}"))
        path = path.replace("/async/v", "/async/")
        headers = {"Content-Type": "application/json"}
        if "/async/" in path:
            headers = {"Content-Type": "text/csv" if path.endswith("/batch") else "application/xml"}
        body = self.ours((request["body"] or "").replace("vxx.0", f"v{version}"))
        body = body.replace("03 Sep 2020", "03 Sep 2099")  # after this org's schema was made, as it was after that org's
        Processor(self.org.state).run_pending()
        answer = self.org.session.request(request["method"], BASE + path, data=_dechunked(body).encode(), headers=headers)
        said = f"{request['method']} {path[:80]}"
        if answer.status_code != response["status"]["code"]:
            self.differences.append(f"{said}: {answer.status_code} for {response['status']['code']}: {answer.text[:300]}")
            return
        expected = response["body"]["string"]
        if isinstance(expected, dict):  # an XML document, recorded as a template that is not here
            self.learn(expected["vars"]["id"], re.findall(r"<id>(\w+)</id>", answer.text)[0])
        elif "json" in answer.headers.get("Content-Type", ""):
            self.compare(said, json.loads(expected.replace("vxx.0", f"v{version}")), answer.json())
        elif expected.startswith("<?xml"):
            self.compare(said, ET.canonicalize(expected), ET.canonicalize(answer.text))
        else:
            lines = [one for one in expected.splitlines() if one.strip()]
            self.compare(said, lines, [one for one in answer.text.splitlines() if one.strip()])

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
            if list(theirs) != list(ours) and set(theirs) != set(ours):
                self.differences.append(f"{where}: keys {list(ours)} for {list(theirs)}")
            for name in set(theirs) & set(ours) - _VOLATILE:
                self.compare(f"{where}.{name}", theirs[name], ours[name])
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
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
        if _ID.sub("*", theirs) != _ID.sub("*", ours):
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


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_requests_are_answered_as_recorded(org: Org, outside_data: Path, name: str) -> None:
    """What was asked in one go is asked in the same order."""
    for place in range(17 if "TestCountSObjects" in name else 0):  # as many as that org had
        org.insert("Account", Name=f"A{place}")
    file = outside_data / "http_exchanges" / f"{name}.yaml"
    replay = Replay(org)
    played = 0
    interactions = yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]
    if "TestUpdates" in name:  # which begins with records that are there
        there = next(one for one in interactions if "/query/" in one.get("request", {}).get("uri", ""))
        for record in json.loads(there["response"]["body"]["string"])["records"]:
            org.insert("Account", Name=record["Name"])
    for recorded in interactions:
        if "request" in recorded and "/limits/recordCount" not in recorded["request"]["uri"]:  # an estimate, a day old
            replay.play(recorded)
            played += 1
    assert played
    assert not replay.differences, "\n".join(replay.differences)
