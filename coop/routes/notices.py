"""Notices over HTTP: what one is told, and that one has read it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coop import notices
from coop.api import Api
from coop.call import Call
from coop.notices import Told
from coop.paging import LARGEST, Page, PageQuery, decode_int, encode

api = Api("notices")

ID = r"^[0-9]{1,18}$|^[0-8][0-9]{18}$"
"""The digits of an id; none of ours has more."""


class NoticeQuery(PageQuery):
    """Which notices to list."""

    show: Literal["all", "unread"] = "all"


class NoticeView(BaseModel):
    """One thing that you are told."""

    id: str
    topic: str
    """What kind of thing it is about: ``proposal``, ``webhook``, ``seat``, ``followers`` or ``ask``."""
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
    read_at: datetime | None


class NoticePage(Page[NoticeView]):
    """Some notices, where the next ones begin, and how many are unread in all."""

    unread: int


class ReadIn(BaseModel):
    """Which notices you have read."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=ID)]] = Field(default_factory=list, max_length=LARGEST)
    through: str | None = Field(default=None, pattern=ID)
    """The id of the newest that you saw: that one, and every one before it."""


class UnreadView(BaseModel):
    """How many notices are left to read."""

    unread: int


@api.get("/notices")
def list_notices(call: Call, query: NoticeQuery) -> NoticePage:
    """List what you are told, the newest first."""
    found = notices.listing(
        call.session,
        call.member,
        unread_only=query.show == "unread",
        before=decode_int(query.cursor),
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    more = encode(shown[-1].id) if len(found) > len(shown) else None
    unread = notices.unread(call.session, call.member)
    return NoticePage(items=[_view(told) for told in shown], next=more, unread=unread)


@api.post("/notices/read", status=200)
def read_notices(call: Call, body: ReadIn) -> UnreadView:
    """Say which notices you have read; ids that are none of yours change nothing."""
    notices.mark_read(call.session, call.member, [int(one) for one in body.ids], call.now)
    if body.through is not None:
        notices.mark_read_through(call.session, call.member, int(body.through), call.now)
    return UnreadView(unread=notices.unread(call.session, call.member))


def _view(told: Told) -> NoticeView:
    return NoticeView(**asdict(told) | {"id": str(told.id), "subject": str(told.subject)})
