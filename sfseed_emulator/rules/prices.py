"""Rules of price books, their entries, and the lines of opportunities, quotes and orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages, tables
from sfseed_emulator.outcome import RowError
from sfseed_emulator.rules.sales import fill

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.state import OrgState

PARENTS: Mapping[str, tuple[str, str]] = {
    "OpportunityLineItem": ("Opportunity", "OpportunityId"),
    "QuoteLineItem": ("Quote", "QuoteId"),
    "OrderItem": ("Order", "OrderId"),
}
"""The object that each kind of line belongs to, and the field that says to which record."""

_TAKES_BOOK = frozenset(("Opportunity",))
"""Parents without a price book that take that of their first line; quotes and orders must have one before."""

_OTHER_BOOK = (
    "field integrity exception: unknown (pricebook entry is in a different pricebook than the one assigned to the {})"
)
_NO_STANDARD_PRICE = RowError("STANDARD_PRICE_NOT_DEFINED", "Before creating a custom price, create a standard price.")
_ENTRY_EXISTS = RowError("DUPLICATE_VALUE", "This price definition already exists in this price book")


def standard_book(state: OrgState) -> str | None:
    """Return the id of the standard price book."""
    found = state.schema.get("Pricebook2")
    if found is None or "IsStandard" not in found.fields:
        return None
    row = state.db.execute('SELECT Id FROM "Pricebook2" WHERE "IsStandard" = 1 AND IsDeleted = 0').fetchone()
    return str(row[0]) if row else None


def entry_name(chunk: Chunk) -> None:
    """Copy the product's name and code to its price book entries."""
    if not chunk.inserting:
        return
    products = {one for draft in chunk.drafts if (one := draft.text("Product2Id"))}
    rows = lookups.some_columns(chunk.state, "Product2", products, ["Name", "ProductCode"])
    for draft in chunk.drafts:
        product = rows.get(draft.text("Product2Id") or "", {})
        fill(draft, "Name", product.get("Name"))
        fill(draft, "ProductCode", product.get("ProductCode"))


def entry(chunk: Chunk) -> None:
    """Check a price: not negative, once per product and book, and the standard price first."""
    price = chunk.plan.found.fields.get("UnitPrice")
    for draft in chunk.sound():
        value = draft.number("UnitPrice")
        if price is not None and value is not None and value < 0:
            draft.refuse(messages.out_of_range(price, f"{value:g}"))
    if not chunk.inserting:
        return
    standard = standard_book(chunk.state)
    products = {one for draft in chunk.sound() if (one := draft.text("Product2Id"))}
    rows = lookups.where(chunk.state, "PricebookEntry", "Product2Id", products, ["Product2Id", "Pricebook2Id"])
    taken = {(row["Product2Id"], row["Pricebook2Id"]) for row in rows}
    saved = frozenset(taken)
    for draft in chunk.sound():
        pair = (draft.text("Product2Id"), draft.text("Pricebook2Id"))
        error = _entry_error(draft, pair, standard, taken, saved)
        if error is not None:
            draft.refuse(error)
        else:
            taken.add(pair)


def _entry_error(
    draft: Draft,
    pair: tuple[str | None, str | None],
    standard: str | None,
    taken: Collection[tuple[object, object]],
    saved: Collection[tuple[object, object]],
) -> RowError | None:
    """Find what is wrong with a new price; a standard price of the same chunk is not there yet."""
    if pair in taken:
        return _ENTRY_EXISTS
    custom = standard is not None and pair[1] != standard
    if custom and (pair[0], standard) not in saved:
        return _NO_STANDARD_PRICE
    if not custom and draft.row.get("UseStandardPrice"):
        text = "field integrity exception: UseStandardPrice (a standard price cannot use the standard price)"
        return messages.integrity(text, "UseStandardPrice")
    return None


