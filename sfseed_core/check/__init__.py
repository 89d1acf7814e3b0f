"""Findings over a dataset, or over a file that the user brings."""
