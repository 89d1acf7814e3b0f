"""Connecting an org of one's own: Salesforce's CLI first, the other ways folded below."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import press, resources, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_core.org.callback import Callback
    from sfseed_core.org.connections import Way
    from sfseed_core.workflow.connections import Draft

_PRESSED = "connect_pressed"  # a note, since a press alone is lost where the frame is put around the page first
_LOOKS = 1200  # of half a second each: how long a sign-in may take
_WAIT = "Waiting for the sign-in in the other tab… Keep this one open."
_ADDRESS = "As in the browser's address line, for example: https://acme--uat.sandbox.my.salesforce.com"
_CALL = "A short name of your own. Nothing given: the sandbox's own name."
_HOW = "Your admin says which of them the org allows; the message below asks for it."
_APP = "Your admin finds it in the app, in Setup. It is no secret."
_SECRET = "It goes into this computer's keyring, into no file and no log."  # noqa: S105 - a help text
_WAYS: Mapping[Way, str] = {
    "web": "Sign in with the browser",
    "jwt": "Private key (JWT)",
    "client-credentials": "Client credentials",
    "token": "Access token",
}


def ways() -> None:
    """The ways to connect an org that is not listed yet."""
    with st.expander("Connect another org", icon=":material/add_link:"):
        _by_cli()
        st.divider()
        st.caption("Other ways, with an app that your admin makes:")
        _other()


def _by_cli() -> None:
    from sfseed_core.org import sf_cli

    if sf_cli.find() is None:
        st.markdown("The easiest way is Salesforce's own command line, which needs no app and no admin.")
        st.caption(words.plain(f"Get it: {sf_cli.GET_IT}. Then come back to this page."))
        return
    left, right = st.columns(2)
    url = left.text_input("The sandbox's address", key="cli_url", help=_ADDRESS)
    name = right.text_input("Call it", key="cli_name", help=_CALL)
    st.button("Sign in", type="primary", key="cli_sign_in", on_click=state.note, args=(_PRESSED, "cli"))
    if state.remembered(_PRESSED) == "cli":
        state.taken(_PRESSED)
        with st.spinner("Sign in in the browser window that Salesforce's command line opens…"):
            _done(lambda: _cli_draft(url, name))
    if press.button("Use an org that the command line knows", icon=":material/terminal:", key="cli_orgs_shown"):
        state.note("cli_orgs", _cli_orgs())
    for one in state.remembered("cli_orgs") or ():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{words.plain(one[0])}** {words.plain(one[1])}", width="stretch")
            st.button("Use", on_click=state.go, kwargs={"org": one[0]}, key=f"cli_{one[0]}")


def _cli_orgs() -> list[tuple[str, str]]:
    from sfseed_core.workflow.connect import cli_orgs

    try:
        return [(one.name, f"{one.kind}, {one.username}") for one in cli_orgs()]
    except SfseedError as error:
        st.error(words.plain(str(error)))
        return []


def _called(name: str, url: str) -> str:
    """Return the name that was given, else the sandbox's own."""
    from sfseed_core.org.address import short_name
    from sfseed_core.org.connections import checked_name

    return checked_name(name.strip() or short_name(url))


def _cli_draft(url: str, name: str) -> Draft:
    from sfseed_core.org import sf_cli
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    name = _called(name, url)
    found = sf_cli.sign_in(url, name)
    return Draft(Connection(name, "sf-cli", found.instance_url, alias=name))


