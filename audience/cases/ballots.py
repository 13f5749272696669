"""Ballots of jurors: each votes once, and nothing that is kept says who voted what.

That a juror has voted stands on their place in the jury, under the lock of the case, so two requests of one
juror count once. The ballot knows the case alone: no juror, and no time. The two are written in one
transaction, so with each vote all ballots of the case are written anew, with new ids and in an order drawn at
random, and so are the places of all who have voted: neither ids, nor the places of the rows, nor the
transactions that wrote them tell which came with which. Once the case is closed the ballots are deleted, and
how many said what is all that stays.

What this does not keep. The first ballot of a case is its first voter's until a second comes. Whoever can
read the database again and again while the jury votes, its log of changes (WAL), backups of that time, or the
memory of the server, can see each ballot arrive with its voter; what was written anew or deleted stays on
disk until it is vacuumed. And where all ballots say the same, everybody knows what each said.

What a jury may choose from is a clause: the ground's outcomes, as it read when the jury was called. Whoever
judges on appeal what that jury did to a post or a reply chooses from the same, up to that. A rule has no such
list: what it did, or a steward in an emergency, is judged from nothing to that.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import case as whether
from sqlalchemy import delete, insert, or_, select, update
from sqlmodel import Session, col

from audience.cases import subject
from audience.cases.causes import MEANINGLESS, ByLaw, outcomes_of
from audience.cases.outcome import Vote
from audience.cases.subject import Noun, Subject
from audience.cases.tables import Case, CaseBallot, CaseJuror
from audience.moderation.case_rules import MEASURES, OUTCOMES, Measure, Outcome
from audience.moderation.tables import Decision
from coop.errors import Conflict, Fault, RuleBroken
from coop.ids import LARGEST

_LOT = secrets.SystemRandom()

AT_MOST: dict[str, tuple[Outcome, ...]] = {
    "label": ("none", "label"),
    "collapse": ("none", "collapse"),
    "unfeed": ("none", "collapse"),
    "narrow": ("none", "collapse", "narrow"),
    "hold": ("none", "collapse", "remove"),
    "remove": ("none", "collapse", "narrow", "remove"),
    "slow": ("none", "collapse"),
}
"""By what a rule or a steward did: what a jury may choose from, the strictest being to let it stand."""
OF_ACTS: dict[Noun, tuple[Outcome, ...]] = {"profile": ("none", "remove"), "follow": ("none", "collapse")}
"""What a jury that judges what waits may choose from: to let it through; or, of a change of a profile, to
refuse it, and of a follow to let it wait for as long as the rule says, which ends by itself. Of a profile of
which something was removed: to give it back, or not."""


def at_most(action: str, noun: Noun) -> tuple[Outcome, ...]:
    """Return what a jury may choose from that judges what was done with a thing which is so called."""
    whole = OF_ACTS[noun] if action in ("hold", "remove") and noun in OF_ACTS else AT_MOST[action]
    return tuple(one for one in whole if one not in MEANINGLESS.get(noun, ()))


def choices(session: Session, case: Case) -> tuple[tuple[Outcome, ...], tuple[Measure, ...]]:
    """Return what the jury of a case may choose from, the mildest first, for the thing and for its author."""
    thing = subject.of_case(session, case)
    measures: tuple[Measure, ...] = ("nothing",)
    if case.decision_id is not None:
        outcomes = _of_judged(session, case.decision_id, thing)
    else:
        law = cast(ByLaw, case.by_law)
        outcomes = outcomes_of(law["outcomes"], thing.noun)
        measures = tuple(one for one in MEASURES if one == "nothing" or one in law["measures"])
    return outcomes, measures


def made_under(session: Session, decision_id: int) -> ByLaw | None:
    """Return the by-law under which a jury decided something; None where no jury did, or it judged a rule."""
    law = select(col(Case.by_law)).where(col(Case.made_id) == decision_id).limit(1)
    return cast(ByLaw | None, session.scalar(law))


def _of_judged(session: Session, decision_id: int, thing: Subject) -> tuple[Outcome, ...]:
    action = session.scalars(select(col(Decision.action)).where(col(Decision.id) == decision_id)).one()
    whole, law = at_most(action, thing.noun), made_under(session, decision_id)
    if law is None or thing.noun in OF_ACTS:
        return whole
    strictest = OUTCOMES.index(whole[-1])
    return tuple(one for one in outcomes_of(law["outcomes"], thing.noun) if OUTCOMES.index(one) <= strictest)


def cast_ballot(session: Session, case: Case, juror: CaseJuror, vote: Vote, now: datetime) -> None:
    """Keep the ballot of a juror of a case that the caller holds, and that they have voted.

    Raise RuleBroken where it is no choice here.
    """
    _check(session, case, vote)
    _mix_in(session, case.id, vote)
    voted = or_(col(CaseJuror.voted_at).is_not(None), col(CaseJuror.member_id) == juror.member_id)
    at = whether((col(CaseJuror.member_id) == juror.member_id, now), else_=col(CaseJuror.voted_at))
    session.execute(
        update(CaseJuror).where(col(CaseJuror.case_id) == case.id, voted).values(voted_at=at),
        execution_options={"synchronize_session": "fetch"},
    )


def _check(session: Session, case: Case, vote: Vote) -> None:
    outcomes, measures = choices(session, case)
    faults = []
    if vote.outcome not in outcomes:
        faults.append(Fault("/outcome", f"This jury chooses from: {', '.join(outcomes)}."))
    if vote.measure not in measures:
        faults.append(Fault("/measure", f"This jury chooses from: {', '.join(measures)}."))
    if vote.bad_faith and (case.kind != "report" or vote.outcome != "none"):
        faults.append(Fault("/bad_faith", "Only reports that nothing comes of can be made in bad faith."))
    if faults:
        raise RuleBroken("This is not what this jury decides.", faults=tuple(faults))


def _mix_in(session: Session, case_id: int, vote: Vote) -> None:
    """Add a ballot, and write all others of the case anew with it, in an order drawn at random."""
    taken = delete(CaseBallot).where(col(CaseBallot.case_id) == case_id)
    rows = session.execute(taken.returning(*(col(getattr(CaseBallot, one)) for one in Vote._fields))).all()
    mixed = [vote, *(Vote(*row) for row in rows)]
    _LOT.shuffle(mixed)
    values = [{"id": _LOT.randrange(LARGEST) + 1, "case_id": case_id, **one._asdict()} for one in mixed]
    session.execute(insert(CaseBallot), values)


def forget(session: Session, case: Case) -> None:
    """Delete the ballots of a case that the caller holds and that is closed: how many said what is kept."""
    session.execute(delete(CaseBallot).where(col(CaseBallot.case_id) == case.id))


def votes(session: Session, case: Case) -> Sequence[Vote]:
    """Return the ballots of a case, in an order that says nothing."""
    rows = session.scalars(
        select(CaseBallot).where(col(CaseBallot.case_id) == case.id).order_by(col(CaseBallot.id))
    )
    return [Vote(cast(Outcome, one.outcome), cast(Measure, one.measure), one.bad_faith) for one in rows]


def refuse_second() -> Conflict:
    """Return the error for a juror who has voted."""
    return Conflict("You have voted. A ballot says nothing of whose it is, so nobody can change it.")