def line_entry(chunk: Chunk) -> None:
    """Fill what a line takes from its price book entry; a product alone finds its entry in the parent's book."""
    entries = _entries(chunk)
    books = _books(chunk) if any(draft.text("PricebookEntryId") is None for draft in chunk.drafts) else {}
    by_product = {(row["Pricebook2Id"], row["Product2Id"]): row for row in entries.values()}
    for draft in chunk.drafts:
        if draft.text("PricebookEntryId") is None and draft.text("Product2Id"):
            book = books.get(_parent(chunk, draft) or "")
            found = by_product.get((book, draft.text("Product2Id")))
            if found is not None:
                draft.row["PricebookEntryId"] = found["Id"]
        own = entries.get(draft.text("PricebookEntryId") or "")
        if own is not None:
            fill(draft, "Product2Id", own["Product2Id"])
            fill(draft, "ListPrice", own["UnitPrice"])
            fill(draft, "ProductCode", own.get("ProductCode"))


def _entries(chunk: Chunk) -> dict[str, dict[str, object]]:
    names = ["Pricebook2Id", "Product2Id", "UnitPrice", "IsActive", "ProductCode"]
    asked = {one for draft in chunk.drafts if (one := draft.text("PricebookEntryId"))}
    found = lookups.some_columns(chunk.state, "PricebookEntry", asked, names)
    products = {one for draft in chunk.drafts if not draft.text("PricebookEntryId") and (one := draft.text("Product2Id"))}
    more = lookups.where(chunk.state, "PricebookEntry", "Product2Id", products, names)
    return {**found, **{str(row["Id"]): row for row in more}}


def _parent(chunk: Chunk, draft: Draft) -> str | None:
    return draft.text(PARENTS[chunk.plan.found.name][1])


def _books(chunk: Chunk) -> dict[str, str | None]:
    asked = {one for draft in chunk.drafts if (one := _parent(chunk, draft))}
    rows = lookups.some_columns(chunk.state, PARENTS[chunk.plan.found.name][0], asked, ["Pricebook2Id"])
    return {record_id: str(book) if (book := row.get("Pricebook2Id")) else None for record_id, row in rows.items()}


def opportunity_line(chunk: Chunk) -> None:
    """Work out a line's total from its price, or its price from its total; a new one must give exactly one of them."""
    for draft in chunk.drafts:
        unit, total, quantity = draft.number("UnitPrice"), draft.number("TotalPrice"), draft.number("Quantity")
        if quantity == 0:
            draft.refuse(messages.integrity("field integrity exception: Quantity (may not be zero)", "Quantity"))
            continue
        given = [name for name in ("UnitPrice", "TotalPrice") if draft.given.get(name) is not None]
        if len(given) == 2 or (chunk.inserting and not given and not draft.refused):
            text = "field integrity exception: unknown (exactly one of unit price and total price must be specified)"
            draft.refuse(messages.integrity(text))
        elif quantity is not None and "TotalPrice" in given and total is not None:
            fill(draft, "UnitPrice", round(total / quantity, 2))
        elif quantity is not None and unit is not None:
            fill(draft, "TotalPrice", round(unit * quantity * (1 - (draft.number("Discount") or 0) / 100), 2))
        if quantity is not None and (unit := draft.number("UnitPrice")) is not None:
            fill(draft, "Subtotal", round(unit * quantity, 2))


def plain_line(chunk: Chunk) -> None:
    """Work out the totals of a quote's or an order's line."""
    for draft in chunk.drafts:
        unit, quantity = draft.number("UnitPrice"), draft.number("Quantity")
        if unit is None and draft.number("ListPrice") is not None and chunk.inserting and not draft.refused:
            unit = draft.number("ListPrice")
            fill(draft, "UnitPrice", unit)
        if unit is not None and quantity is not None:
            fill(draft, "Subtotal", round(unit * quantity, 2))
            fill(draft, "TotalPrice", round(unit * quantity * (1 - (draft.number("Discount") or 0) / 100), 2))


