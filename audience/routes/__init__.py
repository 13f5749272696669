"""HTTP shapes of audience: one resource a file."""
