"""A dataset's records as files to download: one object's, or all of them in one ZIP file."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.dataset.export.disarm import disarmed
from sfseed_core.dataset.export.folder import EXPORTERS

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset


def one_file(dataset: Dataset, object_name: str, file_format: str) -> bytes:
    """Return one object's records, edits included, in a format of the registry; CSV is made safe for spreadsheets."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"records.{file_format}"
        batches = dataset.batches(object_name)
        shown = (disarmed(one) for one in batches) if file_format == "csv" else batches
        EXPORTERS[file_format](path, dataset.plan.object(object_name), shown)
        return path.read_bytes()


def zipped(dataset: Dataset, file_format: str) -> bytes:
    """Return a ZIP file with one file per object."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dataset.objects:
            archive.writestr(f"{system.safe_name(name)}.{file_format}", one_file(dataset, name, file_format))
    return sink.getvalue()
