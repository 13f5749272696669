"""Less of this: it shows at once on the next page, fades, and can be taken back."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience import posts
from audience.feeds import less, profiles
from audience.feeds import page as feeds
from audience.feeds.less import Asked, Effect, Of
from audience.feeds.own_draft import Draft
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses
from tests.audience.feeds.outside import add
from tests.factories import identity_of, make_member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def write(session: Session, book: Book, author: Identity, body: str = "Bread", age: timedelta = HOUR) -> int:
    return make_post(session, author, book, now=NOW - age, body=body).id


def others(session: Session, book: Book, number: int = 6) -> list[int]:
    """Publish posts by as many authors, each an hour older than the one before."""
    return [
        write(session, book, identity_of(make_member(session)), age=(2 + n) * HOUR) for n in range(number)
    ]


def ask(session: Session, who: Identity, book: Book, post_id: int, of: less.Of, **more: str) -> Effect:
    return less.ask(session, who, book, post_id, of, more.get("tag"), more.get("profile"), NOW)


def order(session: Session, who: Identity, book: Book) -> list[int]:
    """What the default page would hold, without delivering it."""
    with session.begin_nested() as look:
        found = [item.card.id for item in feeds.page(session, who, book, "balanced", NOW)]
        look.rollback()
    return found


def test_less_of_an_author_shows_at_once_and_on_the_next_page(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    seen, unseen = write(session, book, ada, age=3 * HOUR), write(session, book, ada)
    rest = others(session, book)
    before = order(session, ben, book)
    found = ask(session, ben, book, seen, "author")
    after = order(session, ben, book)
    assert (before.index(unseen), after[-1]) == (0, unseen)
    assert (found.profile, found.gone_from_page) == ("balanced", 0)
    assert found.moved == len(rest) + 1
    (moved,) = found.examples
    assert (moved.post_id, moved.before, moved.after) == (unseen, 1, len(rest) + 1)


def test_less_of_a_tag_and_less_like_a_post_reach_what_has_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    carl = identity_of(make_member(session, "carl"))
    seen = write(session, book, ada, "#bread #rye", age=9 * HOUR)
    tagged, untagged = write(session, book, carl, "#rye"), write(session, book, ada, "plain")
    others(session, book)
    found = ask(session, ben, book, seen, "tag", tag="rye")
    assert [one.post_id for one in found.examples] == [tagged]
    less.undo(session, ben, "tag", "rye")
    like = ask(session, ben, book, seen, "post")
    assert {one.post_id for one in like.examples} == {tagged, untagged}
    assert all(one.after > one.before for one in like.examples)


def test_a_page_may_lose_a_post_to_another(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    small = with_clauses(
        book,
        "feeds",
        {
            "/profiles/balanced/slots/discovery": 0,
            "/profiles/balanced/slots/bridging": 0,
            "/profiles/balanced/page": 10,
        },
    )
    seen, unseen = write(session, book, ada, age=3 * HOUR), write(session, book, ada)
    others(session, book, 12)
    found = ask(session, ben, small, seen, "author")
    assert found.gone_from_page == 1
    assert unseen not in order(session, ben, small)


def test_law_01_a_profile_that_does_not_weigh_it_does_not_change(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    seen, _ = write(session, book, ada, age=3 * HOUR), write(session, book, ada)
    others(session, book)
    found = ask(session, ben, book, seen, "author", profile="chronological")
    assert found == Effect("chronological", 0, 0, [])
    with pytest.raises(NotFound):
        ask(session, ben, book, seen, "author", profile="engagement")


def test_the_answer_names_the_feed_by_which_its_page_is_asked_for(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = write(session, book, ada)
    profiles.create(session, ben, book, Draft("slow", base="calm"), NOW, loopback=False)
    add(session, ben, book, "https://example.org/feed")
    for profile, told in (("own:slow", "own:slow"), ("calm", "calm"), ("own:outside", "balanced")):
        assert ask(session, ben, book, post_id, "author", profile=profile).profile == told


def test_what_was_asked_is_listed_with_what_it_still_counts_and_can_be_taken_back(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post_id = write(session, book, ada, "#rye")
    wanted: list[tuple[Of, str | None]] = [("author", None), ("tag", "RYE"), ("post", None)]
    for of, tag in wanted:
        less.ask(session, ben, book, post_id, of, tag, None, NOW)
    listed = less.listed(session, ben, book, NOW + 28 * DAY)
    assert listed == [
        Asked("author", "ada", NOW, 0.5),
        Asked("post", str(post_id), NOW, 0.5),
        Asked("tag", "rye", NOW, 0.5),
    ]
    assert less.listed(session, ada, book, NOW) == []
    for of, name in (("author", "Ada"), ("tag", "rye"), ("post", str(post_id))):
        with pytest.raises(NotFound):
            less.undo(session, ada, of, name)
        less.undo(session, ben, of, name)
        with pytest.raises(NotFound):
            less.undo(session, ben, of, name)
    assert less.listed(session, ben, book, NOW) == []


def test_asking_again_makes_it_fresh(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post_id = write(session, book, ada)
    for at in (NOW, NOW + 28 * DAY):
        less.ask(session, ben, book, post_id, "author", None, None, at)
    assert [one.weight for one in less.listed(session, ben, book, NOW + 28 * DAY)] == [1]


def test_law_07_only_of_what_one_may_read_and_never_of_ones_own(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    hidden, gone = make_post(session, ada, book, NOBODY).id, write(session, book, ada)
    posts.delete(session, ada, gone, NOW)
    for post_id in (hidden, gone, 7):
        with pytest.raises(NotFound):
            ask(session, ben, book, post_id, "author")
    with pytest.raises(RuleBroken):
        ask(session, ada, book, write(session, book, ada), "author")
    for tag in ("rye", "nobody_wrote_this"):
        write(session, book, ada, "#rye")
        with pytest.raises(RuleBroken) as broken:
            ask(session, ben, book, write(session, book, ada, "#bread"), "tag", tag=tag)
        assert broken.value.faults[0].pointer == "/tag"
    tagged = write(session, book, ada, "#rye")
    kinds: tuple[Of, ...] = ("author", "post")
    for of in kinds:
        with pytest.raises(RuleBroken) as broken:
            ask(session, ben, book, tagged, of, tag="rye")
        assert broken.value.faults[0].pointer == "/tag", "only less of a tag names one"
    assert less.listed(session, ben, book, NOW) == []
