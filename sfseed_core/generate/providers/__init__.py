"""The providers that ship with sfseed: one module per family, each with its tuple of providers."""
