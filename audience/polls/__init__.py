"""Polls: a question on a post made in a guild. A poll is no ballot: it decides nothing."""
