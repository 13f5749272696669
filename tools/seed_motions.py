"""How a story's proposals come about: submitted, sponsored, talked over, and voted on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from coop.book import COOP
from coop.errors import NotFound
from coop.policy_text import sha256
from governance import ballots, cases, drafts, objections, proposals, sponsors
from governance.ballots import Vote
from governance.deliberation import outcomes
from governance.drafts import Draft
from governance.people import candidates, elections, secret_ballots
from governance.people.slate import ELECTION
from governance.subjects import KINDS
from governance.tally import Choice
from governance.timeline import Timeline
from tools import seed_talk
from tools.chronicle import Act, Chronicle, Room
from tools.motions import Election, Motion, Objected, Voice

SIGNS = timedelta(hours=1)
"""Between one signature and the next, and from the last one to the first word."""
DAY = timedelta(days=1)

T = TypeVar("T")


def plan(chronicle: Chronicle, begins: datetime, motion: Motion) -> None:
    """Plan a proposal that is submitted at a moment, and all that follows from it."""

    def submit() -> None:
        number = chronicle.act(motion.author, lambda room: _submitted(room, _draft(room, motion)))
        _sponsor(chronicle, number, motion.sponsors)
        if motion.sponsors:
            talked_at = chronicle.clock.at + SIGNS * len(motion.sponsors)
            chronicle.plan(talked_at, partial(_go_on, chronicle, number, motion))

    chronicle.plan(begins, submit)


def plan_election(chronicle: Chronicle, begins: datetime, election: Election) -> None:
    """Plan an election that is submitted at a moment, its candidates and its secret ballots."""

    def submit() -> None:
        wanted = Draft(COOP, ELECTION, election.title, election.rationale, [], "")
        number = chronicle.act(election.author, lambda room: _submitted(room, wanted))
        _sponsor(chronicle, number, election.sponsors)
        talked_at = chronicle.clock.at + SIGNS * len(election.sponsors)
        chronicle.plan(talked_at, partial(_go_on_electing, chronicle, number, election))

    chronicle.plan(begins, submit)


def _submitted(room: Room, wanted: Draft) -> int:
    number = drafts.draft(room.session, room.book, room.who, wanted, room.clock.at)
    proposals.submit(room.session, room.book, room.who, number, room.clock)
    return number


def _draft(room: Room, motion: Motion) -> Draft:
    patch = room.setting(motion.kind, motion.clause, motion.value) if motion.clause else []
    return Draft(
        COOP,
        motion.kind,
        motion.title,
        motion.rationale,
        patch,
        _base(room, motion.kind),
        method=motion.method,
        options=motion.options,
        tripwires=motion.tripwires,
    )


def _base(room: Room, kind: str) -> str:
    """Return the hash of the text that a proposal changes; empty for one that changes none."""
    if kind in KINDS:
        return ""
    policy = room.book.policy(kind)
    if policy is None:
        raise NotFound
    return sha256(policy.text)


def _sponsor(chronicle: Chronicle, number: int, handles: tuple[str, ...]) -> None:
    for place, handle in enumerate(handles, 1):
        chronicle.later(
            place * SIGNS, handle, lambda room: sponsors.sponsor(room.session, room.who, number, room.clock)
        )


def _go_on(chronicle: Chronicle, number: int, motion: Motion) -> None:
    """Plan what is said of a proposal that was put to all, and the vote on it or on what goes on from it."""
    seed_talk.plan(chronicle, number, motion)
    objected = motion.objected
    if objected is None:
        _await_vote(chronicle, number, motion)
    else:
        chronicle.plan(chronicle.clock.at + DAY, partial(_object, chronicle, number, motion, objected))


def _object(chronicle: Chronicle, number: int, motion: Motion, objected: Objected) -> None:
    successor = chronicle.act(
        objected.by,
        lambda room: objections.object_to(
            room.session, room.book, room.who, number, objected.because, motion.clause, room.clock
        ),
    )
    if successor is not None:
        _await_vote(chronicle, successor, motion)


def _await_vote(chronicle: Chronicle, number: int, motion: Motion) -> None:
    """Plan the ballots on a proposal, one after another, and what its author says afterwards."""
    times = _times(chronicle, number)
    voters = [(handle, voice) for voice in motion.votes for handle in voice.handles.split()]
    for moment, (handle, voice) in _spread(times, voters):
        chronicle.plan(moment, partial(_vote, chronicle, number, handle, voice))
    if motion.outcome:
        chronicle.plan(times.due_at + DAY, partial(_conclude, chronicle, number, motion))


def _vote(chronicle: Chronicle, number: int, handle: str, voice: Voice) -> None:
    def cast(room: Room) -> None:
        case = cases.one(room.session, number, room.clock.at)
        vote = Vote(
            voice.choice,
            case.patch_sha256,
            marks=voice.marks,
            value=voice.value,
            rehearsal_sha256=case.rehearsal_sha256,
        )
        ballots.cast(room.session, room.who, number, vote, room.clock)

    chronicle.act(handle, cast)


def _conclude(chronicle: Chronicle, number: int, motion: Motion) -> None:
    chronicle.act(
        motion.author,
        lambda room: outcomes.state(room.session, room.book, room.who, number, motion.outcome, room.clock),
    )


def _go_on_electing(chronicle: Chronicle, number: int, election: Election) -> None:
    """Plan who stands in an election that was put to all, and the ballots."""
    for place, (handle, statement) in enumerate(election.candidates, 1):
        chronicle.later(place * SIGNS, handle, _stand(number, statement))
    for moment, (handle, preferred) in _spread(_times(chronicle, number), election.ballots):
        chronicle.plan(moment, partial(_mark, chronicle, number, handle, preferred.split()))


def _stand(number: int, statement: str) -> Act:
    return lambda room: candidates.stand(room.session, room.who, number, statement, room.clock)


def _mark(chronicle: Chronicle, number: int, handle: str, preferred: list[str]) -> None:
    def cast(room: Room) -> None:
        case = cases.one(room.session, number, room.clock.at)
        places = tuple(map(elections.slate(case).index, preferred))
        vote = Vote(Choice.RANKED, case.patch_sha256, marks=places)
        secret_ballots.cast(room.session, room.who, number, vote, room.clock)

    chronicle.act(handle, cast)


def _times(chronicle: Chronicle, number: int) -> Timeline:
    """Return when the periods begin of a proposal that has its sponsors."""
    with chronicle.platform.database.begin() as session:
        times = cases.one(session, number, chronicle.clock.at).times
    if times is None:
        raise ValueError(f"proposal {number} of the story lacks sponsors")
    return times


def _spread(times: Timeline, ballots: Sequence[T]) -> Iterator[tuple[datetime, T]]:
    """Yield each ballot with its moment: all in the first half of the vote, so that none extends it."""
    step = (times.closes_at - times.voting_at) / (2 * len(ballots) + 1)
    for place, ballot in enumerate(ballots, 1):
        yield times.voting_at + place * step, ballot
