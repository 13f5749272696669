"""Joint proposals: several guilds adopt the same clauses, or none of them does.

Each guild has a proposal of its own, which its own members sponsor and decide by its own roll; the first of
them gives all their common name. They take force together, in one transaction, once each has passed
(:mod:`governance.enactment`), and end together as soon as one of them has ended otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from coop.book import Book, guild_scope
from coop.errors import AllotmentError, Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.names import line, prose
from coop.policy_text import sha256
from coop.tables import Guild
from governance import cases, roll, subjects
from governance.adaptation import adapted, clauses_set
from governance.case import Case
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft, columns_of, terms_of
from governance.proposals import submission
from governance.rehearsal import rehearsals
from governance.rules import NAME, VotingRules
from governance.tables import Proposal, Sponsor
from governance.voting_version import voting_sha256, voting_version

MOST_GUILDS = 20
"""Most guilds of one joint proposal: their policies are all written in one transaction."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What guilds are asked to adopt together."""

    scopes: tuple[str, ...]
    """Each ``guild:<slug>``."""
    kind: str
    title: str
    rationale: str
    patch: list[Any]
    """JSON Patch that adds and replaces clauses; it is adapted to the text of each guild."""


def propose(session: Session, book: Book, author: Identity, wanted: Agreement, now: datetime) -> list[int]:
    """Submit one proposal to each guild, to pass together; return their ids in the order of the scopes.

    The author signs in the guilds that they belong to. Raise Forbidden where they belong to none, and
    RuleBroken, saying for which guild, where its policy could not stand with the patch.
    """
    guilds = _guilds(session, wanted.scopes)
    if not any(guild_id in author.guilds for guild_id in guilds.values()):
        raise Forbidden("Whoever proposes to guilds belongs to one of them.")
    title = line(wanted.title, "/title", longest=LONGEST_TITLE)
    rationale = prose(wanted.rationale, "/rationale", longest=LONGEST_RATIONALE)
    clauses = clauses_set(wanted.patch)
    made: list[int] = []
    for scope, guild_id in guilds.items():
        draft = _draft(book, wanted.kind, scope, title, rationale, clauses)
        joint_id = made[0] if made else None
        made.append(_submit(session, book, author, draft, guild_id, joint_id, now))
    return made


def siblings(session: Session, joint_id: int) -> list[int]:
    """Return the proposals that take force together, in the order of their ids: the order of their locks.

    One that another of them goes on from, after an objection, is none of them any more.
    """
    rows = session.execute(
        select(col(Proposal.id), col(Proposal.origin_id))
        .where(col(Proposal.joint_id) == joint_id)
        .order_by(col(Proposal.id))
    ).all()
    followed = {row.origin_id for row in rows}
    return [row.id for row in rows if row.id not in followed]


def together(session: Session, case: Case) -> list[Case]:
    """Return the proposals that take force together with a case, itself among them, the first one first."""
    if case.joint_id is None:
        return [case]
    found = cases.find(session, case.read_at, col(Proposal.id).in_(siblings(session, case.joint_id)))
    return sorted(found, key=lambda one: one.id)


def _guilds(session: Session, scopes: tuple[str, ...]) -> dict[str, int]:
    """Return the guilds by scope, in the order given; raise RuleBroken for fewer than two, or unknown."""
    rows = session.execute(
        select(col(Guild.slug), col(Guild.id)).where(
            col(Guild.slug).in_([scope.removeprefix(roll.GUILD) for scope in scopes])
        )
    )
    known = {guild_scope(row.slug): row.id for row in rows}
    faults = [
        Fault(f"/scopes/{index}", "Use guild: and a guild's slug.")
        for index, scope in enumerate(scopes)
        if scope not in known
    ]
    if not 2 <= len(set(scopes)) == len(scopes) <= MOST_GUILDS:
        faults.append(Fault("/scopes", f"Name 2 to {MOST_GUILDS} guilds, each once."))
    if faults:
        raise RuleBroken("These are no guilds that could agree.", faults=tuple(faults))
    return {scope: known[scope] for scope in scopes}


def _draft(
    book: Book, kind: str, scope: str, title: str, rationale: str, clauses: Mapping[str, Any]
) -> Draft:
    """Return what is proposed to one guild, against its policy as it stands."""
    head = book.policy(kind, scope)
    patch = adapted(clauses, {} if head is None else head.data)
    return Draft(scope, kind, title, rationale, patch, sha256("" if head is None else head.text))


def _submit(
    session: Session,
    book: Book,
    author: Identity,
    wanted: Draft,
    guild_id: int,
    joint_id: int | None,
    now: datetime,
) -> int:
    """Put a draft to one guild; the author, where they belong to it, is its first sponsor."""
    try:
        subject = subjects.examine(session, book, wanted, now)
    except (RuleBroken, Conflict) as error:
        raise _told_of(error, wanted.scope) from error
    rules = book.rules(NAME, VotingRules)
    needed = rules.sponsors.needed(roll.size_of(session, wanted.scope, now))
    signs = guild_id in author.guilds
    made = new_id(now)
    proposal = Proposal(
        id=made,
        title=wanted.title,
        rationale=wanted.rationale,
        author_id=author.member_id,
        voting_version_id=voting_version(session, book),
        joint_id=joint_id or made,
        rehearsal_needed=rehearsals.needed(wanted.kind, book.kinds),
        created_at=now,
        submitted_at=now,
        sponsors_needed=needed,
        sponsored_at=now if signs and needed == 1 else None,
        **columns_of(wanted, subject, terms_of(wanted, subject, rules), author.handle),
    )
    session.add(proposal)
    session.flush()
    if signs:
        session.add(Sponsor(proposal_id=made, member_id=author.member_id, at=now))
        session.flush()
    append(session, "proposal.submitted", submission(proposal, author.handle, voting_sha256(book)), now)
    return made


def _told_of(error: AllotmentError, scope: str) -> AllotmentError:
    """Return the error, saying whose policy it is about."""
    return type(error)(f"{scope}: {error.detail}", faults=error.faults)
