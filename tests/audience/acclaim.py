"""A newcomer's post that many did something with, for tests of who is told how many."""

from sqlmodel import Session

from audience import likes, replies, reposts, thanks
from coop.book import Book
from coop.clock import Clock
from tests.audience.factories import make_post
from tests.factories import bearer_for, identity_of, make_guild, make_member, make_members

CROWD = 11
"""Enough to be told to an author; no other number of what is shown."""


def acclaimed(session: Session, book: Book, clock: Clock) -> tuple[int, dict[str, str]]:
    """Publish a newcomer's post that eleven like, repost, answer and thank for; return it and its author."""
    now = clock.now(session)
    ines = make_member(session, "ines", now)
    guild = make_guild(session, "bakers", ines)
    author = identity_of(ines, (guild,))
    post = make_post(session, author, book, now=now, body="#bread", guild="bakers")
    for row in make_members(session, CROWD):
        one = identity_of(row)
        likes.like(session, one, book, post.id, now)
        reposts.repost(session, one, book, post.id, now)
        replies.write(session, one, book, post.id, "Fine", now)
        thanks.thank(session, one, book, post.id, "Thank you.", False, now)
    return post.id, bearer_for(session, ines)
