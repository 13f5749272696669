"""Screening: asking the rules of what is being made or done, before anybody else sees it.

Law 3: the rules are those of the request's own book. Law 13: what cannot be decided is held, whatever it is.
What is at hand as a thing is made is not looked up again: rules that speak of nothing else cost no statement.

A picture is asked about when a post or reply is about to show it. Until then nobody but its owner sees it,
and only then is it known whose rules bind it: a guild's too, where it is shown in one. So the room of uploads
need know nothing of rules, and what they say of a picture is done with what shows it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from audience.moderation import decisions, pace
from audience.moderation.act_tables import FollowBegun
from audience.moderation.facts import facts
from audience.moderation.rules import Target
from audience.moderation.ruleset import Cause, ruleset, scope_of, weightiest_first
from audience.tables import Post, Reply
from coop.book import Book
from coop.identity import Identity
from coop.profile_tables import ProfileChange


def screen_post(
    session: Session, book: Book, author: Identity, post: Post, body: str, guild: str | None, now: datetime
) -> None:
    """Ask the rules of a post of this text that was stored just now, and of its picture; do what they say.

    ``guild`` is the slug of that in which it is made.
    """
    at_hand = of_post(author, post, guild)
    found = causes_of(session, book, "post", guild, post.id, body, post.language, now, at_hand)
    found = _with_picture(session, book, guild, found, post.asset_id, now)
    _carry_out(session, book, "post", post, guild, found, now)


def screen_reply(
    session: Session, book: Book, author: Identity, reply: Reply, guild: str | None, now: datetime
) -> None:
    """Ask the rules of a reply that was stored just now, and of its picture, and do what they say.

    ``guild`` is that in which its post was made.
    """
    at_hand = of_reply(author, reply, guild)
    found = causes_of(session, book, "reply", guild, reply.id, reply.body, None, now, at_hand)
    found = _with_picture(session, book, guild, found, reply.asset_id, now)
    _carry_out(session, book, "reply", reply, guild, found, now)


def screen_profile(session: Session, book: Book, change: ProfileChange, now: datetime) -> None:
    """Ask the coop's rules of a change of a profile that was stored just now, and do what they say."""
    text = f"{change.display_name}\n{change.about}"
    found = causes_of(session, book, "profile", None, change.id, text, None, now)
    _carry_out(session, book, "profile", change, None, found, now)


def screen_follow(session: Session, book: Book, begun: FollowBegun, now: datetime) -> None:
    """Ask the coop's rules of somebody who begins to follow a member, and do what they say."""
    found = causes_of(session, book, "follow", None, begun.id, None, None, now)
    _carry_out(session, book, "follow", begun, None, found, now)


def of_post(author: Identity, post: Post, guild: str | None) -> dict[str, Any]:
    """Return the facts of a post that are at hand when it was stored just now: what would be looked up."""
    return {
        "author.account_age": post.created_at - author.joined_at,
        "post.guild": guild or "",
        "post.picture": post.asset_id is not None,
        "post.quotes": post.embeds,
    }


def of_reply(author: Identity, reply: Reply, guild: str | None) -> dict[str, Any]:
    """Return the facts of a reply that are at hand when it was stored just now: what would be looked up."""
    return {
        "author.account_age": reply.created_at - author.joined_at,
        "post.guild": guild or "",
        "reply.depth": len(reply.above),
        "reply.picture": reply.asset_id is not None,
    }


def _carry_out(
    session: Session,
    book: Book,
    target: Target,
    subject: decisions.Subject,
    guild: str | None,
    causes: list[Cause],
    now: datetime,
) -> None:
    if causes:
        scope = scope_of(book, guild)
        decisions.decide(session, book, subject, scope, causes, now)
        pace.slow(session, book, subject.author_id, target, scope, causes, now)


def _with_picture(
    session: Session,
    book: Book,
    guild: str | None,
    causes: list[Cause],
    asset_id: int | None,
    now: datetime,
) -> list[Cause]:
    """Return causes with those of a picture; a rule that holds for both is one cause."""
    if asset_id is None:
        return causes
    of_picture = causes_of(session, book, "upload", guild, asset_id, None, None, now)
    return together(causes, of_picture)


def together(causes: list[Cause], of_picture: list[Cause]) -> list[Cause]:
    """Return the causes of a thing with those of its picture; a rule that holds for both is one cause."""
    known = {one.name for one in causes}
    return weightiest_first([*causes, *(one for one in of_picture if one.name not in known)])


def causes_of(
    session: Session,
    book: Book,
    target: Target,
    guild: str | None,
    subject_id: int,
    body: str | None,
    language: str | None,
    at: datetime,
    at_hand: Mapping[str, Any] = MappingProxyType({}),
) -> list[Cause]:
    """Return the rules that hold for what is stored, or cannot be decided.

    Labels are those that stood ``at`` a moment. ``guild`` is that in which it is made, or shown; ``body`` its
    text, where it has one.
    """
    rules = ruleset(book, guild, target)
    if not rules.rules:
        return []
    known = facts(session, book, target, subject_id, body, language, rules.facts, at_hand, rules.sources, at)
    return rules.causes(known, at.astimezone(UTC).date())
