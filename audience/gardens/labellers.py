"""Labellers: members and guilds who publish their judgement, for whoever cares to borrow it.

A labeller changes nothing by itself: what comes of its labels each subscriber says. How it stands follows
from facts and the time (law 14): ended, gone with its publisher, silent for longer than a clause says, or
limited, because it gave as many labels in 24 hours as a clause lets it. Law 7: how many labels stand in it is
told to nobody but its publishers, for some are of posts that not everybody may see.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import relations
from audience.cases.pauses import check_not_paused
from audience.gardens.publishers import check_may_publish, may_publish
from audience.gardens.rules import Gardens
from audience.gardens.tables import Labeller
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import check_slug, line, normal, prose
from coop.tables import Guild

Standing = Literal["at work", "limited", "silent", "gone", "ended"]
"""How a labeller stands. It does nothing any more where it is silent, gone or ended."""
DAY = timedelta(days=1)
"""The time in which the labels that it gave are counted."""
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
FARTHEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
"""The last moment that a place in the list can name."""
LONGEST_NAME, LONGEST_ABOUT = 60, 2000

_SHOWN = """
SELECT labeller.*, publisher.handle AS member, publisher.left_at IS NOT NULL AS gone, guild.slug AS guild,
       (SELECT count(*) FROM given_label WHERE labeller_id = labeller.id AND at > :day_ago) AS given
FROM labeller
LEFT JOIN member AS publisher ON publisher.id = labeller.member_id
LEFT JOIN guild ON guild.id = labeller.guild_id
"""
_ONE = text(f"{_SHOWN} WHERE labeller.slug = :slug")
_SOME = text(f"{_SHOWN} WHERE labeller.slug = ANY(CAST(:slugs AS text[])) ORDER BY labeller.slug")
_ALL = text(f"""
{_SHOWN} WHERE labeller.ended_at IS NULL
  AND (CAST(:at AS timestamptz) IS NULL
       OR (labeller.published_at, labeller.id) < (CAST(:at AS timestamptz), CAST(:last AS bigint)))
ORDER BY labeller.published_at DESC, labeller.id DESC LIMIT :most
""")


class Shown(NamedTuple):
    """A labeller as everybody is shown it."""

    id: int
    slug: str
    name: str
    about: str
    labels: list[str]
    member: str | None
    """Handle of the member who publishes it."""
    guild: str | None
    """Slug of the guild that publishes it; none of both where the coop's own machine gives its labels."""
    edition: int
    """How many it has published."""
    published_at: datetime
    standing: Standing
    mine: bool
    """Whether the viewer publishes it, alone or as a steward of its guild."""


def publishers(session: Session, member: Identity, book: Book, now: datetime) -> tuple[bool, list[str]]:
    """Return whether a member may publish labels for themself, and the guilds (slugs) for which they may."""
    stewarded = select(col(Guild.slug)).where(col(Guild.id).in_(member.steward_of)).order_by(col(Guild.slug))
    slugs = session.scalars(stewarded) if member.steward_of else ()
    guilds = [slug for slug in slugs if may_publish(book, member, slug, now)]
    return may_publish(book, member, None, now), guilds


def found(
    session: Session,
    publisher: Identity,
    book: Book,
    slug: str,
    name: str,
    about: str,
    labels: list[str],
    guild: str | None,
    now: datetime,
) -> Shown:
    """Found a labeller of one's own, or of a guild that one is a steward of, and return it.

    Raise Forbidden where they may not publish (``publishers.py``) or are paused, NotFound where there is no
    such guild, Conflict where the slug is taken, and RuleBroken where a name does not fit or they publish as
    many as a clause lets them.
    """
    limits = limits_of(book)
    guild_id = None if guild is None else _stewarded(session, publisher, guild)
    check_may_publish(book, publisher, None if guild is None else normal(guild), now)
    check_not_paused(session, publisher, book, now)
    # Whoever would publish it is held, so that two requests at once do not both find room for the last one.
    if guild_id is None:
        relations.hold(session, publisher.member_id)
    else:
        session.execute(
            select(col(Guild.id)).where(col(Guild.id) == guild_id).with_for_update(key_share=True)
        )
    row = insert(Labeller).values(
        id=new_id(now),
        slug=check_slug(slug),
        name=line(name, "/name", longest=LONGEST_NAME),
        about=prose(about, "/about", longest=LONGEST_ABOUT),
        labels=_checked(book, labels),
        member_id=publisher.member_id if guild_id is None else None,
        guild_id=guild_id,
        edition=0,
        made_at=now,
        published_at=now,
    )
    made = row.on_conflict_do_nothing(index_elements=[col(Labeller.slug)]).returning(col(Labeller.slug))
    kept = session.scalars(made).one_or_none()
    if kept is None:
        raise Conflict("A labeller has this name already.", faults=(Fault("/slug", "Choose another."),))
    holder = col(Labeller.guild_id) == guild_id
    if guild_id is None:
        holder = col(Labeller.member_id) == publisher.member_id
    theirs = select(func.count()).select_from(Labeller).where(holder, col(Labeller.ended_at).is_(None))
    if (session.scalar(theirs) or 0) > limits.labellers:
        detail = f"{limits.labellers} are published already: end one first."
        fault = Fault("", detail, book.cite(MODERATION, "/gardens/labellers"))
        raise RuleBroken("No further labeller can be founded.", faults=(fault,))
    return read(session, publisher, book, kept, now)


