"""What happened to each row of a write: its id, or Salesforce's error for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """The records of one object that a matching rule takes for the one to be saved."""

    object_name: str
    rule: str
    ids: tuple[str, ...]

    def to_json(self, version: str) -> dict[str, object]:
        """Return the matches as answers show them; `version` is that of the records' addresses."""
        records = [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100.0,
                "record": {
                    "attributes": {
                        "type": self.object_name,
                        "url": f"/services/data/v{version}/sobjects/{self.object_name}/{one}",
                    },
                    "Id": one,
                },
            }
            for one in self.ids
        ]
        return {
            "entityType": self.object_name,
            "errors": [],
            "matchEngine": "FuzzyMatchEngine",
            "matchRecords": records,
            "rule": self.rule,
            "size": len(records),
            "success": True,
        }


@dataclass(frozen=True, slots=True)
class DuplicateResult:
    """What a duplicate rule found: the rule, its text for people, and the matches."""

    object_name: str
    rule: str
    message: str
    matches: tuple[Match, ...]

    def to_json(self, version: str) -> dict[str, object]:
        """Return the finding as answers show it."""
        return {
            "allowSave": True,
            "duplicateRule": self.rule,
            "duplicateRuleEntityType": self.object_name,
            "errorMessage": self.message,
            "matchResults": [one.to_json(version) for one in self.matches],
        }


@dataclass(frozen=True, slots=True)
class RowError:
    """One error of one row, in Salesforce's words.

    `whole_request` marks what refuses the request as a whole in REST: unknown names, values of no readable type.
    """

    code: str
    message: str
    fields: tuple[str, ...] = ()
    whole_request: bool = False
    duplicates: DuplicateResult | None = None

    def to_json(self, version: str) -> dict[str, object]:
        """Return the error as the collection resources of an API version write it."""
        shown: dict[str, object] = {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}
        if self.duplicates is not None:
            shown["duplicateResult"] = self.duplicates.to_json(version)
        return shown


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
