"""Editions: what a labeller adds and takes away, all at once. An edition that was published never changes.

Law 7: one labels what one may see alone; of anything else the answer is that there is no such thing. A label
never shows anybody a post: it is looked up for posts that a reader is delivered, and for no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from audience.access import access_post
from audience.gardens.labellers import DAY, limits_of, publishing
from audience.gardens.publishers import check_may_publish
from audience.gardens.rules import Gardens
from audience.gardens.tables import Edition, GivenLabel, Labeller
from audience.moderation import asking_again
from audience.moderation.rules import MODERATION
from audience.relations import member_id_of
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.names import prose
from coop.tables import Guild

LONGEST_NOTE = 500
LISTED = 50
"""Editions that a list shows."""

_ADD = text("""
INSERT INTO given_label (id, labeller_id, label, post_id, member_id, score, since, at)
VALUES (:id, :labeller, :label, :post, :member, :score, :edition, :now)
ON CONFLICT DO NOTHING
""")
_TAKE_BACK = text("""
UPDATE given_label SET until = :edition
WHERE labeller_id = :labeller AND label = :label AND until IS NULL AND since < :edition
  AND post_id IS NOT DISTINCT FROM CAST(:post AS bigint)
  AND member_id IS NOT DISTINCT FROM CAST(:member AS bigint)
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

    Raise NotFound for any other labeller, Forbidden where they may not publish (any more),
    RuleBroken where a subject is none that the publisher can see, a label is not of this labeller or the
    edition would be too long, TooMany where it has given as many labels in a day as a clause lets it, and
    Conflict where a label to be taken back was not given.
    """
    row = publishing(session, publisher, slug)
    check_may_publish(book, publisher, _guild_of(session, row), now)
    limits = limits_of(book)
    _check_rate(session, book, row, limits, len(add), now)
    added = _subjects(session, publisher, book, row, add, "/add", now)
    removed = _subjects(session, publisher, book, row, remove, "/remove", now)
    made = begin(session, row, prose(note, "/note", longest=LONGEST_NOTE), publisher.member_id, now)
    for index, one in enumerate(removed):
        if not _take_back(session, made, one):
            fault = Fault(f"/remove/{index}", "It is not labelled so.")
            raise Conflict("A label to be taken back was not given.", faults=(fault,))
    for one in added:
        _add(session, made, one, now)
    _check_length(session, book, row, limits)
    asking_again.queue(session, book, row.id, row.slug, made.number, now)
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
    _add(session, edition, _Subject(label, post_id, None), now, score=score)


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
    found: list[_Subject] = []
    faults: list[Fault] = []
    for index, one in enumerate(named):
        if one.label not in labeller.labels:
            detail = f"Its labels are these: {', '.join(labeller.labels)}."
            faults.append(Fault(f"{pointer}/{index}/label", detail))
            continue
        try:
            if one.post_id is not None:
                access_post(session, publisher, book, one.post_id, now)
                found.append(_Subject(one.label, one.post_id, None))
            else:
                found.append(_Subject(one.label, None, member_id_of(session, one.handle or "")))
        except NotFound:
            faults.append(Fault(f"{pointer}/{index}", "There is nothing here that you can see."))
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
    session: Session, edition: Edition, one: _Subject, now: datetime, *, score: float | None = None
) -> None:
    bound = {
        "id": new_id(now),
        "labeller": edition.labeller_id,
        "label": one.label,
        "post": one.post,
        "member": one.member,
        "score": score,
        "edition": edition.number,
        "now": now,
    }
    session.connection().execute(_ADD, bound)


def _take_back(session: Session, edition: Edition, one: _Subject) -> bool:
    bound = {
        "labeller": edition.labeller_id,
        "label": one.label,
        "post": one.post,
        "member": one.member,
        "edition": edition.number,
    }
    return session.connection().execute(_TAKE_BACK, bound).rowcount > 0
