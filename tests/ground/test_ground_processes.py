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
