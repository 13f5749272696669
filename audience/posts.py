"""Posts: publishing one for the audience its author chose, and taking it back.

Law 8: creators only tighten; what a document asks beyond the clauses in force is refused with the clause.
The audience is compiled once, into the post's lock, and never changes: it is narrowed by ``stages.py``. Whom
it is for where its author does not say is settled with it: see ``inheriting.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text, update
from sqlmodel import Session, col

from audience import bounds, pictures, quotes, stages, stitching, topics
from audience.cases.pauses import check_not_paused
from audience.document import AudienceDocument
from audience.inheriting import inherit, lets_wait
from audience.languages import recognised
from audience.limits import Asked, deciding, limits_of, rules_of
from audience.locks import Lock, compile_lock
from audience.moderation import pace, screening
from audience.naming import Author, author_of, circles_in, keys_of, mentioned_in
from audience.polls import question
from audience.polls.question import Question
from audience.polls.tables import Poll
from audience.predicate import Atom, Predicate
from audience.quotes import Source
from audience.rules import AUDIENCE, AudienceRules
from audience.stitching import Kind, Making, Span
from audience.tables import Gate, Post
from audience.watching import length_ms
from audience.wide_reach import goes_wide
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import normal, prose
from coop.suspended import check as check_not_suspended

_PLACE = text("SELECT path FROM place WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published."""

    body: str = ""
    teaser: str = ""
    """For those who may see it and not read it."""
    guild: str | None = None
    """Slug of the guild it is made in."""
    asset_id: int | None = None
    """A picture or video of the author's own that is ready."""
    place_id: int | None = None
    """Where its author says it is from."""
    language: str | None = None
    """ISO 639 code."""
    audience: AudienceDocument = field(default_factory=AudienceDocument)
    quote_id: int | None = None
    """A post that it shows inside it."""
    made_as: Kind = "quote"
    """How it shows that: a stitch begins with its video, a duet plays beside it, another uses its sound."""
    from_ms: int | None = None
    """Of a sound that it uses: from where on; None is from its beginning."""
    poll: Question | None = None
    """What it asks those who are in the guild."""


def publish(
    session: Session, identity: Identity, book: Book, draft: Draft, now: datetime, *, paced: bool = True
) -> Post:
    """Publish a post of text, a picture or both, and return it.

    ``paced`` is false where it is only tried. Raise RuleBroken where the text, the picture, the audience or
    what it quotes or asks does not fit the rules, Forbidden where it may not be quoted or asked, or the
    author is paused or suspended, TooMany where a rule slows them, and Conflict where the picture is in
    another post already.
    """
    rules = book.rules(AUDIENCE, AudienceRules)
    check_not_suspended(identity, book, "publish", now)
    check_not_paused(session, identity, book, now)
    author = author_of(session, identity)
    guild = own_guild(author, draft.guild)
    body, teaser, tags = _text(book, guild, draft)
    wide = goes_wide(book, identity, guild, draft.audience, now)
    bounds.check(draft.audience, book, guild, "/audience", wide=wide)
    document = inherit(draft.audience, book, guild)
    poll = None if draft.poll is None else question.check(draft.poll, book, guild, now)
    video_ms = None if draft.asset_id is None else pictures.take(session, identity, draft.asset_id)
    if paced:
        pace.check(session, book, identity.member_id, "post", guild, now)
    source, span = None, Span()
    if draft.quote_id is not None:
        making = Making(draft.made_as, draft.asset_id is not None, video_ms, draft.from_ms)
        stitching.check_may_make(book, identity, making, now)
        source = quotes.hold(session, identity, book, draft.quote_id, now, draft.made_as)
        span = stitching.span(session, book, making, draft.quote_id)
    path = _path(session, draft.place_id)
    known = topics.known(session, tags)
    mentions = mentioned_in(session, body)
    keys = keys_of(session, author, document, mentions, "/audience")
    asked = Asked.by(document, wide=wide)
    language = draft.language or recognised(body, rules.language)
    seen, read = ([] if one is None else [one] for one in (document.whom(guild), document.read))
    lock = _lock([*seen, *read], source, identity, keys)
    post = Post(
        id=new_id(now),
        author_id=identity.member_id,
        guild_id=None if guild is None else author.guilds[guild],
        body=body,
        teaser=teaser,
        language=language,
        place_id=draft.place_id,
        asset_id=draft.asset_id,
        audience=document.stored(),
        circles=circles_in(keys),
        mentions=mentions,
        embeds=source is not None,
        polled=poll is not None,
        lock_any=lock.any,
        lock_all=lock.all,
        lock_none=lock.none,
        lock_groups=lock.groups,
        lock_follow=lock.follow,
        layers=len(document.after or ()) + (0 if source is None else source.asked_later),
        seats_max=asked.seats,
        wide=wide,
        waitlist=lets_wait(document, book, guild),
        per_minute=asked.per_minute,
        burst=asked.burst,
        all_wait=asked.all_wait,
        names=len(draft.audience.named()),
        tags=len(known),
        features=topics.features(known, language, path),
        norm=topics.norm(known),
        length_ms=length_ms(rules.length, body, picture=draft.asset_id is not None, video_ms=video_ms),
        created_at=now,
        held_at=now if source is not None and source.waits else None,
    )
    session.add(post)
    session.flush()
    if source is not None:
        session.add(quotes.made_from(source, post, now, draft.made_as, span))
    if document.read is not None:
        session.add(stages.door(post, _lock(seen, source, identity, keys)))
    session.add_all(stages.planned(post, document, guild, keys))
    if limits_of(book, guild, asked).hold:
        session.add(Gate(post_id=post.id))
    if poll is not None:
        session.add(Poll(post_id=post.id, options=[*poll.options], closes_at=now + poll.lasts))
    session.flush()
    screening.screen_post(session, book, identity, post, question.words(body, poll), guild, now)
    if post.held_at is None:
        topics.give(session, identity.member_id, [one.id for one in known], "post", now)
    return post