def line_in_book(chunk: Chunk) -> None:
    """Refuse lines whose entry is inactive or in another price book than the parent's."""
    if not chunk.inserting:
        return
    entries = _entries(chunk)
    books = _books(chunk)
    parent_name = PARENTS[chunk.plan.found.name][0]
    _refuse_activated(chunk, parent_name)
    for draft in chunk.sound():
        own = entries.get(draft.text("PricebookEntryId") or "")
        parent = _parent(chunk, draft)
        if own is None:
            text = "field integrity exception: PricebookEntryId (pricebook entry id or product id must be specified)"
            draft.refuse(messages.integrity(text, "PricebookEntryId"))
            continue
        book = books.get(parent or "")
        if book != own["Pricebook2Id"] and (book is not None or parent_name not in _TAKES_BOOK):
            draft.refuse(messages.integrity(_OTHER_BOOK.format(parent_name.lower())))
        elif not own.get("IsActive", 1):
            draft.refuse(messages.integrity("field integrity exception: unknown (pricebook entry is inactive)"))
        elif parent is not None:
            books[parent] = str(own["Pricebook2Id"])


def _refuse_activated(chunk: Chunk, parent_name: str) -> None:
    """Refuse new lines of an activated order."""
    found = chunk.state.schema.get(parent_name)
    if parent_name != "Order" or found is None or "StatusCode" not in found.fields:
        return
    asked = {one for draft in chunk.sound() if (one := _parent(chunk, draft))}
    codes = lookups.some_columns(chunk.state, parent_name, asked, ["StatusCode"])
    for draft in chunk.sound():
        if str(codes.get(_parent(chunk, draft) or "", {}).get("StatusCode") or "").startswith("A"):
            draft.refuse(messages.integrity("field integrity exception: unknown (the order is activated)"))  # from memory


def opportunity_totals(chunk: Chunk) -> None:
    """Bring the opportunities of saved lines up to date: price book, amount, the mark that they have lines."""
    lines = list(chunk.sound())
    if chunk.inserting:
        entries = _entries(chunk)
        books = [
            (entries[entry_id]["Pricebook2Id"], draft.text("OpportunityId"))
            for draft in lines
            if (entry_id := draft.text("PricebookEntryId")) in entries and entry_id
        ]
        chunk.state.db.executemany(
            'UPDATE "Opportunity" SET "Pricebook2Id" = ? WHERE Id = ? AND "Pricebook2Id" IS NULL', books
        )
    total_opportunities(chunk.state, {one for draft in lines if (one := draft.text("OpportunityId"))})


def total_opportunities(state: OrgState, opportunities: Collection[str]) -> None:
    """Work out the amounts of opportunities again from their lines; one without lines keeps its amount."""
    found = state.schema.get("Opportunity")
    if found is None or not opportunities:
        return
    state.ensure_index("OpportunityLineItem", "OpportunityId")
    lines = 'FROM "OpportunityLineItem" WHERE "OpportunityId" = ?1 AND IsDeleted = 0'
    have = tables.columns(found)
    settings = {
        "HasOpportunityLineItem": f"EXISTS (SELECT 1 {lines})",
        "Amount": f'COALESCE((SELECT SUM("TotalPrice") {lines}), "Amount")',
        "TotalOpportunityQuantity": f'COALESCE((SELECT SUM("Quantity") {lines}), "TotalOpportunityQuantity")',
        "ExpectedRevenue": f'COALESCE((SELECT SUM("TotalPrice") {lines}), "Amount") * COALESCE("Probability", 0) / 100',
    }
    assigned = ", ".join(f"{tables.quoted(name)} = {value}" for name, value in settings.items() if name in have)
    if assigned:
        state.db.executemany(f'UPDATE "Opportunity" SET {assigned} WHERE Id = ?1', [(one,) for one in opportunities])
