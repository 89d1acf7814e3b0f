"""Executing a run: take stock of what an earlier process left, then the stages, then rest.

Resume is this very function, started again: it rebuilds the ledger from the journal, settles what is in flight, and goes
through all stages; a step without waiting records costs nothing.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import GuardRefused, SfseedError
from sfseed_core.events import SILENT
from sfseed_core.load import changes, locks, steps
from sfseed_core.load.engine import Engine
from sfseed_core.load.feeds import Feeds
from sfseed_core.load.ledger import Ledger, send_again
from sfseed_core.load.options import DEFAULT
from sfseed_core.load.patience import StopRequested
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.beside import Departure
    from sfseed_core.load.journal import Run
    from sfseed_core.load.options import Options
    from sfseed_core.load.resolve import Resolver
    from sfseed_core.load.status import RunStatus
    from sfseed_core.load.steps import Step
    from sfseed_core.org.guard import GuardedOrg


def execute(
    run: Run,
    org: GuardedOrg,
    dataset: Dataset,
    resolver: Resolver,
    *,
    observer: Observer = SILENT,
    clock: Clock = SYSTEM,
    options: Options = DEFAULT,
    again: bool = False,
) -> RunStatus:
    """Load the run's dataset into the org, or go on with it; returns when the run rests.

    With `again` failed, unprocessed and held records are sent once more. Raises GuardRefused when the org is not the
    run's; whatever else stops the load is raised after the run was set to `stopped`.
    """
    bind(run, org, resolver.org_id)
    run.observe(observer)
    if again:
        send_again(run)
    run.set_state(RunState.LOAD)
    revision = run.get("revision")
    if revision is None:
        revision = dataset.revision
        run.put("revision", revision)
    ledger = Ledger(run, dataset, revision)
    engine = Engine(run, org, ledger, dataset.schema, observer=observer, clock=clock, options=options, phase="load")
    feeds = Feeds(run, dataset, revision, ledger, resolver, options)
    with run.transaction() as db:
        ledger.write_counts(db)
    stages = steps.plan_stages(dataset.plan)
    run.put("stages", [[[step.name, step.object] for step in stage if step.kind == "insert"] for stage in stages])
    run.put("old_values", {step.name: None for stage in stages for step in stage if step.kind == "update"})

    def work() -> None:
        changes.prepare(run, org, dataset.plan, resolver, engine.patience)
        for stage in stages:
            engine.drive(feeds.of(step) for step in stage)
            _send_rest(stage, feeds, engine, options)

    return _carry_out(run, engine, work)


def _send_rest(stage: Sequence[Step], feeds: Feeds, engine: Engine, options: Options) -> None:
    """Send what the org certainly does not have again, step by step: no other job is there to hold a lock."""
    for round_ in range(1, max(options.rounds, options.lock_rounds)):
        sent = [_send_alone(feeds.of(step, round_), engine, locks.pause_before(options, round_)) for step in stage]
        if not any(sent):
            return


def _send_alone(feed: Iterator[Departure], engine: Engine, pause: float) -> bool:
    """Carry the jobs of one feed, after a pause if there are any; say whether there were."""
    first = next(feed, None)
    if first is None:
        return False
    engine.patience.pause(pause)
    engine.drive([chain([first], feed)])
    return True


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


def _carry_out(run: Run, engine: Engine, work: Callable[[], None]) -> RunStatus:
    """Take stock, do the work, and leave the run in the state that fits how that went."""
    try:
        engine.take_stock()
        work()
    except StopRequested as asked:
        engine.end_flights()
        run.set_state(RunState.CANCELLED if asked.how == "cancel" else RunState.STOPPED)
        run.clear_stop()
    except SfseedError as error:
        run.set_state(RunState.STOPPED, error=str(error))
        raise
    else:
        run.set_state(RunState.DONE)
    return run.status()
