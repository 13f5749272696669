"""Mutes: what a member would not have brought to them, for some time or for good.

Muted is not blocked. Law 7: nobody else is told, and nothing that another member sees or may do changes by
it; whom one mutes may read and answer as before.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, cast, get_args

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import relations
from audience.gardens.garden import Kind
from audience.gardens.tables import AlwaysShown, Mute
from audience.moderation.rules import MODERATION, ModerationRules
from audience.relations import member_id_of
from audience.topics import LONGEST as LONGEST_TAG
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line, normal
from coop.tables import Guild

Of = Literal["person", "guild", "tag", "word", "kind"]
"""What can be muted."""
LONGEST_WORDS = 100
"""Characters of a word, or of a phrase."""

_SAYS_ANYTHING = text("SELECT phraseto_tsquery('simple', without_marks(:said))::text <> ''")

_LIST = text("""
SELECT mute.id, mute.kind, coalesce(mute.name, member.handle, guild.slug) AS name, mute.until, mute.made_at
FROM mute
LEFT JOIN member ON mute.kind = 'person' AND member.id = mute.other_id
LEFT JOIN guild ON mute.kind = 'guild' AND guild.id = mute.other_id
WHERE mute.member_id = :me AND (mute.until IS NULL OR mute.until > :now)
ORDER BY mute.id DESC
""")

_CLEAR_ENDED = text("DELETE FROM mute WHERE member_id = :me AND until <= :now")


class Muted(NamedTuple):
    """Something that a member mutes."""

    id: int
    of: Of
    name: str
    """A handle, a slug, a tag without its sign, the words, or which kind of posts."""
    until: datetime | None
    """None where it is for good."""
    made_at: datetime


def mute(
    session: Session, member: Identity, book: Book, of: Of, name: str, until: datetime | None, now: datetime
) -> int:
    """Mute something until a moment, or for good; return the id of the mute. Muted anew, it ends anew.

    Raise NotFound where there is no such person or guild, and RuleBroken where the name is no name of such a
    thing, the moment is over, or the member keeps as many mutes as a clause lets them.
    """
    if until is not None and until <= now:
        raise _broken("/until", "This moment is over. Name a later one, or none.")
    # The member's row is held, so that two requests at once do not both find room for the last one.
    relations.hold(session, member.member_id)
    session.connection().execute(_CLEAR_ENDED, {"me": member.member_id, "now": now})
    other_id, said = _SUBJECTS[of](session, name)
    if of == "person" and other_id == member.member_id:
        raise _broken("/name", "You cannot mute yourself.")
    row = insert(Mute).values(
        id=new_id(now),
        member_id=member.member_id,
        kind=of,
        other_id=other_id,
        name=said,
        until=until,
        made_at=now,
    )
    subject = ["member_id", "kind", "other_id", "name"]
    again = row.on_conflict_do_update(index_elements=subject, set_={"until": until}).returning(col(Mute.id))
    made = session.scalars(again).one()
    _check_room(session, member, book)
    if of == "person":
        _choose_no_more(session, member, cast(int, other_id))
    return made


def unmute(session: Session, member: Identity, mute_id: int) -> None:
    """No longer mute something; raise NotFound for any mute but one's own."""
    mine = (col(Mute.id) == mute_id, col(Mute.member_id) == member.member_id)
    if session.scalars(delete(Mute).where(*mine).returning(col(Mute.id))).one_or_none() is None:
        raise NotFound


def listed(session: Session, member: Identity, now: datetime) -> list[Muted]:
    """Return what a member mutes now, the latest first."""
    rows = session.connection().execute(_LIST, {"me": member.member_id, "now": now})
    return [Muted(row.id, row.kind, row.name, row.until, row.made_at) for row in rows]


def _check_room(session: Session, member: Identity, book: Book) -> None:
    most = book.rules(MODERATION, ModerationRules).gardens.mutes
    mine = select(func.count()).select_from(Mute).where(col(Mute.member_id) == member.member_id)
    if (session.scalar(mine) or 0) > most:
        fault = Fault("", f"You keep {most}: end one first.", book.cite(MODERATION, "/gardens/mutes"))
        raise RuleBroken("Your garden holds no more mutes.", faults=(fault,))


def _choose_no_more(session: Session, member: Identity, author_id: int) -> None:
    """Of choosing all that somebody makes and of muting them, what was said last holds."""
    chosen = (
        col(AlwaysShown.member_id) == member.member_id,
        col(AlwaysShown.kind) == "author",
        col(AlwaysShown.other_id) == author_id,
    )
    session.execute(delete(AlwaysShown).where(*chosen))


def _person(session: Session, name: str) -> tuple[int | None, str | None]:
    return member_id_of(session, name.strip().removeprefix("@")), None


def _guild(session: Session, name: str) -> tuple[int | None, str | None]:
    found = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == normal(name)))
    if found is None:
        raise NotFound
    return found, None


def _tag(session: Session, name: str) -> tuple[int | None, str | None]:
    tag = normal(name).removeprefix("#")
    if not tag.replace("_", "a").isalnum() or tag.isdigit() or len(tag) > LONGEST_TAG:
        raise _broken("/name", f"A tag is of letters, digits and lines, {LONGEST_TAG} at most.")
    return None, tag


def _word(session: Session, name: str) -> tuple[int | None, str | None]:
    said = line(name, "/name", longest=LONGEST_WORDS)
    if not session.scalar(_SAYS_ANYTHING, {"said": said}):
        raise _broken("/name", "Name a word, or several that stand together.")
    return None, said.lower()


def _kind(session: Session, name: str) -> tuple[int | None, str | None]:
    if name not in get_args(Kind):
        raise _broken("/name", f"Choose one of these: {', '.join(get_args(Kind))}.")
    return None, name


_SUBJECTS: Mapping[Of, Callable[[Session, str], tuple[int | None, str | None]]] = {
    "person": _person,
    "guild": _guild,
    "tag": _tag,
    "word": _word,
    "kind": _kind,
}


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This cannot be muted.", faults=(Fault(pointer, detail),))
