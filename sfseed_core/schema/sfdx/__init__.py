"""A schema from source: the metadata files of an SFDX project over a packaged table of standard objects."""
