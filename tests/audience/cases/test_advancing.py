"""The worker and cases: it finds what is due among all that waits, and what fails keeps nothing waiting."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from audience.cases import advancing, closing, drawing, pool
from audience.cases.tables import Case, JuryService
from audience.moderation import decisions, ending_holds
from audience.moderation.case_rules import Juries
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.screening import causes_of
from audience.moderation.tables import Decision
from audience.moderation.verdict import kept
from coop import due_rows, notices
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from tests.audience.cases.judging import (
    LATER,
    Standing,
    case_of,
    draw,
    in_force,
    jury,
    make_jurors,
    report,
    vote,
)
from tests.audience.factories import NOW, founding_book, make_post
from tests.audience.lines import opens, stranger
from tests.audience.moderation.rules import rule, with_rules
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)
RULED = with_rules(founding_book(), {"hold": rule("text.contains('ergot')")})


class OneBook(Books):
    """The book of these tests."""

    def __init__(self) -> None:
        super().__init__({})

    def current(self, session: Session) -> Book:
        return RULED


@pytest.fixture
def ada(committed: Database) -> Identity:
    with committed.begin() as session:
        make_jurors(session, 14)
        return identity_of(make_member(session, "ada"))


def advance(committed: Database, now: datetime) -> int:
    return advancing.advance(committed, OneBook(), Standing(moment=now))


def called(session: Session, author: Identity, now: datetime = NOW) -> int:
    """A case that wants a jury."""
    post = make_post(session, author, RULED)
    report(session, RULED, post, stranger(session), stranger(session), now=now)
    return case_of(session, post).id


def test_what_waits_hides_nothing_that_is_due_however_much_it_is(
    committed: Database, ada: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_rows, "PAGE", 2)
    with committed.begin() as session:
        for _ in range(3):
            report(session, RULED, make_post(session, ada, RULED), stranger(session))
        wanted = [called(session, ada, NOW + timedelta(seconds=one)) for one in range(3)]
    advance(committed, LATER + timedelta(minutes=1))
    with committed.begin() as session:
        assert all(session.get_one(Case, one).drawn_at is not None for one in wanted)
    advance(committed, NOW + 28 * DAY)
    with committed.begin() as session:
        closed = {one: session.get_one(Case, one).closed_why for one in wanted}
        assert set(closed.values()) == {"no_quorum"}
        few = select(func.count()).select_from(Case).where(col(Case.closed_why) == "few")
        assert session.scalar(few) == 3


def test_a_case_that_fails_keeps_none_behind_it_waiting(
    committed: Database, ada: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with committed.begin() as session:
        first, second = (called(session, ada, NOW + timedelta(seconds=one)) for one in range(2))
    advance(committed, LATER + timedelta(minutes=1))
    whole = closing.decide

    def fails(session: Session, book: Book, case: Case, now: datetime) -> None:
        if case.id == first:
            raise RuntimeError("cannot be closed")
        whole(session, book, case, now)

    monkeypatch.setattr(closing, "decide", fails)
    assert advance(committed, NOW + 4 * DAY) == 1
    with committed.begin() as session:
        assert session.get_one(Case, first).closed_at is None
        assert session.get_one(Case, second).closed_why == "no_quorum"


@pytest.mark.parametrize("jobs", list(permutations(("holds", "cases"))))
@pytest.mark.parametrize(("ballots", "ended"), [(3, "jury"), (2, "default")])
def test_law_14_what_a_jury_says_of_a_hold_does_not_depend_on_which_job_comes_first(
    committed: Database, ada: Identity, jobs: tuple[str, str], ballots: int, ended: str
) -> None:
    with committed.begin() as session:
        post = make_post(session, ada, RULED, body="ergot")
        held = in_force(session, post)
        assert held is not None and held.holds_until is not None
        advancing.open_hold(session, RULED, held.id, NOW)
        drawn = draw(session, RULED, post)
        vote(session, RULED, case_of(session, post), drawn[:ballots], "remove")
        over = held.holds_until
    for job in jobs:
        if job == "holds":
            ending_holds.end_due(committed, OneBook(), Standing(moment=over))
        else:
            advance(committed, over)
    with committed.begin() as session:
        assert session.get_one(Decision, held.id).ended_why == ended
        assert opens(session, stranger(session), RULED, post) is (ended == "default")


def test_a_thing_that_is_held_while_a_report_of_it_waits_gets_a_jury(
    committed: Database, ada: Identity
) -> None:
    with committed.begin() as session:
        post = make_post(session, ada, RULED)
        report(session, RULED, post, stranger(session))
        waiting = case_of(session, post).id
        found = causes_of(session, RULED, "post", None, post.id, "ergot", None, NOW)
        causes = [kept(one, RULED, "coop", {}) for one in found]
        decisions.put(session, RULED, post.id, None, causes, "labels", NOW, holds_until=NOW + DAY)
    advance(committed, LATER)
    advance(committed, LATER + timedelta(minutes=11))
    with committed.begin() as session:
        assert session.get_one(Case, waiting).closed_why == "ended"
        case = case_of(session, post)
        assert (case.kind, len(jury(session, case)), case.due_at) == ("hold", 5, NOW + DAY)


def test_no_jury_is_drawn_for_what_is_held_no_more(committed: Database, ada: Identity) -> None:
    with committed.begin() as session:
        post = make_post(session, ada, RULED, body="ergot")
        held = in_force(session, post)
        assert held is not None and held.holds_until is not None
        advancing.open_hold(session, RULED, held.id, NOW)
        over = held.holds_until
    ending_holds.end_due(committed, OneBook(), Standing(moment=over))
    advance(committed, over)
    with committed.begin() as session:
        assert (case_of(session, post).closed_why, jury(session, case_of(session, post))) == ("ended", [])


def test_a_case_whose_jury_sits_is_looked_at_without_a_query_for_each_juror(
    committed: Database, ada: Identity
) -> None:
    with committed.begin() as session:
        case_id = called(session, ada)
        advancing.step(session, RULED, case_id, LATER)
    with committed.begin() as session, counted(session) as sent:
        assert not advancing.step(session, RULED, case_id, LATER)
    assert len(sent) == 2 and all(len(one) <= 4096 for one in sent), [len(one) for one in sent]


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("waited", "more"),
    [(0, timedelta()), (9, timedelta()), (16, 2 * MINUTE), (240, 30 * MINUTE), (10_000, 60 * MINUTE)],
)
def test_law_14_the_longer_a_jury_is_wanted_in_vain_the_more_rarely_it_is_drawn_for(
    waited: int, more: timedelta
) -> None:
    now = NOW + waited * MINUTE
    assert drawing.again_at(NOW, now) == now + more


def test_a_pool_that_was_too_small_is_asked_again_once_it_is_time_and_the_case_closes_as_ever(
    committed: Database, ada: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with committed.begin() as session:
        session.execute(delete(JuryService))
        wanted = called(session, ada)
    whole, tried = pool.pool, list[datetime]()

    def asked(session: Session, rules: Juries, case: Case, now: datetime) -> dict[str, int]:
        tried.append(now)
        return whole(session, rules, case, now)

    monkeypatch.setattr(drawing, "pool", asked)
    for minute in range(16, 26):
        advance(committed, NOW + minute * MINUTE)
    assert tried == [NOW + minute * MINUTE for minute in (16, 18, 21, 24)]
    with committed.begin() as session:
        make_jurors(session, 5)
    advance(committed, NOW + 27 * MINUTE)
    with committed.begin() as session:
        assert len(jury(session, session.get_one(Case, wanted))) == 5


def test_a_case_for_which_nobody_offers_closes_when_its_time_is_over(
    committed: Database, ada: Identity
) -> None:
    with committed.begin() as session:
        session.execute(delete(JuryService))
        wanted = called(session, ada)
    over = NOW + RULED.rules(MODERATION, ModerationRules).juries.time
    for moment in (LATER, over - 61 * MINUTE, over - MINUTE):
        advance(committed, moment)
    with committed.begin() as session:
        assert session.get_one(Case, wanted).again_at == over
    advance(committed, over)
    with committed.begin() as session:
        assert session.get_one(Case, wanted).closed_why == "no_jury"


def test_whoever_reported_what_is_held_meanwhile_is_told_that_a_jury_looks_at_it(
    session: Session, ben: Identity
) -> None:
    author = identity_of(make_member(session))
    post = make_post(session, author, RULED)
    report(session, RULED, post, ben)
    found = causes_of(session, RULED, "post", None, post.id, "ergot", None, NOW)
    causes = [kept(one, RULED, "coop", {}) for one in found]
    decisions.put(session, RULED, post.id, None, causes, "labels", NOW, holds_until=NOW + DAY)
    held = in_force(session, post)
    assert held is not None
    advancing.open_hold(session, RULED, held.id, NOW)
    (told,) = notices.listing(session, ben, LATER + DAY, limit=9)
    assert told.line == "You reported something. It is held back, and a jury is called to it."
