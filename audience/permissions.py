"""Permissions: what one member may do with one post, asked of the database.

Law 7: whoever may not be delivered the post is told nothing. Law 8: see ``permission.py``, which decides.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from audience.access import Access, access_post
from audience.document import Verb
from audience.permission import Answer, Heard, answer, default_decides
from audience.predicate import Standing
from audience.standing import Layered, layered, standings
from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.identity import Identity


def ask_for(
    session: Session, reader: Identity, book: Book, post_id: int, verb: Verb, now: datetime
) -> tuple[Access, Answer]:
    """Return a post that the reader is delivered, and whether they may do ``verb`` with it.

    Raise NotFound where they may not see it.
    """
    post, (found,) = ask_for_each(session, reader, book, post_id, [verb], now)
    return post, found


def ask_for_each(
    session: Session, reader: Identity, book: Book, post_id: int, verbs: Sequence[Verb], now: datetime
) -> tuple[Access, list[Answer]]:
    """Return what :func:`ask_for` does, for several verbs at once, in their order."""
    post = access_post(session, reader, book, post_id, now)
    heard = hear(session, reader, book, layered(session, post_id, now), verbs, now)
    mine = post.author_id == reader.member_id
    return post, [
        answer(verb, heard, book, post.guild, author=mine, kept_out=post.kept_out) for verb in verbs
    ]


def require(found: Answer) -> Answer:
    """Return an answer that is yes or ask; raise Forbidden with its reason for any other."""
    if found.value in ("yes", "ask"):
        return found
    fault = Fault(found.pointer or "", found.reason, found.clause)
    raise Forbidden(f"You may not do this with it. {found.reason}", faults=(fault,))


def hear(
    session: Session, reader: Identity, book: Book, post: Layered, verbs: Sequence[Verb], now: datetime
) -> list[Heard]:
    """Bind the layers to the reader, whose standing is looked up only where an answer may hang on it."""
    parts = [layer.parts for layer in post.layers]
    mine = post.author_id == reader.member_id
    if mine or all(default_decides(verb, parts, book, post.guild) for verb in verbs):
        found = [(layer.parts, Standing(now, reader.handle)) for layer in post.layers]
    else:
        found = standings(session, reader, post, now)
    return [Heard(layer.at, *one) for layer, one in zip(post.layers, found, strict=True)]
