"""The emulator as a process: an org on a port of 127.0.0.1, until it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import socket
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfseed_emulator import grants, oauth, signing, system
from sfseed_emulator.app import CUT_EXTENSION, create_app
from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.faults import Faults, read_faults
from sfseed_emulator.language import labelled
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.org_kinds import KINDS, USERS
from sfseed_emulator.routes.control import control_routes
from sfseed_emulator.routes.registry import all_routes
from sfseed_emulator.schema import OrgSchema, demo_rows, demo_schema, describes_schema
from sfseed_emulator.sfdx.schema import sfdx_schema
from sfseed_emulator.state import OrgState, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"
_CONTROL_TOKEN, _PORT = "control_token", "port"
_log = logging.getLogger("sfseed.emulator")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What to serve and where.

    `port` 0 takes the org's former port if it is free, else any; without `state` the org is temporary; `reset` drops what the
    folder holds. `kind`, `user`, `language` and `duplicate_rules` are of a new org only. `jwt_key` is the file of the client
    app's private key, made where there is none.
    """

    port: int = 0
    describes: Path | None = None
    sfdx: Path | None = None
    state: Path | None = None
    reset: bool = False
    faults: Path | None = None
    job_delay: float = 0.0
    kind: str = "sandbox"
    user: str = "admin"
    language: str = "en"
    duplicate_rules: bool = True
    tls: bool = False
    jwt_key: Path | None = None


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """Where a running emulator is and how to log in; `pid` is its process."""

    base_url: str
    username: str
    password: str
    security_token: str
    client_id: str
    client_secret: str
    access_token: str
    refresh_token: str
    control_token: str
    org_id: str
    pid: int
    ca_file: str | None = None
    jwt_key_file: str | None = None

    def __repr__(self) -> str:
        return f"ServerInfo(base_url={self.base_url!r}, org_id={self.org_id!r}, pid={self.pid})"

    def to_json(self) -> str:
        """Return the info as one line of JSON, secrets included."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})


def open_state(options: ServeOptions) -> OrgState:
    """Open the org of the state folder, or make a new one there."""
    folder = options.state
    if folder is not None and options.reset and folder.exists():
        _empty(folder)
    if folder is not None and OrgState.exists(folder):
        return OrgState.open(folder)
    if folder is not None:
        _empty(folder)  # what a process left that ended while it made the org
    chosen = OrgOptions(user=options.user, language=options.language, duplicate_rules=options.duplicate_rules)
    schema = labelled(USERS[options.user](_schema(options)), options.language)
    return OrgState.create(folder, schema, rows=demo_rows(schema), options=KINDS[options.kind](chosen, utc_now()))


def _empty(folder: Path) -> None:
    """Remove an org's files, and nothing else that the folder may hold."""
    for path in folder.glob("org.sqlite*") if folder.is_dir() else ():
        path.unlink()


def _schema(options: ServeOptions) -> OrgSchema:
    if options.sfdx is not None and options.describes is not None:
        raise ValueError("describes or an SFDX project, not both")
    if options.sfdx is not None:
        return sfdx_schema(options.sfdx)
    return demo_schema() if options.describes is None else describes_schema(options.describes)


def serve(options: ServeOptions, ready: Callable[[ServerInfo], None]) -> None:
    """Serve an org until the process is asked to end; `ready` is called once requests are accepted."""
    import uvicorn

    faults = Faults(read_faults(options.faults) if options.faults is not None else ())
    state = open_state(options)
    processor = Processor(state, faults, delay=options.job_delay)
    listener = _listener(options.port or _former_port(state), fall_back=not options.port)
    tls = TlsFiles(options.state) if options.tls else None
    info = server_info(state, listener.getsockname()[1], tls=tls, jwt_key=options.jwt_key)
    app = create_app(state, faults=faults, routes=(*all_routes(), *control_routes(faults, info.control_token)))
    config = uvicorn.Config(
        app,
        http=_cuttable_protocol(),
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
        server_header=False,
        ssl_certfile=tls.chain if tls else None,
        ssl_keyfile=tls.private_key if tls else None,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            processor.start()
            ready(info)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            faults.release()
            await super().shutdown(sockets)
            processor.stop()
            state.close()
            if tls is not None:
                tls.close()

    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again once it has ended
        Server(config).run(sockets=[listener])


def server_info(state: OrgState, port: int, *, tls: TlsFiles | None = None, jwt_key: Path | None = None) -> ServerInfo:
    """Return how to reach and log in to an org on a port, with a new access token."""
    if jwt_key is not None:
        grants.register_key(state, signing.public_half(_private_key(jwt_key)))
    known = oauth.credentials(state)
    with state.transaction():
        control = state.meta(_CONTROL_TOKEN) or secrets.token_urlsafe(24)
        state.put_meta(_CONTROL_TOKEN, control)
        state.put_meta(_PORT, port)
        token = oauth.new_access_token(state)
    return ServerInfo(
        base_url=f"{'https' if tls else 'http'}://{HOST}:{port}",
        **asdict(known),
        access_token=token,
        control_token=str(control),
        org_id=state.org_id,
        pid=os.getpid(),
        ca_file=str(tls.authority) if tls else None,
        jwt_key_file=str(jwt_key.absolute()) if jwt_key else None,
    )


def _private_key(path: Path) -> str:
    if not path.exists():
        system.write_private(path, signing.new_rsa_key())
    return path.read_text(encoding="ascii")


class TlsFiles:
    """A new certificate for this machine as files: beside the org's state, or in a folder that ends with the server."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="sfseed-emulator-")
        own = folder or Path(str(self._temporary and self._temporary.name))
        self.authority, self.chain, self.private_key = (own / name for name in ("ca.pem", "server.pem", "server.key"))
        made = signing.certificate_for_this_machine()
        texts = {self.authority: made.authority, self.chain: made.chain, self.private_key: made.private_key}
        for path, text in texts.items():
            system.write_private(path, text)

    def close(self) -> None:
        """Remove the temporary folder."""
        if self._temporary is not None:
            self._temporary.cleanup()


def _former_port(state: OrgState) -> int:
    kept = state.meta(_PORT)
    return kept if isinstance(kept, int) else 0


def _listener(port: int, *, fall_back: bool) -> socket.socket:
    """Listen on a port of this machine alone; with `fall_back` on any free one when that is taken."""
    # With the protocol named, asyncio turns Nagle's delay off: it would cost 40 ms a call.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two processes share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        if not fall_back:
            listener.close()
            raise
        listener.bind((HOST, 0))
    return listener


def _cuttable_protocol() -> type[Any]:
    """Return uvicorn's HTTP protocol with the extension by which a fault ends a connection without an answer."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    base: Any = AutoHTTPProtocol

    class CuttableProtocol(base):  # type: ignore[misc]  # its base is chosen by what is installed
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            plain: Any = self
            plain.app = _with_cut(plain.app, transport)

    return CuttableProtocol


def _with_cut(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    async def cuttable(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[CUT_EXTENSION] = transport.abort
        await app(scope, receive, send)
        if transport.is_closing():  # let the server see that the connection is gone before it misses the answer
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(receive(), 1)

    return cuttable
