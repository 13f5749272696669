"""HTTP shapes of media: one resource a file."""
