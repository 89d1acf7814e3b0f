"""The Salesforce formula language: read, type-checked, written back, and worked out over whole columns."""
