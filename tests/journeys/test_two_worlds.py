"""Law 7, whole: a crawl of every GET route tells an outsider nothing of 500 posts that are not for them.

The same requests are made twice, in the same order, from the same state: once with the restricted posts, once
after the database was taken back to before them. Every byte has to be the same, but for the tokens that guard
forms. Time stands still meanwhile, and the jobs that draw conclusions from posts have run in both worlds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import product
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlmodel import Session
from werkzeug.routing import Rule

from app import POLICY_KINDS
from audience import circles, following, posts, replies
from audience.access import access_post
from audience.document import AudienceDocument
from audience.feeds import author_signals
from audience.posts import Draft
from audience.tables import Post
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.sign_in import COOKIE
from coop.tables import Member, WebSession
from tests.audience.factories import make_asset, make_post
from tests.audience.public_square import FOR_EVERYBODY, PUBLIC, QUOTABLE, vote
from tests.factories import LISBON, LONG_AGO, PORTUGAL, bearer_for, identity_of, make_guild, make_member

MOMENT = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
RESTRICTED = 500
VARIES = re.compile(rb'name="csrf_token" value="[^"]*"|<updated>[^<]*</updated>|X-Amz-[A-Za-z]+=[^&"<\s]*')
"""The tokens that guard forms, the database's own time, and what signs an address of the store."""
OF_THE_MOMENT = {"Date", "ETag", "Last-Modified", "Set-Cookie"}
"""Headers of answers that were made at different moments: a tag is of the bytes, which are compared."""
NONE_SUCH = 8_000_000_000_000_000_001
APART = ("static", "pages.record_ledger")
"""Endpoints in which no post ever is: files, and the whole ledger."""
ELSEWHERE = "203.0.113.9"
"""From where everybody asks: who is at the machine itself may read the server's counters."""
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


@pytest.fixture
def village(session: Session, book: Book, clock: Clock) -> Village:
    """Three people who make things for members and for everybody, two of them in a guild, and an outsider."""
    clock.offset = cast(timedelta, Stopped())
    book = vote(session, book, FOR_EVERYBODY)
    found = Village()
    rows = {handle: make_member(session, handle, LONG_AGO) for handle in ("ada", "ben", "cleo", "outsider")}
    guild = make_guild(session, "bakers", rows["ada"], (rows["ben"],))
    for handle, row in rows.items():
        found.people[handle] = identity_of(row, (guild,) if handle in ("ada", "ben") else ())
    for handle in ("ada", "ben", "cleo"):
        for hours, audience in ((1, BY_LEAVE), (2, {})):
            asset = make_asset(session, found.people[handle])
            post = make_post(
                session,
                found.people[handle],
                book,
                audience,
                now=MOMENT - timedelta(hours=hours),
                body=f"Open #bread of {handle}",
                asset_id=asset.id,
            )
            found.open.append(post.id)
            found.assets.append(asset.id)
    ada = found.people["ada"]
    answer = replies.write(session, ada, book, found.open[0], "Open answer", MOMENT - timedelta(minutes=50))
    found.answers.append(answer.id)
    access_post(session, found.people["ben"], book, found.open[0], MOMENT)
    following.follow(session, found.people["outsider"], book, "ada", MOMENT - timedelta(days=3))
    session.flush()
    return found


def restrict(session: Session, book: Book, village: Village) -> Iterator[Post]:
    """Publish posts of every kind of audience that leaves the outsider out, and talk under them."""
    ada, ben = village.people["ada"], village.people["ben"]
    family = circles.create(session, ada, book, "Family", LONG_AGO)
    circles.add(session, ada, book, family.id, "ben", LONG_AGO)
    audiences: list[dict[str, Any]] = [
        {"see": {"any": [{"guild": "bakers"}]}},
        {"see": {"any": [{"member": "ben"}]}},
        {"see": {"any": [{"circle": "Family"}]}},
        {"preset": "self"},
        {"preset": "mutuals"},
        {"see": {"any": [{"follow": {"dir": "follower", "min_days": 30}}]}},
        {"see": {"any": [{"place": str(PORTUGAL)}, {"place": str(LISBON)}]}},
        {"see": {"any": [{"contributed": {"tag": "rye", "min": 2}}]}},
        {"see": {"any": [{"mentioned": True}]}},
        {"see": {"any": [{"local": True}], "not": [{"member": "outsider"}]}},
        {"see": {"all": [{"guild": "bakers"}, {"any": [{"local": True}]}]}, "seats": {"max": 20}},
        {"after": [{"age": "PT1M", "set": {"preset": "mutuals"}}]},
        {**PUBLIC, "after": [{"age": "PT1M", "set": {"preset": "mutuals"}}]},
    ]
    for n in range(RESTRICTED):
        with_picture = n % 25 == 0
        post = make_post(
            session,
            ada,
            book,
            audiences[n % len(audiences)],
            now=MOMENT - timedelta(minutes=n + 2),
            body=f"Hidden #bread and #secret{n % 7} for @ben, number {n}",
            guild="bakers" if n % 3 == 0 else None,
            asset_id=make_asset(session, ada).id if with_picture else None,
        )
        if n % len(audiences) == 0:
            answer = replies.write(session, ben, book, post.id, "Hidden answer #bread", MOMENT)
            village.answers.append(answer.id)
        if post.asset_id is not None:
            village.assets.append(post.asset_id)
        yield post
    waits = replies.write(session, ben, book, village.open[0], "Hidden answer", MOMENT)
    village.answers.append(waits.id)
    bakers = AudienceDocument.model_validate({"see": {"any": [{"guild": "bakers"}]}})
    draft = Draft(body="Hidden #bread", audience=bakers, quote_id=village.open[0])
    yield posts.publish(session, ben, book, draft, MOMENT)


