"""What the pages share; the pages themselves are scripts that Streamlit runs."""
