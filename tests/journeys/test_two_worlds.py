"""Law 7, whole: a crawl of every GET route tells an outsider nothing of 500 posts that are not for them.

The same requests are made twice, each from the same state: once with those posts (``hidden.py``), once
after the database was taken back to before them. Every byte has to be the same, but for the tokens that guard
forms. Time stands still meanwhile, and the jobs of all rooms that look at posts have run in both worlds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count, product
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlmodel import Session, col
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import audience.jobs
from app import POLICY_KINDS
from audience import circles, following, posts, relations, replies, watching
from audience.access import access_post
from audience.cases import juries, reports, subject
from audience.cowriting import beginning, notes, offering, revising, writers
from audience.cowriting.tables import PostWriter
from audience.document import AudienceDocument
from audience.feeds import helped, profiles
from audience.feeds.own_draft import Draft
from audience.moderation.tables import Decision
from audience.playlists import items, keeping
from audience.playlists.order import Place
from audience.playlists.sight import SeenBy
from audience.polls.tables import Poll, PollVote
from audience.rooms import floor, opening, reminders, scheduling, seats
from audience.rooms.scheduling import Booking
from audience.scheduling import drafts
from audience.scheduling.tables import ScheduledPost
from audience.tables import Post
from coop.book import Book
from coop.call import Platform
from coop.clock import Clock
from coop.database import Database
from coop.features import COLLABORATIVE_EDITING, LIVE_ROOMS, PLAYLISTS
from coop.identity import Identity
from coop.ids import new_id
from coop.outbound import Outbound
from coop.policies import Books
from coop.sign_in import COOKIE
from coop.tables import Member, WebSession
from tests.audience.factories import make_asset, make_post
from tests.audience.public_square import FOR_EVERYBODY, QUOTABLE, vote
from tests.coop.featured import give
from tests.factories import (
    LISBON,
    LONG_AGO,
    PORTUGAL,
    bearer_for,
    id_of,
    identity_of,
    make_guild,
    make_member,
)
from tests.journeys.hidden import Hidden, hide
from tests.journeys.tended import tend, tend_hidden

MOMENT = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
RESTRICTED = 500
VARIES = re.compile(
    rb'(?:name="csrf_token" value|data-csrf)="[^"]*"|<updated>[^<]*</updated>|X-Amz-[A-Za-z]+=[^&"<\s]*'
)
"""The tokens that guard forms, the database's own time, and what signs an address of the store."""
OF_THE_MOMENT = {"Date", "ETag", "Last-Modified", "Set-Cookie"}
"""Headers of answers that were made at different moments: a tag is of the bytes, which are compared."""
NONE_SUCH = 8_000_000_000_000_000_001
APART = ("static", "pages.record_ledger")
"""Endpoints in which no post ever is: files, and the whole ledger."""
ELSEWHERE = "203.0.113.9"
"""From where everybody asks: who is at the machine itself may read the server's counters."""
Clients = dict[str, tuple[FlaskClient, dict[str, str]]]
"""By name: who asks, and with which headers."""
PEOPLE = ("ada", "ben", "cleo", "dora", "elsa", "eve", "outsider")
TOLD = {f"/counts/{name}": "readers" for name in ("likes", "reposts", "replies")}
"""Clauses by which every number is told to all who read a post."""
BY_LEAVE: dict[str, Any] = {
    **QUOTABLE,
    "interact": {**QUOTABLE["interact"], "reply": {"ask": [{"local": True}]}},
}
"""Public, to be quoted at once and answered by leave."""


@dataclass
class Stopped:
    """A clock's offset that always ends at one moment."""

    def __radd__(self, moment: datetime) -> datetime:
        return MOMENT


@dataclass
class Village:
    """Who is there, and what of theirs is asked for."""

    people: dict[str, Identity] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    assets: list[int] = field(default_factory=list)
    circles: list[int] = field(default_factory=list)
    decisions: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)
    rooms: list[int] = field(default_factory=list)
    scheduled: list[int] = field(default_factory=list)
    playlists: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)