def conclude(session: Session, book: Book) -> None:
    """Run what draws conclusions from posts, as the worker does."""
    author_signals.refresh(session, book, MOMENT)


def values(village: Village, name: str) -> list[object]:
    """Return what to ask for where a path names something; fail for a kind of name that nobody foresaw."""
    known: dict[str, list[object]] = {
        "post_id": [*village.open[:2], *village.hidden[:24], *village.hidden[-1:], NONE_SUCH],
        "reply_id": [*village.answers[:3], *village.answers[-1:], NONE_SUCH],
        "asset_id": [*village.assets[:2], *village.assets[-4:], NONE_SUCH],
        "rendition": ["small", "large"],
        "handle": ["ada", "ben", "outsider", "nobody"],
        "slug": ["bakers", "none-such"],
        "profile": ["balanced", "chronological", "none"],
        "tag": ["bread", "secret1", "rye", "nothing"],
        "name": ["bread", "secret1", "nothing"],
        "place_id": [PORTUGAL, LISBON, NONE_SUCH],
        "scope": ["coop", "guild:bakers"],
        "kind": ["audience", "feeds"],
        "filename": [],
        "path": [],
    }
    return known.get(name, [1, NONE_SUCH] if name in IDS else [])


IDS = frozenset(
    {
        *("proposal_id", "amendment_id", "argument_id", "statement_id", "webhook_id", "rehearsal_id", "seq"),
        *(
            "number",
            "jury_id",
            "check_id",
            "round_id",
            "notice_id",
            "client_id",
            "circle_id",
            "feed_id",
            "size",
        ),
        *(
            "checkpoint",
            "leaf",
            "index",
            "count",
            "event",
            "old",
            "new",
            "version",
            "decision_id",
            "election_id",
        ),
    }
)
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
    "/search": [*(f"?q={words}" for words in WORDS), "?q=hidden&of=posts", "?q=s&of=tags"],
}
"""What is asked besides, by path."""


def crawl(
    app: Flask, village: Village, clients: dict[str, tuple[FlaskClient, dict[str, str]]]
) -> dict[str, bytes]:
    """Ask for everything as everybody who may not see the restricted posts; return what was answered."""
    answers: dict[str, bytes] = {}
    rules = sorted((rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())), key=str)
    for rule in rules:
        if rule.endpoint.endswith(APART):
            continue
        for path in paths(rule, village):
            for query in ("", *QUERIES.get(path, ())):
                for name, (client, headers) in clients.items():
                    answer = client.get(path + query, headers=headers)
                    head = "\n".join(
                        f"{key}: {value}" for key, value in sorted(answer.headers) if key not in OF_THE_MOMENT
                    )
                    whole = f"{answer.status}\n{head}\n".encode() + answer.get_data()
                    answers[f"{name} {path}{query}"] = VARIES.sub(b"", whole)
    return answers


@pytest.fixture
def clients(app: Flask, session: Session, village: Village) -> dict[str, tuple[FlaskClient, dict[str, str]]]:
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
    clients: dict[str, tuple[FlaskClient, dict[str, str]]],
) -> None:
    assert isinstance(database.bind, Connection)
    database.bind.exec_driver_sql("SAVEPOINT before")
    with database.begin() as other:
        in_force = Books(POLICY_KINDS).current(other)
        village.hidden = [post.id for post in restrict(other, in_force, village)]
        conclude(other, in_force)
    with_them = crawl(app, village, clients)
    assert [len(village.hidden), len(village.answers), len(village.assets)] == [501, 41, 26]
    for name in clients:
        assert_told(with_them, name, village)
    database.bind.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
    with database.begin() as other:
        assert other.get(Post, village.hidden[0]) is None
        conclude(other, in_force)
    without_them = crawl(app, village, clients)
    assert with_them.keys() == without_them.keys()
    told = [path for path, answer in with_them.items() if answer != without_them[path]]
    assert told == [], "\n".join(f"{path}: {with_them[path]!r}\n{without_them[path]!r}" for path in told[:1])
    assert not [path for path, answer in with_them.items() if b"idden" in answer and b"Hidden" in answer]
