"""Staged records, with the user's edits over them in numbered revisions."""
