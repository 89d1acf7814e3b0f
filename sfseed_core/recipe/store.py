"""Recipes kept in the home by what they say: the same text has the same id, and a kept recipe never changes."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = "recipes"
_SHAPE = re.compile(r"k-[0-9a-f]{16}")


def keep(home: Path, text: str) -> str:
    """Keep a recipe's text and return its id."""
    recipe_id = f"k-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
    path = _path(home, recipe_id)
    if not path.exists():
        system.private_folder(path.parent)
        system.write_durably(path, text.encode())
    return recipe_id


def is_kept(name: str) -> bool:
    """Say whether the text has the form of a kept recipe's id (so it cannot leave its folder)."""
    return _SHAPE.fullmatch(name) is not None


def kept(home: Path, recipe_id: str) -> str:
    """Return the text of a kept recipe; raises NotFound."""
    if is_kept(recipe_id) and _path(home, recipe_id).is_file():
        return _path(home, recipe_id).read_text(encoding="utf-8")
    raise NotFound(f"no recipe {recipe_id!r} is kept here", hint="Choose another one, or upload the file again.")


def _path(home: Path, recipe_id: str) -> Path:
    return home / _FOLDER / f"{recipe_id}.yaml"
