"""Discovering an org of 1,000 objects that takes 50 ms for each describe, and the graph of 2,000 objects.

The org is the emulator over a project written for the purpose, its slowness a fault in data; all of it goes over HTTP.

python benchmarks/discovery.py [objects]
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SLOW = {"at": "before", "do": "hold", "seconds": 0.05, "times": 0, "match": {"path": "/describe$"}}
NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
FIELDS = 30


def project(folder: Path, objects: int) -> Path:
    """A project of so many custom objects of 30 fields, each referring to two before it; some 120 standard ones beside."""
    for number in range(objects):
        name = f"Thing_{number}__c"
        fields = "".join(
            f"<fields><fullName>Field_{n}__c</fullName><label>Field {n}</label><type>Text</type><length>80</length></fields>"
            for n in range(FIELDS - 2)
        )
        for n, step in enumerate((1, 7)):
            fields += (
                f"<fields><fullName>Up_{n}__c</fullName><label>Up {n}</label><type>Lookup</type>"
                f"<referenceTo>Thing_{max(number - step, 0)}__c</referenceTo><relationshipName>Downs{n}</relationshipName></fields>"
            )
        named = "<nameField><label>Name</label><type>Text</type></nameField>"
        path = folder / "src" / "objects" / f"{name}.object"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"<CustomObject {NAMESPACE}><label>Thing {number}</label>{fields}{named}</CustomObject>", encoding="utf-8"
        )
    return folder


def command(home: Path, org: dict[str, str], *arguments: str) -> subprocess.Popen:
    """Start one command against the org."""
    mine = {"SFSEED_HOME": str(home), "SFSEED_INSTANCE_URL": org["base_url"], "SFSEED_ACCESS_TOKEN": org["access_token"]}
    line = [sys.executable, "-m", "sfseed_core.cli", "discover", "--org", "env", "--json", *arguments]
    return subprocess.Popen(line, env=os.environ | mine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def timed(home: Path, org: dict[str, str], what: str, *arguments: str) -> None:
    """Run one command to its end and print how long it took and what it found."""
    started = time.monotonic()
    out, err = command(home, org, *arguments).communicate()
    found = json.loads(out.splitlines()[-1])
    print(f"{what:<52} {time.monotonic() - started:6.1f} s   {len(found['objects']):>5,} objects", flush=True)
    assert not found["failures"], (found["failures"], err[-300:])


def cancelled(home: Path, org: dict[str, str], seconds: float) -> None:
    """Interrupt a full discovery as a person does, and print what it said last."""
    running = command(home, org, "--progress", "json")
    time.sleep(seconds)
    running.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, err = running.communicate()
    described = sum("objects described" in line for line in err.splitlines())
    print(f"{f'interrupted after {seconds:.0f} s':<52} {time.monotonic() - started:6.1f} s   {described:>5,} objects, "
          f"exit code {running.returncode}", flush=True)  # fmt: skip


def graph(objects: int = 2000) -> None:
    """Print how long the load order of so many objects with 20 references each takes."""
    from sfseed_core.schema.graph import Graph, Reference, order

    names = [f"O{n}" for n in range(objects)]
    pairs = ((n, k, (n * 7 + k * 131) % objects) for n in range(objects) for k in range(20))
    edges = tuple(Reference(names[n], f"F{k}", names[to], self_reference=n == to) for n, k, to in pairs)
    started = time.monotonic()
    found = order(Graph(tuple(names), edges))
    print(f"{f'order of {objects:,} objects, {len(edges):,} references':<52} {time.monotonic() - started:6.2f} s   "
          f"{len(found.levels):>5,} levels, {len(found.deferred):,} to fill later", flush=True)  # fmt: skip


def main() -> None:
    """Serve the org, then discover it cold, interrupted, resumed and again."""
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    graph()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "faults.json").write_text(json.dumps([SLOW]), encoding="utf-8")
        served = project(folder / "project", objects)
        line = [
            sys.executable,
            "-m",
            "sfseed_emulator",
            "--sfdx",
            str(served),
            "--faults",
            str(folder / "faults.json"),
            "--json",
        ]
        org = subprocess.Popen(line, stdout=subprocess.PIPE, encoding="utf-8")
        try:
            info = json.loads(org.stdout.readline())
            home = folder / "home"
            timed(home, info, "preset sales-cloud, nothing known yet", "--preset", "sales-cloud")
            cancelled(home, info, 4)
            timed(home, info, "everything, resumed from what was read")
            timed(home, info, "everything once more, nothing changed")
        finally:
            org.terminate()
            org.wait(20)


if __name__ == "__main__":
    main()
