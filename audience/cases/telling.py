"""Telling whom a closed case concerns what came of it: whoever made the thing, and whoever reported it.

What is told stands on what the jury was asked. Of reports it did something, or nothing; of what was held or
appealed it undid that, did something milder or let it stand, and of an appeal its word is the last.
"""

from datetime import datetime

from sqlalchemy import literal, select
from sqlmodel import Session, col

from audience.cases.outcome import Decided
from audience.cases.subject import Subject
from audience.cases.tables import Case, Report
from audience.moderation.tables import Decision
from coop import notices
from coop.book import Book
from coop.notices import Tidings

OUTCOME_SAID = {
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
JUDGED_SAID = {True: "A jury looked, and acted.", False: "A jury looked, and left it as it is."}
"""By whether something is done with a thing: what whoever reported it is told."""
APPEALED_SAID = {
    True: "It was appealed: a fresh jury looked, and undid what was done.",
    False: "It was appealed: a fresh jury looked, and did something milder.",
}
"""By whether what was done is undone on appeal: the same, later."""
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
UNDONE_SAID = {
    "hold": "is shown now, as if nothing had held it back",
    "appeal": "is free of what had been done with it",
}
"""By the kind of a case that judges what was done: what its author is told where it is undone."""


def author(
    session: Session,
    book: Book,
    case: Case,
    thing: Subject,
    found: Decided,
    now: datetime,
    judged: Decision | None = None,
) -> None:
    """Tell whoever made it what a jury did; of reports that nothing came of they are told nothing.

    ``judged`` is what had been done with it, where that was judged.
    """
    if case.kind == "report" and found.outcome == "none":
        return
    waited = thing.is_act and judged is not None and judged.action == "hold"
    called = "your profile" if thing.noun == "profile" and not waited else CALLED[thing.noun]
    line = f"A jury of members looked at {called}. It {_said(case, thing, found, judged, waited=waited)}."
    if case.kind == "appeal" and judged is not None and judged.judged == "upheld":
        line = f"A fresh jury of members looked at {called}, and let stand what was done."
    tidings = Tidings(
        topic="post",
        subject=case.id,
        moment="judged",
        line=line,
        detail=f"{_to_read(case, found, waited=waited)}{MEASURE_SAID[found.measure]}",
        path=f"/moderation/decisions/{case.made_id or case.decision_id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(thing.author_id)), now)


def _said(case: Case, thing: Subject, found: Decided, judged: Decision | None, *, waited: bool) -> str:
    """Return what became of a thing."""
    if waited:
        return ACT_SAID[found.outcome]
    if judged is not None and judged.action == "slow":
        return SLOW_SAID[found.outcome]
    if thing.noun == "profile":
        return PROFILE_SAID[found.outcome]
    return UNDONE_SAID[case.kind] if found.outcome == "none" else OUTCOME_SAID[found.outcome]


def _to_read(case: Case, found: Decided, *, waited: bool) -> str:
    """Return what whoever made a thing finds at the decision: how to appeal only where they can."""
    if found.outcome == "none":
        return "Read what had been done, by which by-law, and how the jury voted."
    if case.kind == "appeal":
        return "Read under which by-law, and how they voted. It was looked at twice, and this stands."
    appeal = "and how they voted" if waited else "how they voted, and how to appeal"
    return f"Read under which by-law, {appeal}."


def reporters(session: Session, book: Book, case: Case, line: str, now: datetime) -> None:
    """Tell whoever reported the thing of a case how that ended; not of one that never had a jury called."""
    if case.called_at is None and case.closed_why != "ended":
        return
    _tell_reporters_of(session, book, case.id, "closed", line, now)


def reporters_of_appealed(
    session: Session, book: Book, judged: Decision, found: Decided, now: datetime
) -> None:
    """Tell whoever reported what a jury acted on that a fresh jury, on appeal, did something milder."""
    line = APPEALED_SAID[found.outcome == "none"]
    came = select(col(Case.id)).where(col(Case.made_id) == judged.id, col(Case.kind) == "report")
    for case_id in session.scalars(came).all():
        _tell_reporters_of(session, book, case_id, "appealed", line, now)


def _tell_reporters_of(
    session: Session, book: Book, case_id: int, moment: str, line: str, now: datetime
) -> None:
    tidings = Tidings(
        topic="report",
        subject=case_id,
        moment=moment,
        line=f"You reported something. {line}",
        path="/moderation/reports",
        at=now,
    )
    wanted = select(col(Report.reporter_id)).where(col(Report.case_id) == case_id)
    notices.tell(session, book, tidings, wanted, now)
