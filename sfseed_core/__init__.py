"""sfseed: fill a Salesforce sandbox with realistic, related, valid records."""

__version__ = "0.4.0"
