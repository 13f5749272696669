"""HTTP shapes of coop: one resource a file."""
