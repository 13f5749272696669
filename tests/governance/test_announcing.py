"""Telling members and webhooks: whom it reaches, once, whoever comes late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop.database import Database
from coop.identity import Identity
from coop.notice_tables import Announcement, Notice
from coop.policies import Books
from coop.tables import Member
from coop.webhook_tables import Webhook, WebhookDelivery, WebhookEvent
from governance import announcing
from governance.tables import Proposal, RollEntry
from tests.coop import told as notices_of
from tests.governance.assembly import CLASS_B, MOMENT, Assembly, StoppedClock

URL = "https://coop.example"
DAY = timedelta(days=1)


def announce(assembly: Assembly) -> int:
    assembly.advance()
    return announcing.announce(assembly.database, assembly.books, assembly.clock, URL)


def told(assembly: Assembly, member: Identity) -> list[str]:
    """The moments that a member was told of, the first first."""
    return [one.moment for one in reversed(notices_of.told(assembly.session, member))]


def events(session: Session) -> list[str]:
    return list(session.scalars(select(col(WebhookEvent.type)).order_by(col(WebhookEvent.id))))


@pytest.fixture
def made(assembly: Assembly) -> int:
    return assembly.propose(CLASS_B)


def test_the_whole_way_is_told_step_by_step(assembly: Assembly, made: int) -> None:
    ada, bruno, *_ = assembly.members
    assert announce(assembly) == 0
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    announce(assembly)
    for member in assembly.members:
        assert told(assembly, member) == ["opened"]
        assembly.vote(made, member, "for") if member is not bruno else None
    assembly.go_to(times.closes_at - DAY)
    announce(assembly)
    assert (told(assembly, ada), told(assembly, bruno)) == (["opened"], ["opened", "closing"])
    assembly.go_to(times.closes_at)
    announce(assembly)
    assembly.go_to(times.due_at)
    announce(assembly)
    assert told(assembly, ada) == ["opened", "closed", "in_force"]
    (newest, *_) = notices_of.told(assembly.session, ada, unread_only=True)
    assert newest.line == "In force: A change"
    assert newest.path == f"/proposals/{made}"
    assert events(assembly.session) == ["decision.passed", "decision.enacted"]


def test_law_14_telling_again_tells_nothing(assembly: Assembly, made: int) -> None:
    assembly.go_to(assembly.times(made).voting_at)
    assert announce(assembly) == 1
    assert announce(assembly) == 0
    assert told(assembly, assembly.members[0]) == ["opened"]


def test_law_14_a_job_that_comes_late_tells_only_what_is_still_so(assembly: Assembly, made: int) -> None:
    assembly.carry(made, "for", "for", "for", "for", "for")
    assembly.go_to(assembly.times(made).due_at + DAY)
    announce(assembly)
    assert told(assembly, assembly.members[0]) == ["in_force"]


def test_whoever_came_after_the_freeze_is_told_what_is_in_force_and_no_vote(
    assembly: Assembly, made: int
) -> None:
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    (late,) = assembly.admit(1, joined_at=times.voting_at + MOMENT)
    announce(assembly)
    assert told(assembly, late) == []
    assembly.carry(made, "for", "for", "for", "for", "for")
    announce(assembly)
    assert told(assembly, late) == ["in_force"]


def test_whoever_has_left_is_told_nothing(assembly: Assembly, made: int) -> None:
    gone = assembly.members[-1]
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    assembly.advance()
    leaving = update(Member).where(col(Member.id) == gone.member_id).values(left_at=times.voting_at)
    assembly.session.execute(leaving)
    announce(assembly)
    assert told(assembly, gone) == []


def test_a_guild_s_change_is_told_to_the_guild_alone(assembly: Assembly) -> None:
    _, people = assembly.guild("bakers", *assembly.members[:3])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 120}}]
    made = assembly.propose(patch, kind="audience", scope="guild:bakers", among=people)
    assembly.go_to(assembly.times(made).voting_at)
    announce(assembly)
    assert told(assembly, people[2]) == ["opened"]
    assert told(assembly, assembly.members[4]) == []


def test_a_secret_vote_is_known_to_have_been_cast_by_the_roll_alone(assembly: Assembly, made: int) -> None:
    """A ballot that is nobody's stands in no table of theirs: the entry says that they have voted."""
    ada, bruno, *_ = assembly.members
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    assembly.advance()
    voted = update(RollEntry).where(
        col(RollEntry.proposal_id) == made, col(RollEntry.member_id) == ada.member_id
    )
    assembly.session.execute(voted.values(voted=True))
    assembly.go_to(times.closes_at - DAY)
    announce(assembly)
    assert "closing" not in told(assembly, ada)
    assert "closing" in told(assembly, bruno)


