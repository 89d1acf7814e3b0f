"""Rules of the platform beyond the describe, by area; `dml_rules` says which apply to what."""
