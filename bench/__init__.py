"""Benchmarks: what the project promises in figures, measured on the real parts (``docs/benchmarks.md``)."""
