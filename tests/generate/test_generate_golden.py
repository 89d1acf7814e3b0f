"""The files of a small plan are those that are kept with the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.generate.golden import FOLDER, files, write

RELEASES = (("numpy", "2.2.6"), ("numpy", "2.3.5"), ("faker", "37.0.0"), ("faker", "40.63.0"))


def made_elsewhere(folder: Path, **environment: str) -> dict[str, bytes]:
    """The files as another process makes them."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.generate.golden", str(folder)]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True, text=True)
    return files(folder)


def test_the_files_are_the_golden_ones(tmp_path: Path):
    """The plan's files have the kept bytes; a change that is meant is written by `python -m tests.generate.golden`."""
    write(tmp_path)
    assert len(files(FOLDER)) == 5
    assert files(tmp_path) == files(FOLDER)


def test_a_plain_processor_makes_the_golden_files(tmp_path: Path):
    """With all of numpy's processor extensions disabled the bytes are the same."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    assert made_elsewhere(tmp_path, NPY_DISABLE_CPU_FEATURES=" ".join(found)) == files(FOLDER)


@pytest.mark.slow
@pytest.mark.parametrize(("package", "release"), RELEASES)
def test_other_releases_make_the_golden_files(tmp_path: Path, package: str, release: str):
    """Under other releases of numpy and Faker, before and after the pinned ones, the bytes are the same."""
    target = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), f"{package}=={release}"]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{package} {release} cannot be had: {done.stderr.strip()[-200:]}")
    path = os.pathsep.join([str(target), str(ROOT)])
    version = f"import {package}; print(getattr({package}, 'VERSION', None) or {package}.__version__)"
    used = subprocess.run(
        [sys.executable, "-c", version], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert used.stdout.strip() == release
    assert made_elsewhere(tmp_path / "out", PYTHONPATH=path) == files(FOLDER)
