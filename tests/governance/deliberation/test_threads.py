"""Threads: pages of arguments and replies, each in one statement."""

import pytest

from coop.errors import NotFound
from governance import cases
from governance.deliberation import threads
from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Place
from tests.coop.statements import counted
from tests.governance.deliberation.talk import Talk


@pytest.fixture
def helped(talk: Talk) -> tuple[Talk, list[int]]:
    """Four arguments, of which the second helped two members and the fourth one."""
    made = [talk.argue(who, stance) for who, stance in zip(talk.others, ("for", "against") * 2, strict=True)]
    for who, argument in ((talk.author, 1), (talk.others[0], 1), (talk.author, 3)):
        talk.mark(who, made[argument])
    return talk, made


def test_the_most_helpful_or_the_newest_come_first(helped: tuple[Talk, list[int]]) -> None:
    talk, (one, two, three, four) = helped
    assert [card.id for card in talk.listing(order="helpful")] == [two, four, three, one]
    assert [card.id for card in talk.listing(order="newest")] == [four, three, two, one]
    assert [card.id for card in talk.listing(Stance.AGAINST, "helpful")] == [two, four]
    assert talk.listing(Stance.QUESTION) == []


def test_pages_go_on_where_the_last_one_ended(helped: tuple[Talk, list[int]]) -> None:
    talk, _ = helped
    for order in ("helpful", "newest"):
        whole = talk.listing(order=order)
        place, pages = None, []
        while page := talk.listing(order=order, after=place, limit=1):
            pages += page
            place = Place(page[-1].helped, page[-1].id)
        assert pages == whole


def test_replies_are_read_oldest_first_and_only_under_their_argument(helped: tuple[Talk, list[int]]) -> None:
    talk, (one, two, *_) = helped
    replies = [talk.answer(talk.author, one), talk.answer(talk.author, one)]
    below = talk.answer(talk.others[1], replies[0])
    talk.answer(talk.author, two)
    session, now = talk.assembly.session, talk.assembly.clock.at
    found = threads.replies(session, talk.author, one, now, after=0, limit=9)
    assert [card.id for card in found] == [*replies, below]
    assert [card.replies for card in found] == [1, 0, 0]
    assert threads.replies(session, talk.author, one, now, after=replies[1], limit=9) == found[2:]
    assert talk.card(talk.author, one).replies == 2
    assert all(card.parent_id is None for card in talk.listing())


def test_what_was_taken_back_keeps_its_place(helped: tuple[Talk, list[int]]) -> None:
    talk, (_, two, *_) = helped
    talk.withdraw(talk.others[1], two)
    (first, *_) = talk.listing(order="helpful")
    assert (first.id, first.body, first.helped) == (two, None, 2)


def test_a_page_takes_as_many_statements_as_an_empty_one(helped: tuple[Talk, list[int]]) -> None:
    talk, (one, *_) = helped
    session, now = talk.assembly.session, talk.assembly.clock.at
    with counted(session) as proposal:
        cases.visible(session, talk.author, talk.proposal_id, now)
    with counted(session) as listed:
        assert len(talk.listing(order="helpful")) == 4
    assert len(listed) == len(proposal) + 1
    for _ in range(3):
        talk.answer(talk.author, one)
    with counted(session) as read:
        found = threads.replies(session, talk.author, one, talk.assembly.clock.at, after=0, limit=9)
        assert len(found) == 3
    assert len(read) == len(proposal) + 2


def test_law_07_no_thread_is_read_where_there_is_none(talk: Talk) -> None:
    session, now = talk.assembly.session, talk.assembly.clock.at
    with pytest.raises(NotFound):
        threads.replies(session, talk.author, 7, now, after=0, limit=9)
    with pytest.raises(NotFound):
        threads.one(session, talk.author, 7, now)


def test_arguments_are_counted_by_stance_and_replies_are_not(talk: Talk) -> None:
    argued = [talk.argue(talk.author, stance) for stance in ("for", "for", "against")]
    talk.answer(talk.others[0], argued[0])
    counts = threads.counted(talk.assembly.session, talk.proposal_id)
    assert counts == {Stance.FOR: 2, Stance.AGAINST: 1, Stance.QUESTION: 0}


def test_a_reply_however_deep_knows_the_argument_it_stands_under(talk: Talk) -> None:
    argued = talk.argue(talk.author)
    deeper = talk.answer(talk.author, talk.answer(talk.others[0], argued))
    session = talk.assembly.session
    assert [threads.root_of(session, one) for one in (argued, deeper)] == [argued, argued]
    with pytest.raises(NotFound):
        threads.root_of(session, 7)