@pytest.fixture
def village(session: Session, book: Book, clock: Clock) -> Village:
    """Three people who make things for all, two of them in a guild; an outsider; and who blocks them."""
    clock.offset = cast(timedelta, Stopped())
    found = Village()
    rows = {
        handle: make_member(session, handle, MOMENT - timedelta(hours=3) if handle == "eve" else LONG_AGO)
        for handle in PEOPLE
    }
    guild = make_guild(session, "bakers", rows["ada"], (rows["ben"],))
    give(session, LIVE_ROOMS, guild)
    for holder in (guild, rows["ada"]):
        give(session, PLAYLISTS, holder)
    give(session, COLLABORATIVE_EDITING, guild)
    book = vote(session, book, FOR_EVERYBODY | TOLD)
    for handle, row in rows.items():
        found.people[handle] = identity_of(row, (guild,) if handle in ("ada", "ben") else ())
    for handle in ("ada", "ben", "cleo"):
        for hours, meant in ((1, BY_LEAVE), (2, {})):
            kind = "video" if len(found.assets) == 1 else "photo"
            asset = make_asset(session, found.people[handle], kind=kind)
            post = make_post(
                session,
                found.people[handle],
                book,
                meant,
                now=MOMENT - timedelta(hours=hours),
                body=f"Open #bread of {handle}",
                asset_id=asset.id,
            )
            found.open.append(post.id)
            found.assets.append(asset.id)
    _look(session, book, found)
    outsider = found.people["outsider"]
    relations.block(session, found.people["dora"], "outsider", LONG_AGO)
    following.follow(session, outsider, book, "ada", MOMENT - timedelta(days=3))
    for friend in ("ben", "cleo"):
        following.follow(session, found.people["elsa"], book, friend, LONG_AGO)
    draft = Draft("mine", base="explore", sliders={"small": 1}, topics=("bread", "secret1"))
    profiles.create(session, outsider, book, draft, LONG_AGO, loopback=False)
    for name in ("ada", "ben", "cleo", "elsa"):
        juries.offer(session, found.people[name], LONG_AGO)
    tend(session, book, found.people, found.open[1], MOMENT - timedelta(minutes=5))
    found.rooms = [_gather(session, book, found, {}, "Open bread, live")]
    found.playlists = [_list(session, book, found, "Open list", "members", found.open)]
    session.flush()
    return found


def _gather(session: Session, book: Book, village: Village, audience: dict[str, Any], said: str) -> int:
    """Have Ada hold an open room in which Ben is and waits to speak; return its id."""
    ada, ben = village.people["ada"], village.people["ben"]
    begins, document = MOMENT - timedelta(minutes=20), AudienceDocument.model_validate(audience)
    booking = Booking(said, begins, 60, audience=document)
    room = scheduling.schedule(session, ada, book, "bakers", booking, begins - timedelta(hours=1)).post_id
    reminders.ask(session, ben, book, room, begins - timedelta(minutes=30))
    opening.begin(session, ada, book, room, begins)
    for one in (ada, ben):
        seats.enter(session, one, book, room, MOMENT - timedelta(seconds=9))
    floor.raise_hand(session, ben, book, room, MOMENT - timedelta(seconds=8))
    return room


def _list(
    session: Session, book: Book, village: Village, title: str, seen_by: SeenBy, posts: list[int]
) -> int:
    """Have Ada keep a list of some posts; return its id."""
    ada, at = village.people["ada"], MOMENT - timedelta(minutes=30)
    guild = "bakers" if seen_by == "guild" else None
    steward = replace(ada, steward_of=ada.guilds)
    made = keeping.make(session, steward, book, title, "", seen_by, guild, at)
    for post_id in posts:
        items.add(session, steward, book, made.id, post_id, at)
    return made.id


def _look(session: Session, book: Book, village: Village) -> None:
    """Have what is open looked at and answered, so that there is something to compare posts with."""
    ada, ben, cleo, outsider = (village.people[name] for name in ("ada", "ben", "cleo", "outsider"))
    for index, post_id in enumerate(village.open[:2]):
        for reader in (ben, cleo):
            access_post(session, reader, book, post_id, MOMENT - timedelta(minutes=40))
            watching.watched(session, reader, book, post_id, 3_000 + index, MOMENT)
            helped.answer(session, reader, book, post_id, reader is ben, MOMENT)
    access_post(session, outsider, book, village.open[1], MOMENT)
    access_post(session, village.people["eve"], book, village.open[1], MOMENT)
    for author, post_id in ((ada, village.open[0]), (cleo, village.open[1])):
        answer = replies.write(session, author, book, post_id, "Open answer", MOMENT - timedelta(minutes=50))
        village.answers.append(answer.id)


