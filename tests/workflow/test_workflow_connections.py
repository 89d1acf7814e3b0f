"""Saved connections: from adding one to forgetting it, on an org that is served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import keyring
import keyring.backend
import keyring.errors
import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import GuardRefused, LoginFailed, NotFound, SettingsError, UserError
from sfseed_core.events import Note
from sfseed_core.org import secret_store as stores
from sfseed_core.org.admin_message import admin_message
from sfseed_core.org.callback import Callback, redirect_uri
from sfseed_core.org.connections import WAYS, Connection, change, read
from sfseed_core.org.guard import admit
from sfseed_core.org.secret_store import LONGEST, SecretStore, secret_store, system_keyring
from sfseed_core.org.web_login import WebApp, begin
from sfseed_core.workflow import connections
from sfseed_core.workflow.connect import find_login, judge, known_orgs, open_org
from sfseed_core.workflow.connections import Draft, sign_in, web_secret
from sfseed_core.workflow.holdings import Holdings, Last, doubt, look
from sfseed_core.workflow.refreshed import former_orgs
from sfseed_core.workflow.seed import begin as begin_run
from sfseed_core.workflow.seed import request_for_dataset
from sfseed_emulator import grants, oauth, signing
from tests.loading import projects, stage


class Keys(keyring.backend.KeyringBackend):
    """A keyring as a desktop has one."""

    priority = 5

    def __init__(self):
        super().__init__()
        self.held = {}
        self.locked = False

    def set_password(self, service, username, password):
        """Keep it."""
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        self.held[service, username] = password

    def get_password(self, service, username):
        """Return it."""
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.held.get((service, username))

    def delete_password(self, service, username):
        """Drop it."""
        del self.held[service, username]


@pytest.fixture
def keys(monkeypatch):
    """A desktop's keyring for one test."""
    found = Keys()
    before = keyring.get_keyring()
    keyring.set_keyring(found)
    stores.secret_store.cache_clear()
    yield found
    keyring.set_keyring(before)
    stores.secret_store.cache_clear()


@pytest.fixture
def org(served):
    """A served org, and how to log in."""
    server = served(name="Acme UAT")
    return server, oauth.credentials(server.org.state)


def drafted(way, server, has, **more):
    """A connection of a way to the served org."""
    return Connection("uat", way, server.login.instance_url, client_id=has.client_id, username=has.username, **more)


def key_pair(server):
    """A private key whose public half the org's app has."""
    key = signing.new_rsa_key()
    grants.register_key(server.org.state, signing.public_half(key))
    return key


SECRETS = {
    "token": lambda server, has: oauth.new_access_token(server.org.state),
    "client-credentials": lambda server, has: has.client_secret,
    "password": lambda server, has: has.password + has.security_token,
    "web": lambda server, has: has.refresh_token,
    "jwt": lambda server, has: key_pair(server),
}


@pytest.mark.parametrize("way", sorted(SECRETS))
def test_a_connection_is_saved_once_it_works_and_used_by_its_name(home, org, keys, way):
    """Each way with a secret: added, opened by name, renamed, forgotten; the file holds no secret."""
    server, has = org
    secret = SECRETS[way](server, has)
    added = connections.add(Draft(drafted(way, server, has), secret), home=home, clock=SYSTEM)
    assert added.kept == ("keyring" if len(secret) <= LONGEST else "memory")
    assert open_org("uat", clock=SYSTEM, home=home).org_id == server.org.state.org_id
    written = (home / "connections.json").read_text(encoding="utf-8")
    assert secret not in written
    assert secret[-12:] not in written
    assert (added.connection.org_name, added.connection.org_kind) == ("Acme UAT", "sandbox")
    connections.rename("uat", "test", home=home)
    assert open_org("test", clock=SYSTEM, home=home).facts.username == has.username
    assert [one.name for one in known_orgs(home)] == ["demo", "test", "env"]
    connections.forget("test", home=home)
    assert keys.held == {}
    with pytest.raises(UserError, match="no org called 'test'"):
        find_login("test", home)


