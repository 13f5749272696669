"""Races about cases: reports, ballots, appeals and draws; real threads, processes, commits and locks."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier, Event, Thread, get_ident

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlmodel import Session, col

from audience.cases import advancing, appeals, emergencies, juries, reports, subject
from audience.cases.outcome import Vote
from audience.cases.subject import Subject
from audience.cases.tables import Case, CaseJuror, Report
from audience.moderation.rules import MODERATION
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from coop import judged_profiles, profiles
from coop.database import Database
from coop.errors import AllotmentError, Conflict, TooMany
from coop.identity import Identity
from coop.profile_tables import ProfileChange
from coop.tables import Member
from tests.audience.cases.judging import LATER, Standing, jury, make_jurors, report, thing_of
from tests.audience.factories import NOW, founding_book, make_post, with_clauses
from tests.audience.moderation.rules import rule, with_rules
from tests.databases import until_one_waits
from tests.factories import identity_of, make_guild, make_member, make_members
from tests.governance.processes import race
from tests.thorough import much

BOOK = with_rules(founding_book(), {"fold": rule("text.contains('oats')", then="collapse")})


@pytest.fixture
def ada(committed: Database) -> Identity:
    with committed.begin() as session:
        make_jurors(session, 12)
        return identity_of(make_member(session, "ada"))


def decided(session: Session, post_id: int) -> int:
    """Return the decision about a post."""
    return session.scalars(select(col(Decision.id)).where(col(Decision.post_id) == post_id)).one()


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do some things at one moment, each in a thread; return what came of them, or the refusal."""
    barrier, came = Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait(30)
        try:
            came.append(act())
        except AllotmentError as refusal:
            came.append(refusal)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_reports_at_once_the_one_that_is_enough_calls_one_jury(committed: Database, ada: Identity) -> None:
    three = with_clauses(BOOK, MODERATION, {"/reports/to_open": 3})
    for _ in range(much(15, 150)):
        with committed.begin() as session:
            post = make_post(session, ada, BOOK)
            thing = thing_of(session, post)
            report(session, three, post, identity_of(make_member(session)))
            reporters = [identity_of(one) for one in make_members(session, 2)]

        def file(reporter: Identity, thing: Subject = thing) -> object:
            with committed.begin() as session:
                return reports.report(session, reporter, three, thing, "attack", "", NOW).report.id

        at_once([partial(file, one) for one in reporters])
        with committed.begin() as session:
            (case,) = session.scalars(select(Case).where(col(Case.post_id) == post.id)).all()
            number = session.scalar(select(func.count()).where(col(Report.case_id) == case.id))
            assert (number, case.called_at) == (3, NOW)


def test_of_a_juror_s_ballots_at_once_one_counts_and_the_last_closes_the_case_once(
    committed: Database, ada: Identity
) -> None:
    for _ in range(much(8, 80)):
        with committed.begin() as session:
            post = make_post(session, ada, BOOK)
            report(session, BOOK, post, identity_of(make_member(session)), ground="mine")
            case = session.scalars(select(Case).where(col(Case.post_id) == post.id)).one()
            advancing.step(session, BOOK, case.id, LATER)
            case_id, drawn = case.id, jury(session, case)

        def cast(juror: Identity, case_id: int = case_id) -> object:
            with committed.begin() as session:
                vote = Vote("remove", "nothing", bad_faith=False)
                return juries.vote(session, juror, BOOK, case_id, vote, Standing()).me

        came = at_once([partial(cast, one) for one in drawn for _ in range(2)])
        assert sum(isinstance(one, Conflict) for one in came) == 5
        with committed.begin() as session:
            closed = session.get_one(Case, case_id)
            assert (closed.outcome, closed.tally) == (
                "remove",
                {"outcome": {"remove": 5}, "measure": {"nothing": 5}, "bad_faith": {"yes": 0, "no": 5}},
            )
            assert session.scalar(select(func.count()).where(col(Decision.post_id) == closed.post_id)) == 1


def test_of_those_who_report_a_profile_at_once_that_was_never_changed_all_report_one_thing(
    committed: Database,
) -> None:
    for _ in range(much(15, 150)):
        with committed.begin() as session:
            handle = make_member(session).handle
            reporters = [identity_of(one) for one in make_members(session, 4)]

        def file(reporter: Identity, handle: str = handle) -> object:
            with committed.begin() as session:
                thing = subject.delivered_profile(session, reporter, handle)
                return reports.report(session, reporter, BOOK, thing, "attack", "", NOW).case.id

        came = at_once([partial(file, one) for one in reporters])
        assert len(set(came)) == 1 and not isinstance(came[0], AllotmentError), came


