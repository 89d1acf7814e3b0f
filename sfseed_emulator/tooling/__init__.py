"""The Tooling API's objects: the org's own schema and automation as rows that queries can ask for."""
