"""Executing a run: take stock of what an earlier process left, then the stages, then rest.

Resume is this very function, started again: it rebuilds the ledger from the journal, settles what is in flight, and goes
through all stages; a step without waiting records costs nothing.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import Interrupted, SfseedError
from sfseed_core.events import SILENT, Note
from sfseed_core.load import activation, before, changes, locks, steps, trial
from sfseed_core.load.bind import bind
from sfseed_core.load.engine import Engine
from sfseed_core.load.feeds import Feeds
from sfseed_core.load.ledger import Ledger, send_again
from sfseed_core.load.options import DEFAULT
from sfseed_core.load.patience import StopRequested
from sfseed_core.load.recount import recount
from sfseed_core.load.room import give_up_reserve, room_for
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.beside import Departure
    from sfseed_core.load.journal import Run, Stop
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
    if trial.has_failed(run):
        return undo(run, org, lambda: dataset, observer=observer, clock=clock, options=options)
    resolver.check_pairs(dataset.plan)
    if again:
        send_again(run)
    run.set_state(RunState.LOAD)
    revision = run.get("revision")
    if revision is None:
        revision = dataset.revision
        run.put("revision", revision)
    activated = activation.settle(run, dataset.plan, resolver)
    activation.remember_drafts(run, dataset, revision)
    ledger = Ledger(run, dataset, revision)
    engine = Engine(run, org, ledger, dataset.schema, observer=observer, clock=clock, options=options, phase="load")
    with run.transaction() as db:
        ledger.write_counts(db)
    stages = steps.plan_stages(dataset.plan, activated)
    run.put("stages", [[[step.name, step.object] for step in stage if step.kind == "insert"] for stage in stages])
    run.put("old_values", {step.name: None for stage in stages for step in stage if step.kind == "update"})

    def work() -> None:
        changes.prepare(run, org, dataset.plan, resolver, engine.patience)
        every = Feeds(run, dataset, revision, ledger, resolver, options)
        recount(run, engine, every, ledger, stages)
        first = trial.drawn(run, dataset, revision)
        if first is not None:
            trial_stages = steps.plan_stages(dataset.plan)  # what is activated could not be taken back
            _send(trial_stages, Feeds(run, dataset, revision, ledger, resolver, options, only=first), engine, options)
            trial.judge(run, dataset.plan, ledger, first)
            observer.notify(Note("load", "the test load has arrived; now the rest"))
        _send(stages, every, engine, options)

    try:
        return _carry_out(run, engine, ledger, work)
    except trial.TestLoadFailed as failed:
        run.note(f"{failed.message}; what had arrived of it was taken back")
        observer.notify(Note("load", f"{failed.message}: taking it back", "warning"))
        return undo(run, org, lambda: dataset, observer=observer, clock=clock, options=options)


def _end(run: Run, engine: Engine, ledger: Ledger, how: Stop) -> None:
    """End what is in flight and leave the run as asked; what an org that is away cannot be asked about stays in doubt."""
    error = None
    try:
        engine.end_flights()
    except Interrupted as away:
        error = str(away)
        if how == "cancel":
            doubtful = ledger.doubt_flights()
            run.note(f"{doubtful:,} records were on their way when the org stayed away: whether it has them is not known")
    run.set_state(RunState.CANCELLED if how == "cancel" else RunState.STOPPED, error=error)


def _send(stages: Sequence[Sequence[Step]], feeds: Feeds, engine: Engine, options: Options) -> None:
    """Carry all records of the feeds through the stages, and after each those once more that the org does not have."""
    for stage in stages:
        engine.drive(feeds.of(step) for step in stage)
        _send_rest(stage, feeds, engine, options)


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


def _carry_out(run: Run, engine: Engine, ledger: Ledger, work: Callable[[], None]) -> RunStatus:
    """Take stock, do the work, and leave the run in the state that fits how that went."""
    try:
        with room_for(run):
            engine.take_stock()
            work()
    except StopRequested as asked:
        _end(run, engine, ledger, asked.how)
        run.clear_stop()
    except trial.TestLoadFailed:
        raise
    except SfseedError as error:
        run.set_state(RunState.STOPPED, error=str(error))
        raise
    else:
        before.tell_overtaken(run)
        run.set_state(RunState.DONE)
        give_up_reserve(run)
    return run.status()
