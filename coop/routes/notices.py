"""Notices over HTTP: what one is told, and that one has read it."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coop import notices
from coop.api import Api
from coop.call import Call
from coop.notices import Position, Told
from coop.paging import LARGEST, Page, PageQuery, decode_ints, encode

api = Api("notices")

ID = r"^[0-9]{1,18}$|^[0-8][0-9]{18}$"
"""The digits of an id; none of ours has more."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
"""The last moment that a cursor can stand for, in microseconds since the epoch."""


class NoticeQuery(PageQuery):
    """Which notices to list."""

    show: Literal["all", "unread"] = "all"
    waiting: bool = False
    """Those that wait for their moment, instead of those that have come."""


class NoticeView(BaseModel):
    """One thing that you are told."""

    id: str
    topic: str
    """What kind of thing it is about: ``proposal``, ``jury``, ``post``, ``ask``, ``seat``, ``followers`` or
    ``webhook``."""
    subject: str
    """Id of that thing."""
    moment: str
    """What has come about, such as ``opened``, ``closing``, ``closed`` or ``in_force``."""
    line: str
    detail: str
    path: str
    """Where to read on, on this site."""
    at: datetime
    """When it came about."""
    until: datetime | None
    """The moment that it points to, such as the close of a vote."""
    told_at: datetime
    due_at: datetime
    """From when on you see it: it came then, or comes, alone or in a batch with others."""
    read_at: datetime | None


class NoticePage(Page[NoticeView]):
    """Some notices, where the next ones begin, and how many that have come are unread in all."""

    unread: int


class ReadIn(BaseModel):
    """Which notices you have read."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=ID)]] = Field(default_factory=list, max_length=LARGEST)
    through: str | None = Field(default=None, pattern=ID)
    """The id of the one that came last of those that you saw: that one, and every one that came before it."""


class UnreadView(BaseModel):
    """How many notices are left to read."""

    unread: int


@api.get("/notices")
def list_notices(call: Call, query: NoticeQuery) -> NoticePage:
    """List what you are told, what came last first; with ``waiting``, what has not come yet.

    When things come is yours to choose: see ``/notices/rhythm``.
    """
    found = notices.listing(
        call.session,
        call.member,
        call.now,
        waiting=query.waiting,
        unread_only=query.show == "unread",
        before=position(query.cursor),
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    more = cursor(shown[-1]) if len(found) > len(shown) else None
    unread = notices.unread(call.session, call.member, call.now)
    return NoticePage(items=[_view(told) for told in shown], next=more, unread=unread)


@api.post("/notices/read", status=200)
def read_notices(call: Call, body: ReadIn) -> UnreadView:
    """Say which notices you have read; ids that are none of yours change nothing."""
    notices.mark_read(call.session, call.member, [int(one) for one in body.ids], call.now)
    if body.through is not None:
        notices.mark_read_through(call.session, call.member, int(body.through), call.now)
    return UnreadView(unread=notices.unread(call.session, call.member, call.now))


def cursor(told: Told) -> str:
    """Return the cursor of what comes after a notice in the list."""
    return encode(f"{(told.due_at - EPOCH) // MICROSECOND}-{told.id}")


def position(cursor: str | None) -> Position | None:
    """Return the position that a cursor stands for; raise RuleBroken where it is none of ours."""
    numbers = decode_ints(cursor, 2)
    if numbers is None:
        return None
    since_epoch, told_id = numbers
    return EPOCH + min(since_epoch, LAST) * MICROSECOND, told_id


def _view(told: Told) -> NoticeView:
    return NoticeView(**asdict(told) | {"id": str(told.id), "subject": str(told.subject)})
