"""The app: `streamlit run streamlit_app.py`, or `sfseed app`.

This file keeps to Python that old interpreters can read, so that it can tell their users what is wrong.
"""

import sys

import streamlit as st

OLDEST = (3, 11)
MEND = "python -m pip install --editable ."


def refuse(title, text, command):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Say what is missing and how to mend it, and end this page."""
    st.error(text, title=title)
    st.caption("In a terminal, in the folder of sfseed:")
    st.code(command, language="bash")
    st.stop()


if sys.version_info < OLDEST:
    st.error("sfseed needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2]))
    st.code("python3.11 -m venv .venv && .venv/bin/python -m pip install --editable .", language="bash")
    st.stop()

try:
    from pages.shared import frame

    frame.run()
except ModuleNotFoundError as error:
    refuse(  # type: ignore[no-untyped-call]
        "A package is missing", f"sfseed needs the package {error.name} and cannot find it.", MEND
    )
