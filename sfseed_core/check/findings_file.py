"""Findings as a CSV file: one line for each record that one is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sfseed_core.dataset import vectors
from sfseed_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sfseed_core.check.finding import Finding

COLUMNS = ("object", "record", "field", "rule", "level", "step", "message", "fix")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_findings(path: Path, findings: Iterable[Finding]) -> int:
    """Write a line for each record of each finding, and return how many; raises UserError where that cannot be done."""
    lines = 0
    schema = pa.schema([(name, pa.int64() if name == "record" else pa.string()) for name in COLUMNS])
    try:
        with pa_csv.CSVWriter(path, schema) as writer:
            for one in findings:
                writer.write_table(_lines(one, schema))
                lines += one.count
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
    return lines


def _lines(one: Finding, schema: pa.Schema) -> pa.Table:
    told = {
        "object": one.object,
        "field": one.field,
        "rule": one.rule,
        "level": str(one.level),
        "step": one.step,
        "message": one.message,
        "fix": one.fix,
    }
    same = vectors.integers(np.zeros(one.count, dtype=np.int32))
    columns = {name: vectors.texts([_harmless(value)]).take(same) for name, value in told.items()}
    columns["record"] = vectors.integers(one.records.astype(np.int64))
    return pa.table([columns[name] for name in COLUMNS], schema=schema)


def _harmless(text: str | None) -> str | None:
    """Keep a text of the org from being a formula where a spreadsheet opens the file."""
    return f"'{text}" if text is not None and text.startswith(_FORMULA_STARTS) else text
