"""Thanks: a private word to the author of a post, in place of a number that everybody compares.

One member thanks for a post once, in words that a clause lists. Nobody but the author is ever told of it,
and the author of who it was only where the thanker chose so. Law 7: of the others they are told how many
there are in steps (``disclosure.py``), and nothing as long as there are fewer than ``/reach/least_told``;
those who gave their names are not among that number, for the rest would be known by them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import disclosure
from audience.access import BLOCKED, access_post
from audience.interaction_tables import Thanks
from audience.permission import KEPT_OUT
from audience.rules import AUDIENCE, AudienceRules
from coop import notices
from coop.book import Book
from coop.errors import Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.notices import Tidings
from coop.suspended import check as check_not_suspended

THANKED = "thanked"
"""Moment of the notice that somebody who gave their name thanks one."""
PATH = "/members/me/thanks"
"""The page of what one was thanked for."""

# Whom a block parts is told nothing of the other, as everywhere.
_RECEIVED = text(f"""
SELECT post.id, count(*) FILTER (WHERE NOT named) AS others,
       json_agg(json_build_array(handle, words) ORDER BY thanks.at) FILTER (
         WHERE named AND thanks.member_id NOT IN {BLOCKED}) AS named
FROM post JOIN thanks ON thanks.post_id = post.id JOIN member ON member.id = thanks.member_id
WHERE post.author_id = :me AND post.deleted_at IS NULL AND post.id < :before
GROUP BY post.id
HAVING count(*) FILTER (WHERE NOT named) >= :least
  OR count(*) FILTER (WHERE named AND thanks.member_id NOT IN {BLOCKED}) > 0
ORDER BY post.id DESC LIMIT :limit
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Received:
    """What the author of a post was thanked for it."""

    post_id: int
    named: list[tuple[str, str]]
    """Handle and words of each who gave their name, the first first."""
    others: int | None
    """At least so many besides; None where they are too few to be told."""


def thank(
    session: Session, reader: Identity, book: Book, post_id: int, words: str, named: bool, now: datetime
) -> None:
    """Thank the author of a post; whoever has done so already says now what is kept.

    Raise NotFound where the reader may not see it, RuleBroken where it is their own or these are no words
    that the clause lists, and Forbidden where its author keeps them out for now or they are suspended.
    """
    check_not_suspended(reader, book, "react", now)
    post = access_post(session, reader, book, post_id, now)
    if post.author_id == reader.member_id:
        raise RuleBroken("It is for others to thank you.")
    if post.kept_out:
        raise Forbidden(KEPT_OUT)
    if words not in book.rules(AUDIENCE, AudienceRules).thanks.words:
        clause = book.cite(AUDIENCE, "/thanks/words")
        fault = Fault("/words", f"Say one of these: {' '.join(clause.value)}", clause)
        raise RuleBroken("Thanks are said in a few words that a vote chose.", faults=(fault,))
    said = insert(Thanks).values(
        post_id=post_id, member_id=reader.member_id, words=words, named=named, at=now
    )
    session.execute(
        said.on_conflict_do_update(
            index_elements=["post_id", "member_id"], set_={"words": words, "named": named, "at": now}
        )
    )
    if named:
        _tell(session, book, reader, post.author_id, post_id, words, now)


def _tell(
    session: Session, book: Book, reader: Identity, author_id: int, post_id: int, words: str, now: datetime
) -> None:
    """Tell an author that somebody thanks them, once for each who does for a post."""
    tidings = Tidings(
        topic="post",
        subject=post_id,
        moment=THANKED,
        turn=reader.member_id,
        line=f"@{reader.handle} thanks you: “{words}”",
        path=f"/posts/{post_id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(author_id)), now)


def take_back(session: Session, reader: Identity, post_id: int) -> None:
    """No longer thank for a post; it says nothing of whether there is such a post."""
    mine = (col(Thanks.post_id) == post_id, col(Thanks.member_id) == reader.member_id)
    session.execute(delete(Thanks).where(*mine))


def own(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Thanks:
    """Return the reader's thanks for a post; raise NotFound where there are none, or they may not see it."""
    access_post(session, reader, book, post_id, now)
    found = given(session, reader, post_id)
    if found is None:
        raise NotFound
    return found


def given(session: Session, reader: Identity, post_id: int) -> Thanks | None:
    """Return the reader's thanks for a post that they were delivered; None where there are none."""
    return session.get(Thanks, (post_id, reader.member_id), populate_existing=True)


def received(
    session: Session, author: Identity, book: Book, *, before: int, limit: int
) -> tuple[list[Received], int | None]:
    """Return what an author was thanked for, the newest post first, and where the next page begins."""
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    bound: dict[str, Any] = {"me": author.member_id, "before": before, "least": least, "limit": limit + 1}
    rows = session.connection().execute(_RECEIVED, bound).all()
    found = [
        Received(
            row.id,
            [(handle, words) for handle, words in row.named or ()],
            disclosure.in_steps(row.others, least),
        )
        for row in rows[:limit]
    ]
    return found, found[-1].post_id if len(rows) > limit else None
