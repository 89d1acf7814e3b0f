"""Draft."""

import streamlit as st

st.title("draft")
