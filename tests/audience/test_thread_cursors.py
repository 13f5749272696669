"""Following every cursor of a thread: each answer is come upon once, however it grew and is read."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest
from sqlmodel import Session

from audience import following, reply_cards
from audience.rules import AUDIENCE
from audience.tables import Reply
from audience.threads import Branch, Order, Place, Thread
from coop.book import Book
from coop.ids import new_id
from tests.audience.factories import NOW, with_clauses
from tests.audience.threaded import SECOND, Talk
from tests.thorough import much

PEOPLE = ("ada", "ben", "cleo", "dora")


def grow(talk: Talk, chance: random.Random, number: int) -> None:
    """Have so many answers grow under a post, some at a moment of it, some waiting and some taken back."""
    depths: list[list[int]] = [[]]
    for n in range(number):
        above = chance.choice(depths)
        at, gone = NOW + n * SECOND, chance.random() < 0.15
        reply = Reply(
            id=new_id(at),
            post_id=talk.post.id,
            author_id=talk.who(chance.choice(PEOPLE)).member_id,
            body=f"Answer {n}",
            above=above,
            at_ms=chance.choice([None, 0, 20]),
            state="shown" if above or chance.random() < 0.8 else "waiting",
            created_at=at,
            deleted_at=at if gone else None,
        )
        talk.session.add(reply)
        talk.session.flush()
        if reply.state == "shown" and len(above) < 6:
            depths.append([*above, reply.id])


def pages(talk: Talk, order: Order, limit: int) -> Iterator[Thread]:
    """Yield every page that is reached from the first, each cursor followed once."""
    starts: list[Place | Branch | None] = [None]
    while starts:
        page = talk.read("dora", order=order, start=starts.pop(), limit=limit)
        yield page
        more = [Branch(page.roots[card.id], card.id) for card in page.cards if card.folded]
        starts += more if page.next is None else [*more, page.next]


@pytest.mark.parametrize("order", get_args(Order))
@pytest.mark.parametrize("seed", range(much(6, 60)))
def test_each_answer_is_come_upon_once_by_following_every_cursor(
    session: Session, book: Book, seed: int, order: Order
) -> None:
    chance = random.Random(seed)
    few = with_clauses(book, AUDIENCE, {"/replies/unfolded": chance.randint(1, 4)})
    talk = Talk(session, few)
    for handle in PEOPLE:
        talk.who(handle)
    grow(talk, chance, chance.randint(0, 60))
    following.block(session, talk.who("dora"), few, "cleo", NOW)
    listed, _ = reply_cards.listing(session, talk.who("dora"), few, talk.post.id, NOW, limit=100)
    for limit in (1, 2, 7):
        found = list(pages(talk, order, limit))
        come_upon = Counter(card.id for page in found for card in page.cards)
        assert set(come_upon.values()) <= {1}
        told = {card.id for page in found for card in page.cards if card.body is not None}
        assert told == {card.id for card in listed}


def test_the_rest_of_a_branch_is_pointed_to_by_one_cursor(session: Session, book: Book) -> None:
    talk = Talk(session, with_clauses(book, AUDIENCE, {"/replies/unfolded": 1}))
    talk.say("ben", "Root")
    for n in range(4):
        talk.say("cleo", f"Answer {n}", "Root")
    first = talk.read("dora", limit=1)
    assert ([card.folded for card in first.cards], first.next) == ([0, 3], None)
    root, last = talk.made["Root"].id, first.cards[-1].id
    second = talk.read("dora", start=Branch(root, last), limit=1)
    assert [card.folded for card in second.cards] == [0]
    assert second.next == Branch(root, second.cards[-1].id)
