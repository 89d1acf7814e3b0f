"""Kept recipes."""

from __future__ import annotations

import pytest

from sfseed_core.errors import NotFound
from sfseed_core.recipe.store import is_kept, keep, kept


def test_a_kept_recipe_is_found_by_what_it_says(tmp_path):
    """The same text has the same id, another text another one, and each is read back as it was."""
    first, second = "objects: {Account: 3}\n", "objects: {Account: 4, Ä: 1}\n"
    assert keep(tmp_path, first) == keep(tmp_path, first) != keep(tmp_path, second)
    assert kept(tmp_path, keep(tmp_path, second)) == second


@pytest.mark.parametrize("name", ["", "k-0", "../../secret", "k-0123456789abcdef", "k-0123456789abcdef/.."])
def test_nothing_else_is_read(tmp_path, name):
    """An id that was never given out, or that is none, is not found."""
    assert not is_kept(name) or name == "k-0123456789abcdef"
    with pytest.raises(NotFound):
        kept(tmp_path, name)
