"""The same plan makes the same bytes, wherever it is made."""

from __future__ import annotations

import hashlib

from tests.journeys.conftest import sfseed

ARGUMENTS = ("--org", "demo", "--preset", "sales-cloud", "--seed", "42", "--as-of", "2026-11-23", "--format", "csv")
WITHOUT_EXTENSIONS = "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"


def made(home, out, **variables):
    """The digest of each file that the plan makes in an empty home."""
    done = sfseed(home, "generate", *ARGUMENTS, "--count-scale", "40", "--out", str(out), "--json", **variables)
    assert done.code == 0, done.err
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def test_two_empty_homes_make_the_same_files(tmp_path):
    """From two empty homes, and with numpy's processor extensions disabled, every file has the same bytes."""
    first = made(tmp_path / "home1", tmp_path / "out1")
    assert len(first) >= 8
    assert made(tmp_path / "home2", tmp_path / "out2") == first
    plain = made(tmp_path / "home3", tmp_path / "out3", NPY_DISABLE_CPU_FEATURES=WITHOUT_EXTENSIONS)
    assert plain == first


def test_another_seed_makes_other_records(tmp_path):
    """Without --seed two runs make different records."""
    digests = []
    for number in range(2):
        out = tmp_path / f"out{number}"
        done = sfseed(tmp_path / "home", "generate", "--org", "demo", "--preset", "minimal", "--out", str(out), "--json")
        assert done.code == 0, done.err
        digests.append(hashlib.sha256((out / "Account.csv").read_bytes()).hexdigest())
    assert digests[0] != digests[1]
