"""Voting in a poll, what is told of it, and what is left of it once it is counted."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience import limit_for_now
from audience.access import access_post
from audience.cards import cards, text_of
from audience.polls import counting, voting
from audience.polls.reading import PollCard
from audience.polls.tables import Poll, PollVote
from audience.tables import Post
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.notice_tables import Announcement, Notice
from coop.tables import GuildMembership
from tests.audience.factories import NOW, make_post
from tests.audience.polls.asking import DAY, HOUR, At, Bakery, bakery
from tests.coop.statements import counted

OVER = NOW + DAY


@pytest.fixture
def bakers(session: Session, book: Book) -> Bakery:
    return bakery(session, book)


def shown(session: Session, who: Identity, bakers: Bakery, post: Post, at: datetime = NOW + HOUR) -> PollCard:
    access_post(session, who, bakers.book, post.id, at)
    found = cards(session, who, bakers.book, [post.id], at)[post.id].poll
    assert found is not None
    return found


def votes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PollVote)) or 0


def test_one_vote_a_member_which_they_may_change_and_take_back(session: Session, bakers: Bakery) -> None:
    post, who = bakers.ask(), bakers.bakers[1]
    assert shown(session, who, bakers, post).mine is None
    for option in (1, 3, 3):
        bakers.choose(post, who, option)
        assert shown(session, who, bakers, post).mine == option
    assert votes(session) == 1
    for _ in range(2):
        voting.take_back(session, who, bakers.book, post.id, At(NOW + HOUR))
    assert votes(session) == 0
    assert shown(session, who, bakers, post).mine is None


def test_law_07_until_it_is_over_nobody_is_told_anything_of_it(session: Session, bakers: Bakery) -> None:
    post = bakers.answered(6, 5, 2)
    for who in (bakers.author, bakers.bakers[3], bakers.bakers[-1]):
        found = shown(session, who, bakers, post, OVER - timedelta(milliseconds=1))
        assert (found.over, found.results) == (False, None)
    unanswered = bakers.ask()
    for who in (bakers.author, bakers.bakers[-1]):
        before, after = (shown(session, who, bakers, one) for one in (unanswered, post))
        assert before == after._replace(mine=None)


def test_law_14_what_it_came_to_is_told_once_it_is_over_counted_or_not(
    session: Session, bakers: Bakery, ada: Identity
) -> None:
    post = bakers.answered(6, 5, 2)
    told = [shown(session, who, bakers, post, OVER) for who in (ada, bakers.author)]
    assert told[0].results == ((6, 5, None), None)
    assert counting.count(session, bakers.book, post.id, OVER)
    assert [shown(session, who, bakers, post, OVER) for who in (ada, bakers.author)] == told
    assert not counting.count(session, bakers.book, post.id, OVER + HOUR)
    assert {one.mine for one in told} == {None}
    assert {one.may_vote for one in told} == {False}


def test_law_07_who_chose_what_is_gone_once_it_is_counted(session: Session, bakers: Bakery) -> None:
    post, other = bakers.answered(6, 5, 2), bakers.ask()
    bakers.choose(other, bakers.author, 2)
    assert not counting.count(session, bakers.book, post.id, OVER - timedelta(milliseconds=1))
    assert counting.count(session, bakers.book, post.id, OVER)
    assert votes(session) == 1
    session.expire_all()
    assert session.get_one(Poll, post.id).counts == [6, 5, 2]
    said = select(col(Announcement.line), col(Notice.member_id)).join(Notice)
    rows = session.execute(said.where(col(Announcement.moment) == counting.OVER)).all()
    assert [tuple(row) for row in rows] == [("A poll of yours is over.", bakers.author.member_id)]


@pytest.mark.parametrize("is_counted", [True, False])
def test_nobody_votes_once_it_is_over(session: Session, bakers: Bakery, is_counted: bool) -> None:
    post = bakers.answered(6, 5)
    if is_counted:
        counting.count(session, bakers.book, post.id, OVER)
    for who in (bakers.author, bakers.bakers[-1]):
        with pytest.raises(Conflict):
            bakers.choose(post, who, 2, at=OVER)
        with pytest.raises(Conflict):
            voting.take_back(session, who, bakers.book, post.id, At(OVER))
    assert shown(session, bakers.author, bakers, post, OVER).results == ((6, 5, None), None)


def test_those_who_belong_to_the_guild_vote_and_others_are_told_so(
    session: Session, bakers: Bakery, ada: Identity
) -> None:
    post = bakers.ask()
    assert not shown(session, ada, bakers, post).may_vote
    assert shown(session, bakers.author, bakers, post).may_vote
    with pytest.raises(Forbidden):
        bakers.choose(post, ada, 1)
    assert votes(session) == 0


def test_law_07_whoever_may_not_read_the_post_is_told_nothing_of_its_poll(
    session: Session, bakers: Bakery, ada: Identity
) -> None:
    one, two = bakers.bakers[1:3]
    post = bakers.ask(audience={"see": {"any": [{"member": one.handle}]}})
    bakers.choose(post, one, 1)
    for who, post_id in ((two, post.id), (ada, post.id), (two, 7)):
        with pytest.raises(NotFound):
            voting.vote(session, who, bakers.book, post_id, 1, At(NOW + HOUR))
    session.execute(update(Post).where(col(Post.id) == post.id).values(deleted_at=NOW))
    with pytest.raises(NotFound):
        bakers.choose(post, one, 2)


def test_whom_an_author_keeps_out_who_has_left_the_guild_reads_on_and_does_not_vote(
    session: Session, bakers: Bakery
) -> None:
    post, who = bakers.ask(), bakers.bakers[1]
    access_post(session, who, bakers.book, post.id, NOW)
    mine = col(GuildMembership.member_id) == bakers.author.member_id
    session.execute(update(GuildMembership).where(mine).values(left_at=NOW))
    limit_for_now.begin(session, bakers.author, bakers.book, 7, "strangers", NOW)
    with pytest.raises(Forbidden):
        bakers.choose(post, who, 1)


@pytest.mark.parametrize("option", [0, -1, 4, 70_000])
def test_an_option_that_is_not_there_is_refused(session: Session, bakers: Bakery, option: int) -> None:
    with pytest.raises(RuleBroken) as found:
        bakers.choose(bakers.ask(), bakers.author, option)
    assert [one.pointer for one in found.value.faults] == ["/option"]


def test_a_post_that_asks_nothing_has_no_poll(session: Session, bakers: Bakery) -> None:
    with pytest.raises(NotFound):
        bakers.choose(bakers.ask(None), bakers.author, 1)


def test_jurors_are_shown_what_may_be_chosen(session: Session, bakers: Bakery) -> None:
    assert text_of(session, bakers.ask().id).body == "Which?\nRye\nOats\nSpelt"
    assert text_of(session, bakers.ask(None).id).body == "Which?"


def test_a_page_takes_one_statement_for_all_its_polls_and_none_where_nothing_is_asked(
    session: Session, bakers: Bakery
) -> None:
    plain = [make_post(session, bakers.author, bakers.book, guild="bakers").id for _ in range(3)]
    asking = [bakers.ask().id for _ in range(3)]
    sent = []
    for wanted in (plain, [*plain, asking[0]], [*plain, *asking]):
        with counted(session) as statements:
            cards(session, bakers.author, bakers.book, wanted, NOW)
        sent.append(len(statements))
    assert sent == [sent[0], sent[0] + 1, sent[0] + 1]
    assert not any("poll_vote" in one for one in statements[: sent[0]])