def test_a_connection_that_does_not_work_is_not_saved(home, org, keys):
    """A wrong secret leaves no connection, no secret, and the one of that name as it was."""
    server, has = org
    wrong = Draft(drafted("client-credentials", server, has), "wr0ng")
    with pytest.raises(LoginFailed):
        connections.add(wrong, home=home, clock=SYSTEM)
    assert read(home).saved == {}
    assert keys.held == {}
    connections.add(replace(wrong, secret=has.client_secret), home=home, clock=SYSTEM)
    with pytest.raises(LoginFailed):
        connections.add(wrong, home=home, clock=SYSTEM)
    assert open_org("uat", clock=SYSTEM, home=home).facts.name == "Acme UAT"
    assert "wr0ng" not in repr(wrong)


def test_a_key_stays_in_its_file(home, org, tmp_path):
    """For JWT only the key file's path is saved; a missing file is named."""
    server, has = org
    path = tmp_path / "server.key"
    path.write_text(key_pair(server), encoding="utf-8")
    added = connections.add(Draft(drafted("jwt", server, has, key_file=str(path))), home=home, clock=SYSTEM)
    assert added.kept is None
    assert open_org("uat", clock=SYSTEM, home=home).org_id == server.org.state.org_id
    path.unlink()
    with pytest.raises(SettingsError, match=r"server\.key"):
        find_login("uat", home)


def test_without_a_keyring_a_secret_lives_as_long_as_the_process(home, org):
    """Memory keeps it, and says so; another process is told to connect once more, or takes the variable."""
    server, has = org
    added = connections.add(Draft(drafted("client-credentials", server, has), has.client_secret), home=home, clock=SYSTEM)
    assert added.kept == "memory"
    assert "no keyring" in secret_store(home).where
    assert open_org("uat", clock=SYSTEM, home=home).facts.name == "Acme UAT"
    later = {key: value for key, value in os.environ.items() if not key.startswith("SFSEED_")} | {"SFSEED_HOME": str(home)}
    command = [sys.executable, "-m", "sfseed_core.cli", "orgs", "uat"]
    bare = subprocess.run(command, env=later, capture_output=True, encoding="utf-8", check=False)
    assert bare.returncode == 3
    assert "not kept here any more" in bare.stderr
    given = subprocess.run(
        command, env=later | {"SFSEED_CLIENT_SECRET": has.client_secret}, capture_output=True, encoding="utf-8", check=False
    )
    assert given.returncode == 0, given.stderr
    assert "Acme UAT (sandbox)" in given.stdout


def test_the_keyring_is_asked_only_for_what_it_can_keep(tmp_path, keys):
    """Too long a secret and a locked keyring fall back to memory; a new secret leaves no old one behind."""
    store = SecretStore(tmp_path, keys)
    assert store.put("a", "x" * LONGEST) == "keyring"
    assert store.put("a", "y" * (LONGEST + 1)) == "memory"
    assert keys.held == {}
    assert store.get("a") == "y" * (LONGEST + 1)
    keys.locked = True
    assert store.put("b", "z") == "memory"
    assert store.get("c") is None
    assert "z" not in repr(store)
    assert system_keyring() is keys


def test_a_keyring_that_writes_plain_files_is_not_used(monkeypatch, keys):
    """A backend below keyring's own mark of fitness counts as none."""
    monkeypatch.setattr(Keys, "priority", 0.5)
    assert system_keyring() is None


def test_signing_in_with_the_browser_ends_as_a_saved_connection(home, org, keys):
    """The whole way: listener, authorize page, code, tokens, keyring, and a revoke that ends it in the org."""
    server, has = org
    with Callback("x", 0) as free:
        port = free.port
    pending = begin(WebApp(server.login.instance_url, has.client_id, redirect_uri(port)))

    def browse(address):
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        form = urllib.parse.urlencode(asked | {"username": has.username, "password": has.password})
        url = address.partition("?")[0]
        threading.Thread(target=urllib.request.urlopen, args=(url, form.encode()), daemon=True).start()

    tokens = sign_in(pending, port=port, open_browser=browse, seconds=20)
    draft = Draft(drafted("web", server, has, callback_port=port), web_secret(tokens, None))
    assert connections.add(draft, home=home, clock=SYSTEM).kept == "keyring"
    assert connections.revoke("uat", home=home) == ""
    assert read(home).saved == {}
    with pytest.raises(LoginFailed, match="not renewed"):
        connections.add(draft, home=home, clock=SYSTEM)


