"""Carries a run like the worker does, and kills its own process at a chosen instant, as a power cut would.

The order comes as JSON on stdin: `home`, `run`, `login`, `at` (`line` or `answer`) and `number`. `line` dies when the
number-th journal line is durable; `answer` when the org has answered the number-th write, before anybody has seen that.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
from requests.adapters import HTTPAdapter

from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import Crossed
from sfseed_core.load.execute import execute
from sfseed_core.load.journal import Run
from sfseed_core.load.options import Options
from sfseed_core.load.resolve import Resolver
from sfseed_core.load.undo import undo
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import from_secret
from sfseed_core.org.guard import admit

QUICK = Options(first_wait=0.01, longest_wait=0.2, patience=60)


class DiesAtLine:
    """An observer that ends the process at the number-th durable line."""

    def __init__(self, number: int) -> None:
        self.number = number

    def notify(self, event) -> None:
        """Die if this is the line."""
        if isinstance(event, Crossed) and event.number == self.number:
            psutil.Process().kill()


class DiesAtAnswer(HTTPAdapter):
    """An adapter that ends the process when the number-th write was answered."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def send(self, request, *args, **more):
        """Die once the org has acted."""
        answer = super().send(request, *args, **more)
        if request.method != "GET" and "/jobs/ingest" in request.url:
            self.left -= 1
            if self.left == 0:
                psutil.Process().kill()
        return answer


def main() -> None:
    """Carry the run named on stdin."""
    order = json.loads(sys.stdin.read())
    home = Path(order["home"])
    number = order["number"]
    observer = DiesAtLine(number if order["at"] == "line" else 0)
    dies = DiesAtAnswer(number if order["at"] == "answer" else 0)
    mounts = {"http://": dies, "https://": dies}
    run = Run.open(home, order["run"])
    dataset = open_dataset(home, run.get("dataset"))
    org = admit(connect(from_secret(order["login"]), mounts=mounts))
    if order.get("task") == "undo":
        undo(run, org, lambda: dataset, observer=observer, options=QUICK)
    else:
        execute(run, org, dataset, Resolver.from_json(order["resolver"]), observer=observer, options=QUICK)


if __name__ == "__main__":
    main()
