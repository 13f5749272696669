"""Whole numbers as people type them, and as forms and addresses send them. Pure.

Python reads digits of every script, and refuses thousands of them with an error of its own; the database
refuses what is too large for a column. So what was sent is read here before either sees it.
"""


def whole(typed: str, most: int) -> int | None:
    """Return a number of at most ``most`` that is typed in ASCII digits alone; None for anything else."""
    digits = typed.isascii() and typed.isdigit() and len(typed) <= len(str(most))
    return int(typed) if digits and int(typed) <= most else None
