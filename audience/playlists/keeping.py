"""Keeping lists: making one, saying what it is called and who sees it, and ending it.

Whatever changes a list or what is in it holds its row, so that of two changes at once one comes after the
other. How many lists there are is counted while the row of the member, or of the guild, is held.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast, get_args

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from audience.limits import deciding, rules_of
from audience.playlists import sight, telling
from audience.playlists.keepers import check_may_keep
from audience.playlists.screening import screen
from audience.playlists.sight import SeenBy, Shown
from audience.playlists.tables import Playlist
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line, normal, prose
from coop.suspended import check as check_not_suspended
from coop.tables import Guild, Member

_HOLD = text("SELECT id FROM playlist WHERE id = :playlist FOR UPDATE")
_EMPTY = (
    text("DELETE FROM playlist_item WHERE playlist_id = :playlist"),
    text("DELETE FROM playlist_refusal WHERE playlist_id = :playlist"),
    text("DELETE FROM playlist WHERE id = :playlist"),
)
CANNOT = "This list cannot be kept so."


def make(
    session: Session,
    keeper: Identity,
    book: Book,
    title: str,
    description: str,
    seen_by: SeenBy,
    guild: str | None,
    now: datetime,
) -> Shown:
    """Make an empty list of one's own, or of a guild (its slug) whose lists one keeps.

    Raise NotFound where the keeper is in no such guild; Forbidden where they do not keep its lists, or it, or
    they themself, do not hold the feature; RuleBroken where there are as many lists as there may be or the
    words do not fit, or a rule holds them back.
    """
    slug = None if guild is None else normal(guild)
    guild_id = None if slug is None else _guild(session, keeper, book, slug)
    check_may_keep(book, keeper, slug, now)
    title, description = _title(book, slug, title), _description(book, slug, description)
    _check_seen_by(slug, seen_by)
    labels = _screened(session, book, keeper, title, description, slug, seen_by, now)
    _check_room(session, keeper, book, guild_id, slug)
    made = Playlist(
        id=new_id(now),
        member_id=keeper.member_id if guild_id is None else None,
        guild_id=guild_id,
        title=title,
        description=description,
        seen_by=seen_by,
        labels=labels,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return sight.read(session, keeper, book, made.id, now)


def change(
    session: Session,
    keeper: Identity,
    book: Book,
    playlist_id: int,
    wanted: Mapping[str, str],
    now: datetime,
) -> Shown:
    """Change what ``wanted`` names of a list: its ``title``, its ``description``, and who it is ``seen_by``.

    Where more see it than before the authors of what is in it are told. Raise what :func:`hold` raises, and
    RuleBroken where the words do not fit or a rule holds them back.
    """
    check_not_suspended(keeper, book, "publish", now)
    found = hold(session, keeper, book, playlist_id, now)
    title = _title(book, found.guild, wanted["title"]) if "title" in wanted else found.title
    description = found.description
    if "description" in wanted:
        description = _description(book, found.guild, wanted["description"])
    seen_by = _check_seen_by(found.guild, wanted.get("seen_by", found.seen_by))
    labels = found.labels
    if (title, description, seen_by) != (found.title, found.description, found.seen_by):
        labels = _screened(session, book, keeper, title, description, found.guild, seen_by, now)
    said = {"title": title, "description": description, "seen_by": seen_by, "labels": labels}
    session.execute(update(Playlist).where(col(Playlist.id) == playlist_id).values(**said))
    widths = get_args(SeenBy)
    if widths.index(seen_by) > widths.index(found.seen_by):
        telling.tell(session, book, keeper, playlist_id, now)
    return sight.read(session, keeper, book, playlist_id, now)


def end(session: Session, keeper: Identity, book: Book, playlist_id: int, now: datetime) -> None:
    """End a list: nothing of it is kept. Raise what :func:`hold` raises."""
    hold(session, keeper, book, playlist_id, now)
    for statement in _EMPTY:
        session.connection().execute(statement, {"playlist": playlist_id})


def hold(session: Session, keeper: Identity, book: Book, playlist_id: int, now: datetime) -> Shown:
    """Return a list that one keeps, its row held to the end of the transaction.

    Raise NotFound where there is none that one may see, and Forbidden where one sees it and does not keep it.
    """
    hold_row(session, playlist_id)
    found = sight.read(session, keeper, book, playlist_id, now)
    if not found.mine:
        raise Forbidden("Its keepers alone change this list.")
    return found


def hold_row(session: Session, playlist_id: int) -> None:
    """Hold the row of a list, where there is one, to the end of the transaction."""
    session.connection().execute(_HOLD, {"playlist": playlist_id})


def _guild(session: Session, keeper: Identity, book: Book, slug: str) -> int:
    guild_id = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == slug))
    if guild_id is None or guild_id not in keeper.guilds:
        raise NotFound
    if guild_id not in sight.kept_guilds(session, book, keeper):
        clause = deciding(book, slug, "/playlists/keepers")
        fault = Fault("/guild", "This clause says who keeps them.", clause)
        raise Forbidden("The lists of this guild are kept by its stewards.", faults=(fault,))
    return guild_id


def _check_room(
    session: Session, keeper: Identity, book: Book, guild_id: int | None, slug: str | None
) -> None:
    """Raise RuleBroken where there are as many lists as there may be; hold whose they are until the end."""
    rules = rules_of(book, slug).playlists
    if guild_id is None:
        owner = select(col(Member.id)).where(col(Member.id) == keeper.member_id)
        theirs, most = col(Playlist.member_id) == keeper.member_id, rules.of_member
        clause = book.cite(AUDIENCE, "/playlists/of_member")
    else:
        owner = select(col(Guild.id)).where(col(Guild.id) == guild_id)
        theirs, most = col(Playlist.guild_id) == guild_id, rules.of_guild
        clause = deciding(book, slug, "/playlists/of_guild")
    session.execute(owner.with_for_update(key_share=True))
    number = session.execute(select(func.count()).select_from(Playlist).where(theirs)).scalar_one()
    if number >= most:
        fault = Fault("", f"At most {most}: end one first.", clause)
        raise RuleBroken("There are as many lists as there may be.", faults=(fault,))


def _title(book: Book, guild: str | None, said: str) -> str:
    longest = rules_of(book, guild).playlists.title
    _check_length(book, guild, "title", said, longest)
    return line(said, "/title", longest=longest)


def _description(book: Book, guild: str | None, said: str) -> str:
    longest = rules_of(book, guild).playlists.description
    _check_length(book, guild, "description", said, longest)
    return prose(said, "/description", longest=longest)


def _check_length(book: Book, guild: str | None, what: str, said: str, longest: int) -> None:
    number = len(said.strip())
    if number > longest:
        detail = f"This is at most {longest} characters; it has {number}."
        raise RuleBroken(
            CANNOT, faults=(Fault(f"/{what}", detail, deciding(book, guild, f"/playlists/{what}")),)
        )


def _check_seen_by(guild: str | None, seen_by: str) -> SeenBy:
    known = get_args(SeenBy) if guild is not None else ("keepers", "members")
    if seen_by not in known:
        fault = Fault("/seen_by", f"Who sees this list is one of {', '.join(known)}.")
        raise RuleBroken(CANNOT, faults=(fault,))
    return cast(SeenBy, seen_by)


def _screened(
    session: Session,
    book: Book,
    keeper: Identity,
    title: str,
    description: str,
    guild: str | None,
    seen_by: SeenBy,
    now: datetime,
) -> list[str]:
    """Return the labels of words that others than who wrote them may see."""
    if guild is None and seen_by == "keepers":
        return []
    return screen(session, book, keeper, title, description, now)
