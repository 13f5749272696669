"""Votes on people, and what they have in common: they are secret, and name members.

Pure. No jury looks at people, nobody votes on them for another, and visitors are told of no name. What such a
vote is on stands in its options: the seats of an election, or the member of a suspension.
"""

from typing import Any

from governance.people.slate import ELECTION

SUSPENSION = "suspension"
"""The kind of proposal by which all of us suspend a member for a time, where a jury asked for it."""
SECRET = frozenset({ELECTION, SUSPENSION})
"""Kinds of proposals that are on people."""


def suspension_options(asked_id: int, member: str, days: int, ground: Any, tally: Any) -> dict[str, Any]:
    """Return what the vote on a suspension is about: one choice, which a ballot approves or does not.

    ``member`` is a handle; ``ground`` and ``tally`` are those of the jury that asked. Law 5: a ballot binds
    to them all, so for how long is as it was shown.
    """
    return {
        "asked": str(asked_id),
        "member": member,
        "days": days,
        "ground": ground,
        "jury": tally,
        "choices": [{"label": f"Suspend @{member} for {days} days"}],
    }
