"""The example pipelines, run as they stand: the commands of their steps, two nights in a row, against emulated sandboxes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.journeys.conftest import environment, plain_client

EXAMPLES = ROOT / "examples" / "ci"
INSTALL = "pip install"


@dataclass(frozen=True)
class Pipeline:
    """The commands of a pipeline's two jobs, without the installation."""

    make: tuple[str, ...]
    fetch: tuple[str, ...]
    seed: tuple[str, ...]
    failed: tuple[str, ...]
    sandboxes: int


def github() -> Pipeline:
    """The steps of GitHub's workflow."""
    jobs = yaml.safe_load((EXAMPLES / "github.yml").read_text(encoding="utf-8"))["jobs"]
    made, seeded = ([step for step in jobs[name]["steps"] if "run" in step] for name in ("make", "seed"))
    return Pipeline(
        scripts(step["run"] for step in made),
        (),
        scripts(step["run"] for step in seeded if "if" not in step),
        scripts(step["run"] for step in seeded if "if" in step),
        len(jobs["seed"]["strategy"]["matrix"]["sandbox"]),
    )


def gitlab() -> Pipeline:
    """The scripts of GitLab's jobs."""
    jobs = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))
    seed = jobs["seed"]
    return Pipeline(
        scripts(jobs["make"]["script"]),
        (),
        scripts(seed["script"]),
        scripts(seed["after_script"]),
        len(seed["parallel"]["matrix"][0]["SANDBOX"]),
    )


def azure() -> Pipeline:
    """The scripts of Azure's jobs."""
    jobs = yaml.safe_load((EXAMPLES / "azure-pipelines.yml").read_text(encoding="utf-8"))["jobs"]
    made, seeded = ([step for step in job["steps"] if "script" in step] for job in jobs)
    usual = [step["script"] for step in seeded if "condition" not in step]
    return Pipeline(
        scripts(step["script"] for step in made),
        scripts(one for one in usual if "cp -R" in one),
        scripts(one for one in usual if "cp -R" not in one),
        scripts(step["script"] for step in seeded if "condition" in step),
        len(jobs[1]["strategy"]["matrix"]),
    )


PIPELINES = {"github": github, "gitlab": gitlab, "azure": azure}


def scripts(found) -> tuple[str, ...]:
    """All but the installation, which the machine that runs this has behind it."""
    return tuple(one for one in found if INSTALL not in one)


@dataclass(frozen=True)
class Sandbox:
    """One emulated sandbox and the machine that fills it: a home, and what the pipeline's variables say."""

    home: Path
    variables: dict[str, str]
    client: object

    def run(self, *commands: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run commands as a pipeline's shell does."""
        paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
            cwd=ROOT,
            env=environment(self.home, PATH=paths, CI_JOB_STATUS="failed", **self.variables),
            capture_output=True,
            encoding="utf-8",
            timeout=400,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def count(self, name: str) -> int:
        """How many records the org holds."""
        return self.client.query(f"SELECT COUNT() FROM {name}")["totalSize"]


@pytest.fixture
def sandbox(tmp_path, emulator):
    """A maker of sandboxes to which one app with one key has access."""
    key = tmp_path / "ci.key"

    def start(number: int) -> Sandbox:
        info = emulator("--jwt-key", str(key)).info
        variables = {
            "SFSEED_INSTANCE_URL": info["base_url"],
            "SFSEED_USERNAME": info["username"],
            "SFSEED_CLIENT_ID": info["client_id"],
            "SFSEED_JWT_KEY": key.read_text(encoding="utf-8"),
            "PIPELINE_WORKSPACE": str(tmp_path / "workspace"),
        }
        return Sandbox(tmp_path / f"home-{number}", variables, plain_client(info["base_url"], info["access_token"]))

    return start


@pytest.mark.parametrize("name", PIPELINES)
def test_every_pipeline_names_twelve_sandboxes_and_no_secret(name):
    """Each file fills twelve sandboxes from one set of records, and holds no key."""
    pipeline = PIPELINES[name]()
    assert pipeline.sandboxes == 12
    assert len(pipeline.make) == 1
    text = next(EXAMPLES.glob(f"{name}*")).read_text(encoding="utf-8")
    assert "BEGIN" not in text
    assert not re.search(r"KEY: [A-Za-z0-9+/]{20}", text)


@pytest.mark.parametrize(
    ("name", "sandboxes"),
    [("github", 1), *(pytest.param(name, 12, marks=pytest.mark.slow) for name in PIPELINES)],
)
def test_two_nights(name, sandboxes, sandbox, tmp_path):
    """Two nights later each sandbox holds the second night's records, once, and the first night's are gone."""
    pipeline = PIPELINES[name]()
    small = [one.replace("sfseed generate", "sfseed generate --count Account=12") for one in pipeline.make]
    found = [sandbox(number) for number in range(sandboxes)]
    before = [one.count("Account") for one in found]
    for _ in range(2):
        found[0].run(*small)
        hand_over(found, tmp_path / "workspace")
        for one in found:
            one.run(*pipeline.fetch, *pipeline.seed)
    for one, there in zip(found, before, strict=True):
        assert one.count("Account") == there + 12
        failed = one.run(*pipeline.failed)
        assert "done" in failed.stdout


def hand_over(found: list[Sandbox], workspace: Path) -> None:
    """What artefacts do: carry the datasets to every machine."""
    made = found[0].home / "datasets"
    for target in [workspace / "dataset", *(one.home / "datasets" for one in found[1:])]:
        subprocess.run(["cp", "-R", f"{made}/.", str(folder(target))], check=True)


def folder(path: Path) -> Path:
    """Make it if it is not there."""
    path.mkdir(parents=True, exist_ok=True)
    return path