def test_a_closed_tab_and_a_busy_port_end_in_words(org):
    """Nobody comes back: said after the time; the port is taken: said before the browser opens."""
    server, has = org
    opened = []
    with Callback("x", 0) as taken:
        pending = begin(WebApp(server.login.instance_url, has.client_id, redirect_uri(taken.port)))
        with pytest.raises(UserError, match="taken by another program"):
            sign_in(pending, port=taken.port, open_browser=opened.append)
        port = taken.port
    assert opened == []
    with pytest.raises(LoginFailed, match="nobody came back"):
        sign_in(pending, port=port, open_browser=opened.append, seconds=0.05)
    assert len(opened) == 1


def test_a_protected_org_is_refused_under_every_name(home, org, keys):
    """Protection goes by the org, survives forgetting the connection, and ends only when it is lifted."""
    server, has = org
    draft = Draft(drafted("client-credentials", server, has), has.client_secret)
    facts = connections.add(draft, home=home, clock=SYSTEM).facts
    connections.protect("uat", home=home, facts=facts)
    connections.forget("uat", home=home)
    other = replace(draft, connection=replace(draft.connection, name="other"))
    connections.add(other, home=home, clock=SYSTEM)
    client = open_org("other", clock=SYSTEM, home=home)
    assert judge(client.facts, home).verdict == "refused"
    with pytest.raises(GuardRefused, match="protected here, as uat"):
        admit(client, home=home)
    connections.unprotect(home=home, facts=facts)
    assert admit(client, home=home).org_id == facts.org_id


def test_a_refreshed_sandbox_is_noticed(home, org, served, keys):
    """The same name, another org: told once, with the last dataset; older runs are filed, and protection goes along."""
    server, has = org
    draft = Draft(drafted("client-credentials", server, has), has.client_secret)
    facts = connections.add(draft, home=home, clock=SYSTEM).facts
    connections.protect("uat", home=home, facts=facts)
    dataset = stage(home, server.org, projects(3)[:1])
    run = begin_run(request_for_dataset(dataset.id, org="uat", home=home), home=home, clock=SYSTEM)
    run.put("org_id", facts.org_id)
    fresh = served(name="Acme UAT")
    new = oauth.credentials(fresh.org.state)

    def moved(all_):
        one = replace(all_.find("uat"), instance_url=fresh.login.instance_url, client_id=new.client_id)
        return all_.with_(one)

    change(home, moved)
    secret_store(home).put("uat", new.client_secret)
    heard = []

    class Ear:
        def notify(self, event):
            heard.append(event)

    org_now = open_org("uat", clock=SYSTEM, home=home, observer=Ear())
    told = [event.message for event in heard if isinstance(event, Note)]
    assert len(told) == 1
    assert "uat was refreshed" in told[0]
    assert f"sfseed load {dataset.id} --org uat" in told[0]
    assert former_orgs(home) == {facts.org_id}
    assert judge(org_now.facts, home).verdict == "refused"
    open_org("uat", clock=SYSTEM, home=home, observer=Ear())
    assert len(heard) == 1


def test_the_file_survives_what_newer_versions_write_and_names_what_is_broken(home):
    """Unknown keys are left out; a broken file is named, not overwritten."""
    path = home / "connections.json"
    path.write_text(
        json.dumps(
            {"connections": [{"name": "a", "way": "token", "instance_url": "https://a", "novelty": 1}], "future": True}
        ),
        encoding="utf-8",
    )
    assert read(home).find("a").way == "token"
    with pytest.raises(NotFound, match="no saved connection called 'b'"):
        read(home).find("b")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"connections\.json"):
        change(home, lambda all_: all_)
    assert path.read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize("name", ["demo", "env", "", "-x", "../x", "a b", "x" * 99, "a/b"])
def test_a_name_that_could_mean_something_else_is_refused(home, name):
    """Reserved names, options and paths cannot be names of connections."""
    with pytest.raises(UserError, match="cannot be the name"):
        connections.add(Draft(Connection(name, "token", "https://a"), "t"), home=home, clock=SYSTEM)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_has_a_message_for_the_admin(way):
    """It says what to create, which scopes at most, why, and how to take it back."""
    said = admin_message(way, address="https://acme--uat.sandbox.my.salesforce.com", port=1718)
    assert "refuses to write to production" in said
    assert ("To remove it later" in said) is (way not in {"token", "password"})
    if way in {"web", "client-credentials", "jwt"}:
        assert "(api)" in said
        assert "External Client App" in said
        assert "full" not in said
    assert ("http://localhost:1718/OauthRedirect" in said) is (way == "web")
    assert "{" not in said


