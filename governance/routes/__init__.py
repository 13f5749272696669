"""HTTP shapes of governance: one resource a file."""
