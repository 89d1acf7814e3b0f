"""What the user asks for, and what it becomes when resolved against a schema and a snapshot."""
