"""The report: what the doctor found and every exchange with the org, redacted, in a zip of plain texts to read before sending."""

from __future__ import annotations

import io
import platform
import sys
import zipfile
from typing import TYPE_CHECKING

from sfseed_core import __version__, system
from sfseed_core.workflow import redaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sfseed_core.org.recording import Exchange
    from sfseed_core.workflow.examined import Examined

NAME = "sfseed-report.zip"
_README = """This is what sfseed found at an org, to be read by whoever helps you. Please read it before you send it.

checks.txt     what was looked at, and whether it was well
exchanges.txt  each request to the org and its answer

Names, ids, tokens, addresses and values are replaced by their kind and length, such as <text 12>. What is left are words of
Salesforce's own protocol, numbers of rows, status codes and times. Nothing of this was sent anywhere.
"""


def write_report(path: Path, found: Iterable[Examined], exchanges: Iterable[Exchange]) -> None:
    """Write the report, replacing an earlier one."""
    texts = {
        "README.txt": _README,
        "checks.txt": "\n".join([_machine(), "", *(_check(one) for one in found)]) + "\n",
        "exchanges.txt": "\n\n".join(redaction.exchange(one) for one in exchanges) + "\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    system.write_durably(path, packed.getvalue())


def texts(report: bytes) -> dict[str, str]:
    """Return the texts in a report, by name."""
    with zipfile.ZipFile(io.BytesIO(report)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def _machine() -> str:
    return f"sfseed {__version__}, Python {sys.version.split()[0]}, {platform.system()} {platform.machine()}"


def _check(one: Examined) -> str:
    """Return what was looked at and how it is, without what was said: that names orgs and people."""
    what = "org" if one.what.startswith("org ") else one.what
    return f"{one.level:8} {what}"
