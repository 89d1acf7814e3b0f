"""Records as files: Salesforce's CSV, and Parquet."""
