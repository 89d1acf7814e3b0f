"""The plain pages that links to records lead to."""

from __future__ import annotations

from typing import Any

from tests.emulator.conftest import BASE

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>'


def test_records_show_as_text(org: Any) -> None:
    """A list and a record are shown to whoever follows a link, and what stands in the records is text."""
    record_id = org.insert("Account", Name=HOSTILE, Website="javascript:alert(1)")
    for path in ("/lightning/o/Account/list", f"/lightning/r/Account/{record_id}/view"):
        answer = org.session.request("GET", BASE + path, headers={"Authorization": None})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "&lt;script&gt;" in answer.text
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert 'href="javascript' not in answer.text


def test_what_is_not_there_has_no_page(org: Any) -> None:
    """An unknown object or record is answered with 404."""
    for path in ("/lightning/o/Nothing__c/list", "/lightning/r/Account/001000000000000AAA/view"):
        assert org.session.request("GET", BASE + path).status_code == 404
