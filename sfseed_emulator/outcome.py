"""What happened to each row of a write: its id, or Salesforce's error for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowError:
    """One error of one row, in Salesforce's words.

    `whole_request` marks what refuses the request as a whole in REST: unknown names, values of no readable type.
    """

    code: str
    message: str
    fields: tuple[str, ...] = ()
    whole_request: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the error as the collection resources write it."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}


@dataclass(frozen=True, slots=True)
class RowResult:
    """The fate of one row; `id` is None when an insert failed, `created` tells an insert from an update."""

    id: str | None
    created: bool
    errors: tuple[RowError, ...] = ()

    @property
    def success(self) -> bool:
        """Whether the row was saved."""
        return not self.errors


class Refused(Exception):
    """A value or a row that Salesforce would not save; carries the error to report."""

    def __init__(self, error: RowError) -> None:
        super().__init__(error.code, error.message)
        self.error = error
