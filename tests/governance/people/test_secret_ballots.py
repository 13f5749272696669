"""Secret ballots: one a voter, for good, and nothing ties the two together."""

from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col
from structlog.testing import capture_logs

from coop.database import Row
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.tables import LedgerEvent
from governance import ballots
from governance.ballots import Vote
from governance.people import secret_ballots
from governance.tables import RollEntry
from governance.tally import Choice
from tests.governance.assembly import START, Assembly
from tests.governance.people.polls import Poll, crowd, draft


@pytest.fixture
def open_poll(poll: Poll) -> Poll:
    """An election that is being voted on, with four who stand."""
    poll.open(3, 4, 5, 6)
    return poll


def kept(poll: Poll) -> list[tuple[str, bytes]]:
    """The ballots as they lie in the table, in the order of their places on disk."""
    rows = poll.assembly.session.execute(text("SELECT nonce, marks FROM secret_ballot ORDER BY ctid"))
    return [(row.nonce, bytes(row.marks)) for row in rows]


def everything(poll: Poll) -> list[tuple[str, str]]:
    """Every row of every table, as text, with the name of its table."""
    session = poll.assembly.session
    return [
        (name, row)
        for name in Row.metadata.tables
        for row in session.execute(text(f'SELECT "{name}"::text FROM "{name}"')).scalars()
    ]


def tallied(poll: Poll) -> dict[str, Any]:
    event = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == "proposal.tallied")
    found: dict[str, Any] = poll.assembly.session.execute(event).scalar_one()
    return found


def test_law_04_a_secret_ballot_is_cast_once_and_stays(open_poll: Poll) -> None:
    receipt = open_poll.cast(1, 4, 3)
    assert receipt.marks == (open_poll.place(4), open_poll.place(3))
    assert kept(open_poll) == [(receipt.nonce, bytes(receipt.marks))]
    with pytest.raises(Conflict, match="You have voted"):
        open_poll.cast(1, 3)
    assert len(kept(open_poll)) == 1
    assert open_poll.read(1).voted
    assert not open_poll.read(2).voted


def test_law_04_nothing_but_the_roll_and_the_ledger_name_who_voted(open_poll: Poll) -> None:
    receipt = open_poll.cast(1, 4)
    events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == "ballot.marked")
    assert open_poll.assembly.session.execute(events).scalars().all() == [
        {"proposal": str(open_poll.id), "voter": open_poll.voters[1].handle}
    ]
    found = {name for name, written in everything(open_poll) if receipt.nonce in written}
    assert found == {"secret_ballot"}
    assert set(Row.metadata.tables["secret_ballot"].columns.keys()) == {"nonce", "proposal_id", "marks"}


def test_the_log_is_told_nothing_of_a_ballot(open_poll: Poll, capsys: pytest.CaptureFixture[str]) -> None:
    with capture_logs() as logged:
        receipt = open_poll.cast(1, 4)
        open_poll.count()
    written = capsys.readouterr()
    assert receipt.nonce not in f"{logged}{written.out}{written.err}"


def test_once_counted_a_nonce_stands_beside_no_name(open_poll: Poll) -> None:
    receipts = [open_poll.cast(who, 3) for who in range(6)]
    open_poll.count()
    nonce, names = receipts[0].nonce, {voter.handle for voter in open_poll.voters[:3]}
    found = [(name, written) for name, written in everything(open_poll) if nonce in written]
    assert [name for name, _ in found] == ["ledger_event"]
    assert not any(handle in found[0][1].partition('"ballots"')[2].partition("]}]")[0] for handle in names)


def test_the_order_of_the_rows_is_not_that_in_which_they_were_cast(open_poll: Poll) -> None:
    cast, places = [], []
    for who in range(15):
        cast.append(open_poll.cast(who, 3).nonce)
        lying = [nonce for nonce, _ in kept(open_poll)]
        places.append(lying.index(cast[-1]))
    assert sorted(lying) == sorted(cast)
    # By chance the newest lies first, or last, each time in one run of 15! ≈ 10¹².
    assert places not in ([0] * 15, list(range(15)))
    assert lying != cast


def test_what_wrote_a_row_does_not_tell_when_it_was_cast(open_poll: Poll, monkeypatch: Any) -> None:
    first = [open_poll.cast(who, 3).nonce for who in range(4)]
    session = open_poll.assembly.session
    places = {row.nonce: row.ctid for row in session.execute(text("SELECT nonce, ctid FROM secret_ballot"))}
    open_poll.cast(4, 3)
    now = {row.nonce: row.ctid for row in session.execute(text("SELECT nonce, ctid FROM secret_ballot"))}
    assert all(now[nonce] != places[nonce] for nonce in first)
    monkeypatch.setattr(secret_ballots, "MIXED", 2)
    open_poll.cast(5, 3)
    last = {row.nonce: row.ctid for row in session.execute(text("SELECT nonce, ctid FROM secret_ballot"))}
    assert sum(last[nonce] != now[nonce] for nonce in now) == 2