def try_out(session: Session, identity: Identity, book: Book, draft: Draft, now: datetime) -> None:
    """Raise what :func:`publish` would raise now, whoever a rule slows apart; nothing of it is kept."""
    with session.begin_nested() as trial:
        publish(session, identity, book, draft, now, paced=False)
        trial.rollback()


def _lock(
    predicates: Sequence[Predicate],
    source: Source | None,
    author: Identity,
    keys: Mapping[Atom, Sequence[int]],
) -> Lock:
    """Return the lock of predicates that must all hold, inside that of what is quoted."""
    lock = compile_lock(predicates, author.member_id, keys)
    return lock if source is None else source.narrow(lock, author.member_id)


def delete(session: Session, author: Identity, post_id: int, now: datetime) -> None:
    """Take back a post of one's own, for good; raise NotFound for any other."""
    gone = session.execute(
        update(Post)
        .where(
            col(Post.id) == post_id, col(Post.author_id) == author.member_id, col(Post.deleted_at).is_(None)
        )
        .values(deleted_at=now)
        .returning(col(Post.features), col(Post.created_at), col(Post.held_at))
    ).one_or_none()
    if gone is None:
        raise NotFound
    if gone.held_at is None:
        given = topics.tags_of(gone.features)
        topics.give(session, author.member_id, given, "post", gone.created_at, number=-1)


def _text(book: Book, guild: str | None, draft: Draft) -> tuple[str, str, list[str]]:
    """Return what is shown and its tags; raise RuleBroken where they do not fit the rules of its guild."""
    rules = rules_of(book, guild).posts
    body = prose(draft.body, "/body", longest=rules.characters)
    if not body and draft.asset_id is None:
        raise _broken("/body", "A post holds a text, a picture or both.")
    teaser = prose(draft.teaser, "/teaser", longest=rules.teaser)
    tags = topics.tags_in(body)
    if len(tags) > rules.tags:
        clause = deciding(book, guild, "/posts/tags")
        fault = Fault("/body", f"A post names at most {rules.tags} topics; this names {len(tags)}.", clause)
        raise RuleBroken("This post cannot be published.", faults=(fault,))
    return body, teaser, tags


def own_guild(author: Author, slug: str | None) -> str | None:
    """Return the slug of the guild it is made in; raise RuleBroken where the author is not in it."""
    found = None if slug is None else normal(slug)
    if found is not None and found not in author.guilds:
        raise _broken("/guild", "There is no guild of this name that you belong to.")
    return found


def _path(session: Session, place_id: int | None) -> list[int]:
    """Return the ids of a place and of all that it lies in; raise RuleBroken where there is none."""
    if place_id is None:
        return []
    found: list[int] | None = session.scalar(_PLACE, {"id": place_id})
    if found is None:
        raise _broken("/place", "There is no place with this id.")
    return found


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This post cannot be published.", faults=(Fault(pointer, detail),))
