"""Editions: what a labeller adds and takes away, all at once. An edition that was published never changes.

Law 7: one labels what one may see alone; of anything else the answer is that there is no such thing. A label
never shows anybody a post: it is looked up for posts that a reader is delivered, and for no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from audience.access import access_posts
from audience.cases.pauses import check_not_paused
from audience.gardens import disputes
from audience.gardens.labellers import DAY, limits_of, publishing
from audience.gardens.publishers import check_may_publish
from audience.gardens.rules import Gardens
from audience.gardens.tables import Edition, GivenLabel, Labeller
from audience.moderation import asking_editions
from audience.moderation.rules import MODERATION
from audience.relations import member_ids_of
from coop.book import Book
from coop.database import as_array
from coop.errors import Conflict, Fault, RuleBroken, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.names import normal, prose
from coop.tables import Guild

LONGEST_NOTE = 500
LISTED = 50
"""Editions that a list shows."""

_ADD = text("""
INSERT INTO given_label (id, labeller_id, label, post_id, member_id, score, since, at)
SELECT id, :labeller, label, post, member, :score, :edition, :now
FROM unnest(CAST(:ids AS bigint[]), CAST(:labels AS text[]), CAST(:posts AS bigint[]),
            CAST(:members AS bigint[])) AS named(id, label, post, member)
ON CONFLICT DO NOTHING
""")
_TAKE_BACK = text("""
UPDATE given_label SET until = :edition
FROM unnest(CAST(:labels AS text[]), CAST(:posts AS bigint[]), CAST(:members AS bigint[]))
  AS named(label, post, member)
WHERE labeller_id = :labeller AND given_label.label = named.label AND until IS NULL AND since < :edition
  AND post_id IS NOT DISTINCT FROM named.post AND member_id IS NOT DISTINCT FROM named.member
