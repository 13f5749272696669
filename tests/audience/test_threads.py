"""Threads: what is read of the replies to a post, in which order, and what is not there for whom."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from audience import following, posts, replies, reply_cards, threads
from audience.cards import cards
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.threads import Branch, Order, Place
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_asset, make_post, wide_open, with_clauses
from tests.audience.public_square import PUBLIC
from tests.audience.threaded import Talk

ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}


@pytest.fixture
def talk(session: Session, book: Book) -> Talk:
    return Talk(session, book)


@pytest.fixture
def busy(talk: Talk) -> Talk:
    """A talk of several branches."""
    talk.say("ben", "Rye?")
    talk.say("cleo", "How long?")
    talk.say("ada", "Yes", "Rye?")
    talk.say("cleo", "Which?", "Yes")
    talk.say("ada", "A night", "How long?")
    talk.say("ben", "Nice")
    talk.say("cleo", "Sure?", "Rye?")
    return talk


IN_ORDER = ["Rye?", ".Yes", "..Which?", ".Sure?", "How long?", ".A night", "Nice"]


def test_replies_are_read_each_under_what_it_answers(busy: Talk) -> None:
    assert busy.shown("dora") == IN_ORDER
    found = {card.body: card for card in busy.read("dora").cards}
    assert found["Which?"].parent_id == busy.made["Yes"].id
    assert found["Rye?"].parent_id is None


def test_the_newest_come_first_and_what_was_answered_keeps_its_order(busy: Talk) -> None:
    assert busy.shown("dora", order="newest") == [
        "Nice",
        "How long?",
        ".A night",
        "Rye?",
        ".Yes",
        "..Which?",
        ".Sure?",
    ]


def test_moments_come_in_their_order_and_replies_of_none_last(talk: Talk) -> None:
    talk.say("ben", "None")
    talk.say("ben", "Late", at_ms=200)
    talk.say("ben", "Early", at_ms=20, pause=True)
    talk.say("cleo", "Late too", at_ms=200)
    talk.say("ada", "Indeed", "Late")
    assert talk.shown("dora", order="moment") == ["Early", "Late", ".Indeed", "Late too", "None"]
    assert threads.moments(talk.session, talk.who("dora"), talk.post.id) == [
        (20, 1, True, talk.made["Early"].id),
        (200, 2, False, talk.made["Late"].id),
    ]


@pytest.mark.parametrize("order", ["oldest", "newest", "moment"])
@pytest.mark.parametrize("limit", [1, 2])
def test_pages_of_a_thread_make_the_whole(busy: Talk, order: Order, limit: int) -> None:
    busy.say("ben", "Timed", at_ms=7)
    whole = busy.shown("dora", order=order)
    found: list[str] = []
    start: Place | Branch | None = None
    while True:
        page = busy.read("dora", order=order, start=start, limit=limit)
        found += [card.body or "" for card in page.cards]
        start = page.next
        if start is None:
            break
    assert found == [line.lstrip(".") for line in whole]


def test_a_long_branch_is_folded_with_its_number_and_opened_from_there(talk: Talk) -> None:
    talk.book = with_clauses(talk.book, AUDIENCE, {"/replies/unfolded": 3})
    talk.say("ben", "Root")
    for n in range(8):
        talk.say("cleo", f"Answer {n}", "Root")
    talk.say("ben", "Other")
    found = talk.read("dora")
    assert [card.body for card in found.cards] == ["Root", "Answer 0", "Answer 1", "Answer 2", "Other"]
    assert [card.folded for card in found.cards] == [0, 0, 0, 5, 0]
    last = found.cards[3]
    start: Place | Branch | None = Branch(found.roots[last.id], last.id)
    assert start == Branch(talk.made["Root"].id, talk.made["Answer 2"].id)
    first = talk.read("dora", start=start, limit=3)
    assert [card.body for card in first.cards] == ["Answer 3", "Answer 4", "Answer 5"]
    rest = talk.read("dora", start=first.next, limit=3)
    assert ([card.body for card in rest.cards], rest.next) == (["Answer 6", "Answer 7"], None)
    talk.say("ben", "Below", "Answer 6")
    talk.take_back("cleo", "Answer 6")
    assert [card.folded for card in talk.read("dora").cards] == [0, 0, 0, 5, 0]


def test_what_was_taken_back_leaves_a_gap_where_others_answered(busy: Talk) -> None:
    busy.take_back("ada", "Yes")
    busy.take_back("ben", "Nice")
    busy.take_back("cleo", "How long?")
    assert busy.shown("dora") == ["Rye?", ".-", "..Which?", ".Sure?", "-", ".A night"]
    gap = busy.read("dora").cards[1]
    assert (gap.author, gap.author_name, gap.body, gap.mine) == (None, None, None, False)
    busy.take_back("ada", "A night")
    busy.take_back("cleo", "Which?")
    assert busy.shown("dora") == ["Rye?", ".Sure?"]


def test_law_07_what_stands_under_a_blocked_member_is_not_there(busy: Talk) -> None:
    busy.say("dora", "Mine", "Which?")
    following.block(busy.session, busy.who("dora"), busy.book, "cleo", NOW)
    expected = ["Rye?", ".Yes", "Nice"]
    assert busy.shown("dora") == expected
    assert busy.shown("cleo") == IN_ORDER
    listed, _ = reply_cards.listing(busy.session, busy.who("dora"), busy.book, busy.post.id, NOW, limit=30)
    assert [card.body for card in listed] == ["Rye?", "Yes", "Nice"]
    told = with_clauses(busy.book, AUDIENCE, {"/counts/replies": "readers"})
    assert cards(busy.session, busy.who("dora"), told, [busy.post.id], NOW)[busy.post.id].replies == 3


@pytest.mark.parametrize("order", ["oldest", "newest", "moment"])
def test_law_07_a_visitor_is_shown_of_a_public_thread_what_a_stranger_is(
    session: Session, book: Book, order: Order
) -> None:
    public = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    talk = Talk(session, public, audience={**PUBLIC, **ASK})
    for who, body in (("ben", "Rye?"), ("cleo", "Waits"), ("dora", "Refused"), ("ben", "Gone")):
        talk.say(who, body, at_ms=7)
    for body in ("Rye?", "Gone"):
        replies.grant(session, talk.who("ada"), public, talk.made[body].id, NOW)
    replies.refuse(session, talk.who("ada"), talk.made["Refused"].id, NOW)
    for under in ("Rye?", "Gone"):
        talk.say("ada", f"Under {under}", under)
    talk.take_back("ben", "Gone")
    following.block(session, talk.who("ada"), public, "ben", NOW)
    found = threads.read(session, None, public, talk.post.id, NOW, order=order, limit=9)
    assert found.cards == talk.read("eve", order=order, limit=9).cards
    assert {card.body for card in found.cards} == {"Rye?", "Under Rye?", None, "Under Gone"}
    assert not any(card.mine for card in found.cards)
    eve, post = talk.who("eve"), talk.post.id
    assert threads.moments(session, None, post) == threads.moments(session, eve, post)
    listed = [reply_cards.listing(session, who, public, post, NOW, limit=9) for who in (None, eve)]
    assert listed[0] == listed[1]
    assert len(listed[0][0]) == 3


def test_law_07_neither_numbers_nor_gaps_nor_pages_tell_of_the_blocked(session: Session, book: Book) -> None:
    few = with_clauses(book, AUDIENCE, {"/replies/unfolded": 2})

    def told(*, with_blocked: bool) -> list[object]:
        talk = Talk(session, few, people=dict(people))
        talk.say("ben", "Root")
        for n in range(3):
            if with_blocked:
                talk.say("cleo", f"Blocked {n}", "Root")
                talk.say("ben", f"Under {n}", f"Blocked {n}")
            talk.say("ben", f"Answer {n}", "Root")
        if with_blocked:
            talk.say("cleo", "Gone")
            talk.say("ben", "Below", "Gone", at_ms=1)
            talk.take_back("cleo", "Gone")
            talk.take_back("cleo", "Blocked 0")
        talk.say("ben", "Last")
        found = talk.read("dora", limit=2)
        shown = [(card.body, card.depth, card.folded) for card in found.cards]
        marks = threads.moments(session, talk.who("dora"), talk.post.id)
        return [shown, found.next is None, marks, found.leave.left, found.leave.value]

    people = {"ada": Talk(session, few).who("ada")}
    first = Talk(session, few, people=dict(people))
    people |= {name: first.who(name) for name in ("ben", "cleo", "dora")}
    following.block(session, people["cleo"], few, "dora", NOW)
    assert told(with_blocked=True) == told(with_blocked=False)


def test_law_07_a_post_that_may_not_be_read_has_no_thread(talk: Talk) -> None:
    hidden = make_post(talk.session, talk.who("ada"), talk.book, NOBODY)
    for post_id in (hidden.id, 7):
        with pytest.raises(NotFound):
            threads.read(talk.session, talk.who("ben"), talk.book, post_id, NOW, limit=3)


def test_law_07_a_place_in_another_thread_opens_nothing(session: Session, book: Book) -> None:
    hidden = Talk(session, book, audience={"see": {"any": [{"member": "ben"}]}}, people=met(session))
    secret, below = hidden.say("ben", "Secret"), hidden.say("ben", "Under", "Secret")
    talk = Talk(session, book, people=hidden.people)
    talk.say("ben", "Open")
    talk.say("cleo", "Below", "Open")
    opened = talk.made["Open"].id
    unknown = talk.read("cleo", start=Branch(7, 8))
    assert unknown.cards == []
    for place in (
        Branch(secret.id, below.id),
        Branch(secret.id, opened),
        Branch(opened, below.id),
        Branch(opened, 7),
    ):
        assert talk.read("cleo", start=place) == unknown


def met(session: Session) -> dict[str, Identity]:
    return {name: Talk.newcomer(session, name) for name in ("ada", "ben", "cleo")}


def test_what_waits_is_there_for_its_author_and_for_whoever_decides(session: Session, book: Book) -> None:
    talk = Talk(session, book, audience=ASK)
    talk.say("ben", "May I?")
    talk.say("ada", "Of course")
    shown = {name: talk.shown(name) for name in ("ada", "ben", "cleo")}
    assert shown == {"ada": ["May I?", "Of course"], "ben": ["May I?", "Of course"], "cleo": ["Of course"]}
    assert [card.state for card in talk.read("ada").cards] == ["waiting", "shown"]
    replies.refuse(session, talk.who("ada"), talk.made["May I?"].id, NOW)
    shown = {name: talk.shown(name) for name in ("ada", "ben", "cleo")}
    assert shown == {"ada": ["Of course"], "ben": ["May I?", "Of course"], "cleo": ["Of course"]}
    assert talk.read("ben").cards[0].state == "refused"


def test_a_thread_shows_what_its_post_quotes(talk: Talk) -> None:
    draft = Draft(body="Look", quote_id=talk.post.id)
    open_one = Talk(talk.session, talk.book, people=talk.people)
    quoted = posts.publish(talk.session, talk.who("ada"), talk.book, draft, NOW)
    open_one.post = quoted
    assert open_one.read("ben").post.source_id == talk.post.id


def test_a_picture_comes_with_its_files(talk: Talk) -> None:
    asset = make_asset(talk.session, talk.who("ben"))
    talk.say("ben", "", asset_id=asset.id)
    (card,) = talk.read("cleo").cards
    assert (card.asset_id, card.alt) == (asset.id, "A loaf")
    assert [one[0] for one in card.renditions or ()] == ["small", "large"]
    talk.made["one"] = talk.made[""]
    talk.say("cleo", "Fine", "one")
    talk.take_back("ben", "one")
    assert talk.read("cleo").cards[0].asset_id is None


@pytest.mark.parametrize(
    ("audience", "value", "pointer"),
    [
        (None, "yes", None),
        (ASK, "ask", "/interact/reply/ask"),
        ({"interact": {"reply": {"auto": []}}}, "no", "/interact/reply"),
        ({"interact": {"reply": {"auto": [{"place": "2264397"}]}}}, "unknown", "/interact/reply"),
        ({"replies": {"per_member": 1}}, "no", "/replies/per_member"),
        ({"replies": {"until": "PT1M"}}, "no", "/replies/until"),
        ({"replies": {"watched_min": 50}}, "no", "/replies/watched_min"),
    ],
)
def test_the_reader_is_told_whether_they_may_answer_and_why_not(
    session: Session, book: Book, audience: dict[str, Any] | None, value: str, pointer: str | None
) -> None:
    talk = Talk(session, book, audience=audience)
    if pointer == "/replies/per_member":
        talk.say("ben", "One")
    later = NOW.replace(year=NOW.year + 1) if pointer == "/replies/until" else NOW
    found = threads.read(session, talk.who("ben"), book, talk.post.id, later, limit=3).leave
    assert (found.value, found.pointer) == (value, pointer)
    assert found.reason
    assert found.left == (0 if pointer == "/replies/per_member" else 20 if pointer is None else found.left)
    mine = threads.read(session, talk.who("ada"), book, talk.post.id, NOW, limit=3).leave
    assert (mine.value, mine.left) == ("yes", None)


def test_a_thread_is_read_in_one_statement_whatever_is_in_it(busy: Talk) -> None:
    busy.read("dora")
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *executed: Any) -> None:
        seen.append(statement)

    bind = busy.session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    busy.read("dora")
    event.remove(bind, "before_cursor_execute", note)
    assert len(seen) == 3
    assert sum("FROM replier" in statement for statement in seen) == 1
    # What is longer is parsed anew by the driver each time.
    assert all(len(statement) < 4096 for statement in seen if "reply" in statement)
