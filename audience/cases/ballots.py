"""Ballots of jurors: each votes once, and nothing says who voted what.

That a juror has voted stands on their place in the jury, under whose row lock it is done, so two requests of
one juror count once. The ballot itself knows the case alone; its id is drawn by lot. What a jury may choose
from is a clause: the ground's outcomes; of a decision that is judged, nothing stricter than it was.
"""

import secrets
from collections.abc import Sequence
from typing import cast

from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import subject
from audience.cases.causes import MEANINGLESS, grounds, outcomes_of
from audience.cases.outcome import Vote
from audience.cases.subject import Noun, Subject
from audience.cases.tables import Case, CaseBallot
from audience.moderation.case_rules import MEASURES, Measure, Outcome
from audience.moderation.ruleset import scope_of
from audience.moderation.tables import Decision
from coop.book import Book
from coop.errors import Conflict, Fault, RuleBroken
from coop.ids import LARGEST

AT_MOST: dict[str, tuple[Outcome, ...]] = {
    "label": ("none", "label"),
    "collapse": ("none", "collapse"),
    "unfeed": ("none", "collapse"),
    "narrow": ("none", "collapse", "narrow"),
    "hold": ("none", "collapse", "remove"),
    "remove": ("none", "collapse", "narrow", "remove"),
    "slow": ("none", "collapse"),
}
"""By what was decided: what a jury that judges it may choose from, the strictest being to let it stand."""
OF_ACTS: dict[Noun, tuple[Outcome, ...]] = {"profile": ("none", "remove"), "follow": ("none", "collapse")}
"""What a jury that judges what waits may choose from: to let it through; or, of a change of a profile, to
refuse it, and of a follow to let it wait for as long as the rule says, which ends by itself. Of a profile of
which something was removed: to give it back, or not."""


def at_most(action: str, thing: Subject) -> tuple[Outcome, ...]:
    """Return what a jury that judges something which was done with a thing may choose from."""
    whole = OF_ACTS[thing.noun] if action in ("hold", "remove") and thing.is_act else AT_MOST[action]
    return tuple(one for one in whole if one not in MEANINGLESS.get(thing.noun, ()))


def choices(session: Session, book: Book, case: Case) -> tuple[tuple[Outcome, ...], tuple[Measure, ...]]:
    """Return what the jury of a case may choose from, the mildest first, for the thing and for its author."""
    thing = subject.of_case(session, case)
    measures: tuple[Measure, ...] = ("nothing",)
    if case.decision_id is not None:
        action = session.scalars(
            select(col(Decision.action)).where(col(Decision.id) == case.decision_id)
        ).one()
        outcomes = at_most(action, thing)
    else:
        ground = grounds(book, scope_of(book, thing.guild)).get(case.ground or "")
        outcomes = outcomes_of(ground, thing.noun)
        if ground is not None:
            measures = tuple(one for one in MEASURES if one == "nothing" or one in ground.measures)
    return outcomes, measures


def cast_ballot(session: Session, book: Book, case: Case, vote: Vote) -> None:
    """Keep a ballot of a juror whose place the caller holds; raise RuleBroken where it is no choice here."""
    outcomes, measures = choices(session, book, case)
    faults = []
    if vote.outcome not in outcomes:
        faults.append(Fault("/outcome", f"This jury chooses from: {', '.join(outcomes)}."))
    if vote.measure not in measures:
        faults.append(Fault("/measure", f"This jury chooses from: {', '.join(measures)}."))
    if vote.bad_faith and (case.kind != "report" or vote.outcome != "none"):
        faults.append(Fault("/bad_faith", "Only reports that nothing comes of can be made in bad faith."))
    if faults:
        raise RuleBroken("This is not what this jury decides.", faults=tuple(faults))
    session.add(
        CaseBallot(
            id=secrets.randbelow(LARGEST) + 1,
            case_id=case.id,
            outcome=vote.outcome,
            measure=vote.measure,
            bad_faith=vote.bad_faith,
        )
    )
    session.flush()


def votes(session: Session, case: Case) -> Sequence[Vote]:
    """Return the ballots of a case, in an order that says nothing."""
    rows = session.scalars(
        select(CaseBallot).where(col(CaseBallot.case_id) == case.id).order_by(col(CaseBallot.id))
    )
    return [Vote(cast(Outcome, one.outcome), cast(Measure, one.measure), one.bad_faith) for one in rows]


def refuse_second() -> Conflict:
    """Return the error for a juror who has voted."""
    return Conflict("You have voted. A ballot says nothing of whose it is, so nobody can change it.")
