"""Asks: what a member wants to do with a post and may do once its author says yes.

A like, a repost and a download are asked for here; a quote and a reply carry their own state. Asking twice
is asking once, and who was refused is told so: a no is an answer, and nobody is asked again and again. What a
member takes back they no longer ask for, whatever was answered, so no later answer can do it in their name.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import ask_notices
from audience.document import Verb
from audience.interaction_tables import Asked
from audience.limits import deciding
from audience.permission import openness
from audience.permissions import ask_for, require
from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.identity import Identity
from coop.ids import new_id

WAITING, GRANTED, REFUSED = "waiting", "granted", "refused"
"""States of an ask."""

Done = Literal["done", "waiting"]
"""What came of it: it is so from now on, or once the post's author says yes."""
DONE: Done = "done"


def ask(session: Session, reader: Identity, book: Book, post_id: int, verb: Verb, now: datetime) -> Done:
    """Say whether a reader does something with a post, asking its author where that is needed.

    Raise NotFound where they may not see it, and Forbidden where they may not do that to it or its author
    has said no.
    """
    post, answer = ask_for(session, reader, book, post_id, verb, now)
    if require(answer).value == "yes":
        return DONE
    row = insert(Asked).values(
        id=new_id(now),
        post_id=post_id,
        member_id=reader.member_id,
        verb=verb,
        state=WAITING,
        at=now,
    )
    if session.scalar(row.on_conflict_do_nothing().returning(col(Asked.id))) is not None:
        ask_notices.tell(session, book, post.author_id, reader.member_id, now)
    # Held until what was granted is done, so that a yes that is taken back meanwhile undoes it.
    state = session.scalar(_state(reader, post_id, verb).with_for_update(read=True))
    if state == REFUSED:
        raise Forbidden("Its author has said no.")
    return DONE if state == GRANTED else "waiting"


def state_of(session: Session, reader: Identity, post_id: int, verb: Verb) -> str | None:
    """Return what became of what a reader asked; None where they never did."""
    return session.scalar(_state(reader, post_id, verb))


def withdraw(session: Session, reader: Identity, post_id: int, verb: Verb) -> None:
    """No longer ask, though it was granted: whoever wants it again asks again. A no stays answered.

    It waits for an answer that is under way, so the caller undoes what that did by a statement that follows.
    """
    session.execute(
        delete(Asked).where(
            col(Asked.post_id) == post_id,
            col(Asked.member_id) == reader.member_id,
            col(Asked.verb) == verb,
            col(Asked.state) != REFUSED,
        )
    )


def check_open(book: Book, guild: str | None, verb: Verb) -> None:
    """Raise Forbidden, with the clause, where the rules have closed what was asked for to everybody.

    ``guild`` is the slug of that of the post. No author's yes opens what a vote has closed since (law 8).
    """
    if openness(verb, book, guild).ceiling == "nobody":
        clause = deciding(book, guild, f"/interact/{verb}/ceiling")
        fault = Fault("", "The rules open this to nobody.", clause)
        raise Forbidden("This cannot be granted any more.", faults=(fault,))


def _state(reader: Identity, post_id: int, verb: Verb) -> Select[str]:
    return select(col(Asked.state)).where(
        col(Asked.post_id) == post_id, col(Asked.member_id) == reader.member_id, col(Asked.verb) == verb
    )
