"""Agreement: whose yes a draft waits for before it is published, and who is named then.

Pure. Nobody is named who has not said so, and nothing is published that somebody wrote in who says neither
“with my name” nor “without my name”. Who left the guild, or the draft, is neither asked nor named: they went
by themselves. Whom a block keeps out did not: their yes is waited for like that of anybody who is silent.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Answer = Literal["named", "unnamed"]
"""What lets a draft be published: with one's name, or without it."""


class Writer(NamedTuple):
    """Somebody who writes in a draft."""

    member_id: int
    number: int
    """The order in which they came."""
    handle: str | None
    """None where the viewer and they are blocked either way; so is the name."""
    display_name: str | None
    wrote: bool
    """Whether a revision is theirs."""
    answer: Answer | None
    """None: not yet."""
    here: bool
    """Whether they may see the draft still: they are in its guild, and nothing is blocked between them and
    whoever began it."""
    inside: bool
    """Whether they are in its guild."""


def asked(writers: Sequence[Writer], proposer: int) -> list[Writer]:
    """Return who has to agree to what somebody proposes: whoever wrote in it, and has not left."""
    return [one for one in writers if one.inside and one.wrote and one.member_id != proposer]


def outstanding(writers: Sequence[Writer], proposer: int) -> list[Writer]:
    """Return whose answer is still waited for."""
    return [one for one in asked(writers, proposer) if one.answer is None]


def named(writers: Sequence[Writer], proposer: int) -> list[Writer]:
    """Return who is named beside the author, who is whoever proposed it."""
    return [one for one in asked(writers, proposer) if one.answer == "named"]
