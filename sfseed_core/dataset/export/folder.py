"""A folder of files, one per object, in a format of the registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset.export.ahead import ahead
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.lines import Lines
from sfseed_core.dataset.export.readable import readable
from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress
from sfseed_core.recipe.columns import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sfseed_core.events import Observer
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ObjectPlan, Plan

    Piece: TypeAlias = pa.RecordBatch | Callable[[], Rows]
    Source: TypeAlias = Callable[[str], Iterable[Piece]]


def _unheard(_: int) -> None:
    """Tell nobody."""


class Exporter(Protocol):
    """Writes one object's records to a new file.

    A piece is a batch, or records yet to be made: then on one of the `threads`. `written` is told the records written.
    """

    def __call__(
        self,
        path: Path,
        plan: ObjectPlan,
        pieces: Iterable[Piece],
        /,
        *,
        threads: int = 1,
        written: Callable[[int], None] = _unheard,
    ) -> None:
        """Write all pieces in their order."""


def write_csv(
    path: Path,
    plan: ObjectPlan,
    pieces: Iterable[Piece],
    /,
    *,
    threads: int = 1,
    written: Callable[[int], None] = _unheard,
) -> None:
    """Write Salesforce's CSV, references readable; pieces are made and put into words on the threads."""
    lines = Lines(plan)
    encoder = CsvEncoder(lines.fields)

    def blocks(piece: Piece) -> tuple[int, Iterable[pa.Buffer]]:
        if isinstance(piece, pa.RecordBatch):
            return len(piece), [encoder.block(readable(plan, piece))]
        rows = piece()
        made = lines.blocks(rows)
        return len(rows), made if threads == 1 else [*made]  # alone, each is written while it is near the processor

    with pa.OSFile(str(path), "wb") as sink:
        sink.write(lines.header())
        for rows, made in ahead((partial(blocks, piece) for piece in pieces), threads):
            for block in made:
                sink.write(block)
            written(rows)


def write_parquet(
    path: Path,
    plan: ObjectPlan,
    pieces: Iterable[Piece],
    /,
    *,
    threads: int = 1,
    written: Callable[[int], None] = _unheard,
) -> None:
    """Write the records as a dataset holds them: typed, references as the `record` number of their target."""
    import pyarrow.parquet as pq

    from sfseed_core.dataset.record_file import ROW_GROUP

    schema = schema_of(plan)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in ahead((partial(_made, piece) for piece in pieces), threads):
            writer.write_batch(batch, row_group_size=ROW_GROUP)
            written(batch.num_rows)


def write_excel(
    path: Path,
    plan: ObjectPlan,
    pieces: Iterable[Piece],
    /,
    *,
    threads: int = 1,
    written: Callable[[int], None] = _unheard,
) -> None:
    """Write a workbook of one sheet, references readable; UserError for more records than a sheet holds."""
    from sfseed_core.dataset.export.excel import write_sheet

    batches = ahead((partial(_made, piece) for piece in pieces), threads)
    write_sheet(path, plan, batches, written=written)


def _made(piece: Piece) -> pa.RecordBatch:
    return piece if isinstance(piece, pa.RecordBatch) else piece().batch()


EXPORTERS: Mapping[str, Exporter] = {"csv": write_csv, "parquet": write_parquet, "xlsx": write_excel}


def export_folder(
    folder: Path,
    plan: Plan,
    source: Source,
    *,
    format: str = "csv",  # noqa: A002 - the option's own name
    threads: int = 1,
    observer: Observer = SILENT,
) -> dict[str, Path]:
    """Write each object of the plan to `<folder>/<Object>.<format>` and return the files.

    `source` gives an object's pieces in order: a dataset's `batches`, or the generator itself. A file appears under its
    name only when it is whole. The bytes are the same with any number of threads.
    """
    exporter = EXPORTERS.get(format)
    if exporter is None:
        raise UserError(f"no export format {format!r}", hint=f"Formats: {', '.join(EXPORTERS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    for number, one in enumerate(plan.objects):
        observer.notify(Progress("export", number, len(plan.objects), "objects", one.name))
        path = folder / f"{system.safe_name(one.name)}.{format}"
        unfinished = path.with_name(f"{path.name}.part")
        exporter(unfinished, one, source(one.name), threads=threads, written=_counting(one, observer))
        files[one.name] = unfinished.replace(path)
    observer.notify(Progress("export", len(plan.objects), len(plan.objects), "objects"))
    return files


def _counting(plan: ObjectPlan, observer: Observer) -> Callable[[int], None]:
    done = 0

    def written(rows: int) -> None:
        nonlocal done
        done += rows
        observer.notify(Progress("export", done, plan.count, "records", plan.name))

    return written
