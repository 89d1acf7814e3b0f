"""Files made by Dask's workers."""

from __future__ import annotations

import pytest

from sfseed_core.cli.root import run
from sfseed_core.dataset.export.folder import export_folder
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.spread_out import scheduler_of, write_spread
from tests.conftest import ROOT

RECIPE = ROOT / "benchmarks" / "account_contact_opportunity.yaml"


def test_workers_write_the_same_bytes(home, tmp_path):
    """The parts that a local cluster makes are, put together, the files that threads make."""
    distributed = pytest.importorskip("distributed", reason="Dask is an extra")
    common = [str(RECIPE), "--org", "demo", "--count", "Account=700", "--seed", "4", "--as-of", "2026-11-23", "-q"]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as cluster:
        engine = f"dask:{cluster.scheduler_address}"
        assert run(["generate", *common, "--out", str(tmp_path / "dask"), "--engine", engine]) == 0
    assert run(["generate", *common, "--out", str(tmp_path / "own")]) == 0
    for name in ("Account.csv", "Contact.csv", "Opportunity.csv"):
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "own" / name).read_bytes()
    assert len(list((tmp_path / "dask").iterdir())) == 3


def test_parts_are_put_together_in_order(home, tmp_path):
    """An object made in many parts is the same file, its header once."""
    distributed = pytest.importorskip("distributed", reason="Dask is an extra")
    recipe = parse_recipe(RECIPE.read_text(encoding="utf-8"), path=str(RECIPE))
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=1)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as cluster:
        write_spread(tmp_path / "dask", plan, scheduler=cluster.scheduler_address, rows=300)
    export_folder(tmp_path / "own", plan, Engine(plan).pieces)
    for name in ("Account.csv", "Contact.csv", "Opportunity.csv"):
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "own" / name).read_bytes()


@pytest.mark.parametrize(("engine", "address"), [(None, None), ("dask", ""), ("dask:tcp://h:1", "tcp://h:1")])
def test_engines_are_named(engine, address):
    """`dask` stands for workers of one's own, `dask:ADDRESS` for a scheduler's."""
    assert scheduler_of(engine) == address


def test_other_engines_are_refused(home, tmp_path, capsys):
    """An engine that does not exist is a usage error that names those there are."""
    assert run(["generate", str(RECIPE), "--org", "demo", "--out", str(tmp_path / "out"), "--engine", "spark"]) == 2
    assert "dask" in capsys.readouterr().err
