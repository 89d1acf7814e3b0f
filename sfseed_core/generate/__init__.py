"""Making records: every cell a pure function of plan, object, field and record number."""
