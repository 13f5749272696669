"""Votes on people, and people in the place of all: councils, secret ballots, delegates and juries."""
