"""The few existing records of an org that a load has to change, and that an undo changes back.

Each change is journalled with the old value before it is made; setting a field to a value twice does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgAnswered
from sfseed_core.recipe.model import STANDARD_PRICE_BOOK

if TYPE_CHECKING:
    from sfseed_core.load.journal import Run
    from sfseed_core.load.patience import Patience
    from sfseed_core.load.resolve import Resolver
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.recipe.model import Plan

_KEY = "changed"


def planned_changes(plan: Plan, resolver: Resolver) -> tuple[str, ...]:
    """Say which existing records of the org a load of the plan changes; an undo changes them back."""
    return ("the standard price book is made active",) if _needs_price_book(plan, resolver) else ()


def _needs_price_book(plan: Plan, resolver: Resolver) -> bool:
    symbols = {target.symbol for one in plan.objects for reference in one.references for target in reference.targets}
    return not resolver.price_book_active and STANDARD_PRICE_BOOK in symbols


def prepare(run: Run, org: GuardedOrg, plan: Plan, resolver: Resolver, patience: Patience) -> None:
    """Make the standard price book active where the plan uses it: prices in an inactive one cannot be sold by."""
    if not _needs_price_book(plan, resolver):
        return
    book = resolver.symbol(STANDARD_PRICE_BOOK)
    _change(run, org, patience, {"object": "Pricebook2", "id": book, "field": "IsActive", "old": False, "new": True})


def restore(run: Run, org: GuardedOrg, patience: Patience) -> None:
    """Give every changed record its old value again."""
    for change in reversed(run.get(_KEY, [])):
        _set(run, org, patience, change, change["old"])
    run.put(_KEY, [])


def _change(run: Run, org: GuardedOrg, patience: Patience, change: dict[str, Any]) -> None:
    known = run.get(_KEY, [])
    if change not in known:
        run.put(_KEY, [*known, change])
    _set(run, org, patience, change, change["new"])


def _set(run: Run, org: GuardedOrg, patience: Patience, change: dict[str, Any], value: object) -> None:
    with run.line("intent", "update_one", **change):
        pass
    try:
        patience.read(lambda: org.update_one(change["object"], change["id"], {change["field"]: value}))
    except OrgAnswered as error:
        run.note(f"{change['object']}.{change['field']} of {change['id']} could not be set to {value}: {error.message}")
    with run.line("outcome", "update_one", **change):
        pass
