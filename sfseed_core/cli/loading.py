"""What `seed`, `load` and `runs resume` share: carry a run on, ask before it writes, tell how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.cli import summary
from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sfseed_core.cli.console import Console
    from sfseed_core.load.journal import Run
    from sfseed_core.workflow.forecast import Forecast


def own_set(
    what: Sequence[str], console: Console, *, org: str, upsert: Sequence[str] | None, adapt: bool, home: Path
) -> str:
    """Return the dataset that is named; files are staged as one before."""
    from sfseed_core.clock import SYSTEM
    from sfseed_core.dataset.brought.plan import Asked
    from sfseed_core.workflow.own_set import bring, is_set, upserts

    if not is_set(what):
        if upsert:
            raise UserError("--upsert is for files: a dataset's recipe says it", hint="In a recipe: upsert: Key__c")
        return what[0]
    asked = Asked(upserts(upsert), adapt=adapt)
    made = bring(what, asked, org=org, home=home, observer=console.observer(), clock=SYSTEM)
    console.say("\n".join([f"These files are staged as the dataset {made.id}.", *made.plan.notes]))
    return made.id


def carry_on(
    run: Run, console: Console, *, home: Path, timeout: int = 0, most_failed: tuple[int, bool] | None = None
) -> int:
    """Carry the run on from where it stands to its end; return the exit code."""
    from sfseed_core.clock import SYSTEM
    from sfseed_core.workflow.seed import go_on

    def agree(forecast: Forecast) -> None:
        console.say("\n".join(forecast.lines()))
        if forecast.dry_run:
            return
        if forecast.must_type is not None and run.get("confirmed_name") != forecast.must_type:
            question = f"{forecast.org_name} is no sandbox ({forecast.org_kind})."
            run.put("confirmed_name", console.typed(forecast.must_type, question))
        if forecast.doubt is not None:
            console.confirm(f"{forecast.doubt}. Is {forecast.org_name} the right org?")
        console.confirm(f"Load {forecast.records:,} records into {forecast.org_name}?")

    status = go_on(run, home=home, observer=console.observer(), clock=SYSTEM, agree=agree, timeout=timeout)
    told = run.get("forecast") if run.get("request").get("dry_run") else None
    return summary.tell(console, status, most_failed, {"forecast": told} if told else {})