def restrict(session: Session, book: Book, village: Village) -> int:
    """Publish posts of every kind, of one turn of which is asked, and say how many; talk under open ones."""
    ada, ben = village.people["ada"], village.people["ben"]
    family = circles.create(session, ada, book, "Family", LONG_AGO)
    circles.add(session, ada, book, family.id, "ben", LONG_AGO)
    hidden = Hidden(session, book, village.people, MOMENT, village.open[0], village.open[1])
    hide(hidden, 0)
    waits = replies.write(session, ben, book, village.open[0], "Hidden answer", MOMENT)
    among = {"see": {"any": [{"guild": "bakers"}]}}
    village.rooms.append(_gather(session, book, village, among, "Hidden bread, live"))
    village.hidden = [*hidden.posts]
    village.answers += [*hidden.answers, waits.id]
    village.assets += hidden.assets
    village.circles = [family.id]
    tend_hidden(session, book, village.people, village.hidden, MOMENT - timedelta(minutes=5))
    village.decisions = list(session.scalars(select(col(Decision.id)).limit(3)))
    for post_id in hidden.posts[:9]:
        _ask(session, post_id)
    village.scheduled = [_scheduled(session, village, asset_id) for asset_id in (None, hidden.assets[0])]
    _list_hidden(session, book, village)
    village.drafts = _write_together(session, book, village)
    village.cases = [_reported(session, book, village, post_id) for post_id in hidden.posts[:3]]
    for turn in count(1):
        if len(hidden.posts) >= RESTRICTED:
            break
        hide(hidden, turn)
    return len(hidden.posts)


def _list_hidden(session: Session, book: Book, village: Village) -> None:
    """Have Ada put hidden posts of hers between those of her open list, and keep hidden lists besides."""
    hers = select(col(Post.id)).where(
        col(Post.author_id) == village.people["ada"].member_id,
        col(Post.id).in_(village.hidden),
        col(Post.deleted_at).is_(None),
    )
    hidden, ada = list(session.scalars(hers.limit(4))), village.people["ada"]
    assert hidden
    for post_id in hidden:
        items.add(session, ada, book, village.playlists[0], post_id, MOMENT)
        items.move(session, ada, book, village.playlists[0], post_id, Place(number=2), MOMENT)
    every = [*hidden, *village.open]
    village.playlists += [
        _list(session, book, village, "Hidden list", seen_by, every) for seen_by in ("keepers", "guild")
    ]


def _reported(session: Session, book: Book, village: Village, post_id: int) -> int:
    """Have a hidden post reported; return the id of the case."""
    thing = subject.subject(session, post_id, None)
    reporter = next(one for one in village.people.values() if one.member_id != thing.author_id)
    return reports.report(session, reporter, book, thing, "mine", "Hidden words", LONG_AGO).case.id


def _ask(session: Session, post_id: int) -> None:
    """Have a hidden post ask something, which Ben has answered."""
    session.get_one(Post, post_id).polled = True
    session.add(Poll(post_id=post_id, options=["Hidden rye", "Hidden oats"], closes_at=MOMENT))
    session.flush()
    ben = session.scalars(select(Member).where(col(Member.handle) == "ben")).one()
    session.add(PollVote(post_id=post_id, member_id=id_of(ben), option=1))


def _scheduled(session: Session, village: Village, asset_id: int | None) -> int:
    """Have Ada keep a post that is due another day; return the id by which she asks for it."""
    draft = posts.Draft("Hidden #secret2 for @outsider", guild="bakers", asset_id=asset_id)
    kept = ScheduledPost(
        id=new_id(MOMENT),
        author_id=village.people["ada"].member_id,
        draft=drafts.stored(draft),
        publish_at=MOMENT + timedelta(days=1),
        kept_at=MOMENT,
    )
    session.add(kept)
    session.flush()
    return kept.id


