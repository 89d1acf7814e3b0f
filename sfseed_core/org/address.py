"""Where an org is: https, or plain http on this machine only."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from sfseed_core.errors import SettingsError

_EXAMPLE = "https://acme--uat.sandbox.my.salesforce.com"
_SANDBOX_NAME = re.compile(r"[a-z0-9-]+--[a-z0-9]+", re.IGNORECASE)  # what people call `acme--uat`

# Other faces of an org (Lightning, Setup, Visualforce, files) and the ending of the My Domain host behind each of them;
# a package's namespace follows the name as `--c`.
_FACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), behind)
    for pattern, behind in (
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.lightning\.force\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.my\.salesforce-setup\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)--[a-z0-9_]+(?P<part>\.[a-z]+)?\.(?:vf|visual)\.force\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)--[a-z0-9_]+(?P<part>)\.[a-z]+\d+[a-z]?\.visual\.force\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.[a-z-]+\.salesforce-experience\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.(?:file|content|documentforce)\.force\.com", ".my.salesforce.com"),
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.lightning\.crmforce\.mil", ".my.salesforce.mil"),
        (r"(?P<name>[a-z0-9-]+?)(?P<part>\.[a-z]+)?\.lightning\.sfcrmapps\.cn", ".my.sfcrmproducts.cn"),
    )
)
_NOT_ORGS = re.compile(r"(?:.+\.)?(?:my\.site\.com|trailhead\.com)|(?:(?:www|help|trailhead)\.)?salesforce\.com")
_SALESFORCES = re.compile(
    r"(?:.+\.)?(?:salesforce\.com|force\.com|cloudforce\.com|database\.com|salesforce\.mil|crmforce\.mil"
    r"|sfcrmproducts\.cn|sfcrmapps\.cn|salesforce-setup\.com|salesforce-experience\.com)"
)
_ALIKE = re.compile(r"salesforce\.(?:com|mil)|(?:^|[.-])force\.com")


def instance_url(text: str) -> str:
    """Return `scheme://host[:port]` of an org's address, however it was pasted: any page of the org will do.

    Raises SettingsError for http:// to another machine (a token would travel in the clear), and for a host that only looks
    like Salesforce's (it would travel to somebody else).
    """
    pasted = text.strip().strip("<>\"'`,; \t\r\n")
    if _SANDBOX_NAME.fullmatch(pasted):
        pasted = f"{pasted}.sandbox.my.salesforce.com"
    parts = urlsplit(pasted if "://" in pasted else f"https://{pasted}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise SettingsError(f"not the address of an org: {_shown(pasted)}", hint=f"It looks like {_EXAMPLE}")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(f"{_shown(pasted)} is not encrypted: use https:// (http:// is for 127.0.0.1 only)")
    if _NOT_ORGS.fullmatch(host):
        raise SettingsError(f"{host} is a website, not an org", hint=f"An org's address looks like {_EXAMPLE}")
    if _ALIKE.search(host) and not _SALESFORCES.fullmatch(host):
        raise SettingsError(
            f"{host} looks like Salesforce's, but belongs to somebody else", hint=f"An org's address looks like {_EXAMPLE}"
        )
    org = _behind(host)
    shown = f"[{org}]" if ":" in org else org
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and (parts.scheme, port) != ("https", 443) else "")


def short_name(text: str) -> str:
    """Return what an org may be called by its address: `uat` of `acme--uat`, `acme` of `acme`; empty where there is no name."""
    first = (urlsplit(instance_url(text)).hostname or "").partition(".")[0]
    found = first.rpartition("--")[2]
    return "" if not re.search(r"[a-z]", found) or first == "localhost" else found


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _behind(host: str) -> str:
    """Return the My Domain host whose Lightning, Setup, Visualforce or file host this is; any other host as it is."""
    for pattern, behind in _FACES:
        found = pattern.fullmatch(host)
        if found is not None:
            return found["name"] + (found["part"] or "") + behind
    return host


def _shown(pasted: str) -> str:
    """Quote what was pasted without what may be secret in it: a login, a path, a query."""
    scheme, separator, rest = pasted.partition("://")
    if not separator:
        scheme, rest = "", pasted
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return repr(f"{scheme[:20]}{separator}{host[:100]}")
