"""What may be asked, and where."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience.moderation.tables import Decision
from audience.polls.question import Question
from audience.polls.tables import Poll
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import Book
from coop.errors import Forbidden, RuleBroken
from tests.audience.factories import NOW, with_clauses, with_guild_policy
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.polls.asking import DAY, LOAVES, Bakery, bakery, may_ask


@pytest.fixture
def bakers(session: Session, book: Book) -> Bakery:
    return bakery(session, book)


def test_what_is_asked_is_kept_with_its_end(session: Session, bakers: Bakery) -> None:
    post = bakers.ask(Question((" Rye ", "Oats\tand honey"), DAY))
    assert post.polled
    poll = session.get_one(Poll, post.id)
    assert (poll.options, poll.closes_at, poll.counts) == (["Rye", "Oats and honey"], NOW + DAY, None)
    assert not bakers.ask(None).polled


def test_a_guild_that_does_not_hold_the_feature_is_told_what_is_missing(book: Book, bakers: Bakery) -> None:
    for without in (book, may_ask(book, "weavers")):
        bakers.book = without
        with pytest.raises(Forbidden) as found:
            bakers.ask()
        (fault,) = found.value.faults
        assert fault.clause is not None
        assert fault.clause.clause == "/features/guild_polls/guild/grant_when"
        assert "/guilds/bakers/features" in fault.detail


@pytest.mark.parametrize(
    ("question", "pointer", "clause"),
    [
        (Question((), DAY), "/poll/options", None),
        (Question(("Rye",), DAY), "/poll/options", None),
        (Question(tuple("abcdefg"), DAY), "/poll/options", "/polls/options"),
        (Question(("Rye", " "), DAY), "/poll/options/1", None),
        (Question(("Rye", "Oats", " rye"), DAY), "/poll/options/2", None),
        (Question(("Rye", "x" * 101), DAY), "/poll/options/1", None),
        (Question(("Rye", "Oats"), timedelta(days=14, minutes=1)), "/poll/lasts", "/polls/longest"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_does_not(
    session: Session, bakers: Bakery, question: Question, pointer: str, clause: str | None
) -> None:
    with pytest.raises(RuleBroken) as found:
        bakers.ask(question)
    (fault,) = found.value.faults
    assert (fault.pointer, None if fault.clause is None else fault.clause.clause) == (pointer, clause)
    assert session.scalar(select(func.count()).select_from(Post)) == 0


def test_a_poll_is_asked_in_a_guild(bakers: Bakery) -> None:
    with pytest.raises(RuleBroken) as found:
        bakers.ask(guild=None)
    assert [fault.pointer for fault in found.value.faults] == ["/poll"]


def test_law_08_a_guild_is_stricter_and_never_laxer(session: Session, bakers: Bakery) -> None:
    bakers.book = with_guild_policy(bakers.book, "bakers", '[polls]\noptions = 2\nlongest = "P1D"\n')
    for question, pointer in ((LOAVES, "/poll/options"), (Question(("a", "b"), 2 * DAY), "/poll/lasts")):
        with pytest.raises(RuleBroken) as found:
            bakers.ask(question)
        (fault,) = found.value.faults
        assert fault.clause is not None
        assert (fault.pointer, fault.clause.scope) == (pointer, "guild:bakers")
    bakers.book = with_clauses(bakers.book, AUDIENCE, {"/polls/longest": "P3D"})
    assert bakers.ask(Question(("a", "b"), DAY)).polled


def test_rules_are_asked_of_the_options_too(session: Session, bakers: Bakery) -> None:
    bakers.book = with_rules(bakers.book, {"oats": rule("text.contains('Oats')")})
    assert bakers.ask().held_at == NOW
    assert bakers.ask(Question(("Rye", "Spelt"), DAY)).held_at is None
    assert session.scalars(select(col(Decision.action))).all() == ["hold"]
