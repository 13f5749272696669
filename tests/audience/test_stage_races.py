"""Races at a post that grows narrower: real threads, real commits, real locks."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience import gate, stages
from audience.access import access_post
from audience.document import Parts
from audience.rules import AUDIENCE
from audience.tables import Gate, Seat
from coop.book import Book
from coop.database import Database
from coop.errors import NotFound
from coop.identity import Identity
from coop.policies import Books
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.databases import without
from tests.factories import identity_of, make_guild, make_member, make_members
from tests.thorough import much

SHARE = 10
"""How many of the 40 seats may be taken by those whom the later layer does not mean."""
QUARTER: dict[str, Any] = {
    "seats": {"max": 40},
    "after": [{"seats_pct": 25, "set": {"see": {"any": [{"guild": "bakers"}]}}}],
}


class Coop:
    """A cooperative of its own, in which strangers arrive as fast as they can."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin() as session:
            rules = Books(POLICY_KINDS).current(session)
            self.book: Book = with_clauses(
                wide_open(rules), AUDIENCE, {"/seats/ceiling": 500, "/seats/default": 500}
            )
            author = make_member(session, "ada")
            bakers = make_members(session, 60)
            guild = make_guild(session, "bakers", author, tuple(bakers))
            self.author = identity_of(author, (guild,))
            self.bakers = [identity_of(one, (guild,)) for one in bakers]
            self.strangers = [identity_of(row) for row in make_members(session, much(60, 200))]

    def publish(self, audience: dict[str, Any] | None = None) -> int:
        with self.database.begin() as session:
            return make_post(session, self.author, self.book, audience).id

    def comes(self, viewer: Identity, post_id: int) -> bool:
        """Ask for a post in a request of one's own."""
        try:
            with self.database.begin() as session:
                access_post(session, viewer, self.book, post_id, NOW)
        except NotFound:
            return False
        return True

    def rush(self, viewers: Sequence[Identity], post_id: int) -> None:
        """Have everybody come twice, shuffled over many threads."""
        arrivals = [*viewers, *viewers]
        random.Random(7).shuffle(arrivals)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda one: self.comes(one, post_id), arrivals))

    def tighten(self, post_id: int, layer: dict[str, Any]) -> int:
        """Narrow the post and return how many were seated when that was committed."""
        with self.database.begin() as session:
            stages.tighten(session, self.author, self.book, post_id, Parts.model_validate(layer), NOW)
            return session.scalar(select(func.count()).where(col(Seat.post_id) == post_id)) or 0

    def seated(self, post_id: int) -> set[int]:
        with self.database.begin() as session:
            found = set(session.scalars(select(col(Seat.member_id)).where(col(Seat.post_id) == post_id)))
            taken = session.scalar(select(col(Gate.taken)).where(col(Gate.post_id) == post_id))
            assert taken in (None, len(found))
            return found


@pytest.fixture
def coop(committed: Database) -> Coop:
    return Coop(committed)


def ids(people: Sequence[Identity]) -> set[int]:
    return {one.member_id for one in people}


def test_law_06_of_strangers_in_a_rush_as_many_are_seated_as_the_share_has_room_for(coop: Coop) -> None:
    post_id = coop.publish(QUARTER)
    coop.rush(coop.strangers, post_id)
    assert len(coop.seated(post_id)) == SHARE
    coop.rush([*coop.strangers, *coop.bakers], post_id)
    assert len(coop.seated(post_id) & ids(coop.strangers)) == SHARE
    assert len(coop.seated(post_id)) == 40


def test_law_08_in_a_mixed_rush_nobody_who_is_not_meant_is_seated_beyond_the_share(coop: Coop) -> None:
    post_id = coop.publish(QUARTER)
    coop.rush([*coop.strangers, *coop.bakers], post_id)
    seated = coop.seated(post_id)
    assert len(seated & ids(coop.strangers)) <= SHARE
    assert len(seated) == 40


def test_law_08_nobody_is_seated_once_a_tightening_is_committed_amid_a_rush(coop: Coop) -> None:
    post_id = coop.publish()
    with ThreadPoolExecutor(1) as author:
        tightened = author.submit(coop.tighten, post_id, {"preset": "self"})
        coop.rush(coop.strangers, post_id)
        before = tightened.result()
    assert len(coop.seated(post_id)) == before


