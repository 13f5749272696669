"""Counting what was cast: the final ballots of many proposals, in a fixed number of statements.

Law 4: the last version of each ballot counts, and nothing else. What follows from the numbers is
:mod:`governance.outcome`'s part, so that anyone can count again without this database.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    bindparam,
    case,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from governance.case import Case
from governance.facts import Counted
from governance.outcome import decide
from governance.people import delegated
from governance.people.secrecy import SECRET
from governance.people.tables import SecretBallot
from governance.tables import Ballot, RollEntry
from governance.votes import Question, Votes


@cache
def is_final() -> ColumnElement[bool]:
    """Return the condition of the ballots that count: there is no later version by the same member.

    It is put together once: to name a table anew costs more than to ask.
    """
    newer = aliased(Ballot)
    return ~exists().where(
        col(newer.proposal_id) == col(Ballot.proposal_id),
        col(newer.member_id) == col(Ballot.member_id),
        col(newer.version) > col(Ballot.version),
    )


def tallies(session: Session, cases: Sequence[Case]) -> dict[int, Counted]:
    """Return the count of each case by its id; nobody has voted where no roll is frozen."""
    votes = votes_of(session, cases)
    return {found.id: decide(question(found), votes[found.id]) for found in cases}


def question(found: Case) -> Question:
    """Return what the ballots of a case answer."""
    return Question(
        method=found.method,
        options=found.options,
        roll=found.roll_size or 0,
        bar=found.bar,
        seed=found.patch_sha256,
        strength=found.rules.ranked.strength,
    )


def votes_of(session: Session, cases: Sequence[Case]) -> dict[int, Votes]:
    """Return how many final ballots of each case say what."""
    by_guild = [found.id for found in cases if found.bar.guilds is not None]
    guilds = case((col(Ballot.proposal_id).in_(by_guild), col(RollEntry.guild_ids)), else_=None)
    said = [col(Ballot.proposal_id), col(Ballot.choice), col(Ballot.marks), col(Ballot.value)]
    rows = session.execute(
        select(*said, guilds.label("guild_ids"), func.count().label("number"))
        .join(
            RollEntry,
            (col(RollEntry.proposal_id) == col(Ballot.proposal_id))
            & (col(RollEntry.member_id) == col(Ballot.member_id)),
        )
        .where(col(Ballot.proposal_id).in_([found.id for found in cases]), is_final())
        .group_by(*said, guilds)
    )
    found = {one.id: Votes() for one in cases}
    for row in rows:
        found[row.proposal_id].add(row.choice, row.number, row.marks, row.value, row.guild_ids or ())
    for row in _secret(session, [one.id for one in cases if one.kind in SECRET]):
        found[row.proposal_id].marks[bytes(row.marks)] += row.number
    for one in cases:
        for lent in delegated.votes(session, one):
            found[one.id].add(lent.choice, 1, lent.marks, lent.value)
    return found


def _secret(session: Session, proposal_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return how many secret ballots say what."""
    if not proposal_ids:
        return []
    said = (col(SecretBallot.proposal_id), col(SecretBallot.marks))
    counted = select(*said, func.count().label("number")).where(said[0].in_(proposal_ids)).group_by(*said)
    return session.execute(counted).all()


_FLOORS = text(
    """
    SELECT proposal_id, min(at) AS at
    FROM (
        SELECT proposal_id, at, sum(step) OVER (PARTITION BY proposal_id ORDER BY ledger_seq) AS standing
        FROM (
            SELECT proposal_id, at, ledger_seq, (choice = 'for')::int - coalesce(
                (lag(choice) OVER (PARTITION BY proposal_id, member_id ORDER BY version) = 'for')::int, 0
            ) AS step
            FROM ballot
            WHERE proposal_id = ANY(:ids)
        ) AS steps
    ) AS counts
    JOIN unnest(:ids, :needs) AS wanted(id, need) ON wanted.id = counts.proposal_id
    WHERE standing >= need
    GROUP BY proposal_id
    """
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("needs", type_=ARRAY(Integer)))


def floors(session: Session, needs: Mapping[int, int]) -> dict[int, datetime]:
    """Return, by proposal, when enough ballots first said yes; it is not named where they never did.

    ``needs`` says how many that is, by proposal. A ballot changed to anything else stops counting then.
    """
    rows = session.execute(_FLOORS, {"ids": list(needs), "needs": list(needs.values())})
    return {row.proposal_id: row.at for row in rows}
