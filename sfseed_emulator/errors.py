"""What a route handler raises instead of answering: Salesforce's error codes with their HTTP status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS_OF_CODE: Mapping[str, int] = {
    "INVALID_SESSION_ID": 401,
    "INVALID_AUTH_HEADER": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS": 403,
    "API_DISABLED_FOR_ORG": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "ENTITY_TOO_LARGE": 413,
    "URI_TOO_LONG": 414,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "SERVER_UNAVAILABLE": 503,
}
"""HTTP status of the error codes that are not 400."""


class ApiError(Exception):
    """A request refused as Salesforce refuses it.

    `fields` is None when the answer has no such key; the status follows from the code unless given.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: tuple[str, ...] | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status if status is not None else STATUS_OF_CODE.get(code, 400)
        self.headers: Mapping[str, str] = headers or {}

    def body(self, *, code_first: bool = False) -> list[dict[str, object]]:
        """Return the JSON body of the answer: a list of one error (Bulk's routes write the code first)."""
        error: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if code_first:
            error = {"errorCode": self.code, "message": self.message}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return [error]


class ConnectionCut(Exception):
    """The connection is to end here without (the rest of) an answer."""
