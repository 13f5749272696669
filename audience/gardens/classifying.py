# ruff: noqa: S608 - the statements are put together from constants
"""Classifying: a job asks the classifier about new posts, and gives what it says as a labeller's labels.

No request ever waits for it, and where it fails there are no labels, and the operator is told (``/readyz``).
It is asked about posts alone that every member may see: nothing that is for some leaves the house. Its
labeller is one among others, marked as a machine's: it does nothing for whoever does not subscribe. A worker
claims some posts in one transaction, asks outside of any, and writes what came of it in another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.cards import Card, cards
from audience.gardens import editions
from audience.gardens.classifier import Classifier, Facts, Scores, Unanswered
from audience.gardens.labellers import limits_of
from audience.gardens.rules import Machine
from audience.gardens.tables import Labeller
from audience.keys import LOCAL_KEY, PUBLIC_KEY
from audience.moderation import asking_editions
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.ids import first_id_at, new_id
from coop.policies import Books

SLUG = "machine"
"""Of the labeller."""
SETTLED = timedelta(seconds=10)
"""So old a post is before it is asked about: by then every post that was made before it is there."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries of a classifier that fails."""

_BEGIN = text("""
INSERT INTO classifier_run (id, read_to, due_at, failure, strikes) VALUES (1, :first, :now, '', 0)
ON CONFLICT DO NOTHING
""")
_CLAIM = text("""
UPDATE classifier_run SET due_at = CAST(:now AS timestamptz) + :wait
WHERE id = (SELECT id FROM classifier_run WHERE due_at <= :now FOR UPDATE SKIP LOCKED)
RETURNING read_to
""")
_OPEN = text(f"""
SELECT id FROM post
WHERE id > :read_to AND id < :settled AND deleted_at IS NULL AND held_at IS NULL AND plain
  AND lock_any <@ ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[]
  AND author_id NOT IN (SELECT kept_out_by(NULL, :now))
ORDER BY id LIMIT :most
""")
_ANSWERED = text("""
UPDATE classifier_run
SET read_to = greatest(read_to, :read_to), due_at = :now, failing_since = NULL, failure = '', strikes = 0
WHERE id = 1
""")
_FAILED = text("""
UPDATE classifier_run
SET failing_since = coalesce(failing_since, :now), failure = :failure, strikes = strikes + 1,
    due_at = CAST(:now AS timestamptz) + least(interval '10 seconds' * power(2, least(strikes, 10)), :longest)
WHERE id = 1
""")
_FAILING = text("SELECT EXISTS (SELECT FROM classifier_run WHERE failing_since IS NOT NULL)")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some posts that a classifier is asked about."""

    posts: Sequence[int]
    facts: Sequence[Facts]
    limits: Machine


def classify_due(database: Database, books: Books, clock: Clock, classifier: Classifier) -> int:
    """Ask about the posts that are new, and return how many of them were answered."""
    done = 0
    while (batch := claim(database, books, clock)) is not None:
        try:
            said = classifier(batch.facts, batch.limits.seconds)
        except Unanswered as error:
            with database.begin() as session:
                bound = {"now": clock.now(session), "failure": str(error), "longest": LONGEST_WAIT}
                session.connection().execute(_FAILED, bound)
            return done
        with database.begin() as session:
            record(session, books.current(session), batch, said, clock.now(session))
        done += len(batch.posts)
    return done


def claim(database: Database, books: Books, clock: Clock) -> Batch | None:
    """Take the oldest posts that were not asked about; None where there are none, or another has them."""
    with database.begin() as session:
        book, now = books.current(session), clock.now(session)
        limits = limits_of(book).machine
        session.connection().execute(_BEGIN, {"now": now, "first": first_id_at(now)})
        # Whoever dies on the way holds them up for so long.
        wait = timedelta(seconds=2 * limits.seconds + 60)
        read_to = session.connection().execute(_CLAIM, {"now": now, "wait": wait}).scalar_one_or_none()
        if read_to is None:
            return None
        bound = {
            "read_to": read_to,
            "settled": first_id_at(now - SETTLED),
            "most": limits.at_once,
            "now": now,
        }
        posts = list(session.connection().execute(_OPEN, bound).scalars())
        if not posts:
            session.connection().execute(_ANSWERED, {"now": now, "read_to": read_to})
            return None
        found = cards(session, None, book, posts, now)
        return Batch(posts, [_facts(found[one]) for one in posts], limits)


def record(session: Session, book: Book, batch: Batch, said: Sequence[Scores], now: datetime) -> None:
    """Give the labels that a clause lets a machine give, to posts of which it is sure enough."""
    session.connection().execute(_ANSWERED, {"now": now, "read_to": max(batch.posts)})
    limits = limits_of(book).machine
    given = [
        (post_id, label, score)
        for post_id, scores in zip(batch.posts, said, strict=True)
        for label, score in scores.items()
        if label in limits.labels and score >= limits.least_score
    ]
    labeller = _labeller(session, limits, now)
    labeller.published_at = now
    if given:
        edition = editions.begin(session, labeller, "", None, now)
        for post_id, label, score in given:
            editions.label_post(session, edition, label, post_id, score, now)
        asking_editions.queue(session, book, labeller.id, labeller.slug, edition.number, now)
    session.flush()


def is_well(session: Session) -> bool:
    """Say whether the classifier has answered when it was asked last."""
    return not session.connection().execute(_FAILING).scalar_one()


def _labeller(session: Session, limits: Machine, now: datetime) -> Labeller:
    """Return the machine's labeller, its row locked; from now on it may say what the clause lists."""
    row = session.scalars(select(Labeller).where(col(Labeller.machine)).with_for_update()).one_or_none()
    if row is None:
        row = Labeller(
            id=new_id(now),
            slug=SLUG,
            name="By machine",
            about="A program reads what every member may see, and says what it takes it for. It errs.",
            machine=True,
            labels=sorted(limits.labels),
            made_at=now,
            published_at=now,
        )
        session.add(row)
        session.flush()
    row.labels = sorted({*row.labels, *limits.labels})
    return row


def _facts(card: Card) -> Facts:
    asked = () if card.poll is None else card.poll.options
    return Facts("\n".join([card.body, *asked]), card.width, card.height, card.alt or "")
