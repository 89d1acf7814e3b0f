"""One module per use case that changes something."""
