"""Generate: a plan's records, staged as a dataset or written as files."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress
from sfseed_core.generate.engine import Engine, batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.workflow.request import Request

_THREADS = 4  # more wait for one another


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stage(
    plan: Plan, objects: Mapping[str, ObjectSchema], *, home: Path, observer: Observer = SILENT, clock: Clock
) -> Dataset:
    """Make all records of the plan and keep them as a dataset; from then on that is the truth."""
    from sfseed_core.dataset.store import create

    with create(home, plan, objects, now=clock.now()) as writer:
        for one in plan.objects:
            for batch in _told(plan, one.name, observer):
                writer.add(one.name, batch)
        made = writer.finish()
    _keep_pools(plan, made)
    return made


def _keep_pools(plan: Plan, made: Dataset) -> None:
    """Copy vocabularies that are not shipped beside the records that were made with them."""
    from sfseed_core.generate.pools import shipped
    from sfseed_core.generate.pools.drawn import path_of

    shares = {name for one in plan.objects for name, _ in one.locales}
    for locale in {plan.locale, *shares, *(one.locale or plan.locale for one in plan.objects)} - {*shipped()}:
        if path_of(locale).exists():
            folder = made.path / "pools"
            folder.mkdir(exist_ok=True)
            shutil.copyfile(path_of(locale), folder / path_of(locale).name)


def stage_for(request: Request, *, home: Path, observer: Observer, clock: Clock) -> Dataset:
    """Connect, discover, plan and stage."""
    from sfseed_core.workflow.plan import draw_up, look, recipe_of
    from sfseed_core.workflow.recipes import remember

    found = look(request, home=home, observer=observer, clock=clock)
    plan = draw_up(request, found, observer=observer)
    made = stage(plan, found.schema.objects, home=home, observer=observer, clock=clock)
    remember(made, recipe_of(request))
    return made


def write_for(
    request: Request,
    *,
    home: Path,
    out: Path,
    file_format: str,
    threads: int | None = None,
    engine: str | None = None,
    observer: Observer,
    clock: Clock,
) -> dict[str, int]:
    """Write one file per object into the folder, streaming; return the records per object.

    Records are made on the threads (if not said, as many as there are processors to use, up to four), or on the workers of
    the `engine` `dask[:SCHEDULER]`: the same bytes with any number.

    The practice org's schema is packaged: with `--org demo` no org is started or asked.
    """
    from sfseed_core.dataset.export.folder import export_folder
    from sfseed_core.workflow.packaged import DEMO, demo_survey
    from sfseed_core.workflow.plan import draw_up, look, recipe_of
    from sfseed_core.workflow.spread_out import scheduler_of, write_spread

    _usable(out)
    recipe = recipe_of(request)
    found = demo_survey(recipe) if request.org == DEMO else look(request, home=home, observer=observer, clock=clock)
    plan = draw_up(request, found, recipe=recipe, observer=observer)
    scheduler = scheduler_of(engine)
    if scheduler is not None:
        if file_format != "csv":
            raise UserError(f"--engine {engine} writes CSV, not {file_format}.")
        return write_spread(out, plan, scheduler=scheduler, observer=observer)
    threads = threads or min(_THREADS, processors())
    export_folder(out, plan, Engine(plan).pieces, format=file_format, threads=threads, observer=observer)
    return {one.name: one.count for one in plan.objects}


def _told(plan: Plan, name: str, observer: Observer) -> Iterator[pa.RecordBatch]:
    """The object's batches, telling the observer after each."""
    done, total = 0, plan.object(name).count
    for batch in batches(plan, name):
        yield batch
        done += batch.num_rows
        observer.notify(Progress("generate", done, total, "records", name))


def _usable(out: Path) -> None:
    """Make the folder, or see that it is empty; raises UserError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UserError(f"{out} is not empty.", hint="Name a new or an empty folder.")
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}") from error
