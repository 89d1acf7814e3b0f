"""Certificates of one's own: the system's store, the settings that stand beside it, and words when neither knows them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sfseed_core.errors import OrgUnreachable
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import ClientCredentialsLogin
from sfseed_core.org.guard import admit

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(scope="module")
def encrypted():
    """An emulator that speaks https with a certificate nobody knows; its line of JSON."""
    command = [sys.executable, "-m", "sfseed_emulator", "--tls", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def login(encrypted, monkeypatch):
    """A way into it, with no setting about certificates."""
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    return ClientCredentialsLogin("tls", encrypted["base_url"], encrypted["client_id"], encrypted["client_secret"])


def test_an_unknown_certificate_is_refused_and_the_setting_named(login, monkeypatch):
    """No way around it: the message says where a company's certificate belongs."""
    with pytest.raises(OrgUnreachable, match="certificate was not accepted") as caught:
        connect(login)
    assert "system's store" in caught.value.hint
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/hostname")
    with pytest.raises(OrgUnreachable) as caught:
        connect(login)
    assert "SSL_CERT_FILE is set" in caught.value.hint


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_certificate_that_the_settings_hold_is_trusted(encrypted, login, monkeypatch, variable):
    """Reading and writing go over https; simple-salesforce's part too."""
    monkeypatch.setenv(variable, encrypted["ca_file"])
    guarded = admit(connect(login))
    made = guarded.insert_one("Account", {"Name": "Over https"})
    assert guarded.org.count(f"SELECT COUNT() FROM Account WHERE Id = '{made}'") == 1
    guarded.delete_one("Account", made)
