"""Names beside a post: who wrote in it takes their own name off at any time. Nobody adds one afterwards.

Law 7: it is one's own row that is asked for, so whoever is not named is told what one who asks for an unknown
post is told, and whoever is named may take it off even where they may not read the post any more.
"""

from sqlalchemy import delete, exists, select
from sqlmodel import Session, col

from audience.cowriting.tables import PostWriter
from coop.errors import NotFound
from coop.identity import Identity


def names(session: Session, member: Identity, post_id: int) -> bool:
    """Say whether a post names a member beside its author."""
    mine = col(PostWriter.post_id) == post_id, col(PostWriter.member_id) == member.member_id
    return bool(session.execute(select(exists().where(*mine))).scalar_one())


def take_off(session: Session, member: Identity, post_id: int) -> None:
    """Take one's own name off a post, for good; raise NotFound where it names one not."""
    mine = col(PostWriter.post_id) == post_id, col(PostWriter.member_id) == member.member_id
    gone = session.execute(delete(PostWriter).where(*mine).returning(col(PostWriter.post_id)))
    if gone.one_or_none() is None:
        raise NotFound
