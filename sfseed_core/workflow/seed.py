"""Seed: the phases of a run, from discovering to loading, each of which can be interrupted and gone on with.

Resume is no special mode: a phase reads what the earlier ones left in the run's folder, and `go_on` starts at the phase
that the run stands in.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import FindingsStop, GuardRefused, SfseedError
from sfseed_core.load.journal import Run, same_load
from sfseed_core.load.status import RunState
from sfseed_core.workflow.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.status import RunStatus
    from sfseed_core.logs import Log
    from sfseed_core.org.client import Org
    from sfseed_core.org.login import Login
    from sfseed_core.snapshot.model import Snapshot
    from sfseed_core.workflow.forecast import Forecast
    from sfseed_core.workflow.survey import Survey

PLAN_FILE, SNAPSHOT_FILE = "plan.json", "snapshot.json"


class Work:
    """One process's work on a run: the request, and what is opened when a phase needs it."""

    def __init__(
        self,
        run: Run,
        *,
        home: Path,
        observer: Observer,
        clock: Clock,
        agree: Callable[[Forecast], None],
        timeout: float,
        hold_refused: bool = False,
    ) -> None:
        self.run, self.home, self.observer, self.clock = run, home, observer, clock
        self.agree = agree
        self.deadline = clock.monotonic() + timeout if timeout else None
        self.request = Request.from_json(run.get("request"))
        self.hold_refused = hold_refused or self.request.hold_refused
        self.found: Survey | None = None
        self.checked = False

    @cached_property
    def login(self) -> Login:
        """The way into the request's org."""
        from sfseed_core.workflow.connect import find_login

        return find_login(self.request.org, self.home)

    @cached_property
    def org(self) -> Org:
        """The request's org, for reading; refused here already when it must not be written to."""
        from sfseed_core.workflow.connect import judge, reach

        org = reach(self.login, clock=self.clock, home=self.home, observer=self.observer, log=self.log)
        decision = judge(org.facts, self.home)
        if decision.verdict == "refused":
            raise GuardRefused(
                f"{org.facts.name} must not be written to: {decision.reason}", hint="Use a sandbox or scratch org."
            )
        known = self.run.get("org_id")
        if known is not None and known != org.facts.org_id:
            raise GuardRefused(
                f"{self.request.org} is now another org ({org.facts.org_id}) than the one of this run ({known}).",
                hint="A refreshed sandbox has a new id: start a new run.",
            )
        self.run.put("org_id", org.facts.org_id)
        self.run.put("org_name", org.facts.name)
        return org

    @cached_property
    def log(self) -> Log:
        """The run's log: one JSON line for each call to the org and each phase, of this process and of the worker."""
        from sfseed_core.logs import json_lines

        return json_lines(self.run.folder / "log.jsonl")

    def survey(self) -> Survey:
        """The schema and snapshot for planning; asked of the org once per process."""
        if self.found is None:
            from sfseed_core.workflow.discover import survey
            from sfseed_core.workflow.plan import recipe_of

            self.found = survey(self.org, recipe_of(self.request), home=self.home, observer=self.observer)
        return self.found

    def dataset(self) -> Dataset:
        """The dataset that this run loads."""
        from sfseed_core.dataset.store import open_dataset

        return open_dataset(self.home, self.run.get("dataset"))

    def snapshot(self) -> Snapshot:
        """The snapshot that the run's plan was made with, or a fresh one for a dataset from elsewhere."""
        from sfseed_core.snapshot.store import from_json, to_json

        path = self.run.folder / SNAPSHOT_FILE
        if not path.exists():
            from sfseed_core.workflow.discover import snapshot_for

            taken = snapshot_for(self.org, self.dataset(), home=self.home, observer=self.observer)
            system.write_durably(path, json.dumps(to_json(taken)).encode())
        return from_json(json.loads(path.read_text(encoding="utf-8")))

    def look_up_links(self) -> None:
        """Ask the org for the records that the dataset names by a field of theirs, as they are by now."""
        from sfseed_core.snapshot.store import to_json
        from sfseed_core.workflow.links import named_by_field, with_links

        known = self.snapshot()
        wanted = named_by_field(self.dataset(), self.run.get("revision"))
        if any(symbol not in known.existing for symbol in wanted):
            found = with_links(known, self.org, self.dataset(), revision=self.run.get("revision"))
            system.write_durably(self.run.folder / SNAPSHOT_FILE, json.dumps(to_json(found)).encode())