def of_slugs(
    session: Session, book: Book, slugs: Sequence[str], now: datetime
) -> dict[str, tuple[Shown, int]]:
    """Return by slug those of some labellers that there are, ended ones too, with their labels of 24 hours.

    How many those are is told to nobody.
    """
    rows = session.connection().execute(_SOME, {"slugs": list(slugs), "day_ago": now - DAY})
    return {row.slug: (_shown(row, None, limits_of(book), now), row.given) for row in rows}


def shown(session: Session, viewer: Identity, book: Book, slugs: Sequence[str], now: datetime) -> list[Shown]:
    """Return those of some labellers that there are, ended ones too, in the order of their slugs."""
    rows = session.connection().execute(_SOME, {"slugs": list(slugs), "day_ago": now - DAY})
    return [_shown(row, viewer, limits_of(book), now) for row in rows]


def read(session: Session, viewer: Identity, book: Book, slug: str, now: datetime) -> Shown:
    """Return a labeller; raise NotFound where there is none of this slug."""
    bound = {"slug": normal(slug), "day_ago": now - DAY}
    row = session.connection().execute(_ONE, bound).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row, viewer, limits_of(book), now)


def listed(
    session: Session,
    viewer: Identity,
    book: Book,
    now: datetime,
    *,
    after: tuple[int, ...] | None,
    limit: int,
) -> tuple[list[Shown], tuple[int, int] | None]:
    """Return up to ``limit`` of the labellers that nobody has ended, those that published last first.

    And where others begin: ``after`` the last of these, by its last edition in microseconds and its id.
    """
    at, last = (None, None) if after is None else (EPOCH + min(after[0], FARTHEST) * MICROSECOND, after[1])
    bound = {"most": limit + 1, "day_ago": now - DAY, "at": at, "last": last}
    rows = session.connection().execute(_ALL, bound).all()
    found = [_shown(row, viewer, limits_of(book), now) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, None
    return found, ((found[-1].published_at - EPOCH) // MICROSECOND, found[-1].id)


def end(session: Session, publisher: Identity, slug: str, now: datetime) -> None:
    """End a labeller of one's own, for good: it does nothing any more. Raise NotFound for any other."""
    row = publishing(session, publisher, slug)
    row.ended_at = now
    session.flush()


def publishing(session: Session, publisher: Identity, slug: str) -> Labeller:
    """Return a labeller of a publisher, its row locked; raise NotFound for any other, or an ended one."""
    wanted = select(Labeller).where(col(Labeller.slug) == normal(slug), col(Labeller.ended_at).is_(None))
    row = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None or not (row.member_id == publisher.member_id or row.guild_id in publisher.steward_of):
        raise NotFound
    return row


def limits_of(book: Book) -> Gardens:
    """Return the clauses on gardens and labellers."""
    return book.rules(MODERATION, ModerationRules).gardens


def _stewarded(session: Session, publisher: Identity, slug: str) -> int:
    guild_id = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == normal(slug)))
    if guild_id is None or guild_id not in publisher.guilds:
        raise NotFound
    if guild_id not in publisher.steward_of:
        raise Forbidden("A guild's labellers are published by its stewards.")
    return guild_id


def _checked(book: Book, labels: list[str]) -> list[str]:
    most = limits_of(book).labels
    if not 1 <= len(labels) <= most:
        fault = Fault(
            "/labels", f"A labeller has 1 to {most} labels.", book.cite(MODERATION, "/gardens/labels")
        )
        raise RuleBroken("This labeller cannot be founded.", faults=(fault,))
    return sorted({check_slug(one) for one in labels})


def _shown(row: Row[Any], viewer: Identity | None, limits: Gardens, now: datetime) -> Shown:
    return Shown(
        id=row.id,
        slug=row.slug,
        name=row.name,
        about=row.about,
        labels=row.labels,
        member=row.member,
        guild=row.guild,
        edition=row.edition,
        published_at=row.published_at,
        standing=_standing(row, limits, now),
        mine=viewer is not None and (row.member_id == viewer.member_id or row.guild_id in viewer.steward_of),
    )


def _standing(row: Row[Any], limits: Gardens, now: datetime) -> Standing:
    if row.ended_at is not None:
        return "ended"
    if row.gone:
        return "gone"
    if row.published_at <= now - limits.silent_after:
        return "silent"
    flooding = row.given >= limits.labels_a_day and not row.machine
    return "limited" if flooding else "at work"