RETURNING given_label.label, post_id, member_id
""")
_STANDING = text("SELECT count(*) FROM given_label WHERE labeller_id = :labeller AND until IS NULL")


@dataclass(frozen=True, slots=True)
class Naming:
    """A label, and what it is of: a post, or a member."""

    label: str
    post_id: int | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """An edition, as it is told to everybody."""

    number: int
    note: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class _Subject:
    label: str
    post: int | None
    member: int | None


def publish(
    session: Session,
    publisher: Identity,
    book: Book,
    slug: str,
    add: Sequence[Naming],
    remove: Sequence[Naming],
    note: str,
    now: datetime,
) -> Published:
    """Publish the next edition of a labeller of one's own: it holds for all who subscribe from now on.

    One that changes no label keeps it no longer from falling silent.

    Raise NotFound for any other labeller, Forbidden where they may not publish (any more) or are paused,
    RuleBroken where a subject is none that the publisher can see, a label is not of this labeller or the
    edition would be too long, TooMany where it has given as many labels in a day as a clause lets it, and
    Conflict where a label to be taken back was not given.
    """
    row = publishing(session, publisher, slug)
    check_may_publish(book, publisher, _guild_of(session, row), now)
    check_not_paused(session, publisher, book, now)
    limits = limits_of(book)
    _check_rate(session, book, row, limits, len(add), now)
    added = _subjects(session, publisher, book, row, add, "/add", now)
    removed = _subjects(session, publisher, book, row, remove, "/remove", now)
    before = row.published_at
    made = begin(session, row, prose(note, "/note", longest=LONGEST_NOTE), publisher.member_id, now)
    gone = _take_back(session, made, removed)
    not_given = [index for index, one in enumerate(removed) if one not in gone]
    if not_given or len(gone) < len(removed):
        fault = Fault(f"/remove/{not_given[0] if not_given else 0}", "It is not labelled so, or named twice.")
        raise Conflict("A label to be taken back was not given.", faults=(fault,))
    if _add(session, made, added, now):
        disputes.tell(session, book, row, made, now)
    elif not gone:
        row.published_at = before
        session.flush()
    _check_length(session, book, row, limits)
    asking_editions.queue(session, book, row.id, row.slug, made.number, now)
    return Published(made.number, made.note, made.made_at)


def begin(session: Session, labeller: Labeller, note: str, by_id: int | None, now: datetime) -> Edition:
    """Begin the next edition of a labeller, whose row is locked, and return it."""
    labeller.edition += 1
    labeller.published_at = now
    made = Edition(labeller_id=labeller.id, number=labeller.edition, note=note, by_id=by_id, made_at=now)
    session.add(made)
    session.flush()
    return made


def label_post(
    session: Session, edition: Edition, label: str, post_id: int, score: float, now: datetime
) -> None:
    """Give a post a label in an edition that has just begun, with how sure a machine is of it."""
    _add(session, edition, [_Subject(label, post_id, None)], now, score=score)


def listed(session: Session, labeller_id: int) -> list[Published]:
    """Return the editions of a labeller, the latest first."""
    of_it = select(Edition).where(col(Edition.labeller_id) == labeller_id)
    rows = session.scalars(of_it.order_by(col(Edition.number).desc()).limit(LISTED))
    return [Published(row.number, row.note, row.made_at) for row in rows]


def _guild_of(session: Session, labeller: Labeller) -> str | None:
    """Return the slug of the guild that publishes a labeller; None where a member does."""
    slug: str | None = session.scalar(select(col(Guild.slug)).where(col(Guild.id) == labeller.guild_id))
    return slug


def _subjects(
    session: Session,
    publisher: Identity,
    book: Book,
    labeller: Labeller,
    named: Sequence[Naming],
    pointer: str,
    now: datetime,
) -> list[_Subject]:
    """Return the ids of what is named; raise RuleBroken at what the publisher may not see, or is not."""
    posts = access_posts(session, publisher, book, [one.post_id for one in named if one.post_id], now)
    members = member_ids_of(session, [one.handle for one in named if one.handle])
    found: list[_Subject] = []
    faults: list[Fault] = []
    for index, one in enumerate(named):
        member = None if one.handle is None else members.get(normal(one.handle))
        if one.label not in labeller.labels:
            detail = f"Its labels are these: {', '.join(labeller.labels)}."
            faults.append(Fault(f"{pointer}/{index}/label", detail))
        elif member is None and one.post_id not in posts:
            faults.append(Fault(f"{pointer}/{index}", "There is nothing here that you can see."))
        else:
            found.append(_Subject(one.label, one.post_id, member))
    if faults:
        raise RuleBroken("This edition cannot be published.", faults=tuple(faults))
    return found


def _check_rate(
    session: Session, book: Book, labeller: Labeller, limits: Gardens, further: int, now: datetime
) -> None:
    day = (col(GivenLabel.labeller_id) == labeller.id, col(GivenLabel.at) > now - DAY)
    given, oldest = session.execute(select(func.count(), func.min(col(GivenLabel.at))).where(*day)).one()
    if given + further <= limits.labels_a_day:
        return
    detail = f"It gives at most {limits.labels_a_day} labels in 24 hours, and has given {given}."
    again = DAY if oldest is None else oldest + DAY - now
    raise TooMany(
        detail,
        retry_after_s=max(1, round(again.total_seconds())),
        faults=(Fault("/add", detail, book.cite(MODERATION, "/gardens/labels_a_day")),),
    )


def _check_length(session: Session, book: Book, labeller: Labeller, limits: Gardens) -> None:
    standing: int = session.connection().execute(_STANDING, {"labeller": labeller.id}).scalar_one()
    if standing > limits.subjects:
        detail = f"An edition has at most {limits.subjects} labels; this would have {standing}."
        fault = Fault("/add", detail, book.cite(MODERATION, "/gardens/subjects"))
        raise RuleBroken("This edition cannot be published.", faults=(fault,))


def _add(
    session: Session,
    edition: Edition,
    added: Sequence[_Subject],
    now: datetime,
    *,
    score: float | None = None,
) -> int:
    """Give labels in an edition, and return how many did not stand before."""
    bound = {
        **_named(edition, added),
        "ids": as_array(new_id(now) for _ in added),
        "score": score,
        "now": now,
    }
    return session.connection().execute(_ADD, bound).rowcount if added else 0


def _take_back(session: Session, edition: Edition, removed: Sequence[_Subject]) -> set[_Subject]:
    """Take labels back in an edition, and return those that stood before it."""
    if not removed:
        return set()
    return {_Subject(*row) for row in session.connection().execute(_TAKE_BACK, _named(edition, removed))}


def _named(edition: Edition, subjects: Sequence[_Subject]) -> dict[str, Any]:
    return {
        "labeller": edition.labeller_id,
        "edition": edition.number,
        "labels": as_array(one.label for one in subjects),
        "posts": as_array(one.post for one in subjects),
        "members": as_array(one.member for one in subjects),
    }
