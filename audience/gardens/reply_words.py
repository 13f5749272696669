"""Words that a member mutes, in replies: as feeds leave out posts that have them, threads fold replies.

Law 7: it is asked of replies alone that the member was just delivered. What whoever made the post answers in
their own thread is never folded by words, nor what the member wrote themself.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from audience.gardens.garden import Garden
from coop.identity import Identity

_WORDED = text("""
SELECT reply.id FROM reply JOIN post ON post.id = reply.post_id
WHERE reply.id = ANY(CAST(:replies AS bigint[])) AND reply.deleted_at IS NULL
  AND reply.author_id <> :me AND reply.author_id <> post.author_id
  AND reply.author_id <> ALL(CAST(:chosen AS bigint[]))
  AND plain_words(reply.body) @@ CAST(:words AS tsquery)
""")


def worded(
    session: Session, viewer: Identity | None, garden: Garden, replies: Sequence[int]
) -> frozenset[int]:
    """Return those of some replies that a member was delivered which have a word or phrase that they mute.

    Those of whom they chose to see all are not among them. It costs no statement where no words are muted.
    """
    words = [one.bound["g_words"] for one in garden.grounds if one.reason.by == "word"]
    if viewer is None or not words or not replies:
        return frozenset()
    bound = {
        "replies": list(replies),
        "me": viewer.member_id,
        "chosen": sorted(garden.authors),
        "words": words[0],
    }
    return frozenset(session.connection().execute(_WORDED, bound).scalars())
