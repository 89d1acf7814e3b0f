"""A folder of files, one per object, in a format of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from sfseed_core import system
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.readable import readable
from sfseed_core.dataset.record_file import ROW_GROUP
from sfseed_core.errors import UserError
from sfseed_core.events import SILENT, Progress
from sfseed_core.recipe.columns import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from sfseed_core.events import Observer
    from sfseed_core.recipe.model import ObjectPlan, Plan

    Source = Callable[[str], Iterable[pa.RecordBatch]]


class Exporter(Protocol):
    """Writes one object's records to a new file."""

    def __call__(self, path: Path, plan: ObjectPlan, batches: Iterable[pa.RecordBatch], /) -> None:
        """Write all batches."""


def write_csv(path: Path, plan: ObjectPlan, batches: Iterable[pa.RecordBatch]) -> None:
    """Write Salesforce's CSV, references readable."""
    empty = readable(plan, pa.Table.from_batches([], schema_of(plan)))
    with pa.OSFile(str(path), "wb") as sink:
        CsvEncoder(empty.column_names).write((readable(plan, batch) for batch in batches), sink)


def write_parquet(path: Path, plan: ObjectPlan, batches: Iterable[pa.RecordBatch]) -> None:
    """Write the records as a dataset holds them: typed, references as the `record` number of their target."""
    schema = schema_of(plan)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch, row_group_size=ROW_GROUP)


EXPORTERS: Mapping[str, Exporter] = {"csv": write_csv, "parquet": write_parquet}


def export_folder(
    folder: Path,
    plan: Plan,
    source: Source,
    *,
    format: str = "csv",  # noqa: A002 - the option's own name
    observer: Observer = SILENT,
) -> dict[str, Path]:
    """Write each object of the plan to `<folder>/<Object>.<format>` and return the files.

    `source` gives an object's batches in order: a dataset's `batches`, or the generator itself. A file appears under its
    name only when it is whole.
    """
    exporter = EXPORTERS.get(format)
    if exporter is None:
        raise UserError(f"no export format {format!r}", hint=f"Formats: {', '.join(EXPORTERS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for number, one in enumerate(plan.objects):
        observer.notify(Progress("export", number, len(plan.objects), "objects", one.name))
        path = folder / f"{system.safe_name(one.name)}.{format}"
        unfinished = path.with_name(f"{path.name}.part")
        exporter(unfinished, one, _counted(source(one.name), one, observer))
        written[one.name] = unfinished.replace(path)
    observer.notify(Progress("export", len(plan.objects), len(plan.objects), "objects"))
    return written


def _counted(batches: Iterable[pa.RecordBatch], plan: ObjectPlan, observer: Observer) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        observer.notify(Progress("export", done, plan.count, "records", plan.name))
