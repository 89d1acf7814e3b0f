"""An emulated org in this process: its state, its bulk processor, and a session that is logged in to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

from sfseed_emulator import oauth
from sfseed_emulator.app import create_app
from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.inprocess import InProcessAdapter
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.schema import OrgSchema, demo_rows, demo_schema, describes_schema
from sfseed_emulator.state import OrgState

BASE = "https://org.example.com"
DATA = "/services/data/v67.0"


@dataclass
class Org:
    """What a test needs of an org; `call` sends a request below the versioned path unless the path begins with /services."""

    state: OrgState
    session: requests.Session

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Send a request as the running user."""
        whole = path if path.startswith(("/services", "/id", "/__")) or path == "/" else DATA + path
        return self.session.request(method, BASE + whole, **kwargs)

    def insert(self, object_name: str, **values: Any) -> str:
        """Insert a record that must be fine and return its id."""
        answer = self.call("POST", f"/sobjects/{object_name}", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def error(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """Send a request that must be refused and return its one error, with the status in it."""
        answer = self.call(method, path, **kwargs)
        assert answer.status_code >= 400, answer.text
        [error] = answer.json()
        return {"status": answer.status_code, **error}

    def get(self, object_name: str, record_id: str) -> dict[str, Any]:
        """Read a record in full."""
        answer = self.call("GET", f"/sobjects/{object_name}/{record_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def bulk(self, object_name: str, csv: str, operation: str = "insert", **more: str) -> dict[str, Any]:
        """Run a Bulk job to its end and return it, with the texts of its result files."""
        job = self.call("POST", "/jobs/ingest", json={"object": object_name, "operation": operation, **more}).json()
        put = self.call("PUT", f"/jobs/ingest/{job['id']}/batches", data=csv.encode(), headers={"Content-Type": "text/csv"})
        assert put.status_code == 201, put.text
        assert self.call("PATCH", f"/jobs/ingest/{job['id']}", json={"state": "UploadComplete"}).status_code == 200
        Processor(self.state).run_pending()
        ended = dict(self.call("GET", f"/jobs/ingest/{job['id']}").json())
        for name in ("successfulResults", "failedResults"):
            ended[name] = self.call("GET", f"/jobs/ingest/{job['id']}/{name}").text
        return ended


@pytest.fixture(scope="session")
def practice_schema() -> OrgSchema:
    """Build the demo org's schema once; it never changes."""
    return demo_schema()


@pytest.fixture
def make_org(practice_schema: OrgSchema) -> Iterator[Callable[..., Org]]:
    """Make orgs of a schema (default: the demo org's), with options, closed at the end of the test."""
    made: list[Org] = []

    def make(schema: OrgSchema | None = None, **options: Any) -> Org:
        schema = schema or practice_schema
        state = OrgState.create(None, schema, rows=demo_rows(schema), options=OrgOptions(**options))
        session = requests.Session()
        session.mount("https://", InProcessAdapter(create_app(state)))
        session.headers["Authorization"] = f"Bearer {oauth.new_access_token(state)}"
        made.append(Org(state, session))
        return made[-1]

    yield make
    for org in made:
        org.session.close()
        org.state.close()


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    """A new demo org."""
    return make_org()


@pytest.fixture(scope="session")
def real_schema(outside_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., OrgSchema]:
    """Read the real orgs' describes, once, with the plain Account or (True) the one with person accounts."""

    @cache
    def read(*, person_accounts: bool = False) -> OrgSchema:
        folder = tmp_path_factory.mktemp("real") / "describes"
        left_out = "Account.json" if person_accounts else "Account_PersonAccount.json"
        shutil.copytree(outside_data / "describes", folder, ignore=shutil.ignore_patterns(left_out))
        return describes_schema(folder)

    return read
