"""Bulk API 2.0: jobs, their CSV in and out, and what processes them."""
