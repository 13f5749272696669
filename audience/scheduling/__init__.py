"""Scheduling: posts that are written now and published at their time, by the rules of that time."""
