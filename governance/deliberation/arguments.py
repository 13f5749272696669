"""Arguments: making one, answering one, and taking one's own words back.

What is said is never edited: whoever has more to say answers. Law 10 and the right to withdraw are both
kept by a seal: the ledger learns a salted hash of the words, and a withdrawal removes words and salt and
leaves a tombstone (see :mod:`governance.deliberation.seals`).
"""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.names import prose
from governance import cases
from governance.deliberation import floor, turns
from governance.deliberation.seals import seal
from governance.deliberation.tables import Argument


class Stance(StrEnum):
    """What an argument is."""

    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"


PER_MEMBER = "/arguments/per_member"
DEPTH = "/arguments/depth"
"""The clauses that limit them."""


def argue(
    session: Session, book: Book, author: Identity, proposal_id: int, stance: Stance, body: str, clock: Clock
) -> int:
    """Make an argument while the proposal is talked over, and return its id.

    Raise NotFound where the author sees no such proposal, Forbidden where they do not belong to its scope
    or have made as many as they may, Conflict where it is not in deliberation or, in rounds, others come
    first, and RuleBroken where the words do not fit.
    """
    words = _words(book, body)
    case, now = floor.take(session, author, proposal_id, clock)
    made = _made(session, case.id, author, replies=False)
    floor.check_room(book, PER_MEMBER, made, "You have made as many arguments here as one member may.")
    argument = _said(case.id, author, words, now)
    argument.stance = stance.value
    argument.round = turns.spend(session, book, author, case.id, now)
    _record(session, author, argument, now)
    return argument.id


def answer(session: Session, book: Book, author: Identity, argument_id: int, body: str, clock: Clock) -> int:
    """Answer an argument or a reply while the proposal is talked over, and return the reply's id.

    Rounds do not hold replies back. Raise what :func:`argue` raises, Forbidden where replies go no
    deeper, and Conflict where what is answered was taken back.
    """
    words = _words(book, body)
    proposal_id = floor.proposal_of(session, col(Argument.proposal_id), col(Argument.id) == argument_id)
    case, now = floor.take(session, author, proposal_id, clock)
    parent = session.get_one(Argument, argument_id, populate_existing=True)
    if parent.withdrawn_at is not None:
        raise Conflict("Its author has taken this back: there is nothing to answer.")
    floor.check_room(book, DEPTH, parent.depth, "Replies go no deeper here: answer one further up.")
    made = _made(session, case.id, author, replies=True)
    floor.check_room(book, PER_MEMBER, made, "You have written as many replies here as one member may.")
    reply = _said(case.id, author, words, now)
    reply.parent_id, reply.thread_id = parent.id, parent.thread_id or parent.id
    reply.depth = parent.depth + 1
    _record(session, author, reply, now)
    return reply.id


def withdraw(session: Session, author: Identity, argument_id: int, clock: Clock) -> None:
    """Take one's own argument or reply back, at any time: its words go, and that it was made stays.

    It still counts among those that its author made. Raise NotFound where the author sees none such,
    Forbidden where it is another's; nothing happens where it is withdrawn already.
    """
    proposal_id = floor.proposal_of(session, col(Argument.proposal_id), col(Argument.id) == argument_id)
    cases.lock(session, proposal_id)
    now = clock.now(session)
    cases.visible(session, author, proposal_id, now)
    argument = session.get_one(Argument, argument_id, populate_existing=True)
    if argument.author_id != author.member_id:
        raise Forbidden("Only its author takes an argument back.")
    if argument.withdrawn_at is not None:
        return
    argument.body, argument.salt, argument.withdrawn_at = None, None, now
    session.flush()
    told = {"proposal": str(proposal_id), "argument": str(argument_id)}
    append(session, "argument.withdrawn", told, now)


def _words(book: Book, body: str) -> str:
    words = prose(body, "/body", longest=floor.rules_of(book).arguments.characters)
    if not words:
        raise RuleBroken("An argument says something.", faults=(Fault("/body", "This is empty."),))
    return words


def _made(session: Session, proposal_id: int, author: Identity, *, replies: bool) -> int:
    """Return how many the author has made on the proposal, withdrawn ones too: the ledger keeps each."""
    kind = col(Argument.parent_id).is_not(None) if replies else col(Argument.parent_id).is_(None)
    mine = (col(Argument.proposal_id) == proposal_id, col(Argument.author_id) == author.member_id, kind)
    return int(session.execute(select(func.count()).select_from(Argument).where(*mine)).scalar_one())


def _said(proposal_id: int, author: Identity, words: str, now: datetime) -> Argument:
    salt = secrets.token_hex(16)
    return Argument(
        id=new_id(now),
        proposal_id=proposal_id,
        author_id=author.member_id,
        body=words,
        salt=salt,
        seal=seal(words, salt),
        made_at=now,
    )


def _record(session: Session, author: Identity, argument: Argument, now: datetime) -> None:
    """Keep an argument or a reply, and tell the ledger that it was made and of its seal, not its words."""
    session.add(argument)
    session.flush()
    told = {
        "proposal": str(argument.proposal_id),
        "argument": str(argument.id),
        "author": author.handle,
        "stance": argument.stance,
        "parent": None if argument.parent_id is None else str(argument.parent_id),
        "round": argument.round,
        "seal": argument.seal,
    }
    append(session, "argument.made", told, now)