def test_ballots_are_told_in_the_order_of_what_they_say_and_deleted(open_poll: Poll) -> None:
    said = [(3,), (4, 3), (3, 4), (6,), (5, 3), (3,)]
    cast = {open_poll.cast(who, *ranked) for who, ranked in enumerate(said)}
    session = open_poll.assembly.session
    with pytest.raises(Conflict):
        secret_ballots.counted(session, open_poll.case, after=0, limit=9)
    open_poll.count()
    assert kept(open_poll) == []
    ballots_told = tallied(open_poll)["ballots"]
    assert ballots_told == sorted(ballots_told, key=lambda one: (one["marks"], one["nonce"]))
    assert {(tuple(one["marks"]), one["nonce"]) for one in ballots_told} == {
        (receipt.marks, receipt.nonce) for receipt in cast
    }
    assert all(one.keys() == {"choice", "marks", "nonce"} for one in ballots_told)
    page = secret_ballots.counted(session, open_poll.case, after=2, limit=3)
    assert [asdict(one)["nonce"] for one in page] == [one["nonce"] for one in ballots_told[2:5]]


def test_where_too_few_vote_nothing_of_what_they_said_is_told(open_poll: Poll) -> None:
    for who in range(4):
        open_poll.cast(who, 3)
    open_poll.count()
    told = tallied(open_poll)
    assert told["ballots"] == []
    assert told["tally"]["result"] == {"chosen": [], "count": None}
    assert told["tally"]["reason"] == "Rejected: 4 of 15 on the roll took part, where 5 had to."
    assert kept(open_poll) == []
    assert open_poll.assembly.state(open_poll.id) == "rejected"


def test_turnout_is_told_from_the_clause_on(open_poll: Poll) -> None:
    seen = []
    for who in range(6):
        open_poll.cast(who, 3)
        seen.append(open_poll.read().turnout)
    assert seen == [None, None, None, None, 5, 6]


def test_whoever_is_not_on_the_roll_has_no_ballot(open_poll: Poll) -> None:
    (late,) = open_poll.assembly.admit(1, START)
    open_poll.voters = [late]
    with pytest.raises(Forbidden):
        secret_ballots.cast(
            open_poll.assembly.session,
            late,
            open_poll.id,
            Vote(Choice.RANKED, open_poll.case.patch_sha256, marks=(0,)),
            open_poll.assembly.clock,
        )


def test_law_05_a_ballot_for_the_proposal_before_its_slate_is_refused(poll: Poll) -> None:
    before = poll.case.patch_sha256
    poll.open(3, 4)
    with pytest.raises(Conflict) as refused:
        poll.cast(1, 3, patch_sha256=before)
    assert refused.value.faults[0].pointer == "/patch_sha256"
    assert kept(poll) == []


NO_ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"choice": Choice.FOR, "marks": None}, "/choice"),
    ({"choice": Choice.ABSTAIN, "marks": None}, "/choice"),
    ({"choice": Choice.APPROVED}, "/choice"),
    ({"reason": "She is the best."}, "/reason"),
    ({"marks": (9,)}, "/marks/0"),
    ({"marks": (1, 1)}, "/marks/1"),
    ({"marks": ()}, "/marks"),
    ({"marks": None}, "/marks"),
]


def test_a_ballot_that_ranks_no_candidates_is_refused_and_leaves_the_vote_open(open_poll: Poll) -> None:
    for said, pointer in NO_ANSWERS:
        with pytest.raises(RuleBroken) as refused:
            open_poll.cast(1, **{"marks": (0,)} | said)
        assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert not open_poll.read(1).voted
    open_poll.cast(1, 3)


def test_one_votes_on_people_in_secret_and_on_rules_in_the_open(open_poll: Poll) -> None:
    assembly, voter = open_poll.assembly, open_poll.voters[1]
    with pytest.raises(Conflict, match="secret"):
        assembly.vote(open_poll.id, voter, "ranked", marks=(0,))
    with pytest.raises(NotFound):
        ballots.own(assembly.session, voter, open_poll.id)
    made = assembly.propose()
    assembly.go_to(assembly.times(made).voting_at)
    with pytest.raises(Conflict, match="openly"):
        vote = Vote(Choice.RANKED, assembly.case(made).patch_sha256)
        secret_ballots.cast(assembly.session, voter, made, vote, assembly.clock)


def test_approvals_are_cast_in_secret_too(assembly: Assembly) -> None:
    crowd(assembly, 10)
    poll = Poll.of(assembly, draft(method="approval"))
    poll.open(3, 4)
    for who in range(6):
        poll.cast(who, *([4] if who else [3, 4]), choice=Choice.APPROVED)
    poll.count()
    assert poll.read().elected == (poll.voters[4].handle, poll.voters[3].handle)


def test_law_14_the_first_voter_settles_the_slate_where_no_job_has(poll: Poll) -> None:
    poll.stand(3)
    before = poll.case.patch_sha256
    poll.assembly.go_to(poll.assembly.times(poll.id).voting_at)
    with pytest.raises(Conflict):
        poll.cast(1, marks=(0,), patch_sha256=before)
    assert poll.case.patch_sha256 != before
    poll.cast(1, 3)


def test_the_row_that_says_who_voted_is_the_only_one_of_the_roll_that_changes(open_poll: Poll) -> None:
    session = open_poll.assembly.session
    open_poll.cast(1, 3)
    voted = select(col(RollEntry.member_id)).where(col(RollEntry.voted))
    assert session.execute(voted).scalars().all() == [open_poll.voters[1].member_id]
