"""An emulated org on a port, so that processes which die can talk to it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import stamina
import uvicorn

from sfseed_core.org.credentials import ClientCredentialsLogin
from sfseed_emulator import oauth
from sfseed_emulator.app import create_app

if TYPE_CHECKING:
    from tests.emulated import EmulatedOrg


@dataclass
class Served:
    """An emulated org of this process, served on a port."""

    org: EmulatedOrg
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def login(self) -> ClientCredentialsLogin:
        """A way in over the port."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        has = oauth.credentials(self.org.state)
        return ClientCredentialsLogin("served", f"http://127.0.0.1:{port}", has.client_id, has.client_secret)

    def stop(self) -> None:
        """End the server."""
        self.server.should_exit = True
        self.thread.join(10)


def serve_on_port(org: EmulatedOrg, port: int = 0) -> Served:
    """Serve an emulated org, by default on a free port."""
    config = uvicorn.Config(create_app(org.state, faults=org.faults), port=port, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    return Served(org, server, thread)


@pytest.fixture(autouse=True)
def no_waiting():
    """Repeated reads follow each other at once."""
    with stamina.set_testing(True, attempts=6):
        yield


@pytest.fixture
def served(emulated):
    """A maker of orgs on ports; all end with the test."""
    found: list[Served] = []

    def start(**more) -> Served:
        found.append(serve_on_port(emulated(**more)))
        return found[-1]

    yield start
    for one in found:
        one.stop()
