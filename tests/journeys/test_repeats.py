"""Law 7, over time: a repeated request shows what others wrote as they let it be seen by then, and no more.

Ben does what is answered with words of Ada's, each with an Idempotency-Key, and repeats it. Then Ada closes
what she wrote, in one way or another, and Ben repeats it all: in every way he is told the same, byte for
byte, and nothing of hers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlmodel import Session
from werkzeug.test import TestResponse

from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from tests.audience.public_square import FOR_EVERYBODY, QUOTABLE, vote
from tests.factories import bearer_for, make_member
from tests.governance.assembly import Assembly, StoppedClock
from tests.journeys.test_two_worlds import MOMENT, Stopped

HERS = b"whisper"
"""Stands in everything that Ada writes, and in nothing else."""
WAYS = ("deleted", "narrowed", "blocked")


@dataclass
class Village:
    """Ada, who writes, and Ben, who makes something of it."""

    client: FlaskClient
    ada: dict[str, str]
    ben: dict[str, str]

    def send(self, headers: dict[str, str], method: str, path: str, body: object = None) -> TestResponse:
        """Send a request that is carried out."""
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer

    def write(self, path: str, body: object) -> str:
        """Have Ada make something, and return its id."""
        return str(self.send(self.ada, "POST", path, body).get_json()["id"])

    def repeated(self, number: int, method: str, path: str, body: object) -> TestResponse:
        """Have Ben send a request under a key of its own, once more or for the first time."""
        headers = self.ben | {"Idempotency-Key": f"request {number}"}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)


@pytest.fixture
def village(
    client: FlaskClient, session: Session, database: Database, books: Books, book: Book, clock: Clock
) -> Village:
    clock.offset = cast(timedelta, Stopped())
    vote(session, book, FOR_EVERYBODY)
    rows = [make_member(session, handle) for handle in ("ada", "ben", "cleo", "dora", "eve")]
    return Village(client, *(bearer_for(session, row) for row in rows[:2]))


@pytest.fixture
def proposal_id(village: Village, session: Session, database: Database, books: Books) -> int:
    """A proposal that is talked over."""
    assembly = Assembly(database, session, books, StoppedClock(at=MOMENT))
    assembly.admit(5)
    return assembly.propose()


@dataclass
class Written:
    """What Ada wrote, by id or name."""

    post: str
    argument: str
    profile: str = "whispered"


@pytest.fixture
def written(village: Village, proposal_id: int) -> Written:
    """A post that members may quote, an argument, and a profile that she shares."""
    audience = {**QUOTABLE, "interact": {verb: {"auto": [{"local": True}]} for verb in VERBS}}
    post = village.write("/posts", {"body": "A whisper of #bread", "audience": audience})
    said = {"stance": "for", "body": "A whisper for it."}
    argument = village.write(f"/proposals/{proposal_id}/arguments", said)
    profile = {"name": "whispered", "base": "calm"}
    village.send(village.ada, "POST", "/feeds/own", profile)
    village.send(village.ada, "PUT", "/feeds/own/whispered/shared", {"shared": True})
    return Written(post, argument)


VERBS = ("like", "repost", "quote", "reply", "download")


def requests(hers: Written) -> list[tuple[str, str, Any]]:
    """Return what Ben asks for, before anything that he makes of it is there."""
    post, argument = f"/posts/{hers.post}", f"/arguments/{hers.argument}"
    return [
        ("POST", "/posts", {"body": "Look", "quote": {"post_id": hers.post}}),
        ("POST", f"{post}/replies", {"body": "Mine"}),
        ("POST", f"{post}/less", {"of": "tag", "tag": "bread"}),
        ("PUT", f"{post}/like", None),
        ("PUT", f"{post}/repost", None),
        ("POST", "/feeds/fork", {"handle": "ada", "profile": hers.profile, "name": "borrowed"}),
        ("POST", f"{argument}/replies", {"body": "Mine"}),
        ("PUT", f"{argument}/mark", None),
    ]


def close(village: Village, hers: Written, way: str) -> None:
    """Have Ada close what she wrote; what she argued in public she can but take back."""
    village.send(village.ada, "DELETE", f"/arguments/{hers.argument}")
    post, profile = f"/posts/{hers.post}", f"/feeds/own/{hers.profile}"
    if way == "deleted":
        village.send(village.ada, "DELETE", post)
        village.send(village.ada, "DELETE", profile)
    elif way == "narrowed":
        village.send(village.ada, "POST", f"{post}/tightening", {"preset": "self"})
        village.send(village.ada, "PUT", f"{profile}/shared", {"shared": False})
    else:
        village.send(village.ada, "PUT", "/members/ben/block")


@contextmanager
def taken_back(database: Database) -> Iterator[None]:
    """Undo all that is done in the block."""
    assert isinstance(database.bind, Connection)
    with database.bind.begin_nested() as world:
        yield
        world.rollback()


def bytes_of(answer: TestResponse) -> tuple[int, bytes]:
    return answer.status_code, answer.get_data()


def test_law_07_a_repeated_request_is_told_what_its_caller_may_see_by_then(
    village: Village, database: Database, written: Written
) -> None:
    asked = requests(written)
    first = [village.repeated(number, *one) for number, one in enumerate(asked)]
    assert all(one.status_code < 300 for one in first), [one.text for one in first]
    quote = first[0].get_json()["id"]
    asked.append(("POST", f"/posts/{quote}/tightening", {"preset": "followers"}))
    first.append(village.repeated(len(asked) - 1, *asked[-1]))
    assert [HERS in one.data for one in first].count(True) == 4, "a quote, its tightening, a fork and a mark"
    for number, one in enumerate(asked[1:], start=1):
        at_once = village.repeated(number, *one)
        assert at_once.headers["Idempotent-Replayed"] == "true"
        assert bytes_of(at_once) in (bytes_of(first[number]), (204, b"")), one
    told: dict[str, list[tuple[int, bytes]]] = {}
    for way in WAYS:
        with taken_back(database):
            close(village, written, way)
            again = [village.repeated(number, *one) for number, one in enumerate(asked)]
            told[way] = [bytes_of(one) for one in again]
            assert [one for one, answer in zip(asked, again, strict=True) if HERS in answer.data] == []
    assert told["deleted"] == told["narrowed"] == told["blocked"]
