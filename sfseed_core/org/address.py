"""Where an org is: https, or plain http on this machine only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sfseed_core.errors import SettingsError


def instance_url(text: str) -> str:
    """Return `scheme://host[:port]` of an org's address, however it was pasted.

    Raises SettingsError for http:// to another machine: a token would travel in the clear.
    """
    pasted = text.strip()
    parts = urlsplit(pasted if "://" in pasted else f"https://{pasted}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise SettingsError(
            f"not the address of an org: {pasted[:200]!r}", hint="It looks like https://acme--uat.sandbox.my.salesforce.com"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(f"{pasted[:200]!r} is not encrypted: use https:// (http:// is for 127.0.0.1 only)")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
