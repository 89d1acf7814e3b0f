"""What to ask an admin for, per way in: text to copy into a message, with what to create, which scopes, why, how to remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.org.callback import PORT, redirect_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.org.connections import Way

_WHY = (
    "sfseed (open source, runs on my machine only) fills a sandbox with made-up records and can take them back. It refuses "
    "to write to production. It reads the schema and writes records with my user's own permissions; nothing is sent "
    "anywhere but to the org."
)
_APP = (
    "1. Setup > App Manager > New External Client App: name it sfseed, contact email yours, Local.\n"
    "2. Enable OAuth. Selected scopes: exactly these two: Manage user data via APIs (api); Perform requests at any time "
    "(refresh_token, offline_access)."
)
_REMOVE = "To remove it later: Setup > External Client App Manager > sfseed > Delete; that ends all its sessions."

_STEPS: Mapping[Way, str] = {
    "web": (
        "{app}\n3. Callback URL, exactly: {callback}\n"
        "4. Leave on: Require Proof Key for Code Exchange (PKCE). Turn off: Require Secret for Web Server Flow.\n"
        "5. Policies: Permitted Users: Admin approved users are pre-authorized; add my profile or a permission set.\n"
        "Then send me: the consumer key (it is not a secret). I sign in with my own user in the browser."
    ),
    "client-credentials": (
        "{app}\n3. Flow Enablement: Enable Client Credentials Flow.\n"
        "4. Policies: Run As: a user with API Enabled and create permission on the objects to be filled (not an administrator's).\n"
        "Then send me, by a safe channel: consumer key, consumer secret, and the sandbox's My Domain address."
    ),
    "jwt": (
        "{app}\n3. Flow Enablement: Enable JWT Bearer Flow; upload the certificate that I send you (no key is in it).\n"
        "4. Policies: Permitted Users: Admin approved users are pre-authorized; add the profile or a permission set of the user.\n"
        "Then send me: consumer key, the user's username, and the sandbox's My Domain address. The private key stays with me."
    ),
    "sf-cli": (
        "1. Nothing has to be created: I sign in through Salesforce's own command line (sf org login web).\n"
        "2. If API access is limited to approved apps in this sandbox, please allow Salesforce CLI for my profile "
        "(Setup > Connected Apps OAuth Usage > Salesforce CLI > Install, then Manage policies).\n"
        "To remove it later: Setup > Connected Apps OAuth Usage > Salesforce CLI > Block, or revoke my sessions on my user."
    ),
    "token": (
        "1. Nothing has to be created: I use an access token of my own user, which ends by itself (two hours by default).\n"
        "2. My user needs API Enabled."
    ),
    "password": (
        "1. Setup > User Interface: Enable SOAP API login() (off by default; Salesforce removes it with Summer '27).\n"
        "2. My user needs API Enabled, and I reset my security token.\n"
        "Better: let me use one of the other ways; ask me for their text."
    ),
}


def admin_message(way: Way, *, address: str = "", port: int = PORT) -> str:
    """Return the message to send to the admin of an org for a way in."""
    steps = _STEPS[way].format(app=_APP, callback=redirect_uri(port))
    removal = f"\n{_REMOVE}" if "{app}" in _STEPS[way] else ""
    org = f" ({address})" if address else ""
    return f"Hello,\n\nplease set up access for sfseed in our sandbox{org}.\n{_WHY}\n\n{steps}{removal}\n\nThank you!\n"
