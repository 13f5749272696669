"""A small living cooperative for a first run: people, guilds, posts, and the votes behind its rules.

Everything is done through the same actions that members use, each at its own time in the past, so the
ledger verifies, every clause knows its vote, and the feed has something to say.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.progress import track
from sqlalchemy import func, select
from sqlmodel import Session

from audience import author_signals, posts, relations, replies
from audience.document import AudienceDocument
from coop import guilds, members, oauth, policies
from coop.book import Book
from coop.call import Platform
from coop.clock import Clock
from coop.errors import NotFound
from coop.identity import Identity
from coop.places import Place
from coop.policy_text import sha256
from coop.tables import Member
from governance import ballots, cases, enactment, proposals, sponsors
from governance.ballots import Vote
from governance.proposals import Draft
from governance.tally import Choice
from media import uploads
from media.storage import ObjectStore
from tools.client import CLIENT_ID, REDIRECT_URI
from tools.story import FOLLOWS, GUILDS, NOTES, PEOPLE, Note

PHOTOS = Path(__file__).resolve().parent.parent / "tests" / "data" / "photos"
FOUNDED = timedelta(days=60)
"""How long ago this cooperative began."""

SHOWN = (("a member", "yuki"), ("a guild steward", "ines"), ("a creator", "amara"))
"""Whose sign-ins are printed, and what they are."""


@dataclass(frozen=True, slots=True)
class Motion:
    """A proposal of the story, and what became of it."""

    days_ago: float
    author: str
    kind: str
    clause: str
    value: Any
    title: str
    rationale: str
    sponsors: tuple[str, ...] = ()
    votes: Mapping[str, Choice] | None = None
    """None where nobody has voted on it yet."""


def _votes(yes: str, no: str = "", abstain: str = "") -> dict[str, Choice]:
    said = {Choice.FOR: yes, Choice.AGAINST: no, Choice.ABSTAIN: abstain}
    return {handle: choice for choice, handles in said.items() for handle in handles.split()}


MOTIONS = (
    Motion(
        50,
        "leila",
        "feeds",
        "/profiles/balanced/weights/small",
        0.9,
        "Hear more from those whom few have heard",
        "The same six of us fill the page. Let a new voice weigh nearly as much as a fresh one.",
        ("kofi", "hana"),
        _votes("leila kofi hana ines yuki priya elena marko", "jonas", "oskar"),
    ),
    Motion(
        36,
        "jonas",
        "audience",
        "/replies/per_member",
        12,
        "Twelve replies each to one post",
        "After twelve answers to the same post, meet for tea instead.",
        ("ines", "priya"),
        _votes("jonas ines priya marko elena hana amara", "tomas kofi"),
    ),
    Motion(
        24,
        "tomas",
        "audience",
        "/seats/default",
        400,
        "Larger rooms unless one asks for less",
        "Some posts fill in an hour. I would rather begin large.",
        ("kofi", "oskar"),
        _votes("tomas kofi oskar", "ines leila yuki hana priya elena", "amara"),
    ),
    Motion(
        4.2,
        "hana",
        "audience",
        "/arrivals/per_minute",
        30,
        "Let strangers arrive half as fast",
        "When a post of mine was passed around, forty strangers came in a minute. I can greet thirty.",
        ("ines", "leila"),
        _votes("hana leila marko priya", "tomas"),
    ),
    Motion(
        1.5,
        "elena",
        "feeds",
        "/profiles/balanced/half_life",
        "P2D",
        "Let a post stay fresh for two days",
        "We are in eleven time zones. What I post in the evening is old before Yuki has had breakfast.",
        ("oskar", "yuki"),
    ),
    Motion(
        0.4,
        "marko",
        "membership",
        "/guilds/members_max",
        150,
        "Guilds of a hundred and fifty at most",
        "Past that we stop knowing each other's names. A guild that outgrows it can become two.",
    ),
)


def seed(platform: Platform, store: ObjectStore, *, if_empty: bool) -> bool:
    """Bring the cooperative to life and write the sign-ins; return False where there are members already."""
    with platform.database.begin() as session:
        if session.execute(select(func.count()).select_from(Member)).scalar_one():
            if if_empty:
                return False
            raise SystemExit("There are members already: a seed is for an empty cooperative.")
    story = _Story(platform, store)
    passwords = story.people()
    story.guilds()
    for motion in MOTIONS:
        story.motion(motion)
    for note in track(NOTES, description="Seeding a small cooperative"):
        story.note(note)
    story.finish()
    _write_sign_ins(platform.settings.var, passwords)
    return True


def _write_sign_ins(var: Path, passwords: Mapping[str, str]) -> None:
    told = [{"role": role, "handle": handle, "password": passwords[handle]} for role, handle in SHOWN]
    path = var / "sign-ins.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(told, file, indent=2)


class _Story:
    """Tells the story in the order in which it happened, each part in a transaction at its own time."""

    def __init__(self, platform: Platform, store: ObjectStore) -> None:
        self.platform = platform
        self.store = store

    def people(self) -> dict[str, str]:
        """Found the policies and let everybody join; return their passwords."""
        passwords = {person.handle: secrets.token_urlsafe(12) for person in PEOPLE}
        clock = Clock(-FOUNDED)
        with self.platform.database.begin() as session:
            now = clock.now(session)
            policies.found(session, self.platform.books.kinds, self.platform.settings.policies, now)
            oauth.ensure_client(session, CLIENT_ID, "Allotment CLI", [REDIRECT_URI], "read write", now)
        with self.platform.database.begin() as session:
            book = self.platform.books.current(session)
            for index, person in enumerate(PEOPLE):
                place = Place(person.country, person.region, person.city)
                newcomer = members.Newcomer(person.handle, passwords[person.handle], person.name, place)
                who = members.join(session, book, newcomer, clock.now(session) + timedelta(hours=index))
                members.update_profile(session, who, {"about": person.about})
        return passwords

    def guilds(self) -> None:
        """Found the guilds, let people in, and let people follow each other."""
        clock = Clock(timedelta(days=2) - FOUNDED)
        with self.platform.database.begin() as session:
            book, now = self.platform.books.current(session), clock.now(session)
            for group in GUILDS:
                founder = self._who(session, group.members[0])
                guilds.found(session, book, founder, group.slug, group.name, group.purpose, now)
                for handle in group.members[1:]:
                    guilds.join(session, book, self._who(session, handle), group.slug, now)
            for follower, followed in FOLLOWS:
                relations.follow(session, self._who(session, follower), followed, now)

    def motion(self, motion: Motion) -> None:
        """Propose, sponsor, vote and enact, as far as time has let it come."""
        clock = Clock(timedelta(days=-motion.days_ago))
        with self.platform.database.begin() as session:
            book = self.platform.books.current(session)
            author = self._who(session, motion.author)
            number = proposals.draft(session, book, author, _draft(book, motion), clock.now(session))
            proposals.submit(session, book, author, number, clock)
        for handle in motion.sponsors:
            with self.platform.database.begin() as session:
                sponsors.sponsor(session, self._who(session, handle), number, clock)
        if motion.votes is not None:
            self._vote(number, motion, clock)

    def _vote(self, number: int, motion: Motion, clock: Clock) -> None:
        clock.offset += timedelta(days=3, hours=1)
        self._advance(clock)
        for handle, choice in (motion.votes or {}).items():
            with self.platform.database.begin() as session:
                who = self._who(session, handle)
                digest = cases.one(session, number, clock.now(session)).patch_sha256
                ballots.cast(session, who, number, Vote(choice, digest), clock)
        for days in (3, 2):
            clock.offset = min(clock.offset + timedelta(days=days), timedelta())
            self._advance(clock)

    def _advance(self, clock: Clock) -> None:
        enactors = dict.fromkeys(self.platform.books.kinds, enactment.enact_policy)
        enactment.advance(self.platform.database, self.platform.books, clock, enactors)

    def note(self, note: Note) -> None:
        """Publish a post with its picture, and let others look at it and answer."""
        clock = Clock(timedelta(hours=-note.hours_ago))
        with self.platform.database.begin() as session:
            book, now = self.platform.books.current(session), clock.now(session)
            author = self._who(session, note.author)
            post = posts.publish(
                session,
                author,
                book,
                now,
                body=note.body,
                guild=note.guild,
                asset_id=self._photo(session, book, author, note, clock),
                document=_audience(note),
            )
        for handle, body in note.replies:
            clock.offset = min(clock.offset + timedelta(minutes=40), timedelta())
            with self.platform.database.begin() as session:
                who, now = self._who(session, handle), clock.now(session)
                replies.write(session, who, self.platform.books.current(session), post.id, body, now)

    def _photo(self, session: Session, book: Book, author: Identity, note: Note, clock: Clock) -> int | None:
        if note.photo is None or not (PHOTOS / note.photo).exists():
            return None
        now = clock.now(session)
        begun = uploads.begin(session, self.store, author, book, note.alt, now)
        self.store.put(begun.asset.upload_key, (PHOTOS / note.photo).read_bytes(), uploads.ANY_TYPE)
        return uploads.complete(session, self.store, author, begun.asset.id, book, now).id

    def finish(self) -> None:
        """Bring up to date what jobs keep."""
        with self.platform.database.begin() as session:
            author_signals.refresh(session, Clock().now(session))

    def _who(self, session: Session, handle: str) -> Identity:
        return members.identity_of(session, handle)


def _draft(book: Book, motion: Motion) -> Draft:
    policy = book.policy(motion.kind)
    if policy is None:
        raise NotFound
    before = book.cite(motion.kind, motion.clause).value
    patch = [
        {"op": "test", "path": motion.clause, "value": before},
        {"op": "replace", "path": motion.clause, "value": motion.value},
    ]
    return Draft("coop", motion.kind, motion.title, motion.rationale, patch, sha256(policy.text))


def _audience(note: Note) -> AudienceDocument:
    document: dict[str, Any] = {}
    if note.people:
        document["see"] = {"any": [{"member": handle} for handle in note.people]}
    elif note.guild is not None:
        document["see"] = {"any": [{"guild": note.guild}]}
    if note.seats is not None:
        document["seats"] = {"max": note.seats}
    return AudienceDocument.model_validate(document)