class Hesitating:
    """Makes one viewer pause between looking at a post and claiming a seat, until something has happened."""

    def __init__(self, patch: pytest.MonkeyPatch, viewer: Identity) -> None:
        self.looked, self.go_on = threading.Event(), threading.Event()
        claim = gate.claim

        def hesitate(session: Session, who: Identity, *args: Any, **options: Any) -> set[int]:
            if who is viewer and not self.looked.is_set():
                self.looked.set()
                assert self.go_on.wait(10)
            return claim(session, who, *args, **options)

        patch.setattr(gate, "claim", hesitate)

    def while_looking(self, comes: Callable[[], bool], meanwhile: Callable[[], object]) -> bool:
        """Have the other thing happen after the viewer looked, and return whether they got in."""
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(comes)
            assert self.looked.wait(10)
            meanwhile()
            self.go_on.set()
            return coming.result(10)


Meanwhile = Callable[[Coop, int], object]


def by_hand(coop: Coop, post_id: int) -> None:
    coop.tighten(post_id, {"see": {"any": [{"guild": "bakers"}]}})


def by_share(coop: Coop, post_id: int) -> None:
    assert [coop.comes(one, post_id) for one in coop.strangers[1 : SHARE + 1]] == [True] * SHARE


@pytest.mark.parametrize("narrow", [by_hand, by_share], ids=lambda narrow: narrow.__name__)
def test_law_08_who_looked_before_it_grew_narrower_is_not_let_in_by_what_they_saw(
    coop: Coop, monkeypatch: pytest.MonkeyPatch, narrow: Meanwhile
) -> None:
    for viewer, admitted in ((coop.strangers[0], False), (coop.bakers[0], True)):
        post_id = coop.publish(QUARTER)
        with monkeypatch.context() as patch:
            hesitating = Hesitating(patch, viewer)
            came = hesitating.while_looking(
                partial(coop.comes, viewer, post_id), partial(narrow, coop, post_id)
            )
        assert came is admitted
        assert (viewer.member_id in coop.seated(post_id)) is admitted


@pytest.mark.parametrize(
    ("narrow", "guard"),
    [
        (by_hand, "WHERE post.layers = seen.layers"),
        (by_share, "AND gate.reached = wanted.reached"),
    ],
    ids=["by_hand", "by_share"],
)
def test_law_08_they_would_be_let_in_without_the_guard(
    coop: Coop, monkeypatch: pytest.MonkeyPatch, narrow: Meanwhile, guard: str
) -> None:
    without(coop.database, "take_seats", guard)
    post_id = coop.publish(QUARTER)
    with monkeypatch.context() as patch:
        hesitating = Hesitating(patch, coop.strangers[0])
        came = hesitating.while_looking(
            lambda: coop.comes(coop.strangers[0], post_id), lambda: narrow(coop, post_id)
        )
    assert came


def test_law_08_a_tightening_waits_for_seats_under_way_and_leaves_them(coop: Coop) -> None:
    post_id = coop.publish()
    entered, leave = threading.Event(), threading.Event()

    def linger() -> None:
        with coop.database.begin() as session:
            access_post(session, coop.strangers[0], coop.book, post_id, NOW)
            entered.set()
            assert leave.wait(10)

    with ThreadPoolExecutor(2) as pool:
        lingering = pool.submit(linger)
        assert entered.wait(10)
        tightened = pool.submit(coop.tighten, post_id, {"preset": "self"})
        leave.set()
        lingering.result(10)
        assert tightened.result(10) == 1
    assert coop.seated(post_id) == {coop.strangers[0].member_id}
    assert not coop.comes(coop.strangers[0], post_id)


def test_many_tightenings_at_once_are_all_kept(coop: Coop) -> None:
    post_id = coop.publish()
    layers = [
        {"see": {"any": [{"guild": "bakers"}], "not": [{"member": one.handle}]}} for one in coop.bakers[:8]
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda layer: coop.tighten(post_id, layer), layers))
    assert [coop.comes(one, post_id) for one in coop.bakers[:9]] == [False] * 8 + [True]
