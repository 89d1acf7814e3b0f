"""How an org is reached: where it is and what lets us in; secrets never show in a repr, a log or an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Grant:
    """A valid access token, and the org that it was given for (`org_id`: 18 characters, when the answer said so)."""

    instance_url: str
    access_token: str = field(repr=False)
    org_id: str | None = None


class Login(Protocol):
    """A way in: gives a grant, and a new one when the old one ended."""

    @property
    def name(self) -> str:
        """What the user calls the org (`demo`, a saved name, `env`)."""

    @property
    def may_move(self) -> bool:
        """Whether the org's address may change while we are connected (the demo org's process started again)."""

    def grant(self, *, renew: bool = False) -> Grant:
        """Return a valid grant; with `renew` a fresh one (a new token, a new address of the demo org).

        Raises LoginFailed or OrgUnreachable.
        """

    def to_secret(self) -> dict[str, str]:
        """Return what a worker process needs to log in by itself, for its stdin only."""
