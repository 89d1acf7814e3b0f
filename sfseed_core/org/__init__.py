"""Talking to an org: credentials, the guard, the session, reads, and the verbs that write."""
