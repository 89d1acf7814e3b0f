"""What became of the records of a settled job: written durably before anything depends on it, and never computed again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset.vectors import booleans, integers, mask, numbers
from sfseed_core.load import ids
from sfseed_core.load.status import Counts

if TYPE_CHECKING:
    from pathlib import Path


class Fate(IntEnum):
    """Where one record stands; `ABSENT` local keys are not in the dataset's revision."""

    WAITING = 0
    HELD = 1
    IN_FLIGHT = 2
    SUCCEEDED = 3
    FAILED = 4
    UNPROCESSED = 5
    IN_DOUBT = 6
    ABSENT = 7


def count(fates: np.ndarray) -> Counts:
    """Count the records by where they stand."""
    # of bytes faster than bincount; beside an enum's member numpy would make eight bytes of each
    by = {one: int(np.count_nonzero(fates == np.uint8(one))) for one in Fate}
    sent = sum(by[one] for one in (Fate.IN_FLIGHT, Fate.SUCCEEDED, Fate.FAILED, Fate.UNPROCESSED, Fate.IN_DOUBT))
    return Counts(
        planned=by[Fate.WAITING] + by[Fate.HELD] + sent,
        waiting=by[Fate.WAITING],
        held=by[Fate.HELD],
        sent=sent,
        in_flight=by[Fate.IN_FLIGHT],
        succeeded=by[Fate.SUCCEEDED],
        failed=by[Fate.FAILED],
        unprocessed=by[Fate.UNPROCESSED],
        in_doubt=by[Fate.IN_DOUBT],
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of each record of a job, beside its id and the org's error text where there is one.

    `keys` -1 stands for an id that the org returned and that no record could be found for: an undo takes it back too.
    `created` says of an upsert which records it made; all others were there before (None: the job made all that it names).
    """

    keys: np.ndarray
    fates: np.ndarray
    ids: np.ndarray
    errors: pa.Array
    created: np.ndarray | None = None

    @property
    def made(self) -> np.ndarray:
        """The ids of the records that the job made."""
        return self.ids if self.created is None else self.ids[self.created]

    def write(self, path: Path) -> None:
        """Write it so that it is whole and durable, or not there."""
        columns = {
            "record": integers(self.keys.astype(np.int64)),
            "fate": integers(self.fates.astype(np.int32)),
            "id": ids.to_texts(self.ids),
            "error": self.errors,
        }
        if self.created is not None:
            columns["created"] = booleans(self.created)
        sink = pa.BufferOutputStream()
        table = pa.table(columns)
        with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table)
        system.write_durably(path, sink.getvalue())

    @classmethod
    def read(cls, path: Path) -> Outcome:
        """Read what `write` wrote."""
        with pa.OSFile(str(path), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
        return cls(
            keys=numbers(table["record"]),
            fates=numbers(table["fate"]).astype(np.uint8),
            ids=ids.from_texts(table["id"]),
            errors=table["error"].combine_chunks(),
            created=mask(table["created"]) if "created" in table.column_names else None,
        )
