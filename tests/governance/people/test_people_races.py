"""Races for real: threads that commit to a database of their own."""

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from app import ENACTORS
from coop.database import Database
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.policies import Books
from coop.tables import LedgerEvent
from governance import cases, enactment
from governance.ballots import Vote
from governance.outcome import Outcome
from governance.people import delegation, secret_ballots
from governance.people.tables import Delegation, SecretBallot
from governance.tables import RollEntry
from governance.tally import Choice
from tests.governance.assembly import StoppedClock
from tests.governance.people.polls import Poll, crowd
from tests.governance.people.test_delegation import allow
from tests.governance.test_races import at_once, audited, sitting


def election(database: Database, books: Books) -> tuple[Poll, StoppedClock]:
    """An election of fifteen voters that is being voted on."""
    with sitting(database, books, []) as assembly:
        crowd(assembly, 15)
        poll = Poll.of(assembly)
        for who in (3, 4, 5):
            poll.stand(who)
        clock = StoppedClock(at=assembly.times(poll.id).voting_at)
    enactment.advance(database, books, clock, ENACTORS)
    return poll, clock


def cast(database: Database, poll: Poll, who: int, clock: StoppedClock, marks: tuple[int, ...]) -> str:
    with database.begin() as session:
        digest = cases.one(session, poll.id, clock.at).patch_sha256
        vote = Vote(Choice.RANKED, digest, marks=marks)
        return secret_ballots.cast(session, poll.voters[who], poll.id, vote, clock).nonce


def counted(session: Session, poll: Poll) -> tuple[int, int, int]:
    """How many have voted by the roll, by the ballots and by the ledger."""
    voted = select(func.count()).where(col(RollEntry.proposal_id) == poll.id, col(RollEntry.voted))
    kept = select(func.count()).select_from(SecretBallot)
    marked = select(func.count()).where(col(LedgerEvent.type) == "ballot.marked")
    return (
        session.execute(voted).scalar_one(),
        session.execute(kept).scalar_one(),
        session.execute(marked).scalar_one(),
    )


def test_law_04_sixty_four_casts_of_one_voter_are_one_secret_ballot(
    committed: Database, books: Books
) -> None:
    poll, clock = election(committed, books)

    def vote(index: int) -> list[object]:
        found: list[object] = []
        for turn in range(4):
            try:
                found.append(cast(committed, poll, 1, clock, ((index + turn) % 3,)))
            except Conflict as error:
                found.append(type(error))
        return found

    found: list[object] = []
    for many in at_once(16, vote):
        assert isinstance(many, list)
        found += many
    assert len(found) == 64
    assert found.count(Conflict) == 63
    with committed.begin() as session:
        assert counted(session, poll) == (1, 1, 1)


def test_law_04_as_many_ballots_are_counted_as_members_voted_at_once(
    committed: Database, books: Books
) -> None:
    """Each cast writes ballots of others anew; none is lost or doubled by it."""
    poll, clock = election(committed, books)
    nonces = at_once(15, lambda who: cast(committed, poll, who, clock, (who % 3,)))
    assert len({nonce for nonce in nonces if isinstance(nonce, str)}) == 15
    with committed.begin() as session:
        assert counted(session, poll) == (15, 15, 15)
        writers = text("SELECT count(DISTINCT xmin::text) FROM secret_ballot")
        assert session.execute(writers).scalar_one() < 15
    with committed.begin() as session:
        times = cases.one(session, poll.id, clock.at).times
    assert times is not None
    clock.at = times.due_at
    enactment.advance(committed, books, clock, ENACTORS)
    with committed.begin() as session:
        tally = cases.one(session, poll.id, clock.at).facts.tally
        assert session.execute(select(func.count()).select_from(SecretBallot)).scalar_one() == 0
    assert isinstance(tally, Outcome)
    assert tally.ballots == 15
    audited(committed)


def lending(database: Database, books: Books, members: int) -> list[Identity]:
    """A guild under rules that let its members vote for each other."""
    with sitting(database, books, []) as assembly:
        allow(assembly)
        assembly.admit(members)
        return assembly.guild("bakers", *assembly.members)[1]


def give(database: Database, books: Books, member: Identity, to: Identity) -> None:
    with database.begin() as session:
        book = books.current(session)
        delegation.give(session, book, member, "bakers", to.handle, StoppedClock())


def test_law_01_no_more_are_held_in_one_hand_than_the_clause_says(committed: Database, books: Books) -> None:
    people = lending(committed, books, 13)
    found = at_once(12, lambda index: give(committed, books, people[index + 1], people[0]))
    assert sum(one is None for one in found) == 5
    assert sum(isinstance(one, Forbidden) for one in found) == 7
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Delegation)).scalar_one() == 5


def test_a_chain_of_delegates_given_at_once_takes_one_hop(committed: Database, books: Books) -> None:
    people = lending(committed, books, 8)
    found = at_once(8, lambda index: give(committed, books, people[index], people[(index + 1) % 8]))
    assert {type(one) for one in found} == {type(None), Conflict}
    with committed.begin() as session:
        rows = session.execute(select(col(Delegation.member_id), col(Delegation.delegate_id))).all()
    assert {row.member_id for row in rows}.isdisjoint(row.delegate_id for row in rows)
