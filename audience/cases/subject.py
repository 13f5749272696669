"""Subjects of cases: the post or reply that is judged, and where it was made; or a profile, or a follow.

Law 7: whoever reports something, or asks for a jury, has been delivered it by ``access``; profiles are for
every member. A change of one and a follow that are held are known to nobody but who made them; any member may
judge them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session

from audience import relations
from audience.access import access_post
from audience.cases.tables import Case
from audience.moderation.tables import Decision
from audience.reply_sight import said
from coop import judged_profiles
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

_POST = text("""
SELECT post.id AS post_id, NULL::bigint AS reply_id, post.author_id, post.guild_id, guild.slug AS guild,
       post.deleted_at IS NOT NULL AS gone
FROM post LEFT JOIN guild ON guild.id = post.guild_id WHERE post.id = :post
""")

_REPLY = text("""
SELECT reply.post_id AS answered_id, reply.id AS reply_id, reply.author_id, post.guild_id,
       guild.slug AS guild, reply.deleted_at IS NOT NULL OR post.deleted_at IS NOT NULL AS gone
FROM reply JOIN post ON post.id = reply.post_id LEFT JOIN guild ON guild.id = post.guild_id
WHERE reply.id = :reply
""")

_PROFILE = text("""
SELECT profile_change.author_id, held_at IS NOT NULL AS waits, left_at IS NOT NULL AS gone
FROM profile_change JOIN member ON member.id = author_id WHERE profile_change.id = :profile
""")

_FOLLOW = text("""
SELECT author_id, other_id, held_at IS NOT NULL AS waits, left_at IS NOT NULL AS gone
FROM follow_begun JOIN member ON member.id = author_id WHERE follow_begun.id = :follow
""")

_SHOWN = text(f"SELECT post_id FROM reply WHERE id = :reply AND {said('reply')}")  # noqa: S608 - constants


Noun = Literal["post", "reply", "profile", "follow"]
"""What a case is about; ``profile``: a change of one, that waits or that others saw when it was reported;
``follow``: beginning to, that waits."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A post or a reply, a change of a profile, or a follow that waits."""

    post_id: int | None
    """The post, where it is one."""
    reply_id: int | None
    on_id: int | None
    """The post that it is, or that the reply answers: whoever may read that one may read it. None for what is
    on no post."""
    author_id: int
    guild_id: int | None
    """The guild in which it was made."""
    guild: str | None
    """Its slug."""
    gone: bool
    """Whether it was deleted, or taken back."""
    profile_id: int | None = None
    """The change of a profile, where it is one."""
    follow_id: int | None = None
    other_id: int | None = None
    """Who would be followed, where it is a follow."""

    @property
    def noun(self) -> Noun:
        """What it is called."""
        if self.follow_id is not None:
            return "follow"
        if self.profile_id is not None:
            return "profile"
        return "post" if self.reply_id is None else "reply"

    @property
    def is_act(self) -> bool:
        """Whether it is kept in a row of its own, where it may wait, and not a post or reply."""
        return self.noun in ("profile", "follow")


def of_case(session: Session, case: Case) -> Subject:
    """Return what a case is about."""
    return _subject(session, case)


def delivered_post(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Subject:
    """Return a post that the reader may see, having seated them; raise NotFound for any other."""
    return _post(session, access_post(session, reader, book, post_id, now).post_id)


def delivered_reply(session: Session, reader: Identity, book: Book, reply_id: int, now: datetime) -> Subject:
    """Return a reply that the reader may see, seated at its post; raise NotFound for any other."""
    post_id: int | None = session.scalar(_SHOWN, {"reply": reply_id, "me": reader.member_id})
    if post_id is None:
        raise NotFound
    access_post(session, reader, book, post_id, now)
    return _reply(session, reply_id)


def delivered_profile(session: Session, reader: Identity, handle: str) -> Subject:
    """Return the profile of a member as it stands, by its handle; raise NotFound where nobody has that."""
    author_id = relations.member_id_of(session, handle)
    return of_profile(author_id, judged_profiles.standing(session, author_id, reader.member_id).id)


def of_profile(author_id: int, change_id: int, *, gone: bool = False) -> Subject:
    """Return a change of a profile as a subject."""
    return Subject(None, None, None, author_id, None, None, gone, profile_id=change_id)


def subject(session: Session, post_id: int | None, reply_id: int | None) -> Subject:
    """Return a post or reply by its id, for whoever was let in to it already."""
    return _post(session, post_id) if post_id is not None else _reply(session, reply_id or 0)


def of_decision(session: Session, decision: Decision) -> Subject:
    """Return what a decision is about."""
    return _subject(session, decision)


def _subject(session: Session, names: Case | Decision) -> Subject:
    held = (names.kind if isinstance(names, Case) else names.action) == "hold"
    if names.profile_id is not None:
        row = session.connection().execute(_PROFILE, {"profile": names.profile_id}).one()
        gone = row.gone or (held and not row.waits)
        return of_profile(row.author_id, names.profile_id, gone=gone)
    if names.follow_id is not None:
        row = session.connection().execute(_FOLLOW, {"follow": names.follow_id}).one()
        return Subject(
            None, None, None, row.author_id, None, None, row.gone or (held and not row.waits),
            follow_id=names.follow_id, other_id=row.other_id,
        )  # fmt: skip
    return subject(session, names.post_id, names.reply_id)


def _post(session: Session, post_id: int) -> Subject:
    row = session.connection().execute(_POST, {"post": post_id}).one()
    return Subject(post_id, None, post_id, row.author_id, row.guild_id, row.guild, row.gone)


def _reply(session: Session, reply_id: int) -> Subject:
    row = session.connection().execute(_REPLY, {"reply": reply_id}).one()
    return Subject(None, reply_id, row.answered_id, row.author_id, row.guild_id, row.guild, row.gone)
