"""A guild of the village that holds live rooms, and its rooms, for tests of their pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from werkzeug.test import TestResponse

from audience.document import AudienceDocument
from audience.rooms import scheduling, seats
from audience.rooms.scheduling import Booking
from coop.features import LIVE_ROOMS
from coop.tables import Guild
from tests.coop.featured import give
from tests.web.browser import Browser, Page
from tests.web.conftest import Village

Of = Callable[[str], Browser]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AMONG = {"see": {"any": [{"guild": "bakers"}]}}
TEXT = "Sourdough, live"


@dataclass
class Bakery:
    """The bakers: Ada is their steward, Bruno hosts, Chidi belongs to them; Dalia and Emre do not."""

    village: Village
    of: Of

    def schedule(self, *, begins: timedelta = HOUR, seats: int | None = None, **more: Any) -> int:
        """Have Bruno schedule a room, and return its id."""
        with self.village.database.begin() as session:
            book, now = self.village.books.current(session), self.village.clock.now(session)
            document = AudienceDocument.model_validate(more.pop("audience", {}))
            booking = Booking(TEXT, now + begins, 30, seats, audience=document, **more)
            host = self.village.people["bruno"]
            return scheduling.schedule(session, host, book, "bakers", booking, now).post_id

    def open(self, *inside: str, **more: Any) -> int:
        """Have Bruno schedule a room that may be opened, open it, and people enter it; return its id."""
        made = self.schedule(begins=MINUTE, **more)
        for act, who in (("open", "bruno"), *(("enter", one) for one in inside)):
            self.does(who, made, act)
        return made

    def page(self, who: str, room: int) -> Page:
        """Return the page of a room as somebody sees it."""
        return self.of(who).get(f"/rooms/{room}")

    def post(self, who: str, room: int, act: str, **said: str) -> TestResponse:
        """Send a form of the room's page, or one that stood there."""
        browser = self.of(who)
        token = browser.get("/guilds").forms[0].values["csrf_token"]
        there = {"Referer": f"http://localhost/rooms/{room}"}
        return browser.http.post(f"/rooms/{room}/{act}", data={"csrf_token": token, **said}, headers=there)

    def does(self, who: str, room: int, act: str, **said: str) -> Page:
        """Do something that the page offers, with its own form, and return the page that follows."""
        page = self.page(who, room)
        path = f"/rooms/{room}/{act}"
        forms = [one for one in page.forms if one.action == path and _of(one.values) <= said.items()]
        assert forms, [one.action for one in page.forms]
        answer = self.of(who).http.post(path, data=forms[0].values | said, headers={"Referer": page.address})
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].partition("#")[0] == f"/rooms/{room}"
        return self.page(who, room)

    def later(self, by: timedelta) -> None:
        """Let time go by."""
        self.village.clock.offset += by

    def signs(self, room: int, *who: str) -> None:
        """Have people show that they are there."""
        with self.village.database.begin() as session:
            book, now = self.village.books.current(session), self.village.clock.now(session)
            for one in who:
                seats.enter(session, self.village.people[one], book, room, now)


def _of(values: dict[str, str]) -> set[tuple[str, str]]:
    """Return to whom a form does something, as its hidden field says it."""
    return {(name, value) for name, value in values.items() if name == "handle"}


def bakery(village: Village, of: Of, *, holds: bool = True) -> Bakery:
    """Make the guild, which holds live rooms."""
    village.guild("bakers", "ada", "bruno", "chidi")
    if holds:
        with village.database.begin() as session:
            give(session, LIVE_ROOMS, session.scalars(select(Guild).where(col(Guild.slug) == "bakers")).one())
    return Bakery(village, of)


def acts(page: Page) -> set[str]:
    """Return what the forms of a room's page do."""
    return {form.action.rpartition("/")[2] for form in page.forms if form.action.startswith("/rooms/")}


def links(page: Page) -> set[str]:
    """Return where a page links to."""
    return {link["href"] for link in page.named("a")}
