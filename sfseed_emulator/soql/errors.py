"""What Salesforce says about a query that it cannot run."""

from __future__ import annotations

_WINDOW = 45  # characters of the query shown on either side of the fault


class SoqlError(Exception):
    """A query is refused; `code` and `message` are Salesforce's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def fault(code: str, text: str, offset: int, explanation: str) -> SoqlError:
    """Return the error that points into the query with a caret, as Salesforce prints it."""
    before = text[:offset]
    row = before.count("\n") + 1
    line_start = before.rfind("\n") + 1
    line_end = text.find("\n", offset)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = offset - line_start
    shown_from = max(0, column - _WINDOW)
    shown = line[shown_from : column + _WINDOW]
    caret = " " * (column - shown_from) + "^"
    return SoqlError(code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column + 1}\n{explanation}")


def malformed(text: str, offset: int, explanation: str) -> SoqlError:
    """Return a MALFORMED_QUERY with the caret."""
    return fault("MALFORMED_QUERY", text, offset, explanation)
