"""The schema of an SFDX project: its metadata files read into the describes that an org of it would answer."""
