"""Screening: asking the rules of what is being published, before anybody else sees it.

Law 3: the rules are those of the request's own book. Where no rule speaks of anything but the text, nothing
is looked up.
"""

from datetime import UTC, datetime

from sqlmodel import Session

from audience.moderation import decisions
from audience.moderation.facts import facts
from audience.moderation.rules import Target
from audience.moderation.ruleset import Cause, ruleset, scope_of
from audience.tables import Post, Reply
from coop.book import Book


def screen_post(
    session: Session, book: Book, post: Post, body: str, guild: str | None, now: datetime
) -> None:
    """Ask the rules of a post of this text that was stored just now, and do what they say.

    ``guild`` is the slug of that in which it is made.
    """
    found = _causes(session, book, "post", guild, post.id, body, post.language, now)
    if found:
        decisions.decide(session, book, post, scope_of(book, guild), found, now)


def screen_reply(session: Session, book: Book, reply: Reply, guild: str | None, now: datetime) -> None:
    """Ask the rules of a reply that was stored just now, and do what they say.

    ``guild`` is that in which its post was made.
    """
    found = _causes(session, book, "reply", guild, reply.id, reply.body, None, now)
    if found:
        decisions.decide(session, book, reply, scope_of(book, guild), found, now)


def _causes(
    session: Session,
    book: Book,
    target: Target,
    guild: str | None,
    subject_id: int,
    body: str,
    language: str | None,
    now: datetime,
) -> list[Cause]:
    rules = ruleset(book, guild, target)
    if not rules.rules:
        return []
    known = facts(session, book, target, subject_id, body, language, rules.facts)
    return rules.causes(known, now.astimezone(UTC).date())
