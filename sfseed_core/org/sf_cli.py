"""The orgs that Salesforce's CLI (`sf`) is logged in to.

The CLI keeps the secrets; it is asked through its commands and never through its files. Like the OAuth flows, what is
asked and what the answers mean are generators without I/O: they yield arguments and receive what was printed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sfseed_core.errors import LoginFailed, NotFound, OrgUnreachable, SettingsError, UserError
from sfseed_core.ids import to18
from sfseed_core.logs import redact
from sfseed_core.org.address import instance_url
from sfseed_core.org.login import Grant

if TYPE_CHECKING:
    from collections.abc import Mapping

GET_IT = "https://developer.salesforce.com/tools/salesforcecli, or: npm install --global @salesforce/cli"
_HIDDEN = "[REDACTED]"
_ALIAS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,100}")  # usernames too; nothing a shell or an option parser could take
_UNKNOWN_COMMAND = re.compile(r"not a sf command|command .* not found|CommandNotFound", re.IGNORECASE)
_NO_ORG = frozenset({"NamedOrgNotFoundError", "NoOrgFound", "AuthInfoCreationError", "NoAuthInfoError"})
_SECONDS = 120  # a cold CLI on a slow disk takes ten
_BROWSER_SECONDS = 300
_GROUPS = ("scratchOrgs", "sandboxes", "nonScratchOrgs", "devHubs", "other")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, and its exit code."""

    code: int
    out: str = field(repr=False)
    err: str = field(default="", repr=False)

    @property
    def envelope(self) -> Mapping[str, Any]:
        """The JSON object on stdout; whatever else the CLI prints around it is left out."""
        start = self.out.find("{")
        try:
            found = json.JSONDecoder().raw_decode(self.out[start:])[0] if start >= 0 else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def unknown_command(self) -> bool:
        """Whether this version of the CLI does not have the command."""
        said = f"{self.envelope.get('name', '')} {self.envelope.get('message', '')} {self.err}"
        return self.code != 0 and (self.code == 127 or bool(_UNKNOWN_COMMAND.search(said)))


@dataclass(frozen=True, slots=True)
class CliOrg:
    """An org that the CLI knows; `kind` by what the CLI says of it, which decides nothing here."""

    username: str
    alias: str | None
    org_id: str
    instance_url: str
    kind: str
    connected: str

    @property
    def name(self) -> str:
        """What `--org` takes: the alias, else the username."""
        return self.alias or self.username


T = TypeVar("T")
Conversation = Generator[tuple[str, ...], Printed, T]


def grant_of(alias: str) -> Conversation[Grant]:
    """Get a valid token of an org; newer CLIs hide it from `org display` and have a command of its own for it."""
    shown = yield ("org", "display", "--target-org", _checked(alias), "--json")
    found = _result(shown, alias)
    token = found.get("accessToken")
    if not isinstance(token, str) or token.startswith(_HIDDEN):
        told = yield ("org", "auth", "show-access-token", "--target-org", alias, "--json")
        if told.unknown_command:
            raise LoginFailed(f"this version of sf hides the token of {alias!r}", hint="Update it: sf update")
        token = _result(told, alias).get("accessToken")
    if not isinstance(token, str) or not token or token.startswith(_HIDDEN):
        raise LoginFailed(f"sf gave no token of {alias!r}", hint=f"Log in again: sf org login web --alias {alias}")
    try:
        return Grant(instance_url(str(found["instanceUrl"])), token, to18(str(found["id"])))
    except (KeyError, ValueError, SettingsError):
        raise LoginFailed(f"sf does not say where the org {alias!r} is", hint="Update it: sf update") from None


def listing() -> Conversation[tuple[CliOrg, ...]]:
    """List the orgs that the CLI knows, each once, without asking the orgs."""
    printed = yield ("org", "list", "--json", "--skip-connection-status")
    found = _result(printed, "the list of orgs")
    by_username: dict[str, CliOrg] = {}
    for group in _GROUPS:
        rows = found.get(group)
        for row in rows if isinstance(rows, list) else ():
            one = _org(row)
            if one is not None:
                by_username.setdefault(one.username, one)
    return tuple(sorted(by_username.values(), key=lambda one: one.name.lower()))


