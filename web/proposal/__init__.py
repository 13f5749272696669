"""The page of a proposal: what each of its sections shows to whoever looks, one concept a module."""
