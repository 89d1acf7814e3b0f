"""Putting a dataset into an org exactly once, and taking it back."""
