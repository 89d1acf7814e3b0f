"""Every package that is used is listed, has a reason or somebody who asks for it, and a licence that is allowed."""

from __future__ import annotations

import importlib.util
import sys
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dependencies():
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("dependencies", ROOT / "docs" / "dependencies.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["dependencies"] = module  # its dataclasses look it up
    spec.loader.exec_module(module)
    return module


def test_every_dependency_is_allowed_and_listed(dependencies):
    """No package without an allowed licence, no direct one without a reason, and the page names them all."""
    running, testing = dependencies.declared()
    packages = dependencies.tree(iter([*running, *testing]))
    assert dependencies.problems(packages) == []
    assert len(packages) > 60
    page = dependencies.PAGE.read_text(encoding="utf-8")
    if sys.platform == "linux" and sys.version_info[:2] == (3, 11):  # elsewhere others are asked for
        assert page == dependencies.page(), "write it anew: python docs/dependencies.py"


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        ({"License-Expression": "MIT OR Apache-2.0"}, "Apache-2.0 OR MIT"),
        ({"License-Expression": "GPL-3.0-only", "License": "MIT"}, ""),
        ({"License-Expression": "MIT AND LGPL-2.1-or-later"}, ""),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, ""),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD"),
        ({"License": "Apache 2.0\nand much text"}, "Apache-2.0"),
        ({"License": "ask us"}, ""),
        ({}, ""),
    ],
)
def test_a_licence_is_read_from_what_is_stated(dependencies, stated, licence):
    """What a package states decides; copyleft wins over whatever stands beside it, and nothing is not allowed."""
    message = Message()
    for name, value in stated.items():
        message[name] = value
    assert dependencies.licence_of(message)[0] == licence
