"""A plan's files made by Dask's workers: chunks are pure, so any machine makes any of them, with the same bytes.

One core makes in minutes what Salesforce takes in a day (150 million rows); this pays when files of a billion rows are wanted,
or when the workers write to where the files are needed anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_core.events import Observer
    from sfseed_core.recipe.model import Plan

DASK = "dask"
_ROWS = 1_000_000  # of one task: some seconds of work


def scheduler_of(engine: str | None) -> str | None:
    """Return the scheduler's address of `dask:ADDRESS` (empty for `dask`: workers of its own), or None for no engine.

    Raises UserError for any other engine.
    """
    if engine is None:
        return None
    name, _, address = engine.partition(":")
    if name != DASK:
        raise UserError(f"there is no engine {name!r}", hint="Say --engine dask, or --engine dask:tcp://HOST:PORT.")
    return address


def write_spread(
    out: Path, plan: Plan, *, scheduler: str = "", rows: int = _ROWS, observer: Observer = SILENT
) -> dict[str, int]:
    """Write `<Object>.csv` of each object, made in parts on the workers of a scheduler, or of this machine.

    The workers must see the folder. Returns the records per object.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError as error:
        raise UserError("--engine dask needs Dask.", hint="Install it: pip install 'sfseed[dask]'") from error

    from sfseed_core.recipe.plan_json import to_json

    text, parts = to_json(plan), list(_parts(plan, rows))
    folder = out / ".parts"
    folder.mkdir(parents=True)
    own = None if scheduler else LocalCluster(threads_per_worker=1, dashboard_address=None, host="127.0.0.1")
    try:
        with Client(scheduler or own) as client:
            done = client.map(write_part, *zip(*((text, str(folder), *part) for part in parts), strict=True), pure=False)
            for number, one in enumerate(as_completed(done), 1):
                one.result()
                observer.notify(Progress("export", number, len(parts), "parts"))
    finally:
        if own is not None:
            own.close()
    for one in plan.objects:
        _join(out, folder, one.name, [start for name, start, _ in parts if name == one.name])
    folder.rmdir()
    return {one.name: one.count for one in plan.objects}


def write_part(plan_json: str, folder: str, name: str, start: int, stop: int) -> str:
    """Write the records of an object from start up to stop, on a worker; the first part has the header."""
    from pathlib import Path

    import pyarrow as pa

    from sfseed_core.dataset.export.lines import Lines
    from sfseed_core.generate.engine import Engine
    from sfseed_core.recipe.plan_json import from_json

    engine = Engine(from_json(plan_json))
    lines = Lines(engine.object(name))
    path = _part_path(Path(folder), name, start)
    with pa.OSFile(str(path), "wb") as sink:
        if start == 0:
            sink.write(lines.header())
        for piece in engine.pieces(name, start, stop):
            for block in lines.blocks(piece()):
                sink.write(block)
    return str(path)


def _parts(plan: Plan, rows: int) -> Iterator[tuple[str, int, int]]:
    for one in plan.objects:
        for start in range(0, max(one.count, 1), rows):
            yield one.name, start, min(start + rows, one.count)


def _part_path(folder: Path, name: str, start: int) -> Path:
    from sfseed_core import system

    return folder / f"{system.safe_name(name)}.{start:012}.csv"


def _join(out: Path, folder: Path, name: str, starts: list[int]) -> None:
    """Put an object's parts together, the first growing by the others."""
    import shutil

    from sfseed_core import system

    first, *others = (_part_path(folder, name, start) for start in starts)
    with first.open("ab") as whole:
        for part in others:
            with part.open("rb") as source:
                shutil.copyfileobj(source, whole, 1 << 20)
            part.unlink()
    first.replace(out / f"{system.safe_name(name)}.csv")
