"""Sets of files that the user brings: read in whatever dialect they are in, understood, and turned into a plan with its records."""
