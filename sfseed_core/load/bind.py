"""A run belongs to one org, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import GuardRefused

if TYPE_CHECKING:
    from sfseed_core.load.journal import Run
    from sfseed_core.org.guard import GuardedOrg


def bind(run: Run, org: GuardedOrg, resolved_for: str) -> None:
    """Bind the run to the org for good.

    Raises GuardRefused when it was begun in another one, or the ids at hand are another one's.
    """
    known = run.get("org_id", org.org_id)
    if org.org_id != known or resolved_for != org.org_id:
        raise GuardRefused(
            f"{run.id} was begun in the org {known}, this is {org.org_id}: nothing is written",
            hint="A refreshed sandbox has a new id: start a new run.",
        )
    run.put("org_id", org.org_id)
    run.put("org_name", org.org.facts.name)
