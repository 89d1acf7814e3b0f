"""Processes that outlive who started them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import sfseed_core.system
import sfseed_emulator.system

STARTER = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("system", [sfseed_core.system, sfseed_emulator.system], ids=lambda one: one.__name__)
def test_a_process_that_nobody_reaps_has_ended_all_the_same(system):
    """Ending a process does not wait for the server that started it and lives on."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, encoding="utf-8")
    pid = int(starter.stdout.readline())
    began = time.monotonic()
    system.stop_process(pid, timeout=10)
    assert not system.is_running(pid)
    assert time.monotonic() - began < 9
    starter.kill()
    starter.wait()
    starter.stdout.close()


HOLDER = """
import pathlib, sys, threading, time
from sfseed_emulator import system
with system.lock(pathlib.Path(sys.argv[1])):
    pages = bytearray(100_000_000)
    for _ in range(8):
        threading.Thread(target=lambda: [time.sleep(0.0001) for _ in iter(int, 1)], daemon=True).start()
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("system", [sfseed_core.system, sfseed_emulator.system], ids=lambda one: one.__name__)
def test_a_process_has_not_ended_before_its_locks_are_free(system, tmp_path):
    """The first of several threads ends before the others, which hold the locks a moment longer."""
    for _ in range(5):
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE)
        holder.stdout.readline()
        holder.terminate()
        while system.is_running(holder.pid):
            time.sleep(0.0001)
        with sfseed_emulator.system.lock(tmp_path / "lock"):
            pass
        holder.wait()
        holder.stdout.close()
