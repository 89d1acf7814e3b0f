"""What others may read of an exchange with an org: its shape; names, ids, tokens and values become their kind and length.

Nothing passes that is not in `report_words.txt`: words of Salesforce's own protocol, the same in every org. So a word that
nobody has thought of is replaced, never let through.
"""

from __future__ import annotations

import csv
import io
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from sfseed_core.org.recording import Exchange

MOST_ROWS = 3  # of a list: the shape shows in the first

_WORDS_FILE = Path(__file__).with_name("report_words.txt")
_CODE = re.compile(r"[A-Z][A-Z_]{2,60}|invalid_[a-z_]{1,40}")
_CODE_KEYS = frozenset({"errorCode", "statusCode", "error"})
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("token", r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+|5Aep[\w.]+"),
        ("id", r"[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?"),
        ("datetime", r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?"),
        ("date", r"\d{4}-\d\d-\d\d"),
        ("number", r"-?\d+(?:\.\d+)?"),
        ("email", r"[^@\s]+@[^@\s]+"),
        ("address", r"https?://\S+|/services/\S+"),
    )
)
_VERSION = re.compile(r"v?\d\d\.0")
_WORDS = re.compile(r"'(?:\\.|[^'\\])*'|[A-Za-z_][\w]*|\d[\w:.+-]*|[^\s\w]|\s+")


@lru_cache(maxsize=1)
def _protocol() -> frozenset[str]:
    return frozenset(_WORDS_FILE.read_text(encoding="utf-8").split())


def value(text: str) -> str:
    """Return a text as it may be shown: itself when it is a word of the protocol, else its kind and length."""
    if text in _protocol() or _VERSION.fullmatch(text) or text == "":
        return text
    kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(text)), "text")
    custom = text[-3:] if re.fullmatch(r"\w+__[cr]", text) else ""
    return f"<{'name' if custom else kind} {len(text)}>{custom}"


def soql(query: str) -> str:
    """Return a query with its own words and standard names kept."""
    return "".join(
        f"'<text {len(one) - 2}>'" if one.startswith("'") else value(one) if re.match(r"\w", one) else one
        for one in _WORDS.findall(query)
    )


def address(url: str) -> str:
    """Return path and parameters of an address; the host is left out."""
    parts = urlsplit(url)
    path = "/".join(value(segment) for segment in parts.path.split("/"))
    asked = "&".join(
        f"{value(key)}={soql(given) if key == 'q' else ','.join(value(one) for one in given.split(','))}"
        for key, given in parse_qsl(parts.query, keep_blank_values=True)
    )
    return f"{path}?{asked}" if asked else path


def shape(data: Any, key: str = "") -> Any:
    """Return JSON data with every key and value replaced as `value` does; of a list the first entries and the number."""
    if isinstance(data, dict):
        return _shapes(data)
    if isinstance(data, list):
        more = [f"<{len(data) - MOST_ROWS} more>"] if len(data) > MOST_ROWS else []
        return [*(shape(one, key) for one in data[:MOST_ROWS]), *more]
    if isinstance(data, str):
        return data if key in _CODE_KEYS and _CODE.fullmatch(data) else value(data)
    if isinstance(data, bool) or data is None:
        return data
    return f"<number {len(str(data))}>"


def _shapes(data: dict[str, Any]) -> dict[str, Any]:
    """Keys that look the same once they are replaced are numbered, so that none is lost."""
    shown: dict[str, Any] = {}
    for name, one in data.items():
        key = value(str(name))
        same = sum(known == key or known.startswith(f"{key} #") for known in shown)
        shown[f"{key} #{same + 1}" if same else key] = shape(one, str(name))
    return shown


def body(content: bytes, content_type: str = "") -> str:
    """Return a body as it may be shown: JSON by its shape, CSV by its header and first rows, anything else by its length."""
    if not content:
        return ""
    text = content.decode("utf-8", "replace")
    try:
        return json.dumps(shape(json.loads(text)), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    if "csv" in content_type or text.startswith('"sf__') or ("\n" in text and "<" not in text[:200]):
        return _csv(text)
    return f"<{'page' if '<' in text[:200] else 'text'} {len(text)}>"


def _csv(text: str) -> str:
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return f"<text {len(text)}>"
    lines = [",".join(value(cell) for cell in row) for row in rows[: MOST_ROWS + 1]]
    return "\n".join([*lines, f"<{len(rows) - 1} rows>"])


def exchange(one: Exchange) -> str:
    """Return an exchange as it may be shown."""
    outcome = str(one.status) if one.status else f"no answer ({one.failure})"
    lines = [f"{one.method} {address(one.url)} -> {outcome}, {one.milliseconds} ms"]
    if one.sent:
        lines += ["sent:", body(one.sent, "csv" if "/batches" in one.url else "")]
    if one.received:
        lines += [f"received ({one.content_type.partition(';')[0]}):", body(one.received, one.content_type)]
    return "\n".join(lines)