# The wrong sandbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("held", "asks"),
    [
        (Holdings({}), False),
        (Holdings({"Account": 1000}), False),
        (Holdings({"Account": 800, "Contact": 201}), True),
        (Holdings({"Account": 3000}, ours=2500), False),
        (Holdings({"Account": 1}, last=Last("Account", "Ann", NOW - timedelta(days=6))), True),
        (Holdings({"Account": 1}, last=Last("Account", "Ann", NOW - timedelta(days=8))), False),
    ],
)
def test_much_or_recent_work_of_others_asks_once_more(held, asks):
    """More than a thousand records that are not ours, or somebody else's record of this week."""
    assert (doubt(held, NOW) is not None) is asks


def test_what_an_org_holds_is_read_from_it(emulated):
    """Counts by object; an object that is not there is left out."""
    one = emulated()
    guarded = one.admit()
    for number in range(3):
        guarded.insert_one("Account", {"Name": f"A{number}"})
    held = look(one.connect(), ["Account", "Nonsense__c"])
    assert held.counts["Account"] == 3
    assert held.last is None, "what I made myself is nobody else's"
    assert "3 Account" in held.lines()[0]


# The command line


def command(home, *arguments, given="", **variables):
    """Run one command with something on stdin."""
    return subprocess.run(
        [sys.executable, "-m", "sfseed_core.cli", "orgs", *arguments],
        env=os.environ | {"SFSEED_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"} | variables,
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_a_token_is_piped_in_and_never_an_argument(home, org):
    """`orgs add` reads the token from stdin, says that it is not kept, and shows it nowhere."""
    server, _ = org
    token = oauth.new_access_token(server.org.state)
    url = f"{server.login.instance_url}/lightning/setup/home"
    added = command(home, "add", "uat", "--with", "token", "--url", url, given=f"{token}\n")
    assert added.returncode == 0, added.stderr
    assert "Acme UAT (sandbox)" in added.stdout
    assert "not saved" in added.stdout
    assert token not in added.stdout + added.stderr
    listed = command(home, "--json")
    assert [one["name"] for one in json.loads(listed.stdout)["orgs"]] == ["demo", "uat", "env"]
    assert command(home, "colour", "uat", "red").returncode == 0
    assert "[red]" in command(home).stdout
    assert command(home, "forget", "uat", "--yes").returncode == 0
    assert read(home).saved == {}


def test_a_protection_is_lifted_by_typing_only(home, org, env):
    """`orgs protect --off` wants the org's name from a person, which no pipe is."""
    server, _ = org
    env(server)
    assert command(home, "protect", "env").returncode == 0
    lifted = command(home, "protect", "env", "--off", given="Acme UAT\n")
    assert lifted.returncode == 2
    assert "typed by a person" in lifted.stderr
    assert "writing refused: it is protected here, as env" in command(home, "env").stdout


@pytest.mark.parametrize("by", ["SFSEED_JWT_KEY", "SFSEED_JWT_KEY_FILE"])
def test_ci_signs_in_with_a_key_from_the_environment(home, org, monkeypatch, tmp_path, by):
    """The key itself, or where it lies: `--org env` connects; a file that is not there is named."""
    server, has = org
    key, path = key_pair(server), tmp_path / "ci.key"
    path.write_text(key, encoding="utf-8")
    given = {
        "SFSEED_INSTANCE_URL": server.login.instance_url,
        "SFSEED_CLIENT_ID": has.client_id,
        "SFSEED_USERNAME": has.username,
    }
    for name, value in (given | {by: key if by == "SFSEED_JWT_KEY" else str(path)}).items():
        monkeypatch.setenv(name, value)
    assert open_org("env", clock=SYSTEM, home=home).facts.username == has.username
    if by == "SFSEED_JWT_KEY_FILE":
        path.unlink()
        with pytest.raises(SettingsError, match=r"ci\.key"):
            open_org("env", clock=SYSTEM, home=home)
