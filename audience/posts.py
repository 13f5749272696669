"""Posts: publishing one for the audience its author chose, and taking it back.

Law 8: creators only tighten; what a document asks beyond the clauses in force is refused with the clause.
The audience is compiled once, into the post's lock, and never changes: nothing is widened after the fact.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from audience.access import BLOCKED
from audience.document import AudienceDocument, check_cap, check_names, limits_of
from audience.keys import lock
from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Gate, Post
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import normal, prose
from coop.tables import Guild
from media.tables import Asset

_PEOPLE = text(f"""
SELECT handle, id FROM member
WHERE handle = ANY(CAST(:handles AS text[])) AND left_at IS NULL AND id NOT IN {BLOCKED}
""")  # noqa: S608 - put together from constants


def publish(
    session: Session,
    author: Identity,
    book: Book,
    now: datetime,
    *,
    body: str,
    guild: str | None = None,
    asset_id: int | None = None,
    document: AudienceDocument | None = None,
) -> Post:
    """Publish a post of text, a picture or both, and return it.

    ``guild`` is the slug of the guild it is made in; ``asset_id`` a picture of the author's own that is
    ready. Raise RuleBroken where the text, the picture or the audience does not fit the rules, and
    Conflict where the picture is in another post already.
    """
    document = document or AudienceDocument()
    body = prose(body, "/body", longest=book.rules(AUDIENCE, AudienceRules).posts.characters)
    if not body and asset_id is None:
        raise _broken("/body", "A post holds a text, a picture or both.")
    check_names(document, book)
    guilds = _guilds(session, author)
    guild_id = None if guild is None else guilds.get(normal(guild))
    if guild is not None and guild_id is None:
        raise _broken("/guild", "There is no guild of this name that you belong to.")
    slug = None if guild is None else normal(guild)
    seats_max = check_cap(document, book, slug)
    if asset_id is not None:
        _check_asset(session, author, asset_id)
    post = Post(
        id=new_id(now),
        author_id=author.member_id,
        guild_id=guild_id,
        body=body,
        asset_id=asset_id,
        audience=document.stored(),
        lock_any=_lock(session, author, document, guilds),
        seats_max=seats_max,
        created_at=now,
    )
    _add(session, post)
    if limits_of(book, slug, seats_max).hold:
        session.add(Gate(post_id=post.id))
        session.flush()
    return post


def delete(session: Session, author: Identity, post_id: int, now: datetime) -> None:
    """Take back a post of one's own, for good; raise NotFound for any other."""
    gone = session.execute(
        update(Post)
        .where(
            col(Post.id) == post_id, col(Post.author_id) == author.member_id, col(Post.deleted_at).is_(None)
        )
        .values(deleted_at=now)
        .returning(col(Post.id))
    ).one_or_none()
    if gone is None:
        raise NotFound


def _guilds(session: Session, author: Identity) -> dict[str, int]:
    """Return the ids of the author's guilds by their slugs."""
    rows = session.execute(select(col(Guild.slug), col(Guild.id)).where(col(Guild.id).in_(author.guilds)))
    return {row.slug: row.id for row in rows}


def _check_asset(session: Session, author: Identity, asset_id: int) -> None:
    """Raise RuleBroken unless the asset is the author's own and ready."""
    state = session.scalar(
        select(col(Asset.state)).where(col(Asset.id) == asset_id, col(Asset.owner_id) == author.member_id)
    )
    if state != "ready":
        raise _broken("/asset_id", "There is no picture of yours under this id that is ready.")


def _lock(
    session: Session, author: Identity, document: AudienceDocument, guilds: Mapping[str, int]
) -> list[int]:
    """Compile the document; raise RuleBroken for each name in it that the author cannot use.

    A member who blocks the author is as unknown as one who does not exist (law 7).
    """
    handles = [one.member for one in document.named if one.member is not None]
    people: dict[str, int] = {}
    if handles:
        rows = session.execute(_PEOPLE, {"handles": handles, "me": author.member_id})
        people = {row.handle: row.id for row in rows}
    faults = []
    for index, one in enumerate(document.named):
        at = f"/audience/see/any/{index}"
        if one.guild is not None and one.guild not in guilds:
            faults.append(Fault(f"{at}/guild", "There is no guild of this name that you belong to."))
        elif one.member is not None and one.member not in people:
            faults.append(Fault(f"{at}/member", "There is no member of this name whom you can name."))
    if faults:
        raise RuleBroken("The audience names what you cannot name.", faults=tuple(faults))
    return lock(document, author.member_id, guilds, people)


def _add(session: Session, post: Post) -> None:
    """Insert the post; raise Conflict where its picture is in another post (the database decides)."""
    try:
        with session.begin_nested():
            session.add(post)
    except IntegrityError as error:
        if post.asset_id is None or "ix_post_asset" not in str(error.orig):
            raise
        raise Conflict(
            "This picture is in another post.",
            faults=(Fault("/asset_id", "Upload it anew to post it again."),),
        ) from error


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This post cannot be published.", faults=(Fault(pointer, detail),))
