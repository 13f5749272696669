"""Closing a case: what its jury decided is done, and whoever it concerns is told.

Law 13, and the reason for every time limit here: where no jury could be drawn, too few voted, or what was to
be judged is gone, nothing is done about the thing, and what was held is shown. Law 14: a case closes when its
last juror has voted, or by a job once its time is over; by then no ballot is taken, so a late job counts what
a punctual one would have.

Locks: the case, then the decision it judges, then the thing, then what was asked of all.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import bad_faith, ballots, pauses, subject, telling
from audience.cases.causes import ByLaw, beside, of_people, restated, told
from audience.cases.outcome import Decided, decided
from audience.cases.subject import Subject
from audience.cases.tables import Case
from audience.moderation import decisions, ending_holds, pace, profile_decisions
from audience.moderation.case_rules import OUTCOMES
from audience.moderation.rules import MODERATION, Action, ModerationRules
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept
from coop import suspensions
from coop.book import Book

JURY, DEFAULT = "jury", "default"
"""Why a decision ended: a jury decided, or was to and did not in time."""


def decide(session: Session, book: Book, case: Case, now: datetime) -> None:
    """Close a case that the caller holds, by the ballots there are."""
    rules = book.rules(MODERATION, ModerationRules).juries
    thing = subject.of_case(session, case)
    found = decided(ballots.votes(session, case), rules.quorum)
    if thing.gone:
        end(session, book, case, "gone", now)
    elif found is None:
        end(session, book, case, "no_quorum", now)
    elif case.kind == "report":
        _by_report(session, book, case, thing, found, now)
    else:
        _by_judging(session, book, case, thing, found, now)


def end(
    session: Session, book: Book, case: Case, why: str, now: datetime, *, told: str | None = None
) -> None:
    """Close a case without an outcome: nothing is done, and what is held is shown.

    ``told`` is what of :data:`telling.ENDED_SAID` its reporters are told, where that is not ``why``.
    """
    _close(session, case, why, now)
    if case.kind == "hold" and case.decision_id is not None:
        ending_holds.end_hold(session, book, case.decision_id, DEFAULT, now)
    telling.reporters(session, book, case, telling.ENDED_SAID[told or why], now)


def give_way(session: Session, book: Book, case: Case, now: datetime) -> None:
    """Close a case of too few reports that the caller holds, because a jury looks at the thing anyway.

    Whoever reported it is told so, as where a steward held it.
    """
    end(session, book, case, "ended", now, told="looked_at")


def _by_report(
    session: Session, book: Book, case: Case, thing: Subject, found: Decided, now: datetime
) -> None:
    """Do what a jury decided about something that was reported."""
    _close(session, case, JURY, now, found)
    before = _in_force(session, thing)
    if found.outcome != "none":
        law = cast(ByLaw, case.by_law)
        cause = of_people(book, law, cast(Action, found.outcome), "jury", found.tally["outcome"])
        made = _put(session, book, thing, [cause, *_standing(before, cause)], now)
        case.made_id = None if made is None else made.id
        if found.measure == "suspend":
            asked = suspensions.ask(session, thing.author_id, told(cause), found.tally["measure"], now)
            case.asked_id = asked.id
    if found.measure == "pause":
        pauses.pause(session, book, thing.author_id, case.id, now)
    session.flush()
    telling.author(session, book, case, thing, found, now)
    if found.bad_faith:
        bad_faith.found(session, book, case, now)
    else:
        telling.reporters(session, book, case, telling.JUDGED_SAID[found.outcome != "none"], now)


def _by_judging(
    session: Session, book: Book, case: Case, thing: Subject, found: Decided, now: datetime
) -> None:
    """Do what a jury decided about something that was held, or appealed."""
    judged = session.get_one(Decision, case.decision_id, with_for_update=True, populate_existing=True)
    if judged.ended_at is not None:
        _close(session, case, "ended", now)
        telling.reporters(session, book, case, telling.ENDED_SAID["ended"], now)
        return
    _close(session, case, JURY, now, found)
    stands = ballots.at_most(judged.action, thing.noun)[-1]
    milder = OUTCOMES.index(found.outcome) < OUTCOMES.index(stands)
    judged.judged = "overturned" if milder else "upheld"
    session.flush()
    if judged.action == "slow":
        if milder:
            judged.ended_at, judged.ended_why = now, JURY
            pace.lift(session, judged, now)
    elif thing.is_act and judged.action == "hold":
        _with_act(session, book, case, judged, found, now)
    elif milder or judged.action == "hold":
        kept = cast(list[Kept], judged.causes)
        heaviest, rest = kept[0], [one for one in kept if one["then"] != kept[0]["then"]]
        causes = [] if found.outcome == "none" else [
            restated(
                heaviest,
                cast(Action, found.outcome),
                found.tally["outcome"],
                ballots.made_under(session, judged.id),
            )
        ]  # fmt: skip
        made = _put(session, book, thing, [*causes, *beside(rest, found.outcome)], now)
        case.made_id = None if made is None else made.id
    if milder and case.kind == "appeal":
        _lift_measures(session, judged, now)
        telling.reporters_of_appealed(session, book, judged, found, now)
    session.flush()
    if judged.ended_why != ending_holds.SUSPENDED:
        telling.author(session, book, case, thing, found, now, judged)
    telling.reporters(session, book, case, telling.JUDGED_SAID[found.outcome != "none"], now)


def _with_act(
    session: Session, book: Book, case: Case, judged: Decision, found: Decided, now: datetime
) -> None:
    """Let what waits through, or refuse it; a follow that a jury does not let through goes on waiting."""
    if found.outcome == "none":
        ending_holds.end_hold(session, book, judged.id, JURY, now)
    elif found.outcome == "remove":
        heaviest = cast(list[Kept], judged.causes)[0]
        cause = restated(heaviest, "remove", found.tally["outcome"])
        case.made_id = profile_decisions.refuse(session, judged, cause, JURY, now).id


def _in_force(session: Session, thing: Subject) -> Decision | None:
    """Return the decision in force on a thing, locked; None where there is none."""
    if thing.profile_id is not None:
        return profile_decisions.in_force(session, thing.profile_id)
    return decisions.in_force(session, thing.post_id, thing.reply_id)


def _put(session: Session, book: Book, thing: Subject, causes: list[Kept], now: datetime) -> Decision | None:
    """Do with a thing what a jury decided, in place of what is in force on it, and return it."""
    if thing.profile_id is not None:
        return profile_decisions.put(session, thing.profile_id, causes, JURY, now)
    return decisions.put(session, book, thing.post_id, thing.reply_id, causes, JURY, now)


def _standing(before: Decision | None, cause: Kept) -> list[Kept]:
    """Return the causes of what was in force that still say something beside what a jury found of reports.

    It was not asked about them, so they stand; but what a jury has looked at is not held any more.
    """
    causes = [] if before is None else cast(list[Kept], before.causes)
    others = [one for one in causes if (one["scope"], one["clause"]) != (cause["scope"], cause["clause"])]
    return [one for one in others if one["then"] != "hold"]


def _lift_measures(session: Session, judged: Decision, now: datetime) -> None:
    """End the pause that a decision brought with it, or the vote on a suspension, or what came of that."""
    made = select(col(Case.id), col(Case.asked_id)).where(col(Case.made_id) == judged.id)
    for case_id, asked_id in session.execute(made):
        pauses.lift(session, case_id, now)
        if asked_id is not None:
            suspensions.withdraw(session, asked_id, now)


def _close(session: Session, case: Case, why: str, now: datetime, found: Decided | None = None) -> None:
    ballots.forget(session, case)
    case.closed_at, case.closed_why = now, why
    if found is not None:
        case.outcome, case.measure, case.tally = found.outcome, found.measure, found.tally
    session.flush()
