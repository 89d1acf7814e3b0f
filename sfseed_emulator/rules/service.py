"""Rules of cases, assets, entitlements, appointments, files and users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages
from sfseed_emulator.made_rows import make
from sfseed_emulator.outcome import RowError
from sfseed_emulator.rules.sales import fill, in_order, status_table
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from sfseed_emulator.draft import Chunk, Draft

_LONGEST_COMMENT = 4_000
_USERNAME_TAKEN = RowError(
    "DUPLICATE_USERNAME",
    "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique "
    "across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email "
    "address).",
    ("Username",),
)


def case_account(chunk: Chunk) -> None:
    """Give a new case the account of its contact."""
    asking = [draft for draft in chunk.drafts if draft.text("ContactId") and "AccountId" not in draft.given]
    if not chunk.inserting or not asking:
        return
    contacts = {one for draft in asking if (one := draft.text("ContactId"))}
    rows = lookups.some_columns(chunk.state, "Contact", contacts, ["AccountId"])
    for draft in asking:
        fill(draft, "AccountId", rows.get(draft.text("ContactId") or "", {}).get("AccountId"))


def case(chunk: Chunk) -> None:
    """Mark cases closed by their status, with the moment of closing."""
    statuses = status_table(chunk, "CaseStatus", ("IsClosed",))
    now = stored_time(chunk.state.now())
    for draft in chunk.sound():
        closed = _is_closed(draft.text("Status"), statuses)
        was = bool(draft.old and draft.old.get("IsClosed"))
        fill(draft, "IsClosed", int(closed))
        if closed != was:
            fill(draft, "ClosedDate", now if closed else None)


def _is_closed(status: str | None, statuses: dict[str, dict[str, object]]) -> bool:
    row = statuses.get((status or "").lower())
    return bool(row.get("IsClosed")) if row is not None else status == "Closed"


def case_comment(chunk: Chunk) -> None:
    """Refuse comments of more than 4,000 bytes."""
    field = chunk.plan.found.fields.get("CommentBody")
    for draft in chunk.sound():
        body = draft.text("CommentBody")
        if field is not None and body is not None and len(body.encode("utf-8")) > _LONGEST_COMMENT:
            draft.refuse(messages.too_long(field, body, _LONGEST_COMMENT))


def asset(chunk: Chunk) -> None:
    """Refuse assets of nobody, and of contacts who have no account."""
    contacts = {one for draft in chunk.sound() if (one := draft.text("ContactId"))}
    rows = lookups.some_columns(chunk.state, "Contact", contacts, ["AccountId"])
    for draft in chunk.sound():
        contact = draft.text("ContactId")
        if contact is None and draft.text("AccountId") is None:
            draft.refuse(messages.integrity("Every asset needs an account, a contact, or both."))
        elif contact is not None and contact in rows and rows[contact].get("AccountId") is None:
            text = "private contacts cannot be associated with assets"
            draft.refuse(RowError("PRIVATE_CONTACT_ON_ASSET", text, ("ContactId",)))


def entitlement(chunk: Chunk) -> None:
    """Check an entitlement's dates and work out its status from them."""
    in_order(chunk, "StartDate", "EndDate", "The start date can't be later than the end date")
    today = f"{chunk.state.now():%Y-%m-%d}"
    for draft in chunk.sound():
        start, end = draft.text("StartDate"), draft.text("EndDate")
        status = "Expired" if end is not None and end < today else "Active"
        fill(draft, "Status", "Inactive" if start is not None and start > today else status)


def service_appointment(chunk: Chunk) -> None:
    """Check an appointment's times."""
    in_order(chunk, "EarliestStartTime", "DueDate", "The due date must be after the earliest start permitted")
    in_order(chunk, "SchedStartTime", "SchedEndTime", "The scheduled end must be after the scheduled start")


def user(chunk: Chunk) -> None:
    """Refuse user names that another user has; they are kept in lower case."""
    for draft in chunk.sound():
        name = draft.text("Username")
        if name is not None:
            draft.row["Username"] = name.lower()
    asked = {one for draft in chunk.sound() if draft.changes("Username") and (one := draft.text("Username"))}
    taken = {row["Username"]: row["Id"] for row in lookups.where(chunk.state, "User", "Username", asked, ["Username"])}
    for draft in chunk.sound():
        name = draft.text("Username")
        if name in asked and taken.get(name, draft.row.get("Id")) != draft.row.get("Id"):
            draft.refuse(_USERNAME_TAKEN)
        elif name in asked and draft.old is None:
            taken[name] = ""


def content_document(chunk: Chunk) -> None:
    """Make the document of a file's first version."""
    if not chunk.inserting:
        return
    first = [draft for draft in chunk.drafts if draft.row.get("ContentDocumentId") is None and draft.ok]
    documents = make(chunk.state, "ContentDocument", [{"Title": draft.row.get("Title")} for draft in first])
    for draft, document in zip(first, documents, strict=False):
        draft.row["ContentDocumentId"] = document
        fill(draft, "IsLatest", 1)


def content_link(chunk: Chunk) -> None:
    """Link a file to the record that it was published on, and note its latest version."""
    if not chunk.inserting:
        return
    drafts = list(chunk.sound())
    links = [_link(draft) for draft in drafts if draft.text("FirstPublishLocationId")]
    make(chunk.state, "ContentDocumentLink", links)
    document = chunk.state.schema.get("ContentDocument")
    if document is not None and "LatestPublishedVersionId" in document.fields:
        chunk.state.db.executemany(
            'UPDATE "ContentDocument" SET "LatestPublishedVersionId" = ? WHERE Id = ?',
            [(draft.row["Id"], draft.row["ContentDocumentId"]) for draft in drafts],
        )


def _link(draft: Draft) -> dict[str, object]:
    return {
        "ContentDocumentId": draft.row["ContentDocumentId"],
        "LinkedEntityId": draft.text("FirstPublishLocationId"),
        "ShareType": "V",
        "Visibility": "AllUsers",
    }
