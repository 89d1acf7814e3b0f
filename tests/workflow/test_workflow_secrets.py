"""A whole run, looked through for secrets: files, logs, output, process arguments, children's environments."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from sfseed_core.cli import root
from sfseed_emulator import oauth

COMMANDS = (
    ["orgs", "add", "uat", "--with", "client-credentials"],
    ["seed", "--org", "uat", "--preset", "minimal", "--count-each", "2", "--yes", "--json", "-v", "--progress", "json"],
    ["runs", "undo", "latest", "--yes", "--json"],
    ["doctor", "--org", "env", "--json"],
)


class Watch:
    """Arguments and environments of every process that works in a home, looked at while a command runs."""

    def __init__(self, home):
        self.home = str(home)
        self.arguments = set()
        self.looks = {}

    def look(self, own):
        """Look once; `own` is the command itself, whose environment is the user's."""
        for one in psutil.process_iter():
            try:
                environment = one.environ()
                if environment.get("SFSEED_HOME") != self.home:
                    continue
                self.arguments.add("\n".join(one.cmdline()))
                if one.pid != own:
                    told = [f"process {one.cmdline()}", *(f"{key}={value}" for key, value in environment.items())]
                    self.looks.setdefault(one.pid, []).append("\n".join(told))
            except (psutil.Error, OSError):
                continue

    @property
    def environments(self):
        """The environment of each child; a process that was seen once as a copy of the command was only about to start."""
        return [
            looks[-1]
            for looks in self.looks.values()
            if len(looks) > 1 or "sfseed_core.cli" not in looks[-1].splitlines()[0]
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="environments of other processes cannot be read there")
def test_a_whole_run_leaves_no_secret_anywhere(home, served):
    """From connecting to undoing: no secret of the org is in a file, a log, an output, an argument or a child."""
    server = served(name="Acme UAT")
    has = oauth.credentials(server.org.state)
    token = oauth.new_access_token(server.org.state)
    secrets = (has.client_secret, has.password, has.security_token, has.refresh_token, token, token.partition("!")[2])
    variables = {
        "SFSEED_HOME": str(home),
        "SFSEED_INSTANCE_URL": server.login.instance_url,
        "SFSEED_ACCESS_TOKEN": token,
        "SFSEED_CLIENT_ID": has.client_id,
        "SFSEED_CLIENT_SECRET": has.client_secret,
    }
    watch, said = Watch(home), []
    for arguments in COMMANDS:
        more = ["--url", server.login.instance_url, "--client-id", has.client_id] if "add" in arguments else []
        done = watched([*arguments, *more], variables, f"{has.client_secret}\n", watch)
        assert done[0] == 0, done
        said += done[1:]
    written = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len(written) > 10
    assert any("sfseed_core.load.worker" in one for one in watch.environments), "the worker was seen"
    issued = issued_by(server.org.state)
    assert len(issued) > 3
    for secret in {*secrets, *issued}:
        for form in (secret, base64.b64encode(secret.encode()).decode()):
            assert not [str(path) for path, content in written.items() if form.encode() in content]
            assert form not in "\n".join(said)
            assert form not in "\n".join(watch.arguments)
            assert not [one.splitlines()[0] for one in watch.environments if form in one]


def watched(arguments, variables, given, watch):
    """Run a command while watching; return exit code, stdout, stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", *arguments],
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    process.stdin.write(given)
    process.stdin.close()
    process.stdin = None
    while process.poll() is None:
        watch.look(process.pid)
        time.sleep(0.1)
    out, err = process.communicate()
    return process.returncode, out, err


def issued_by(state):
    """Every access token that the org has ever given out and still knows."""
    with state.lock:
        return {row[0] for row in state.db.execute('SELECT token FROM "_token"')}


def test_an_error_shows_no_secret(home, served):
    """A token that is no longer accepted, a wrong secret and a wrong address end in words without them."""
    server = served()
    token = oauth.new_access_token(server.org.state)
    oauth.expire(server.org.state, token)
    cases = (
        {"SFSEED_INSTANCE_URL": server.login.instance_url, "SFSEED_ACCESS_TOKEN": token},
        {"SFSEED_INSTANCE_URL": server.login.instance_url, "SFSEED_CLIENT_ID": "x", "SFSEED_CLIENT_SECRET": "wr0ng-secret"},
        {"SFSEED_INSTANCE_URL": f"http://u:pa55@example.com/?sid={token}", "SFSEED_ACCESS_TOKEN": token},
    )
    for variables in cases:
        done = subprocess.run(
            [sys.executable, "-m", "sfseed_core.cli", "orgs", "env", "--json"],
            env=os.environ | {"SFSEED_HOME": str(home)} | variables,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode in {2, 3}
        assert json.loads(done.stdout.splitlines()[-1])["error"]
        for secret in (token, "wr0ng-secret", "pa55"):
            assert secret not in done.stdout + done.stderr


SPOKEN = (
    "00D000000000062!AQ4AQ.abc_DEF",
    "5Aep861KIwKdekr90KlxVVUIxHNGhMkUTzuWcVzMDSEqMSyNiZ",
    "aPrxCatchMeIfYouCan1234567890%3D%3D",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHIn0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----",
)


@pytest.mark.parametrize("secret", SPOKEN)
def test_a_bug_shows_its_traceback_without_secrets(monkeypatch, capsys, secret):
    """What should not happen is told with its traceback, exit code 70 and --json's line; tokens and keys in it are not."""

    def broken(_names):
        raise RuntimeError(f"found {secret} there")

    monkeypatch.setattr(root, "application", broken)
    assert root.run(["orgs", "--json"]) == 70
    said = capsys.readouterr()
    assert "Traceback" in said.err
    assert "found [token] there" in said.err
    assert json.loads(said.out)["kind"] == "InternalError"
    for line in secret.splitlines()[-2:]:
        assert line[:16] not in said.err + said.out
