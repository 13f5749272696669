"""Announcements: what members are told of a proposal, at which moment, and whom it concerns.

Pure. Law 14: what there is to tell follows from facts and time, so a job that comes late tells only what is
still so: nobody is reminded of a vote that has closed, or told of a result that has since taken force.
Law 1: how long before a close or a review members are reminded are clauses. Needless reminders get ignored,
so a reminder goes only to those whom it can still move, and never together with what it reminds of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from governance.case import Case
from governance.deliberation.rules import Notices
from governance.facts import OVER, UNDONE, State
from governance.outcome import Outcome
from governance.people.secrecy import SECRET
from governance.people.slate import ELECTION


class Moment(StrEnum):
    """What has come about."""

    OPENED = "opened"
    """Ballots are taken."""
    CLOSING = "closing"
    """Voting closes soon."""
    CLOSED = "closed"
    """The vote has been counted."""
    STOPPED = "stopped"
    """It ended otherwise than by its count, while or after it was voted on."""
    IN_FORCE = "in_force"
    REVIEW = "review"
    """It is looked at again soon."""
    SUNSET = "sunset"
    """It ends by itself soon."""
    UNDONE = "undone"
    """It has gone out of force."""


class Audience(StrEnum):
    """Whom it concerns."""

    ROLL = "roll"
    """Everybody on the frozen roll."""
    NOT_VOTED = "not_voted"
    """Those on the roll who have not voted. Each learns this of themselves, and of nobody else."""
    EVERYBODY = "everybody"
    """Those on the roll, and those who belong to the scope now."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to tell of a proposal."""

    moment: Moment
    audience: Audience
    at: datetime
    """When it came about."""
    line: str
    detail: str = ""
    until: datetime | None = None
    """The moment that it points to."""
    turn: int = 0
    """The term that a review or a sunset ends, by the second in which it began; else 0."""


def moments(case: Case, rules: Notices) -> list[Announcement]:
    """Return what there is to tell of a proposal at the moment it was read at, told before or not."""
    found = [*_of_its_vote(case, rules), *_of_its_outcome(case), *_of_its_term(case, rules)]
    return [one for one in found if case.read_at - rules.kept < one.at <= case.read_at]


def sentence(case: Case) -> str:
    """Return how the vote went and why, as anyone may read it; empty before there is a count.

    The reason of a vote on people names members, whom visitors are not told of: of that the numbers are told.
    """
    tally = case.facts.tally
    if case.kind not in SECRET:
        return "" if tally is None else tally.reason
    return _without_names(case.kind, tally) if isinstance(tally, Outcome) else ""


def _without_names(kind: str, election: Outcome) -> str:
    elected = len(election.chosen)
    came = f"{elected} {'was' if elected == 1 else 'were'} elected" if kind == ELECTION else "so it is done"
    what = f"Passed: {came}" if election.passed else "Rejected"
    part = f"{election.ballots} of {election.roll} on the roll took part, where {election.need} had to."
    return f"{what}; {part}" if election.passed else f"{what}: {part}"


def _of_its_vote(case: Case, rules: Notices) -> Iterator[Announcement]:
    closes_at, times = case.ballots_close_at, case.times
    if closes_at is None or times is None or case.roll_frozen_at is None or not case.takes_ballots:
        return
    opened_at = max(times.voting_at, case.facts.enacted_at or times.voting_at)
    line = f"Voting has begun: {case.title}"
    yield Announcement(Moment.OPENED, Audience.ROLL, opened_at, line, until=closes_at)
    closing_at = closes_at - rules.closing
    if closing_at > opened_at:
        line = f"You have not voted yet: {case.title}"
        yield Announcement(Moment.CLOSING, Audience.NOT_VOTED, closing_at, line, until=closes_at)


def _of_its_outcome(case: Case) -> Iterator[Announcement]:
    stage, facts = case.stage, case.facts
    if _counted_last(case):
        passed = facts.tally is not None and facts.tally.passed
        line = f"{'Passed' if passed else 'Rejected'}: {case.title}"
        at = case.ballots_close_at or stage.since
        waits = stage.state is State.TIMELOCK and stage.until is not None and case.read_at < stage.until
        until = stage.until if waits else None
        yield Announcement(Moment.CLOSED, Audience.ROLL, at, line, sentence(case), until)
    elif stage.state in OVER and facts.ended_at is not None and case.roll_frozen_at is not None:
        line = f"Ended: {case.title}"
        yield Announcement(Moment.STOPPED, Audience.ROLL, facts.ended_at, line, case.end_reason or "")
    if stage.state is State.IN_FORCE and case.version_id is not None:
        line = f"In force: {case.title}"
        yield Announcement(
            Moment.IN_FORCE, Audience.EVERYBODY, stage.since, line, sentence(case), stage.until
        )
    elif stage.state in UNDONE and facts.undone_at is not None:
        line = f"No longer in force: {case.title}"
        yield Announcement(Moment.UNDONE, Audience.EVERYBODY, facts.undone_at, line, case.undone_reason or "")


def _counted_last(case: Case) -> bool:
    """Say whether the count is the last thing that happened: what it led to would tell more."""
    state, enacted_at = case.stage.state, case.facts.enacted_at
    if case.tallied_at is None:
        return False
    if state is State.IN_FORCE and enacted_at is not None:
        return case.version_id is None or case.tallied_at > enacted_at
    return state in (State.REJECTED, State.TIMELOCK)


def _of_its_term(case: Case, rules: Notices) -> Iterator[Announcement]:
    since = case.facts.renewed_at or case.facts.enacted_at
    if since is None or case.stage.state is not State.IN_FORCE:
        return
    for moment, ends_at, words in (
        (Moment.REVIEW, case.review_at, "Due for review"),
        (Moment.SUNSET, case.sunset_at, "Ends by itself unless it is renewed"),
    ):
        # A term that is no longer than the notice would be told of on the day it began.
        if ends_at is not None and case.read_at < ends_at and ends_at - rules.review > since:
            at, line, turn = ends_at - rules.review, f"{words}: {case.title}", int(since.timestamp())
            yield Announcement(moment, Audience.EVERYBODY, at, line, until=ends_at, turn=turn)
