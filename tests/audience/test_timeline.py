"""Timelines of a member, a tag, a guild and a place: as far as the viewer may see them, and no further."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import gate, newest, posts, relations, reposts, tags, timeline
from audience.access import access_post
from audience.document import AudienceDocument
from audience.doors import Door
from audience.finding_tables import PostFeature
from audience.newest import Entry
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.tables import Post, Seat
from audience.timeline import Timeline
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, wide_open, with_clauses
from tests.coop.statements import counted
from tests.factories import BERGEN, LISBON, PORTUGAL, identity_of, make_guild, make_member

Which = Callable[[Session, Identity | None], Timeline]

TIMELINES: dict[str, Which] = {
    "member": lambda session, viewer: timeline.of_author(session, viewer, "ada"),
    "tag": lambda session, viewer: timeline.of_tag(session, "Bread"),
    "guild": lambda session, viewer: timeline.of_guild(session, viewer, "bakers"),
    "place": lambda session, viewer: timeline.of_place(session, PORTUGAL),
}
PUBLIC: dict[str, Any] = {"see": {"any": [{"public": True}]}, "seats": {"max": "open"}}


@pytest.fixture(params=TIMELINES)
def which(request: pytest.FixtureRequest) -> Which:
    return TIMELINES[request.param]


@pytest.fixture
def ada(session: Session) -> Identity:
    ada = make_member(session, "ada")
    return identity_of(ada, (make_guild(session, "bakers", ada),))


@pytest.fixture
def open_book(book: Book) -> Book:
    """The book as it would stand if posts could be for everybody."""
    return with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})


def write(session: Session, author: Identity, book: Book, number: int, **audience: object) -> list[Post]:
    """Publish so many posts that are on every timeline, a minute apart, and return the newest first."""
    made = []
    for n in range(number):
        draft = Draft(
            body=f"#bread {n}",
            guild="bakers",
            place_id=LISBON,
            audience=AudienceDocument.model_validate(audience),
        )
        made.append(posts.publish(session, author, book, draft, NOW + timedelta(minutes=n)))
    return made[::-1]


def pages(session: Session, viewer: Identity | None, book: Book, which: Which, limit: int) -> list[list[int]]:
    found, before = [], newest.START
    while True:
        shown, last = timeline.page(
            session, viewer, book, which(session, viewer), NOW, before=before, limit=limit
        )
        found.append([one.card.id for one in shown if isinstance(one, Entry)])
        if last is None:
            return found
        before = last


def test_posts_come_newest_first_in_pages(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    made = [post.id for post in write(session, ada, book, 7)]
    assert pages(session, ben, book, which, 3) == [made[:3], made[3:6], made[6:]]


def test_law_06_what_is_listed_is_delivered_and_takes_its_seat(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    write(session, ada, book, 4)
    asked = which(session, ben)
    timeline.page(session, ben, book, asked, NOW, limit=3)
    seats = session.execute(select(col(Seat.via)).where(col(Seat.member_id) == ben.member_id)).scalars().all()
    assert seats == [asked.via] * 3
    timeline.page(session, ada, book, asked, NOW, limit=3)
    assert session.scalar(select(func.count()).select_from(Seat)) == 3


def test_law_07_hidden_posts_leave_no_gap(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    seen = write(session, ada, book, 5)
    write(session, ada, book, 3, **NOBODY)
    for post in write(session, ada, book, 2):
        posts.delete(session, ada, post.id, NOW)
    taken = write(session, ada, book, 2, seats={"max": 1, "on_full": "close"})
    for post in taken:
        access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    expected = sorted((post.id for post in seen), reverse=True)
    assert pages(session, ben, book, which, 2) == [expected[:2], expected[2:4], expected[4:]]
    assert len(pages(session, ada, book, which, 99)[0]) == 10


def test_law_07_the_posts_of_one_who_blocks_are_on_no_timeline(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    write(session, ada, book, 2)
    assert len(pages(session, ben, book, which, 9)[0]) == 2
    relations.block(session, ada, "ben", NOW)
    assert pages(session, ben, book, which, 9) == [[]]


def test_members_are_told_who_and_what_there_is(session: Session, book: Book, ben: Identity) -> None:
    assert pages(session, ben, book, lambda s, v: timeline.of_author(s, v, "ben"), 9) == [[]]
    with pytest.raises(NotFound):
        timeline.of_author(session, ben, "nobody")
    with pytest.raises(NotFound):
        timeline.of_guild(session, ben, "nobody")
    with pytest.raises(NotFound):
        timeline.of_place(session, 7)


def test_law_07_a_tag_that_nobody_used_answers_like_one_that_is_hidden(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    write(session, ada, book, 2, **NOBODY)
    for name in ("bread", "cake"):
        with counted(session) as sent:
            found = timeline.page(session, ben, book, timeline.of_tag(session, name), NOW, limit=3)
        assert (found, len(sent)) == (([], None), 2), name


def test_law_07_a_visitor_learns_of_nobody_who_shows_them_nothing(
    session: Session, open_book: Book, ada: Identity
) -> None:
    write(session, ada, open_book, 2)
    for known, unknown in (
        (timeline.of_author(session, None, "ada"), timeline.of_author(session, None, "nobody")),
        (timeline.of_guild(session, None, "bakers"), timeline.of_guild(session, None, "nobody")),
    ):
        assert timeline.page(session, None, open_book, known, NOW, limit=3) == ([], None)
        assert timeline.page(session, None, open_book, unknown, NOW, limit=3) == ([], None)


def test_a_visitor_is_shown_what_is_public_and_takes_no_seat(
    session: Session, open_book: Book, ada: Identity, which: Which
) -> None:
    made = [post.id for post in write(session, ada, open_book, 3, **PUBLIC)]
    write(session, ada, open_book, 2)
    assert pages(session, None, open_book, which, 2) == [made[:2], made[2:]]
    assert session.scalar(select(func.count()).select_from(Seat)) == 0


def test_a_place_has_what_is_from_a_part_of_it(session: Session, book: Book, ada: Identity) -> None:
    made = [post.id for post in write(session, ada, book, 2)]
    for place, expected in {PORTUGAL: made, LISBON: made, BERGEN: []}.items():
        shown, _ = timeline.page(session, ada, book, timeline.of_place(session, place), NOW, limit=9)
        assert [one.card.id for one in shown if isinstance(one, Entry)] == expected


def test_a_repost_is_on_the_page_of_who_points_to_it_and_nowhere_else(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    (post,) = write(session, ada, book, 1)
    reposts.repost(session, ben, book, post.id, NOW)
    asked = timeline.of_author(session, ada, "ben")
    (shown,), _ = timeline.page(session, ada, book, asked, NOW, limit=9)
    assert isinstance(shown, Entry)
    assert (shown.card.id, shown.reposted) == (post.id, True)
    for which in TIMELINES.values():
        assert pages(session, ben, book, which, 9) == [[post.id]]


@pytest.mark.parametrize(
    ("teaser", "stands_on"),
    [
        ("A word of #Bread", {"member", "guild", "tag"}),
        ("A word", {"member", "guild"}),
        ("", {"member", "guild"}),
    ],
)
def test_law_07_a_door_stands_only_where_what_it_shows_puts_it(
    session: Session, book: Book, ada: Identity, ben: Identity, teaser: str, stands_on: set[str]
) -> None:
    document = {"see": {"any": [{"local": True}]}, "read": {"any": [{"guild": "bakers"}]}}
    draft = Draft(
        body="#bread",
        teaser=teaser,
        guild="bakers",
        place_id=LISBON,
        audience=AudienceDocument.model_validate(document),
    )
    made = posts.publish(session, ada, book, draft, NOW).id
    found = {
        name: timeline.page(session, ben, book, which(session, ben), NOW, limit=9)[0]
        for name, which in TIMELINES.items()
    }
    assert {name for name, shown in found.items() if shown} == stands_on
    for shown in found.values():
        assert [(type(one), one.post_id) for one in shown if isinstance(one, Door)] == [(Door, made)] * len(
            shown
        )
    assert tags.seen(session, ben, book, NOW, limit=9) == (["bread"] if "tag" in stands_on else [])
    assert session.scalar(select(func.count()).select_from(Seat)) == 0
    relations.block(session, ada, "ben", NOW)
    for which in TIMELINES.values():
        assert timeline.page(session, ben, book, which(session, ben), NOW, limit=9) == ([], None)


def test_a_full_post_is_a_door_to_those_who_may_wait_and_itself_to_those_who_are_seated(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    (post,) = write(session, ada, book, 1, seats={"max": 1, "on_full": "waitlist"})
    cleo = identity_of(make_member(session))
    access_post(session, cleo, book, post.id, NOW)
    assert pages(session, cleo, book, which, 9) == pages(session, ada, book, which, 9) == [[post.id]]
    asked = which(session, ben)
    shown, _ = timeline.page(session, ben, book, asked, NOW, limit=9)
    assert [type(one) for one in shown] == ([Door] if asked.via in ("member", "guild") else [])


def test_what_was_taken_back_is_no_longer_listed_by_its_tags(
    session: Session, book: Book, ada: Identity
) -> None:
    first, second = write(session, ada, book, 2)
    of_post = select(func.count()).select_from(PostFeature).where(col(PostFeature.post_id) == second.id)
    assert session.scalar(of_post) == 4
    posts.delete(session, ada, second.id, NOW)
    assert session.scalar(of_post) == 0
    assert session.scalar(select(func.count()).select_from(PostFeature)) == 4
    assert pages(session, ada, book, TIMELINES["tag"], 9) == [[first.id]]


def test_the_number_of_statements_does_not_grow_with_the_page(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which
) -> None:
    write(session, ada, book, 40)
    asked, counts = which(session, ben), []
    for limit in (2, 30):
        with counted(session) as sent:
            timeline.page(session, ben, book, asked, NOW, limit=limit)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6


def test_law_06_where_a_last_seat_goes_to_somebody_else_the_next_post_comes_in(
    session: Session, book: Book, ada: Identity, ben: Identity, which: Which, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [post.id for post in write(session, ada, book, 5)]
    claim = gate.claim

    def lost(session: Session, viewer: Identity, claims: Sequence[gate.Claim], **said: Any) -> set[int]:
        left = [one for one in claims if one.post_id not in (made[0], made[3])]
        return claim(session, viewer, left, **said)

    monkeypatch.setattr(gate, "claim", lost)
    assert pages(session, ben, book, which, 2) == [[made[1], made[2]], [made[4]]]