def _other() -> None:
    from sfseed_core.org.admin_message import admin_message
    from sfseed_core.org.callback import PORT

    left, right = st.columns(2)
    way: Way = left.selectbox("How", list(_WAYS), format_func=_WAYS.__getitem__, key="way", help=_HOW)
    port = PORT
    if way == "web":
        about = "Part of the app's callback address; another one where this is taken."
        port = right.number_input("Port to which the browser comes back", 1024, 65535, PORT, help=about)
    if way != "token":
        with st.popover("Copy the message for your admin", icon=":material/content_copy:"):
            st.code(admin_message(way, port=port), language=None, wrap_lines=True, width=700)
    left, right = st.columns(2)
    url = left.text_input("The sandbox's address", key="other_url", help=_ADDRESS)
    name = right.text_input("Call it", key="other_name", help=_CALL)
    client_id = st.text_input("Consumer key", help=_APP) if way != "token" else ""
    username = st.text_input("Username", help="With which you log in to this sandbox.") if way == "jwt" else ""
    about = "The file that belongs to the certificate in the app. It is read, never copied."
    key_file = st.text_input("Path of the private key on this machine", help=about) if way == "jwt" else ""
    label = "Consumer secret" if way == "client-credentials" else "Access token"
    secret = st.text_input(label, type="password", help=_SECRET) if way in {"client-credentials", "token"} else ""
    st.button("Connect this org", type="primary", key="connect_this", on_click=state.note, args=(_PRESSED, "other"))
    if state.remembered(_PRESSED) == "other":
        state.taken(_PRESSED)
        if way == "web":
            _done(lambda: _web_draft(name, url, client_id, port))
        else:
            _done(lambda: _draft(way, name, url, client_id, username, key_file, secret))


def _draft(way: Way, name: str, url: str, client_id: str, username: str, key_file: str, secret: str) -> Draft:
    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connections import Draft

    found = Connection(
        _called(name, url),
        way,
        url,
        client_id=client_id or None,
        username=username or None,
        key_file=key_file.strip() or None,
    )
    return Draft(found, secret.strip() or None)


def _web_draft(name: str, url: str, client_id: str, port: int) -> Draft:
    from sfseed_core.org.address import instance_url
    from sfseed_core.org.callback import Callback, redirect_uri
    from sfseed_core.org.connections import Connection
    from sfseed_core.org.exchange import carry_out
    from sfseed_core.org.web_login import WebApp, begin, finish
    from sfseed_core.workflow.connections import Draft, web_secret

    app = WebApp(instance_url(url), client_id.strip(), redirect_uri(port))
    name = _called(name, url)
    pending = begin(app, name=name)
    _waiting().end()
    with _waiting().begin(Callback(pending.state, port)) as listener:
        tokens = carry_out(finish(pending, _awaited(listener, pending.address)))
    found = Connection(name, "web", tokens.grant.instance_url, client_id=app.client_id, callback_port=port)
    return Draft(found, web_secret(tokens, None))


def _awaited(listener: Callback, address: str) -> Mapping[str, str]:
    """Send the user to Salesforce and wait; any click on this page, Cancel among them, ends the waiting."""
    from sfseed_core.errors import LoginFailed

    with st.container(border=True):
        st.link_button("Sign in at Salesforce", address, type="primary", icon=":material/open_in_new:")
        waiting = st.empty()
        st.button("Cancel", key="cancel_sign_in")
        for _ in range(_LOOKS):
            waiting.caption(_WAIT)  # drawing anew lets a click end the waiting
            returned = listener.poll(0.5)
            if returned is not None:
                return returned
            if listener.closed:  # by a newer sign-in
                break
    raise LoginFailed("nobody came back from the browser", hint="Start the sign-in again.")


class _Waiting:
    """The one sign-in that waits for the browser: a new one ends it, also when its tab was closed meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: Callback | None = None

    def end(self) -> None:
        """Free the port of a sign-in that still waits."""
        with self._lock:
            if self._now is not None:
                self._now.close()
                self._now = None

    @contextmanager
    def begin(self, listener: Callback) -> Iterator[Callback]:
        """Listen as long as the block runs."""
        with self._lock:
            self._now = listener
        try:
            with listener:
                yield listener
        finally:
            with self._lock:
                if self._now is listener:
                    self._now = None


@st.cache_resource(show_spinner=False)
def _waiting() -> _Waiting:
    """Return this process's waiting sign-in."""
    return _Waiting()


def _done(draft: Callable[[], Draft]) -> None:
    """Save the connection when it works, and go on with it; else say why it does not."""
    from sfseed_core.workflow.connections import add

    try:
        added = add(draft(), home=resources.home(), clock=SYSTEM)
    except SfseedError as error:
        st.error(words.plain(error.message), icon=":material/error:")
        if error.hint:
            st.caption(f"**What to do:** {words.plain(error.hint)}")
        return
    if added.kept == "memory":
        st.toast("The secret ends with this program: there is no keyring here, or it is too long for it.")
    resources.forget_orgs()
    state.go(org=added.connection.name)
    st.rerun()