def login_web(url: str, alias: str) -> Conversation[CliOrg]:
    """Let the CLI open the browser for a sign-in, which needs no app of one's own; returns the org."""
    printed = yield ("org", "login", "web", "--instance-url", instance_url(url), "--alias", _checked(alias), "--json")
    found = _result(printed, alias)
    one = _org({**found, "alias": alias})
    if one is None:
        raise LoginFailed("sf does not say which org this was", hint="See: sf org list")
    return one


def carry_out(conversation: Conversation[T], *, seconds: float = _SECONDS) -> T:
    """Run what the conversation asks for until it returns; UserError when there is no CLI."""
    program = find()
    if program is None:
        raise UserError("Salesforce's CLI (sf) is not installed.", hint=f"Get it: {GET_IT}")
    try:
        arguments = next(conversation)
        while True:
            arguments = conversation.send(_run(program, arguments, seconds))
    except StopIteration as done:
        found: T = done.value
        return found


def sign_in(url: str, alias: str) -> CliOrg:
    """Let the user sign in through the CLI; returns when the browser came back, or after five minutes."""
    return carry_out(login_web(url, alias), seconds=_BROWSER_SECONDS)


def find() -> str | None:
    """Return the path of the CLI; None when it is not installed."""
    return shutil.which("sf") or shutil.which("sfdx")


def can_name(text: str) -> bool:
    """Say whether this can be an alias or a username."""
    return _ALIAS.fullmatch(text) is not None


def _run(program: str, arguments: tuple[str, ...], seconds: float) -> Printed:
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell, aliases checked
            [program, *arguments],
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OrgUnreachable(
            f"sf {' '.join(arguments[:3])} did not end within {seconds:.0f} s", hint="Try again."
        ) from None
    except OSError as error:
        raise OrgUnreachable(f"sf does not start: {error.strerror}", hint=f"Install it again: {GET_IT}") from None
    return Printed(done.returncode, done.stdout, done.stderr)


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the CLI's environment: ours without our own settings, which may be secrets."""
    quiet = {"SF_AUTOUPDATE_DISABLE": "true", "SF_SKIP_NEW_VERSION_CHECK": "true", "NO_COLOR": "1"}
    return {name: value for name, value in environment.items() if not name.upper().startswith("SFSEED_")} | quiet


def _checked(alias: str) -> str:
    if not can_name(alias):
        raise UserError(f"{alias[:100]!r} cannot be the alias of an org", hint="Letters, digits, and _ . - @ +")
    return alias


def _result(printed: Printed, what: str) -> Mapping[str, Any]:
    """Return the answer's result; raises what its failure means."""
    envelope = printed.envelope
    result = envelope.get("result")
    if printed.code == 0 and isinstance(result, dict):
        return result
    name, message = str(envelope.get("name", "")), redact(str(envelope.get("message", "")))[:300]
    if name in _NO_ORG:
        raise NotFound(f"There is no org called {what!r} here, and sf knows none.", hint="See: sfseed orgs, sf org list")
    said = f"{name}: {message}" if message else f"exit code {printed.code}{_complaint(printed.err)}"
    raise LoginFailed(
        f"sf did not give access to {what!r}: {said}", hint="See: sf org list; log in again: sf org login web"
    )


def _complaint(err: str) -> str:
    """Return the line of stderr that says most, for a CLI that broke before it could answer."""
    line = next((line.strip() for line in err.splitlines() if "Error" in line), "")
    return f": {redact(line)[:200]}" if line else ""


def _org(row: Any) -> CliOrg | None:
    if not isinstance(row, dict) or not isinstance(row.get("username"), str):
        return None
    alias = row.get("alias")
    return CliOrg(
        username=row["username"],
        alias=alias if isinstance(alias, str) and alias else None,
        org_id=str(row.get("orgId", "")),
        instance_url=str(row.get("instanceUrl", "")),
        kind=_kind(row),
        connected=str(row.get("connectedStatus", "")),
    )


def _kind(row: Mapping[str, Any]) -> str:
    if row.get("isScratch") is True:
        return "scratch org, expired" if row.get("isExpired") is True else "scratch org"
    return "sandbox" if row.get("isSandbox") is True else "org"