def _write_together(session: Session, book: Book, village: Village) -> list[int]:
    """Have Ada and Ben write drafts in their guild, one of which is to be published; return their ids."""
    ada, ben = village.people["ada"], village.people["ben"]
    said = "Hidden #secret1 for @outsider"
    made = [
        beginning.begin(session, ada, book, "bakers", said, MOMENT - timedelta(hours=1), opened=opened)
        for opened in (False, True)
    ]
    for draft in made:
        writers.invite(session, ada, book, draft, "ben", MOMENT - timedelta(minutes=50))
        revising.save(session, ben, book, draft, 1, f"{said} too", MOMENT - timedelta(minutes=40))
        notes.leave(session, ben, book, draft, "Hidden note", MOMENT - timedelta(minutes=30))
        offering.offer(session, ada, book, draft, 2, posts.Draft(), MOMENT - timedelta(minutes=20))
    for post_id in village.hidden[:9]:
        session.get_one(Post, post_id).cowritten = True
        session.add(PostWriter(post_id=post_id, member_id=ben.member_id, number=2))
    session.flush()
    return made


def conclude(platform: Platform) -> None:
    """Run what draws conclusions from posts, as the worker does."""
    for job in audience.jobs.jobs(platform, Outbound(loopback=False)):
        job.run()


def values(village: Village, name: str) -> list[object]:
    """Return what to ask for where a path names something; fail for a kind of name that nobody foresaw."""
    known: dict[str, list[object]] = {
        **{one: [1, NONE_SUCH] for one in IDS},
        "post_id": [*village.open[:2], *village.hidden, NONE_SUCH],
        "reply_id": [*village.answers, NONE_SUCH],
        "asset_id": [*village.assets[:2], *village.assets[6:], NONE_SUCH],
        "upload_id": [*village.assets[:1], *village.assets[6:], NONE_SUCH],
        "circle_id": [*village.circles, NONE_SUCH],
        "decision_id": [*village.decisions, NONE_SUCH],
        "playlist_id": [*village.playlists, NONE_SUCH],
        "scheduled_id": [*village.scheduled, NONE_SUCH],
        "draft_id": [*village.drafts, NONE_SUCH],
        "revision": [1, 2],
        "case_id": [*village.cases, NONE_SUCH],
        "thing_id": [village.open[0], *village.hidden[:9], *village.answers, NONE_SUCH],
        "room_id": [*village.rooms, *village.hidden[:3], NONE_SUCH],
        "rendition": ["small", "video", "small.webp"],
        "handle": ["ada", "ben", "elsa", "outsider", "nobody"],
        "slug": ["bakers", "none-such"],
        "profile": [*PROFILES, "own:mine", "none"],
        "tag": ["bread", "secret1", "rye", "nothing"],
        "name": ["bread", "secret1", "mine", "nothing"],
        "place_id": [PORTUGAL, LISBON, NONE_SUCH],
        "scope": ["coop", "guild:bakers"],
        "role": ["greet", "calm"],
        "kind": ["audience", "feeds"],
    }
    return known[name]


PROFILES = ("chronological", "balanced", "following", "guilds", "calm", "explore", "learn")
IDS = frozenset(f"{one}_id" for one in ("amendment", "argument", "check", "proposal", "rehearsal", "webhook"))
IDS |= {"filter_id", "seq", "size", "statement_id"}
"""Names of ids that no post is behind."""


def paths(rule: Rule, village: Village) -> Iterator[str]:
    """Yield every path of a route that is asked for."""
    names = sorted(rule.arguments)
    for chosen in product(*(values(village, name) for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)))
        if built is not None:
            yield built[1]


WORDS = ("bread", "hidden", "bread+-hidden", "secret1", "ben", "s", "%23s")
QUERIES: dict[str, list[str]] = {
    **{
        f"/api/v1/search/{kind}": [f"?q={words}" for words in WORDS]
        for kind in ("posts", "members", "guilds", "tags", "proposals")
    },
    "/api/v1/feeds/balanced/preview": ["?sliders=small:1&topics=bread,secret1"],
    "/feed/balanced/tune": ["?small=1&topics=secret1"],
    "compare": ["?old=1&new=2"],
    "comparison": ["?old=1&new=2"],
    "/search": [*(f"?q={words}" for words in WORDS), "?q=hidden&of=posts", "?q=s&of=tags"],
}
"""What is asked besides, by path or by the last part of it."""
API = "/api/v1/"
ASKING = {True: ("token", "visitor"), False: ("browser", "visitor")}
"""Who asks for what is under :data:`API`, and who for pages: neither way to sign in counts for the other."""


