"""Saved connections: what is not secret, in one private file of the home; and the orgs that are protected from writing."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from sfseed_core import system
from sfseed_core.errors import NotFound, SettingsError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE = "connections.json"
_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,60}")
RESERVED = frozenset({"demo", "env"})

Way = Literal["sf-cli", "web", "client-credentials", "jwt", "token", "password"]
WAYS: tuple[Way, ...] = get_args(Way)
COLOURS = ("grey", "blue", "green", "yellow", "orange", "red", "violet")


@dataclass(frozen=True, slots=True)
class Connection:
    """A way into an org under a name; its secret is elsewhere (see secret_store).

    `org_id`, `org_name` and `org_kind` are as of the last connect; `former_ids` the orgs that stood behind the name before a
    refresh; `key_file` where the private key of a JWT login lies; `alias` what Salesforce's CLI calls the org.
    """

    name: str
    way: Way
    instance_url: str
    username: str | None = None
    client_id: str | None = None
    callback_port: int | None = None
    alias: str | None = None
    key_file: str | None = None
    org_id: str | None = None
    org_name: str | None = None
    org_kind: str | None = None
    colour: str | None = None
    former_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connections:
    """All that the file says; `protected` maps the ids of orgs that are never written to onto their names."""

    saved: Mapping[str, Connection]
    protected: Mapping[str, str]

    def find(self, name: str) -> Connection:
        """Return the connection of that name; raises NotFound."""
        if name not in self.saved:
            known = ", ".join(sorted(self.saved)) or "none"
            raise NotFound(f"There is no saved connection called {name!r}.", hint=f"Saved: {known}. See: sfseed orgs")
        return self.saved[name]

    def with_(self, one: Connection) -> Connections:
        """Return these with one connection put or replaced."""
        return replace(self, saved={**self.saved, one.name: one})

    def without(self, name: str) -> Connections:
        """Return these without one connection; raises NotFound."""
        self.find(name)
        return replace(self, saved={key: one for key, one in self.saved.items() if key != name})

    def renamed(self, old: str, new: str) -> Connections:
        """Return these with one connection under another name; raises UserError when that is taken."""
        found = self.find(old)
        checked_name(new)
        if new in self.saved:
            raise UserError(f"There is a connection called {new!r} already.")
        return self.without(old).with_(replace(found, name=new))


def checked_name(name: str) -> str:
    """Return the name when a connection can have it; raises UserError."""
    if name in RESERVED or not _NAME.fullmatch(name):
        raise UserError(
            f"{name[:100]!r} cannot be the name of a connection", hint="Letters, digits, and _ . - @; not demo or env."
        )
    return name


def read(home: Path) -> Connections:
    """Read the file; SettingsError when it is not ours to read."""
    path = home / FILE
    if not path.exists():
        return Connections({}, {})
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        saved = {one["name"]: _connection(one) for one in data["connections"]}
        return Connections(saved, {str(key): str(name) for key, name in data.get("protected", {}).items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}", hint="Mend it, or delete it and add your orgs again."
        ) from error


def change(home: Path, how: Callable[[Connections], Connections]) -> Connections:
    """Change the file under a lock, durably, and return what it says now."""
    system.private_folder(home)
    with system.lock(home / "connections.lock", timeout=10):
        changed = how(read(home))
        data = {
            "format": _FORMAT,
            "connections": [asdict(one) for one in changed.saved.values()],
            "protected": dict(changed.protected),
        }
        system.write_durably(home / FILE, json.dumps(data, indent=1, ensure_ascii=False).encode())
    return changed


def protection(home: Path, org_id: str) -> str | None:
    """Return the name under which an org is protected; None when it is not."""
    return read(home).protected.get(org_id)


def _connection(data: Mapping[str, Any]) -> Connection:
    known = {one.name for one in fields(Connection)}
    values = {key: value for key, value in data.items() if key in known}
    return Connection(**(values | {"former_ids": tuple(values.get("former_ids") or ())}))
