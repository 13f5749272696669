"""Closing a case: what its jury decided is done, and whoever it concerns is told.

Law 13, and the reason for every time limit here: where no jury could be drawn, too few voted, or what was to
be judged is gone, nothing is done about the thing, and what was held is shown. Law 14: a case closes when its
last juror has voted, or by a job once its time is over; by then no ballot is taken, so a late job counts what
a punctual one would have.

Locks: the case, then the decision it judges, then the thing, then what was asked of all.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import literal, select
from sqlmodel import Session, col

from audience.cases import bad_faith, ballots, pauses, subject
from audience.cases.causes import ByLaw, beside, of_people, restated, told
from audience.cases.outcome import Decided, decided
from audience.cases.subject import Subject
from audience.cases.tables import Case, Report
from audience.moderation import decisions, pace, profile_decisions
from audience.moderation.case_rules import OUTCOMES
from audience.moderation.rules import MODERATION, Action, ModerationRules
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept
from coop import notices, suspensions
from coop.book import Book
from coop.notices import Tidings

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

    ``told`` is what of :data:`ENDED_SAID` its reporters are told, where that is not ``why``.
    """
    _close(session, case, why, now)
    if case.kind == "hold" and case.decision_id is not None:
        decisions.end_hold(session, book, case.decision_id, DEFAULT, now)
    _tell_reporters(session, book, case, ENDED_SAID[told or why], now)


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
    _tell_author(session, book, case, thing, found, now)
    if found.bad_faith:
        bad_faith.found(session, book, case, now)
    else:
        _tell_reporters(session, book, case, JUDGED_SAID[found.outcome != "none"], now)


def _by_judging(
    session: Session, book: Book, case: Case, thing: Subject, found: Decided, now: datetime
) -> None:
    """Do what a jury decided about something that was held, or appealed."""
    judged = session.get_one(Decision, case.decision_id, with_for_update=True, populate_existing=True)
    if judged.ended_at is not None:
        _close(session, case, "ended", now)
        _tell_reporters(session, book, case, ENDED_SAID["ended"], now)
        return
    _close(session, case, JURY, now, found)
    stands = ballots.at_most(judged.action, thing)[-1]
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
            restated(heaviest, cast(Action, found.outcome), found.tally["outcome"])
        ]  # fmt: skip
        made = _put(session, book, thing, [*causes, *beside(rest, found.outcome)], now)
        case.made_id = None if made is None else made.id
    if milder and case.kind == "appeal":
        _lift_measures(session, judged, now)
    session.flush()
    if judged.ended_why != decisions.SUSPENDED:
        _tell_author(session, book, case, thing, found, now, judged.action)
    _tell_reporters(session, book, case, JUDGED_SAID[found.outcome != "none"], now)


def _with_act(
    session: Session, book: Book, case: Case, judged: Decision, found: Decided, now: datetime
) -> None:
    """Let what waits through, or refuse it; a follow that a jury does not let through goes on waiting."""
    if found.outcome == "none":
        decisions.end_hold(session, book, judged.id, JURY, now)
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


OUTCOME_SAID = {
    "none": "was left as it is",
    "label": "was labelled",
    "collapse": "is shown folded",
    "narrow": "is for those alone who follow you, or whom it names",
    "remove": "was removed",
}
"""By outcome: what its author is told that a jury did."""
PROFILE_SAID = {
    "none": "is as it was, but for what you changed since",
    "label": "was labelled",
    "remove": "was emptied as far as it still stood: others see your handle until you write it anew",
}
"""The same of a profile that others saw, …"""
ACT_SAID = {
    "none": "takes effect now, as if no rule had held it back",
    "collapse": "waits until it is over by itself",
    "remove": "was refused: you can write another",
}
"""… of what waited, …"""
SLOW_SAID = {"none": "slows you down no more", "collapse": "stays as it is until it is over"}
"""… and of being slowed down."""
CALLED = {
    "post": "a post of yours",
    "reply": "a reply of yours",
    "profile": "a change of your profile",
    "follow": "a follow of yours",
}
"""What a thing is called to whoever made it."""
MEASURE_SAID = {
    "nothing": "",
    "warn": " They ask you not to do so again.",
    "pause": " You read on, and publish nothing for some days.",
    "suspend": " They ask all of us to suspend you: a vote decides, and you are told when it is opened.",
}


def _tell_author(
    session: Session,
    book: Book,
    case: Case,
    thing: Subject,
    found: Decided,
    now: datetime,
    judged: str = "",
) -> None:
    """Tell whoever made it what a jury did; of reports that nothing came of they are told nothing.

    ``judged`` is what had been done with it, where that was judged.
    """
    if case.kind == "report" and found.outcome == "none":
        return
    waited = thing.is_act and judged == "hold"
    said = PROFILE_SAID if thing.noun == "profile" else OUTCOME_SAID
    if waited or judged == "slow":
        said = ACT_SAID if waited else SLOW_SAID
    called = "your profile" if thing.noun == "profile" and not waited else CALLED[thing.noun]
    tidings = Tidings(
        topic="post",
        subject=case.id,
        moment="judged",
        line=f"A jury of members looked at {called}. It {said[found.outcome]}.",
        detail=f"Read under which by-law, how they voted, and how to appeal.{MEASURE_SAID[found.measure]}",
        path=f"/moderation/decisions/{case.made_id or case.decision_id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(thing.author_id)), now)


JUDGED_SAID = {True: "A jury looked, and acted.", False: "A jury looked, and left it as it is."}
"""By whether something is done with a thing: what whoever reported it is told."""
ENDED_SAID = {
    "no_quorum": "Nothing was done: no jury decided in time.",
    "no_jury": "Nothing was done: no jury could be drawn in time.",
    "gone": "It was deleted before a jury decided.",
    "ended": "What was done with it changed before a jury decided, so this jury did not.",
    "few": "Nothing was done: too few others reported it.",
    "steward": "A steward holds it back until a jury has looked.",
    "looked_at": "It is held back, and a jury is called to it.",
}
"""By why a case ended without a jury's word: the same; ``steward`` where one held the thing,
``looked_at`` where a jury was called to it otherwise."""


def _tell_reporters(session: Session, book: Book, case: Case, line: str, now: datetime) -> None:
    if case.called_at is None and case.closed_why != "ended":
        return
    tidings = Tidings(
        topic="report",
        subject=case.id,
        moment="closed",
        line=f"You reported something. {line}",
        path="/moderation/reports",
        at=now,
    )
    reporters = select(col(Report.reporter_id)).where(col(Report.case_id) == case.id)
    notices.tell(session, book, tidings, reporters, now)