def test_whoever_waited_to_report_a_profile_keeps_no_later_report_waiting(committed: Database) -> None:
    """A case is locked before members: who looked first must not hold one while others report."""
    with committed.begin() as session:
        handle = make_member(session).handle
        first, second, third = (identity_of(one) for one in make_members(session, 3))
    looked, go = Event(), Event()

    def file(session: Session, reporter: Identity, thing: Subject) -> int:
        return reports.report(session, reporter, BOOK, thing, "attack", "", NOW).case.id

    def linger() -> int:
        with committed.begin() as session:
            thing = subject.delivered_profile(session, second, handle)
            looked.set()
            go.wait(30)
            return file(session, second, thing)

    with ThreadPoolExecutor(1) as pool:
        with committed.begin() as session:
            thing = subject.delivered_profile(session, first, handle)
            lingering = pool.submit(linger)
            until_one_waits(committed)
            case_id = file(session, first, thing)
        assert looked.wait(30)
        try:
            with committed.begin() as session:
                session.execute(text("SET LOCAL lock_timeout = '3s'"))
                again = file(session, third, subject.delivered_profile(session, third, handle))
        finally:
            go.set()
        assert (again, lingering.result(30)) == (case_id, case_id)


def test_what_is_reported_while_its_member_changes_it_is_kept_as_it_was_seen(committed: Database) -> None:
    for number in range(much(15, 150)):
        with committed.begin() as session:
            author, reporter = (identity_of(one) for one in make_members(session, 2))
            profiles.change(session, BOOK, author, {"about": "Before"}, screen_profile, NOW)
            handle = session.get_one(Member, author.member_id).handle
            thing = subject.delivered_profile(session, reporter, handle)

        def change(author: Identity = author) -> object:
            with committed.begin() as session:
                profiles.change(session, BOOK, author, {"about": "After"}, screen_profile, LATER)
            return None

        def file(reporter: Identity = reporter, thing: Subject = thing) -> object:
            with committed.begin() as session:
                reports.report(session, reporter, BOOK, thing, "attack", "", NOW)
            return None

        came = [one for one in at_once([change, file]) if one is not None]
        assert all(isinstance(one, Conflict) for one in came), (number, came)
        with committed.begin() as session:
            kept = session.get_one(ProfileChange, thing.profile_id)
            assert kept.about == (None if came else "Before")


