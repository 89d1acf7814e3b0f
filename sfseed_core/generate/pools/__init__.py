"""The vocabularies that ship with the package: one Arrow file per locale, mapped into memory, never read row by row.

`build.py` makes the files from `source/` and Faker's name lists; generation itself needs neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from sfseed_core.generate import kernels

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LOCALE = "en_US"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Pools:
    """The vocabularies of one locale: texts and whole numbers by name, and how the locale writes things."""

    locale: str
    settings: Mapping[str, str]
    _texts: Mapping[str, pa.StringArray]
    _numbers: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, locale: str) -> Pools:
        """Return the vocabularies of the locale: shipped, else drawn from Faker once, else of its language or en_US."""
        if locale not in shipped():
            from sfseed_core.generate.pools import drawn

            if drawn.path_of(locale).exists() or drawn.known(locale):
                return _read(locale, drawn.draw(locale))
        name = available(locale)
        return _read(name, _FOLDER / f"{name}.arrow")

    def text(self, name: str) -> pa.StringArray:
        """Return a vocabulary; raises KeyError when there is none of that name."""
        return self._texts[name]

    def numbers(self, name: str) -> np.ndarray:
        """Return a table of whole numbers; raises KeyError when there is none of that name."""
        return self._numbers[name]

    def has(self, name: str) -> bool:
        """Say whether there is a vocabulary of that name."""
        return name in self._texts


def shipped() -> tuple[str, ...]:
    """Return the locales that have vocabularies of their own."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.arrow")))


def available(locale: str) -> str:
    """Return the shipped locale that serves the asked one: itself, one of its language, or en_US."""
    names = shipped()
    if locale in names:
        return locale
    language = locale.replace("-", "_").split("_")[0]
    if DEFAULT_LOCALE.split("_", maxsplit=1)[0] == language:
        return DEFAULT_LOCALE
    return next((name for name in names if name.split("_")[0] == language), DEFAULT_LOCALE)


def _read(locale: str, path: Path) -> Pools:
    with pa.memory_map(str(path)) as source:
        batch = pa.ipc.open_file(source).get_batch(0)
    texts: dict[str, pa.StringArray] = {}
    numbers: dict[str, np.ndarray] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values = kernels.list_flatten(column)
        if pa.types.is_string(values.type):
            texts[name] = values
        else:
            numbers[name] = np.frombuffer(values.buffers()[1], dtype=np.int64, count=len(values), offset=values.offset * 8)
    settings = {key.decode(): value.decode() for key, value in (batch.schema.metadata or {}).items()}
    return Pools(locale, settings, texts, numbers)