def test_a_term_that_ends_soon_is_told_though_nothing_else_happened_for_long(
    assembly: Assembly, made: int
) -> None:
    assembly.carry(made, "for", "for", "for", "for", "for")
    announce(assembly)
    term = timedelta(
        seconds=assembly.session.get_one(Proposal, made, populate_existing=True).sunset_after or 0
    )
    assembly.go_to(assembly.clock.at + term - 20 * DAY)
    announce(assembly)
    assert told(assembly, assembly.members[0]) == ["in_force", "sunset"]


def test_law_13_a_conflict_is_told_to_those_who_could_vote(assembly: Assembly, made: int) -> None:
    other = assembly.propose(CLASS_B)
    for proposal in (made, other):
        assembly.carry(proposal, "for", "for", "for", "for", "for")
    announce(assembly)
    mine = notices_of.told(assembly.session, assembly.members[0])
    assert {one.subject for one in mine} == {made, other}
    assert {one.moment for one in mine} == {"in_force", "stopped"}
    assert events(assembly.session).count("decision.enacted") == 1


def test_a_decision_goes_to_every_webhook_in_use(assembly: Assembly, made: int) -> None:
    session, (ada, bruno, *_) = assembly.session, assembly.members
    for index, owner in enumerate((ada, bruno)):
        session.add(
            Webhook(
                id=index + 1,
                owner_id=owner.member_id,
                url="https://hooks.example/",
                secret="whsec_",
                created_at=assembly.clock.at,
                disabled_at=assembly.clock.at if owner is bruno else None,
            )
        )
    session.flush()
    assembly.carry(made, "against", "against")
    assembly.go_to(assembly.times(made).closes_at)
    announce(assembly)
    announce(assembly)
    (delivery,) = session.scalars(select(WebhookDelivery))
    event = session.get_one(WebhookEvent, delivery.event_id)
    assert (delivery.webhook_id, delivery.due_at, delivery.tries) == (1, assembly.clock.at, 0)
    assert (event.type, event.subject) == ("decision.rejected", made)
    assert event.data == {
        "proposal": str(made),
        "outcome": "rejected",
        "scope": "coop",
        "kind": "media",
        "title": "A change",
        "sentence": assembly.tally(made).reason,
        "url": f"{URL}/proposals/{made}",
    }


def test_law_01_notices_and_logs_are_swept_when_the_clause_says(assembly: Assembly, made: int) -> None:
    assembly.go_to(assembly.times(made).voting_at)
    announce(assembly)
    (seen_at,) = {
        one.due_at for member in assembly.members for one in notices_of.told(assembly.session, member)
    }
    assembly.go_to(seen_at + 90 * DAY)
    assert announcing.sweep(assembly.database, assembly.books, assembly.clock) == 0
    assembly.go_to(assembly.clock.at + timedelta(seconds=1))
    assert announcing.sweep(assembly.database, assembly.books, assembly.clock) == 5
    assert assembly.session.execute(select(func.count()).select_from(Notice)).scalar_one() == 0
    announce(assembly)
    assert "opened" not in told(assembly, assembly.members[0])


def test_law_14_many_workers_tell_a_thing_once(committed: Database, books: Books) -> None:
    with committed.begin() as session:
        assembly = Assembly(committed, session, books)
        assembly.admit(5)
        made = assembly.propose(CLASS_B)
        clock = StoppedClock(at=assembly.times(made).voting_at)
    with committed.begin() as session:
        Assembly(committed, session, books, clock).advance()
    barrier = Barrier(6)

    def run(index: int) -> int:
        barrier.wait()
        return announcing.announce(committed, books, clock, URL)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(run, range(6))) == [0, 0, 0, 0, 0, 1]
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Announcement)).scalar_one() == 1
        assert session.execute(select(func.count()).select_from(Notice)).scalar_one() == 5
