"""Pausing: a stranger in a heated thread reads again what they wrote before it is sent.

They say that they pause, and answer once so many seconds are over as the clause asks (``calm.py``). One
pause is for one answer, spent while the post is held; it counts for no longer than heat is counted back, so
none is laid in store. Nothing of what they write is kept meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import heat_facts
from audience.access import access_post
from audience.calm import Coming, Heated, heat_rules, heated, pause_until
from audience.calm_tables import Pause as PauseRow
from audience.reply_rules import Replier, Said
from coop.book import Book
from coop.errors import NotYet
from coop.identity import Identity
from coop.receipts import Citation


@dataclass(frozen=True, slots=True)
class Pause:
    """The pause that a member makes before they answer a post."""

    began_at: datetime
    ready_at: datetime
    """From when on they may answer; ``began_at`` where nothing asks them to pause."""
    clause: Citation | None
    """The clause that asks for it."""


def begin(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Pause:
    """Begin to pause before one answers a post, or go on with a pause that was begun; return it.

    Raise NotFound where the reader may not see the post.
    """
    post = access_post(session, reader, book, post_id, now)
    looked = heat_facts.look(session, reader.member_id, book, post_id, post.guild, now)
    found = heated(looked.facts, book, post.guild, now)
    stale = now - heat_rules(book, post.guild).window
    row = insert(PauseRow).values(post_id=post_id, member_id=reader.member_id, began_at=now)
    kept = row.on_conflict_do_update(
        index_elements=["post_id", "member_id"],
        set_={"began_at": now},
        where=col(PauseRow.began_at) <= stale,
    )
    session.execute(kept)
    began = now if looked.coming.paused_at is None else looked.coming.paused_at
    clause = None if found is None else found.citation("pause_s")
    if clause is None or not looked.coming.stranger:
        return Pause(began, began, None)
    return Pause(began, began + timedelta(seconds=clause.value), clause)


def spend(
    session: Session, found: Heated | None, coming: Coming, replier: Replier, post_id: int, me: int
) -> None:
    """Spend a member's pause on an answer; raise NotYet where they are asked for one and have not made it.

    The caller holds the post, so of two answers at once one alone spends it.
    """
    ready = pause_until(found, coming, replier)
    if ready is not None and (coming.paused_at is None or ready > replier.now):
        clause = None if found is None else found.citation("pause_s")
        wait = ceil((ready - replier.now).total_seconds())
        how = (
            f"Read it once more, and send it again in {wait} {'second' if wait == 1 else 'seconds'}."
            if coming.paused_at is not None
            else f"Begin a pause (PUT /posts/{post_id}/pause), and send it again in {wait} seconds."
        )
        raise NotYet(
            "This thread is heated: take a breath before you answer.",
            retry_after_s=wait,
            faults=(Said(ready, None, clause).fault(how),),
        )
    if coming.paused_at is not None:
        mine = (col(PauseRow.post_id) == post_id, col(PauseRow.member_id) == me)
        session.execute(delete(PauseRow).where(*mine))
