"""Labellers: who publishes what, what it does for those who subscribe, and what it never tells or hides."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from audience import posts
from audience.feeds import page as feeds
from audience.gardens import editions, labellers, preview, subscriptions
from audience.gardens.editions import Naming
from audience.gardens.garden import Sight
from audience.gardens.reading import garden_of
from audience.gardens.tables import GivenLabel
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOBODY, NOW, with_clauses
from tests.audience.gardens.growing import (
    DAY,
    brought,
    entitled,
    labeller,
    publish,
    shown,
    sight,
    subscribe,
    write,
)
from tests.coop.statements import counted
from tests.factories import identity_of, make_guild, make_member


@pytest.fixture
def cleo(session: Session) -> Identity:
    """Publishes labels."""
    return identity_of(make_member(session, "cleo"))


@pytest.mark.parametrize("naming", ["post", "author"])
@pytest.mark.parametrize(
    ("action", "seen", "offered"),
    [("label", "label", 1), ("collapse", "collapse", 1), ("hide", "collapse", 0)],
)
def test_a_label_does_what_each_subscriber_says(
    session: Session,
    book: Book,
    ada: Identity,
    ben: Identity,
    cleo: Identity,
    naming: str,
    action: Sight,
    seen: str,
    offered: int,
) -> None:
    post = write(session, ada, book)
    labeller(session, cleo, book)
    named = Naming("loud", post_id=post) if naming == "post" else Naming("loud", handle="ada")
    publish(session, cleo, book, named)
    assert (len(brought(session, ben, book)), sight(session, ben, book, post)) == (1, "plain")
    subscribe(session, ben, book, action)
    assert (len(brought(session, ben, book)), sight(session, ben, book, post)) == (offered, seen)
    mark = shown(session, ben, book, post).mark
    assert mark is not None and [one.name for one in mark.reasons] == ["calm/loud"]
    subscriptions.cancel(session, ben, book, "calm", NOW)
    assert (len(brought(session, ben, book)), sight(session, ben, book, post)) == (1, "plain")


def test_an_edition_takes_labels_back_and_never_changes(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    post = write(session, ada, book)
    labeller(session, cleo, book)
    subscribe(session, ben, book, "hide")
    naming = Naming("loud", post_id=post)
    assert [publish(session, cleo, book, naming).number for _ in range(2)] == [1, 2], (
        "said twice, it stands once"
    )
    publish(session, cleo, book, naming, act="remove")
    assert brought(session, ben, book) == [post]
    with pytest.raises(Conflict), session.begin_nested():
        publish(session, cleo, book, naming, act="remove")
    publish(session, cleo, book, naming)
    rows = session.execute(
        select(col(GivenLabel.since), col(GivenLabel.until)).order_by(col(GivenLabel.since))
    )
    assert [tuple(row) for row in rows] == [(1, 3), (4, None)]
    calm = labellers.read(session, ben, book, "calm", NOW)
    assert [one.number for one in editions.listed(session, calm.id)] == [4, 3, 2, 1]
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE labeller_edition SET note = 'other'"))


def test_law_07_one_labels_what_one_may_see_alone(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    hidden = write(session, ada, book, audience={"read": {"any": []}, **NOBODY})
    said = set()
    for number in (hidden, 7):
        with pytest.raises(RuleBroken) as refused, session.begin_nested():
            publish(session, cleo, book, Naming("loud", post_id=number))
        said.add(str([(one.pointer, one.detail) for one in refused.value.faults]))
    assert len(said) == 1
    with pytest.raises(RuleBroken), session.begin_nested():
        publish(session, cleo, book, Naming("loud", handle="nobody"))
    with pytest.raises(RuleBroken), session.begin_nested():
        publish(session, cleo, book, Naming("quiet", handle="ada"))


def test_law_07_a_label_of_what_a_reader_may_not_see_tells_them_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    only_hers = write(session, cleo, book, "Whisper", audience={"read": {"any": []}, **NOBODY})
    subscribe(session, ben, book, "hide")
    before = (
        preview.preview(session, ben, book, "calm", NOW),
        labellers.read(session, ben, book, "calm", NOW),
    )
    publish(session, cleo, book, Naming("loud", post_id=only_hers))
    after = preview.preview(session, ben, book, "calm", NOW), labellers.read(session, ben, book, "calm", NOW)
    assert after[0] == before[0]
    assert after[1]._replace(edition=0, published_at=NOW) == before[1]._replace(published_at=NOW)
    with pytest.raises(NotFound):
        shown(session, ben, book, only_hers)


def test_a_preview_tells_what_would_have_been_labelled_of_what_feeds_brought(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    made = [write(session, ada, book, f"Loaf {number}") for number in range(5)]
    labeller(session, cleo, book, "loud", "odd")
    publish(session, cleo, book, *(Naming("loud", post_id=one) for one in made))
    before = preview.preview(session, ben, book, "calm", NOW)
    assert (before.posts, [one.number for one in before.labels]) == (0, [0, 0])
    feeds.page(session, ben, book, "chronological", NOW, limit=4)
    after = preview.preview(session, ben, book, "calm", NOW)
    assert (after.posts, [(one.label, one.number) for one in after.labels]) == (4, [("loud", 4), ("odd", 0)])
    newest = sorted(made, reverse=True)[: len(after.labels[0].examples)]
    assert sorted((one.id for one in after.labels[0].examples), reverse=True) == newest
    assert preview.preview(session, ben, book, "calm", NOW + 8 * DAY).posts == 0


def test_law_07_a_preview_tells_nothing_of_what_was_taken_back_since(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    post = write(session, ada, book)
    labeller(session, cleo, book)
    publish(session, cleo, book, Naming("loud", post_id=post))
    feeds.page(session, ben, book, "chronological", NOW)
    assert preview.preview(session, ben, book, "calm", NOW).labels[0].number == 1
    posts.delete(session, ada, post, NOW)
    after = preview.preview(session, ben, book, "calm", NOW)
    assert (after.posts, after.labels[0].number) == (0, 0)


def test_law_01_a_labeller_that_floods_is_limited_and_shown_as_such(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    tight = with_clauses(book, MODERATION, {"/gardens/labels_a_day": 2})
    made = [write(session, ada, book) for _ in range(3)]
    labeller(session, cleo, tight)
    publish(session, cleo, tight, *(Naming("loud", post_id=one) for one in made[:2]))
    assert labellers.read(session, ben, tight, "calm", NOW).standing == "limited"
    with pytest.raises(TooMany) as refused, session.begin_nested():
        publish(session, cleo, tight, Naming("loud", post_id=made[2]))
    assert refused.value.retry_after_s == DAY.total_seconds()
    subscribe(session, ben, tight, "hide")
    assert brought(session, ben, tight) == made[2:]
    later = labellers.read(session, ben, tight, "calm", NOW + DAY)
    assert later.standing == "at work"


def test_law_01_an_edition_is_as_long_as_a_clause_lets_it(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    tight = with_clauses(book, MODERATION, {"/gardens/subjects": 1})
    labeller(session, cleo, tight)
    named = [Naming("loud", post_id=write(session, ada, book)) for _ in range(2)]
    with pytest.raises(RuleBroken), session.begin_nested():
        publish(session, cleo, tight, *named)
    publish(session, cleo, tight, named[0])


@pytest.mark.parametrize("way", ["silent", "ended", "gone"])
def test_law_14_what_a_labeller_that_disappeared_did_is_done_no_more(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity, way: str
) -> None:
    labeller(session, cleo, book)
    publish(session, cleo, book, Naming("loud", handle="ada"))
    subscribe(session, ben, book, "hide")
    now = NOW
    assert len(garden_of(session, ben, book, now).followed) == 1
    if way == "silent":
        now += timedelta(days=60)
    elif way == "ended":
        labellers.end(session, cleo, "calm", now)
    else:
        session.get_one(Member, cleo.member_id).left_at = now
        session.flush()
    assert labellers.read(session, ben, book, "calm", now).standing == way
    assert garden_of(session, ben, book, now).empty
    (mine,) = subscriptions.listed(session, ben, book, now)
    assert mine.actions == {"loud": "hide"}, "it is shown as such, and goes on where it wakes"


@pytest.mark.parametrize(
    ("clause", "by_member", "by_guild"),
    [("members", True, True), ("guilds", False, True), ("nobody", False, False)],
)
def test_law_01_a_clause_says_who_publishes(
    session: Session, book: Book, clause: str, by_member: bool, by_guild: bool
) -> None:
    founder = make_member(session, "dora")
    guild = make_guild(session, "bakers", founder)
    dora = identity_of(founder, (guild,), steward_of=(guild,))
    ruled = with_clauses(book, MODERATION, {"/gardens/publish": clause})
    for slug, holder, may in (("mine", None, by_member), ("ours", "bakers", by_guild)):
        labeller(session, dora, book, slug=slug, guild=holder)
        if may:
            labeller(session, dora, ruled, slug=f"{slug}-too", guild=holder)
            publish(session, dora, ruled, slug=slug)
            continue
        with pytest.raises(Forbidden):
            labeller(session, dora, ruled, slug=f"{slug}-too", guild=holder)
        with pytest.raises(Forbidden):
            publish(session, dora, ruled, slug=slug)


def test_a_guild_s_labeller_is_its_stewards_and_nobody_publishes_another_s(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    founder, baker = make_member(session, "dora"), make_member(session, "emil")
    guild = make_guild(session, "bakers", founder, (baker,))
    dora, emil = identity_of(founder, (guild,), steward_of=(guild,)), identity_of(baker, (guild,))
    labeller(session, dora, book, guild="bakers")
    for other in (emil, ben):
        with pytest.raises(NotFound):
            publish(session, other, book)
        with pytest.raises(NotFound):
            labellers.end(session, other, "calm", NOW)
    with pytest.raises(Forbidden):
        labeller(session, emil, book, slug="other", guild="bakers")
    with pytest.raises(NotFound):
        labeller(session, ada, book, slug="other", guild="bakers")


def test_what_does_not_fit_is_refused(session: Session, book: Book, ben: Identity, cleo: Identity) -> None:
    labeller(session, cleo, book)
    tight = with_clauses(book, MODERATION, {"/gardens/labellers": 1, "/gardens/subscriptions": 1})
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (Conflict, {"slug": "calm"}),
        (RuleBroken, {"slug": "No slug"}),
        (RuleBroken, {"slug": "other", "labels": ("Not, one",)}),
    ]
    for raised, said in wrong:
        with pytest.raises(raised):
            labeller(session, cleo, book, *said.get("labels", ()), slug=said["slug"])
    with pytest.raises(RuleBroken), session.begin_nested():
        labeller(session, cleo, tight, slug="second")
    with pytest.raises(RuleBroken):
        subscribe(session, ben, book, "hide", label="quiet")
    labeller(session, cleo, book, "one", "two", slug="both")
    with pytest.raises(RuleBroken), session.begin_nested():
        subscriptions.subscribe(session, ben, tight, "both", {"one": "hide", "two": "hide"}, NOW)
    labellers.end(session, cleo, "calm", NOW)
    with pytest.raises(Conflict):
        subscribe(session, ben, book, "hide")
    with pytest.raises(NotFound):
        publish(session, cleo, book)


def test_subscriptions_are_listed_without_a_statement_for_each(session: Session, book: Book) -> None:
    def sent(number: int) -> int:
        reader = identity_of(make_member(session))
        for index in range(number):
            publisher = identity_of(make_member(session))
            labeller(session, publisher, book, "loud", "odd", slug=f"calm-{number}-{index}")
            actions: dict[str, Sight] = {"loud": "label", "odd": "hide"}
            subscriptions.subscribe(session, reader, book, f"calm-{number}-{index}", actions, NOW)
        with counted(session) as statements:
            found = subscriptions.listed(session, reader, book, NOW)
        assert [one.labeller.slug for one in found] == [f"calm-{number}-{one}" for one in range(number)]
        assert all(one.actions == actions for one in found)
        return len(statements)

    assert sent(1) == sent(6)


def test_an_edition_asks_and_keeps_its_labels_without_a_statement_for_each(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    def sent(number: int) -> list[int]:
        slug = f"calm-{number}"
        labeller(session, cleo, book, slug=slug)
        posts_ = [Naming("loud", post_id=write(session, ada, book)) for _ in range(number)]
        people = [Naming("loud", handle=make_member(session).handle) for _ in range(number)]
        acts: tuple[Literal["add", "remove"], ...] = ("add", "remove")
        lengths = []
        for act in acts:
            with counted(session) as statements:
                publish(session, cleo, book, *posts_, *people, slug=slug, act=act)
            lengths.append(len(statements))
        standing = select(GivenLabel).where(col(GivenLabel.until).is_(None))
        assert session.scalars(standing).all() == []
        return lengths

    assert sent(2) == sent(9)


def test_an_edition_that_takes_a_label_back_twice_is_refused(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    publish(session, cleo, book, Naming("loud", handle="ada"))
    with pytest.raises(Conflict), session.begin_nested():
        publish(session, cleo, book, *[Naming("loud", handle=ada.handle)] * 2, act="remove")


def test_law_14_an_edition_that_says_nothing_new_keeps_no_labeller_at_work(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    named = Naming("loud", handle=ada.handle)
    publish(session, cleo, book, named)
    may, late = entitled(book, cleo), NOW + timedelta(days=59)
    editions.publish(session, cleo, may, "calm", [], [], "Still here", late)
    editions.publish(session, cleo, may, "calm", [named], [], "Still here", late)
    later = NOW + timedelta(days=60)
    assert labellers.read(session, cleo, book, "calm", later).standing == "silent"
    editions.publish(session, cleo, may, "calm", [], [named], "", late)
    found = labellers.read(session, cleo, book, "calm", later)
    assert (found.standing, found.edition) == ("at work", 4)


def test_labellers_are_listed_page_by_page_however_many_there_are(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    many = with_clauses(book, MODERATION, {"/gardens/labellers": 20})
    slugs = [f"calm-{number}" for number in range(7)]
    for slug in slugs:
        labeller(session, cleo, many, slug=slug)
    publish(session, cleo, many, Naming("loud", handle=ada.handle), slug="calm-3")
    found: list[str] = []
    after: tuple[int, ...] | None = None
    while True:
        items, after = labellers.listed(session, cleo, book, NOW, after=after, limit=3)
        found += [one.slug for one in items]
        if after is None:
            break
    assert found[0] == "calm-3" and sorted(found) == slugs
    assert labellers.listed(session, cleo, book, NOW, after=(2**63 - 1, 1), limit=9)[0]
    assert labellers.listed(session, cleo, book, NOW, after=(0, 1), limit=9) == ([], None)


def test_law_01_how_many_labels_a_labeller_has_is_a_clause(
    session: Session, book: Book, cleo: Identity
) -> None:
    three = with_clauses(book, MODERATION, {"/gardens/labels": 3})
    labeller(session, cleo, three, "a-one", "b-two", "c-three")
    with pytest.raises(RuleBroken) as refused:
        labeller(session, cleo, three, "a-one", "b-two", "c-three", "d-four", slug="other")
    clause = refused.value.faults[0].clause
    assert clause is not None and (clause.clause, clause.value) == ("/gardens/labels", 3)