def begin(request: Request, *, home: Path, clock: Clock) -> Run:
    """Make the run's folder, before anything is asked of the org; from now on the run is `latest`."""
    run = Run.create(home, request.to_json(), clock=clock)
    if request.dataset is not None:
        run.put("dataset", request.dataset)
        run.put("revision", request.revision)
        run.set_state(RunState.CHECK)
    return run


def request_for_dataset(name: str, *, org: str, home: Path, **rest: object) -> Request:
    """Return the request to load an existing dataset as it stands now; raises NotFound."""
    from sfseed_core.dataset.store import open_dataset

    dataset = open_dataset(home, name)
    plan = dataset.plan
    return Request(
        org=org,
        seed=plan.seed,
        as_of=plan.as_of,
        dataset=dataset.id,
        revision=dataset.revision,
        **rest,  # type: ignore[arg-type]
    )


def go_on(
    run: Run,
    *,
    home: Path,
    observer: Observer,
    clock: Clock,
    agree: Callable[[Forecast], None],
    timeout: float = 0,
    hold_refused: bool = False,
) -> RunStatus:
    """Carry the run from where it stands to its end, and return how it ended.

    `agree` is shown the forecast before the first record is sent and raises to stop. Raises what stopped a phase; the
    run can then be resumed.
    """
    work = Work(run, home=home, observer=observer, clock=clock, agree=agree, timeout=timeout, hold_refused=hold_refused)
    while (phase := PHASES.get(run.state)) is not None:
        state, begun = run.state, clock.monotonic()
        try:
            following = phase(work)
        except SfseedError as error:
            work.log.warning("phase stopped", phase=str(state), ms=_since(begun, clock), error=type(error).__name__)
            raise
        work.log.info("phase", phase=str(state), ms=_since(begun, clock))
        if following is None:
            break
        run.set_state(following)
    continued = run.get("continues")
    return Run.open(home, continued).status() if continued else run.status()


def _since(begun: float, clock: Clock) -> int:
    return round((clock.monotonic() - begun) * 1000)


def _discover(work: Work) -> RunState:
    from sfseed_core.snapshot.store import to_json

    found = json.dumps(to_json(work.survey().snapshot))
    system.write_durably(work.run.folder / SNAPSHOT_FILE, found.encode())
    return RunState.PLAN


def _plan(work: Work) -> RunState:
    from sfseed_core.recipe.plan_json import identity, to_json
    from sfseed_core.workflow.plan import draw_up

    plan = draw_up(work.request, work.survey(), observer=work.observer)
    system.write_durably(work.run.folder / PLAN_FILE, to_json(plan).encode())
    work.run.put("plan_fingerprint", identity(plan))
    return RunState.GENERATE


def _generate(work: Work) -> RunState:
    import pyarrow as pa

    from sfseed_core.recipe.plan_json import from_json
    from sfseed_core.workflow.generate import stage
    from sfseed_core.workflow.plan import recipe_of
    from sfseed_core.workflow.recipes import remember

    plan = from_json((work.run.folder / PLAN_FILE).read_text(encoding="utf-8"))
    objects = work.survey().schema.objects
    dataset = stage(plan, objects, home=work.home, observer=work.observer, clock=work.clock)
    remember(dataset, recipe_of(work.request))
    work.run.put("dataset", dataset.id)
    work.run.put("revision", dataset.revision)
    pa.default_memory_pool().release_unused()  # what making them took is not needed for checking them
    return RunState.CHECK


