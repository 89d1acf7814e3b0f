"""An emulated org in this process, for the tests of every room: the only double that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfseed_core.org.client import connect
from sfseed_core.org.credentials import ClientCredentialsLogin, TokenLogin
from sfseed_core.org.guard import admit
from sfseed_emulator import oauth
from sfseed_emulator.app import create_app
from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.faults import Faults, read_fault
from sfseed_emulator.inprocess import InProcessAdapter
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.org.client import Org
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_emulator.org_model import OrgSchema

ADDRESS = "https://practice.example.com"


@dataclass
class EmulatedOrg:
    """One emulated org with its faults, reached over requests without a socket."""

    state: OrgState
    faults: Faults
    processor: Processor
    adapter: InProcessAdapter

    @classmethod
    def start(cls, *, schema: OrgSchema | None = None, path: Path | None = None, **options: Any) -> EmulatedOrg:
        """Make an org (by default the demo org, empty) with the given options and serve it."""
        schema = schema or demo_schema()
        state = OrgState.create(path, schema, options=OrgOptions(**options), rows=demo_rows(schema))
        faults = Faults()
        processor = Processor(state, faults).start()
        return cls(state, faults, processor, InProcessAdapter(create_app(state, faults=faults)))

    @property
    def mounts(self) -> dict[str, InProcessAdapter]:
        """What to hand to `connect`."""
        return {"https://": self.adapter}

    def login(self, name: str = "test") -> ClientCredentialsLogin:
        """A login that can renew its token."""
        has = oauth.credentials(self.state)
        return ClientCredentialsLogin(name, ADDRESS, has.client_id, has.client_secret, self.mounts)

    def token_login(self, name: str = "test") -> TokenLogin:
        """A login that cannot."""
        return TokenLogin(name, ADDRESS, oauth.new_access_token(self.state))

    def connect(self, **more: Any) -> Org:
        """The org for reading."""
        return connect(self.login(), mounts=self.mounts, **more)

    def admit(self, **more: Any) -> GuardedOrg:
        """The org for writing."""
        return admit(self.connect(), **more)

    def fault(self, **fault: Any) -> None:
        """Add a fault (see sfseed_emulator.faults)."""
        self.faults.add(read_fault(fault))

    def calls(self, method: str = "", path: str = "") -> list[tuple[str, str, int]]:
        """The requests so far whose method and path hold these texts, with their status."""
        found = [(one.method, one.path, one.status) for one in list(self.state.requests)]
        return [one for one in found if method in one[0] and path in one[1]]

    def stop(self) -> None:
        """End its threads and close its database."""
        self.faults.clear()
        self.adapter.close()
        self.processor.stop()
        self.state.close()
