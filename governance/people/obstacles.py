"""Obstacles: what keeps a vote on people from being held when it would open.

Law 14: they follow from who stands and from who belonged at that moment, so they hold from then on whether
or not a job has written them down. Law 1: how small a roll is too small to keep a secret is a clause.
"""

from sqlalchemy import func, select
from sqlmodel import Session, col

from governance import roll
from governance.case import Case
from governance.people.secrecy import SECRET
from governance.people.slate import ELECTION
from governance.people.tables import Candidate


def of(session: Session, case: Case) -> str | None:
    """Return why a vote on people that would be open by now is not held, in a sentence or two.

    None where nothing keeps it, and for what is no such vote.
    """
    times = case.times
    if case.kind not in SECRET or times is None or times.held or case.read_at < times.voting_at:
        return None
    if case.roll_frozen_at is not None:
        return None
    people = roll.electorate(case.scope, times.voting_at, case.class_rules.tenure).subquery()
    size = session.execute(select(func.count()).select_from(people)).scalar_one()
    least = case.rules.council.secret_roll
    if size < least:
        return (
            f"The roll would be of {size}, too few to keep a vote on people secret "
            f"(voting /council/secret_roll = {least})."
        )
    if case.kind != ELECTION:
        return None
    standing = select(func.count()).where(
        col(Candidate.proposal_id) == case.id, col(Candidate.member_id).in_(select(people.c.id))
    )
    if not session.execute(standing).scalar_one():
        return "Nobody who may vote on it stands for election."
    return None
