"""What a dataset names and an org knows by id: record types, the standard price book, the running user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError
from sfseed_core.load.activation import STATUS_TABLES
from sfseed_core.recipe.model import RUNNING_USER, STANDARD_PRICE_BOOK
from sfseed_core.snapshot.keyed import found_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import Plan
    from sfseed_core.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Resolver:
    """Gives ids of one org for names: `record_types` by object and developer name, `symbols` by symbol.

    `existing` are the ids that the queries of a dataset found, by query; `activated` is the status that
    contracts and orders are activated by, by object.
    """

    org_id: str
    record_types: Mapping[str, Mapping[str, str]]
    symbols: Mapping[str, str]
    price_book_active: bool = True
    existing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    activated: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Resolver:
        """Make the resolver of the org that the snapshot was taken of."""
        symbols = {RUNNING_USER: snapshot.user.id}
        if snapshot.standard_price_book:
            symbols[STANDARD_PRICE_BOOK] = snapshot.standard_price_book
        active = snapshot.standard_price_book_active
        return cls(snapshot.org_id, snapshot.record_types, symbols, active, snapshot.existing, _activated(snapshot))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        types = {name: dict(found) for name, found in self.record_types.items()}
        active, existing = self.price_book_active, {query: list(found) for query, found in self.existing.items()}
        symbols = dict(self.symbols)
        return {
            "org_id": self.org_id,
            "record_types": types,
            "symbols": symbols,
            "price_book_active": active,
            "existing": existing,
            "activated": dict(self.activated),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Resolver:
        """Read what `to_json` wrote."""
        return cls(**data)

    def symbol(self, name: str) -> str:
        """Return the id of the record that a symbol stands for."""
        if name not in self.symbols:
            raise DataError(
                f"the org has no record for {name!r}, which the dataset refers to",
                hint="Make the dataset again for this org: sfseed generate",
            )
        return self.symbols[name]

    def found(self, query: str) -> tuple[str, ...]:
        """Return the ids of the records that a query of the dataset finds in the org; raises DataError when there are none."""
        if not self.existing.get(query):
            raise DataError(
                f"the org has none of the records that the dataset refers to: {query.partition(' ORDER BY ')[0]}",
                hint="Make such records in the org, or the dataset again without them: sfseed generate",
            )
        return self.existing[query]

    def check_pairs(self, plan: Plan) -> None:
        """Raise DataError where records that must not pair twice could: the org has fewer partners than were counted on."""
        for one in plan.objects:
            if not any(reference.mode == "pair" for reference in one.references):
                continue
            for reference in one.references:
                for target in reference.targets:
                    found = len(self.found(target.symbol)) if target.count and target.symbol else 0
                    if found < target.count:
                        records = (target.symbol or "").partition(" ORDER BY ")[0]
                        raise DataError(
                            f"{one.name}.{reference.field}: the dataset counts on {target.count:,} records of {records}, of "
                            f"which the org has {found:,}: some of its pairs would come twice",
                            hint="Make the dataset again for this org: sfseed generate",
                        )

    def has(self, object_name: str, field: str, value: str) -> bool:
        """Say whether the org had a record of the object with this value when it was asked."""
        return bool(found_by(self.existing, f"{object_name}.{field}={value}"))

    def keyed(self, written: str) -> str | None:
        """Return the id of the one record that `Account.Key__c=A-1` stands for; None when there is none, or several."""
        known = found_by(self.existing, written)
        return known[0] if len(known) == 1 else None

    def record_type(self, object_name: str, developer_name: str) -> str:
        """Return the id of an object's record type."""
        found = self.record_types.get(object_name, {})
        if developer_name not in found:
            known = ", ".join(sorted(found)[:5]) or "none"
            raise DataError(
                f"{object_name}: the org has no record type {developer_name!r} (it has: {known})",
                hint="Make the dataset again for this org: sfseed generate",
            )
        return found[developer_name]


def _activated(snapshot: Snapshot) -> dict[str, str]:
    """The first status by which the org takes a contract or an order for activated."""
    found = {}
    for name, table in STATUS_TABLES.items():
        stages = [one for one in snapshot.statuses.get(table, ()) if one.active and one.category == "Activated"]
        if stages:
            found[name] = min(stages, key=lambda one: one.sort_order).api_name
    return found
