"""SOQL: text to tree (lexer, parser), tree to SQLite SQL (planner), rows to records (execute)."""