def check_records(work: Work) -> RunState:
    """Check the run's dataset, and hold back what the org would refuse; raises FindingsStop when that was not agreed to."""
    from sfseed_core.check.dataset import check_dataset
    from sfseed_core.recipe.columns import RECORD
    from sfseed_core.recipe.plan_json import identity
    from sfseed_core.workflow import fit
    from sfseed_core.workflow.check import dataset_in_org
    from sfseed_core.workflow.findings import hold, refused_records

    dataset = work.dataset()
    work.run.put("plan_fingerprint", identity(dataset.plan))
    work.look_up_links()
    schema = fit.schema_now(work.org, dataset, home=work.home)
    described = {**dataset.schema, **schema}
    known = work.snapshot().with_globals(work.request.given)
    findings = check_dataset(
        dataset, described, known, validation=True, activate=work.request.activate, observer=work.observer
    )
    findings += dataset_in_org(dataset, known, work.org).findings
    missing = fit.settle(work, schema, findings)
    refused = refused_records(findings)
    if refused and not (work.hold_refused or work.request.despite_findings):
        total = sum(len(records) for records in refused.values())
        first = next(one for one in findings if one.object in refused)
        raise FindingsStop(
            f"The org would refuse {total:,} records; nothing was written. First: {first.object}.{first.field}: {first.message}",
            hint=f"See them with: sfseed check {dataset.id}\nLoad the rest with: sfseed runs resume {work.run.id} --yes",
        )
    held = {} if work.request.despite_findings else refused
    whole = {name: dataset.read(name, columns=[RECORD])[RECORD].to_numpy() for name in missing}
    hold(work.run, {**held, **whole}, findings)
    work.checked = True
    return RunState.LOAD


def _load(work: Work) -> RunState | None:
    from sfseed_core.load.worker import follow

    if not start(work):
        return RunState.CANCELLED
    remaining = max(0.1, work.deadline - work.clock.monotonic()) if work.deadline is not None else None
    follow(work.run, observer=work.observer, timeout=remaining, clock=work.clock)
    return None


def start(work: Work) -> bool:
    """Hand the run over to a process of its own, once earlier loads are settled; return False when nothing is left to load."""
    from sfseed_core.load.worker import start_worker
    from sfseed_core.workflow.again import settle
    from sfseed_core.workflow.forecast import forecast

    if not work.run.get("agreed"):
        if not work.checked:  # it was, by another process, some time ago: the org may have changed since
            check_records(work)
        if work.request.dry_run:
            return _tell_only(work)
        earlier = same_load(work.home, org_id=work.org.facts.org_id, fingerprint=work.run.get("plan_fingerprint"))
        if not settle(work, [one for one in earlier if one.id != work.run.id]):
            return False
        told = forecast(work)
        work.run.put("forecast", told.to_json())
        work.agree(told)
        work.run.put("agreed", True)
    start_worker(work.run, work.login, home=work.home)
    return True


def _tell_only(work: Work) -> bool:
    """Say what the load would do; nothing is written, and earlier loads of the same plan are only named."""
    from sfseed_core.workflow.forecast import forecast

    earlier = same_load(work.home, org_id=work.org.facts.org_id, fingerprint=work.run.get("plan_fingerprint"))
    told = forecast(work)
    work.run.put("forecast", told.to_json())
    work.agree(told)
    work.run.note("a dry run: nothing was written")
    for one in earlier:
        work.run.note(f"the same plan was loaded into this org before, by {one.id}: it would take --again")
        one.close()
    return False


def _undo(work: Work) -> None:
    """Go on with an undo that was interrupted."""
    from sfseed_core.workflow.undo import undo

    remaining = max(0.1, work.deadline - work.clock.monotonic()) if work.deadline is not None else 0
    undo(work.run, home=work.home, observer=work.observer, clock=work.clock, timeout=remaining)


PHASES: Mapping[RunState, Callable[[Work], RunState | None]] = {
    RunState.DISCOVER: _discover,
    RunState.PLAN: _plan,
    RunState.GENERATE: _generate,
    RunState.CHECK: check_records,
    RunState.LOAD: _load,
    RunState.STOPPED: _load,
    RunState.UNDO: _undo,
}
