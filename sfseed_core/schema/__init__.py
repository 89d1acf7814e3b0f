"""What an org's objects and fields are, what the fields mean, and how the objects refer to each other."""
