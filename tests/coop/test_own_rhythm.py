"""Own rhythms: what a member chose, and what becomes of what waits and of what was seen."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlmodel import Session, col

from coop import notices, own_rhythm
from coop.book import Book
from coop.errors import RuleBroken
from coop.identity import Identity
from coop.notice_tables import OwnRhythm
from coop.notice_topics import Topic
from coop.notices import Tidings
from coop.rhythm import Every, Quiet, Rhythm
from coop.tables import Member
from tests.coop.policy import with_clause
from tests.coop.statements import counted
from tests.coop.told import told
from tests.factories import identity_of, make_member, make_members

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""A Monday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BATCH = NOON + 6 * HOUR
SUNDAY = BATCH + 6 * DAY


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def bruno(session: Session) -> Identity:
    return identity_of(make_member(session, "bruno"))


def rhythm(every: Every, hour: int = 18, zone: str = "UTC", quiet: Quiet | None = None) -> Rhythm:
    return Rhythm(every, hour, "sunday", zone, quiet)


def tell(
    session: Session,
    book: Book,
    people: Sequence[Identity],
    subject: int = 7,
    at: datetime = NOON,
    topic: Topic = "proposal",
    until: datetime | None = None,
) -> None:
    tidings = Tidings(topic, subject, "opened", f"Number {subject}", f"/proposals/{subject}", at, until=until)
    to = select(col(Member.id)).where(col(Member.id).in_([one.member_id for one in people]))
    assert notices.tell(session, book, tidings, to, at) == len(people)


def subjects(session: Session, member: Identity, now: datetime, *, waiting: bool = False) -> list[int]:
    return [one.subject for one in notices.listing(session, member, now, waiting=waiting, limit=100)]


def test_what_is_told_is_neither_listed_nor_counted_until_its_batch_comes(
    session: Session, book: Book, ada: Identity
) -> None:
    tell(session, book, [ada])
    just_before = BATCH - timedelta(microseconds=1)
    assert (subjects(session, ada, just_before), notices.unread(session, ada, just_before)) == ([], 0)
    assert subjects(session, ada, just_before, waiting=True) == [7]
    assert (subjects(session, ada, BATCH), notices.unread(session, ada, BATCH)) == ([7], 1)
    assert subjects(session, ada, BATCH, waiting=True) == []


def test_everybody_hears_in_their_own_rhythm_of_a_thing_that_is_told_once(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    people = [ada, bruno, *map(identity_of, make_members(session, 2))]
    own_rhythm.choose(session, ada, book, rhythm("at_once"), NOON)
    own_rhythm.choose(session, bruno, book, rhythm("weekly", 9, "Asia/Tokyo"), NOON)
    own_rhythm.choose(session, people[2], book, rhythm("weekly", 9, "Asia/Tokyo"), NOON)
    tell(session, book, people)
    tokyo = SUNDAY - 18 * HOUR
    assert [told(session, one)[0].due_at for one in people] == [NOON, tokyo, tokyo, BATCH]


def test_law_14_what_was_told_keeps_its_moment_when_a_vote_changes_the_default(
    session: Session, book: Book, ada: Identity
) -> None:
    """Nothing that was seen is hidden, and nothing that waits is put off, by a vote."""
    hourly = with_clause(book, "membership", "/notices/rhythm", "hourly")
    tell(session, hourly, [ada], 1)
    weekly = with_clause(book, "membership", "/notices/rhythm", "weekly")
    tell(session, book, [ada], 2)
    tell(session, weekly, [ada], 3)
    assert {one.subject: one.due_at for one in told(session, ada)} == {1: NOON, 2: BATCH, 3: SUNDAY}
    assert subjects(session, ada, NOON) == [1]
    own_rhythm.forget(session, ada, weekly, NOON)
    assert subjects(session, ada, NOON) == [1]


def test_a_choice_wins_over_the_clauses_whatever_they_say_later(
    session: Session, book: Book, ada: Identity
) -> None:
    own_rhythm.choose(session, ada, book, rhythm("daily", 20), NOON)
    for number, said in enumerate(("hourly", "weekly")):
        tell(session, with_clause(book, "membership", "/notices/rhythm", said), [ada], number)
    assert {one.due_at for one in told(session, ada)} == {NOON + 8 * HOUR}


def test_a_choice_moves_what_waits_and_leaves_what_was_seen(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    tell(session, book, [ada, bruno], 1)
    tell(session, book, [ada, bruno], 2, BATCH + HOUR)
    now = BATCH + 2 * HOUR
    own_rhythm.choose(session, ada, book, rhythm("weekly"), now)
    assert subjects(session, ada, now) == [1]
    assert [one.due_at for one in told(session, ada)] == [SUNDAY, BATCH]
    own_rhythm.choose(session, ada, book, rhythm("hourly"), now + timedelta(minutes=30))
    seen_at = now + timedelta(minutes=30)
    assert [one.due_at for one in told(session, ada)] == [seen_at, BATCH]
    assert subjects(session, ada, seen_at) == [2, 1]
    own_rhythm.choose(session, ada, book, rhythm("weekly"), seen_at)
    assert subjects(session, ada, seen_at) == [2, 1]
    assert [one.due_at for one in told(session, bruno)] == [BATCH + DAY, BATCH]


def test_a_slower_rhythm_leaves_time_to_act_before_a_deadline(
    session: Session, book: Book, ada: Identity
) -> None:
    tell(session, book, [ada], until=NOON + 3 * DAY)
    own_rhythm.choose(session, ada, book, rhythm("weekly"), NOON + HOUR)
    assert subjects(session, ada, NOON + HOUR) == [7]


def test_quiet_hours_of_one_s_own_hold_for_what_waits(session: Session, book: Book, ada: Identity) -> None:
    tell(session, book, [ada])
    evening = Quiet(time(17), time(21, 30))
    own_rhythm.choose(session, ada, book, rhythm("daily", quiet=evening), NOON)
    assert told(session, ada)[0].due_at == BATCH + 3.5 * HOUR
    assert own_rhythm.standing(session, ada, book, NOON).rhythm.quiet == evening


def test_what_nobody_has_chosen_is_as_the_clauses_say_and_so_it_is_again_once_forgotten(
    session: Session, book: Book, ada: Identity
) -> None:
    tell(session, book, [ada], 1)
    founding = own_rhythm.standing(session, ada, book, NOON)
    assert (founding.rhythm.every, founding.own, founding.waiting, founding.next_at) == (
        "daily",
        False,
        1,
        BATCH,
    )
    own_rhythm.choose(session, ada, book, rhythm("weekly"), NOON)
    chosen = own_rhythm.standing(session, ada, book, NOON)
    assert (chosen.rhythm, chosen.own, chosen.next_at) == (rhythm("weekly"), True, SUNDAY)
    for _ in range(2):
        own_rhythm.forget(session, ada, book, NOON)
        assert own_rhythm.standing(session, ada, book, NOON) == founding


def test_the_next_one_is_what_waits_or_else_the_next_batch_and_nothing_where_all_comes_at_once(
    session: Session, book: Book, ada: Identity
) -> None:
    assert own_rhythm.standing(session, ada, book, NOON).next_at == BATCH
    own_rhythm.choose(session, ada, book, rhythm("at_once"), NOON)
    assert own_rhythm.standing(session, ada, book, NOON).next_at is None
    own_rhythm.choose(session, ada, book, rhythm("at_once", quiet=Quiet(time(11), time(13))), NOON)
    assert own_rhythm.standing(session, ada, book, NOON).next_at == NOON + HOUR


def test_what_waits_and_was_read_all_the_same_waits_no_longer(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    tell(session, book, [ada, bruno])
    notices.mark_read(session, ada, [told(session, ada)[0].id], NOON)
    assert own_rhythm.standing(session, ada, book, NOON).waiting == 0
    assert own_rhythm.standing(session, bruno, book, NOON).waiting == 1
    assert notices.unread(session, ada, BATCH) == 0


def test_what_is_marked_through_is_what_came_by_then_and_nothing_that_waits(
    session: Session, book: Book, ada: Identity
) -> None:
    """Told before the urgent one, and seen after it: whoever marks that one has not seen this."""
    tell(session, book, [ada], 1)
    tell(session, book, [ada], 2, NOON + HOUR, topic="jury")
    (urgent,) = notices.listing(session, ada, NOON + 2 * HOUR, limit=9)
    (waits,) = notices.listing(session, ada, NOON + 2 * HOUR, waiting=True, limit=9)
    notices.mark_read_through(session, ada, waits.id, NOON + 2 * HOUR)
    assert notices.unread(session, ada, NOON + 2 * HOUR) == 1
    for now in (NOON + 2 * HOUR, BATCH + HOUR):
        notices.mark_read_through(session, ada, urgent.id, now)
    assert [one.read_at is None for one in notices.listing(session, ada, BATCH + HOUR, limit=9)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("refused", "pointer"),
    [
        (rhythm("daily", zone="Mars/Olympus"), "/zone"),
        (rhythm("daily", zone="../../etc/passwd"), "/zone"),
        (rhythm("daily", quiet=Quiet(time(8), time(8))), "/quiet_to"),
    ],
)
def test_a_rhythm_in_which_nothing_could_be_told_is_refused(
    session: Session, book: Book, ada: Identity, refused: Rhythm, pointer: str
) -> None:
    with pytest.raises(RuleBroken) as caught:
        own_rhythm.choose(session, ada, book, refused, NOON)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]
    assert not own_rhythm.standing(session, ada, book, NOON).own


def test_law_13_a_zone_that_is_not_known_here_any_more_keeps_nobody_else_from_hearing(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    own_rhythm.choose(session, ada, book, rhythm("daily", 20), NOON)
    session.execute(update(OwnRhythm).values(zone="Mars/Olympus"))
    tell(session, book, [ada, bruno])
    assert told(session, ada)[0].due_at == NOON + 8 * HOUR
    assert told(session, bruno)[0].due_at == BATCH


def test_one_statement_counts_what_is_unread_and_one_reads_how_one_stands(
    session: Session, book: Book, ada: Identity
) -> None:
    own_rhythm.choose(session, ada, book, rhythm("weekly"), NOON)
    tell(session, book, [ada])
    with counted(session) as sent:
        notices.unread(session, ada, NOON)
    assert len(sent) == 1
    with counted(session) as sent:
        own_rhythm.standing(session, ada, book, NOON)
    assert len(sent) == 1


def test_telling_a_thousand_takes_no_more_statements_than_telling_one(session: Session, book: Book) -> None:
    people = list(map(identity_of, make_members(session, 50)))
    for index, member in enumerate(people):
        own_rhythm.choose(session, member, book, rhythm("daily", index % 24, "Europe/Lisbon"), NOON)
    with counted(session) as one:
        tell(session, book, people[:1], 1)
    with counted(session) as many:
        tell(session, book, people, 2)
    assert len(one) == len(many) == 3


def test_a_page_of_ten_thousand_notices_is_read_by_its_index(
    session: Session, book: Book, ada: Identity
) -> None:
    others = list(map(identity_of, make_members(session, 20)))
    session.execute(
        text("""
        WITH said AS (
          INSERT INTO announcement (id, topic, subject, moment, turn, line, detail, path, at, told_at)
          SELECT n, 'proposal', n, 'opened', 0, '', '', '/', :noon, :noon FROM generate_series(1, 10000) AS n
          RETURNING id
        )
        INSERT INTO notice (announcement_id, member_id, due_at)
        SELECT id, member, CAST(:noon AS timestamptz) + id / 10 * interval '1 minute' FROM said
        CROSS JOIN unnest(CAST(:members AS bigint[])) AS member WHERE member = :ada OR id % 10 = 0
        """),
        {"noon": NOON, "members": [one.member_id for one in (ada, *others)], "ada": ada.member_id},
    )
    session.execute(text("ANALYZE notice, announcement"))
    now = NOON + 500 * timedelta(minutes=1)
    with counted(session) as sent:
        page = notices.listing(session, ada, now, before=(NOON + 300 * timedelta(minutes=1), 3005), limit=31)
    assert [one.id for one in page] == list(range(3004, 2973, -1))
    plan = explained(session, sent[0], ada, now)
    assert "Index Scan Backward using ix_notice_due on notice" in plan
    assert "ROW(due_at, announcement_id) < ROW(" in plan
    assert "Sort" not in plan and "Seq Scan" not in plan


def explained(session: Session, statement: str, member: Identity, now: datetime) -> str:
    bound = {
        "member_id_1": member.member_id,
        "due_at_1": now,
        "param_1": NOON + 300 * timedelta(minutes=1),
        "param_2": 3005,
        "param_3": 31,
    }
    cursor = session.connection().connection.cursor()
    cursor.execute(f"EXPLAIN {statement}", bound)
    return "\n".join(row[0] for row in cursor.fetchall())
