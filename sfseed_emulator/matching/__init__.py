"""Salesforce's standard matching rules: which records are taken for the same person or company."""
