"""Plain pages: a title and escaped text, nothing from elsewhere, no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sfseed_emulator.routes.route import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML_TYPE = "text/html;charset=UTF-8"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#181818;background:#fff}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem .25rem 0;vertical-align:top}"
    "label{display:block;margin:.75rem 0}input{font:inherit;padding:.25rem}button{font:inherit;padding:.25rem 1rem}"
    ".error{color:#8e030f}"
)
_SAFE = {
    # No form-action: after a login the browser is sent on to the client's own address.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache, no-store",
}


def page(title: str, body: str, *, status: int = 200) -> Answer:
    """Answer with a page; `body` is HTML whose texts are escaped already."""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return Answer(text.encode("utf-8"), status=status, headers=_SAFE, media_type=HTML_TYPE)


def hidden(values: Mapping[str, str]) -> str:
    """Write a form's hidden fields."""
    return "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in values.items())
