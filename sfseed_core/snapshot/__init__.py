"""What else is read of an org before planning, at one instant."""