def test_what_is_kept_of_a_profile_is_what_stood_and_never_what_came_while_one_looked(
    committed: Database,
) -> None:
    with committed.begin() as session:
        author = identity_of(make_member(session))
        profiles.change(session, BOOK, author, {"about": "Before"}, screen_profile, NOW)
        seen = session.scalars(select(col(ProfileChange.id)).where(col(ProfileChange.stands))).one()
    keeper, looks, changed = list[int](), Event(), Event()

    def linger(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM member" in statement and get_ident() in keeper:
            looks.set()
            changed.wait(30)

    def keep() -> bool:
        keeper.append(get_ident())
        with committed.begin() as session:
            return judged_profiles.keep(session, seen)

    event.listen(committed.bind, "before_cursor_execute", linger)
    try:
        with ThreadPoolExecutor(1) as pool:
            kept = pool.submit(keep)
            assert looks.wait(30)
            with committed.begin() as session:
                profiles.change(session, BOOK, author, {"about": "After"}, screen_profile, LATER)
            changed.set()
            assert not kept.result(30)
    finally:
        event.remove(committed.bind, "before_cursor_execute", linger)
    with committed.begin() as session:
        assert session.get_one(ProfileChange, seen).about is None


def test_a_decision_that_many_appeal_at_once_is_appealed_once(committed: Database, ada: Identity) -> None:
    for _ in range(much(4, 40)):
        with committed.begin() as session:
            readers = [identity_of(one) for one in make_members(session, 4)]
            post = make_post(session, ada, BOOK, body="oats")
            decision_id = decided(session, post.id)

        def appeal(reader: Identity, decision_id: int = decision_id) -> object:
            with committed.begin() as session:
                return appeals.appeal(session, reader, BOOK, decision_id, "", NOW).id

        came = at_once([partial(appeal, one) for one in readers])
        assert sum(isinstance(one, Conflict) for one in came) == 3


def test_many_workers_open_draw_and_close_a_case_once(committed: Database, ada: Identity) -> None:
    held = with_rules(founding_book(), {"hold": rule("text.contains('ergot')")})
    for _ in range(much(5, 50)):
        with committed.begin() as session:
            post = make_post(session, ada, held, body="ergot")
            decision_id = decided(session, post.id)

        def opens(decision_id: int = decision_id) -> object:
            with committed.begin() as session:
                return advancing.open_hold(session, held, decision_id, NOW)

        assert sorted(map(bool, at_once([opens] * 4))) == [False, False, False, True]
        with committed.begin() as session:
            case_id = session.scalars(select(col(Case.id)).where(col(Case.post_id) == post.id)).one()

        def steps(moment: datetime, case_id: int = case_id) -> object:
            with committed.begin() as session:
                return advancing.step(session, held, case_id, moment)

        drew = at_once([partial(steps, LATER)] * 4)
        assert sum(map(bool, drew)) == 1
        with committed.begin() as session:
            assert len(jury(session, session.get_one(Case, case_id))) == 5
            due = session.get_one(Case, case_id).due_at
            assert due is not None
        closed = at_once([partial(steps, due)] * 4)
        assert sum(map(bool, closed)) == 1


def test_of_reports_of_one_member_at_once_no_more_are_made_than_in_a_day(
    committed: Database, ada: Identity
) -> None:
    book = with_clauses(BOOK, MODERATION, {"/reports/per_day": 3})
    for _ in range(much(3, 20)):
        with committed.begin() as session:
            reporter = identity_of(make_member(session))
            things = [thing_of(session, make_post(session, ada, book)) for _ in range(8)]

        def file(thing: Subject, reporter: Identity = reporter) -> object:
            with committed.begin() as session:
                return reports.report(session, reporter, book, thing, "attack", "", NOW).report.id

        came = at_once([partial(file, one) for one in things])
        assert sum(isinstance(one, TooMany) for one in came) == 5, came


def test_of_appeals_of_one_member_at_once_no_more_are_made_than_in_a_month(committed: Database) -> None:
    book = with_clauses(BOOK, MODERATION, {"/appeals/per_month": 2})
    for _ in range(much(3, 20)):
        with committed.begin() as session:
            author = identity_of(make_member(session))
            made = [make_post(session, author, book, body="oats").id for _ in range(8)]
            decisions = [decided(session, one) for one in made]

        def appeal(decision_id: int, author: Identity = author) -> object:
            with committed.begin() as session:
                return appeals.appeal(session, author, book, decision_id, "", NOW).id

        came = at_once([partial(appeal, one) for one in decisions])
        assert sum(isinstance(one, TooMany) for one in came) == 6, came


def test_of_holds_of_one_steward_at_once_no_more_are_made_than_in_a_week(committed: Database) -> None:
    book = with_clauses(BOOK, MODERATION, {"/emergencies/per_week": 2})
    for number in range(much(3, 20)):
        with committed.begin() as session:
            founder, author = make_members(session, 2)
            guild = make_guild(session, f"bakers{number}", founder, (author,))
            steward, writer = identity_of(founder, (guild,), (guild,)), identity_of(author, (guild,))
            things = [thing_of(session, make_post(session, writer, book, guild=guild.slug)) for _ in range(8)]

        def hold(thing: Subject, steward: Identity = steward) -> object:
            with committed.begin() as session:
                return emergencies.hold(session, steward, book, thing, "attack", NOW).id

        came = at_once([partial(hold, one) for one in things])
        assert sum(isinstance(one, TooMany) for one in came) == 6, came


def test_members_who_report_each_other_at_once_wait_for_each_other_in_one_order(committed: Database) -> None:
    for number in range(much(16, 100)):
        with committed.begin() as session:
            pair = [identity_of(one) for one in make_members(session, 2)]
            # Of every other pair the profiles are on record already.
            for one in pair if number % 2 else ():
                profiles.change(session, BOOK, one, {"about": "Before"}, screen_profile, NOW)

        def file(reporter: Identity, other: Identity) -> object:
            with committed.begin() as session:
                thing = subject.delivered_profile(session, reporter, other.handle)
                return reports.report(session, reporter, BOOK, thing, "attack", "", NOW).case.id

        came = at_once([partial(file, one, other) for one, other in (pair, pair[::-1])])
        assert len(came) == 2 and all(isinstance(one, int) for one in came), came


ONE_EACH = with_clauses(BOOK, MODERATION, {"/juries/at_once": 1})


def step_in_a_process(url: str, cases: Sequence[int]) -> int:
    """Advance some cases, each in a transaction; return how many moved on."""
    database, moved = Database(url), 0
    for case_id in cases:
        with database.begin() as session:
            moved += advancing.step(session, ONE_EACH, case_id, LATER)
    database.dispose()
    return moved


def test_of_juries_drawn_at_once_by_many_processes_nobody_sits_on_more_than_the_clause_says(
    committed: Database, ada: Identity
) -> None:
    """Twelve offer to judge, each one case at a time: two juries of five are drawn, and no third."""
    processes, each = 4, much(2, 8)
    with committed.begin() as session:
        made = [make_post(session, ada, BOOK) for _ in range(processes * each)]
        for post in made:
            report(session, BOOK, post, identity_of(make_member(session)), ground="mine")
        wanted = list(session.scalars(select(col(Case.id)).order_by(col(Case.id))))
    assert isinstance(committed.bind, Engine)
    url = committed.bind.url.render_as_string(hide_password=False)
    moved = race(step_in_a_process, *((url, wanted[one::processes]) for one in range(processes)))
    with committed.begin() as session:
        seats = session.execute(
            select(col(CaseJuror.member_id), func.count()).group_by(col(CaseJuror.member_id))
        ).all()
    assert {number for _, number in seats} == {1}, seats
    assert (sum(moved), len(seats)) == (2, 10)
