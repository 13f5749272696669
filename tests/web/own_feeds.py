"""Posts and own feeds behind the pages, as their tests need them."""

from datetime import timedelta
from typing import Any

from audience.feeds import own_record, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.own_record import Own
from tests.audience.factories import make_post
from tests.web.browser import Page
from tests.web.conftest import Village


def publish(village: Village, handle: str, body: str = "Bread at dawn", minutes: int = 0) -> int:
    with village.database.begin() as session:
        book = village.books.current(session)
        now = village.clock.now(session) - timedelta(minutes=minutes)
        return make_post(session, village.people[handle], book, now=now, body=body).id


def make(village: Village, handle: str, name: str, **said: Any) -> Own:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        draft = Draft(name, **{"base": "balanced", **said})
        return profiles.create(session, village.people[handle], book, draft, now, loopback=False)


def mine(village: Village, handle: str) -> list[Own]:
    with village.database.begin() as session:
        return own_record.mine(session, village.people[handle])


def links(page: Page) -> set[str]:
    return {link["href"] for link in page.named("a")}