def said(answer: TestResponse) -> bytes:
    """Return all that an answer says, but for what differs from one moment to the next."""
    head = "\n".join(f"{key}: {value}" for key, value in sorted(answer.headers) if key not in OF_THE_MOMENT)
    return VARIES.sub(b"", f"{answer.status}\n{head}\n".encode() + answer.get_data())


def crawl(app: Flask, database: Database, village: Village, clients: Clients) -> dict[str, bytes]:
    """Ask for everything as everybody who may not see the restricted posts; return what was answered.

    Each request is taken back, so that a feed shows what another has shown before.
    """
    answers: dict[str, bytes] = {}
    assert isinstance(database.bind, Connection)
    rules = sorted((rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())), key=str)
    for rule in rules:
        if rule.endpoint.endswith(APART):
            continue
        for path in paths(rule, village):
            for query in ("", *QUERIES.get(path, ()), *QUERIES.get(path.rpartition("/")[2], ())):
                for name in ASKING[path.startswith(API)]:
                    client, headers = clients[name]
                    with database.bind.begin_nested() as looking:
                        answers[f"{name} {path}{query}"] = said(client.get(path + query, headers=headers))
                        looking.rollback()
    return answers


@pytest.fixture
def clients(app: Flask, session: Session, village: Village) -> Clients:
    """Everybody who asks: the outsider with a token and in a browser, and a visitor."""
    member = session.get_one(Member, village.people["outsider"].member_id)
    token = "a session of the outsider"
    session.add(
        WebSession(
            token_sha256=sha256(token.encode()).hexdigest(),
            member_id=member.id or 0,
            created_at=LONG_AGO,
            expires_at=MOMENT + timedelta(days=365),
        )
    )
    headers = bearer_for(session, member)
    session.flush()
    made = {name: app.test_client() for name in ("token", "browser", "visitor")}
    for client in made.values():
        client.environ_base["REMOTE_ADDR"] = ELSEWHERE
    made["browser"].set_cookie(COOKIE, token)
    return {name: (client, headers if name == "token" else {}) for name, client in made.items()}


def assert_told(answers: dict[str, bytes], name: str, village: Village) -> None:
    """Fail unless somebody was told what is open to them, or the crawl has compared nothing."""
    public, local = village.open[:2]
    at = "/api/v1" if name == "token" else ""
    shown = {one: b"Open " in answers[f"{name} {at}/posts/{one}"] for one in (public, local)}
    assert shown == {public: True, local: name != "visitor"}
    picture = answers[f"{name} {at}/media/{village.assets[0]}/small"]
    assert picture.startswith(b"307")


def test_law_07_two_worlds_look_the_same_to_an_outsider_on_every_get_route(
    app: Flask,
    database: Database,
    session: Session,
    book: Book,
    village: Village,
    clients: Clients,
) -> None:
    assert isinstance(database.bind, Connection)
    platform: Platform = app.extensions["allotment"]
    database.bind.exec_driver_sql("SAVEPOINT before")
    with database.begin() as other:
        made = restrict(other, Books(POLICY_KINDS).current(other), village)
    conclude(platform)
    with_them = crawl(app, database, village, clients)
    assert made > RESTRICTED
    for name in clients:
        assert_told(with_them, name, village)
    database.bind.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
    with database.begin() as other:
        assert other.get(Post, village.hidden[0]) is None
    conclude(platform)
    without_them = crawl(app, database, village, clients)
    assert with_them.keys() == without_them.keys()
    told = [path for path, answer in with_them.items() if answer != without_them[path]]
    assert told == [], "\n".join(f"{path}: {with_them[path]!r}\n{without_them[path]!r}" for path in told[:1])
    assert not [path for path, answer in with_them.items() if b"idden" in answer and b"Hidden" in answer]
