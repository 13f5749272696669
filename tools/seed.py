"""A small living cooperative for a first run: people, guilds, posts, and the votes behind its rules.

Everything is done through the same actions that members use, each at its own time in the past, and the
worker's jobs run in between: so the ledger verifies, every clause knows its vote, every vote its rehearsal,
and the feed has something to say.
"""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track
from sqlalchemy import func, select

from audience import posts, replies
from audience.document import AudienceDocument
from audience.feeds import page as feeds
from audience.moderation import follows
from coop import guilds, members, oauth, policies, profiles
from coop.call import Platform
from coop.tables import Member
from media import uploads
from media.storage import ObjectStore
from tools import seed_motions
from tools.chronicle import Act, Chronicle, Jobs, Room
from tools.client import CLIENT_ID, REDIRECT_URI
from tools.story import FOLLOWS, GUILDS, NOTES, PEOPLE, Group, Note, Person
from tools.story_motions import ELECTION, MOTIONS

PHOTOS = Path(__file__).resolve().parent.parent / "tests" / "data" / "photos"
FOUNDED = timedelta(days=60)
"""How long ago this cooperative began."""
ANSWERS = timedelta(minutes=40)
"""Between a post, or an answer to it, and the next answer."""
DAYS_OF_READING = 9
TOLD = 5
"""Days that are told at one go: a divisor of all of them."""

SHOWN = (("a member", "yuki"), ("a guild steward", "ines"), ("a creator", "amara"))
"""Whose sign-ins are printed, and what they are."""


def seed(platform: Platform, store: ObjectStore, jobs: Jobs, *, if_empty: bool) -> bool:
    """Bring the cooperative to life and write the sign-ins; return False where there are members already."""
    with platform.database.begin() as session:
        if session.execute(select(func.count()).select_from(Member)).scalar_one():
            if if_empty:
                return False
            raise SystemExit("There are members already: a seed is for an empty cooperative.")
        today = platform.clock.now(session)
    story = _Story(Chronicle(platform, jobs, today - FOUNDED), store, today)
    passwords = story.people()
    story.groups()
    story.governance()
    story.notes()
    for days_ago in track(range(FOUNDED.days - TOLD, -1, -TOLD), description="Seeding a small cooperative"):
        story.chronicle.tell(today - timedelta(days=days_ago))
    _write_sign_ins(platform.settings.var, passwords)
    return True


def _write_sign_ins(var: Path, passwords: Mapping[str, str]) -> None:
    told = [{"role": role, "handle": handle, "password": passwords[handle]} for role, handle in SHOWN]
    path = var / "sign-ins.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(told, file, indent=2)


class _Story:
    """Plans the story; the chronicle tells it."""

    def __init__(self, chronicle: Chronicle, store: ObjectStore, today: datetime) -> None:
        self.chronicle = chronicle
        self.store = store
        self.today = today

    def people(self) -> dict[str, str]:
        """Found the policies, and plan how everybody joins; return their passwords."""
        with self.chronicle.platform.database.begin() as session:
            now, platform = self.chronicle.clock.at, self.chronicle.platform
            policies.found(session, platform.books.kinds, platform.settings.policies, now)
            oauth.ensure_client(session, CLIENT_ID, "Allotment CLI", [REDIRECT_URI], "read write", now)
        passwords = {person.handle: secrets.token_urlsafe(12) for person in PEOPLE}
        for hours, person in enumerate(PEOPLE):
            moment = self.chronicle.clock.at + timedelta(hours=hours)
            self.chronicle.plan(moment, partial(self._join, person, passwords[person.handle]))
        return passwords

    def _join(self, person: Person, password: str) -> None:
        platform = self.chronicle.platform
        with platform.database.begin() as session:
            newcomer = members.Newcomer(person.handle, password, person.name, person.place)
            who = members.join(session, platform.books.current(session), newcomer, self.chronicle.clock.at)
            book, now = platform.books.current(session), self.chronicle.clock.at
            profiles.change(session, book, who, {"about": person.about}, platform.screen_profile, now)

    def groups(self) -> None:
        """Plan the guilds, who is let into them, and who follows whom."""
        begins = timedelta(days=2)
        for group in GUILDS:
            self.chronicle.later(begins, group.members[0], _founding(group))
            for handle in group.members[1:]:
                self.chronicle.later(begins, handle, _joining(group.slug))
        for follower, followed in FOLLOWS:
            self.chronicle.later(begins, follower, _following(followed))

    def governance(self) -> None:
        """Plan what is proposed and decided."""
        for motion in MOTIONS:
            seed_motions.plan(self.chronicle, self.today - timedelta(days=motion.days_ago), motion)
        begins = self.today - timedelta(days=ELECTION.days_ago)
        seed_motions.plan_election(self.chronicle, begins, ELECTION)

    def notes(self) -> None:
        """Plan the posts, their pictures and answers, and who reads.

        Whoever's sign-in is printed has read nothing but what they answer: their first page is full.
        """
        for note in NOTES:
            moment = self.today - timedelta(hours=note.hours_ago)
            self.chronicle.plan(moment, partial(self._publish, note))
        shown = {handle for _, handle in SHOWN}
        readers = [person.handle for person in PEOPLE if person.handle not in shown]
        for days in range(DAYS_OF_READING):
            for place, handle in enumerate(readers):
                ago = timedelta(days=days, hours=2 * place + 1)
                self.chronicle.plan(self.today - ago, partial(self.chronicle.act, handle, _read))

    def _publish(self, note: Note) -> None:
        post_id = self.chronicle.act(note.author, lambda room: self._post(room, note))
        for place, (handle, body) in enumerate(note.replies, 1):
            self.chronicle.later(place * ANSWERS, handle, _replying(post_id, body))

    def _post(self, room: Room, note: Note) -> int:
        draft = posts.Draft(
            body=note.body, guild=note.guild, asset_id=self._photo(room, note), audience=_audience(note)
        )
        post = posts.publish(room.session, room.who, room.book, draft, room.clock.at)
        return post.id

    def _photo(self, room: Room, note: Note) -> int | None:
        if note.photo is None or not (PHOTOS / note.photo).exists():
            return None
        now = room.clock.at
        begun = uploads.begin(room.session, self.store, room.who, room.book, note.alt, now)
        self.store.put(begun.asset.upload_key, (PHOTOS / note.photo).read_bytes(), uploads.ANY_TYPE)
        return uploads.complete(room.session, self.store, room.who, begun.asset.id, room.book, now).id


def _founding(group: Group) -> Act:
    return lambda room: guilds.found(
        room.session, room.book, room.who, group.slug, group.name, group.purpose, room.clock.at
    )


def _joining(slug: str) -> Act:
    return lambda room: guilds.join(room.session, room.book, room.who, slug, room.clock.at)


def _following(handle: str) -> Act:
    return lambda room: follows.follow(room.session, room.who, room.book, handle, room.clock.at)


def _replying(post_id: int, body: str) -> Act:
    return lambda room: replies.write(room.session, room.who, room.book, post_id, body, room.clock.at)


def _read(room: Room) -> None:
    """Read the page that a member would be given first."""
    feeds.page(room.session, room.who, room.book, "balanced", room.clock.at)


def _audience(note: Note) -> AudienceDocument:
    document: dict[str, Any] = {}
    if note.people:
        document["see"] = {"any": [{"member": handle} for handle in note.people]}
    elif note.guild is not None:
        document["see"] = {"any": [{"guild": note.guild}]}
    if note.seats is not None:
        document["seats"] = {"max": note.seats}
    return AudienceDocument.model_validate(document)
