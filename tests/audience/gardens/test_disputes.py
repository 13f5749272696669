"""Disputes: who is labelled is told of it, and may say that it is not so, which its readers are told."""

from datetime import timedelta
from operator import itemgetter

import pytest
from sqlmodel import Session

from audience import posts
from audience.gardens import disputes, labellers
from audience.gardens.editions import Naming
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, with_clauses
from tests.audience.gardens.growing import labeller, publish, shown, subscribe, write
from tests.coop.told import told
from tests.factories import identity_of, make_member

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def cleo(session: Session) -> Identity:
    """Publishes labels."""
    return identity_of(make_member(session, "cleo"))


def of_me(session: Session, book: Book, member: Identity) -> list[tuple[str, int | None, bool]]:
    labeller_id = labellers.read(session, member, book, "calm", NOW).id
    found = disputes.of_me(session, member, labeller_id)
    return sorted(((one.label, one.post_id, one.disputed) for one in found), key=lambda one: one[1] or 0)


def said(session: Session, reader: Identity, book: Book, post_id: int) -> list[tuple[str, bool]]:
    """Return which labels a reader finds on a post, and whether each is disputed."""
    mark = shown(session, reader, book, post_id).mark
    return [] if mark is None else [(one.name, one.disputed) for one in mark.reasons]


def test_whoever_is_labelled_is_told_once_an_edition_where_others_subscribe_to_it(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book, "loud", "odd")
    first, second, third = (write(session, ada, book) for _ in range(3))
    publish(session, cleo, book, Naming("loud", post_id=first))
    assert told(session, ada) == [], "nobody subscribes"
    subscribe(session, ada, book, "label")
    publish(session, cleo, book, Naming("loud", post_id=second))
    assert told(session, ada) == [], "nobody else does"
    subscribe(session, ben, book, "label")
    publish(session, cleo, book, Naming("odd", post_id=second))
    assert told(session, ada) == [], "to another label"
    named = [Naming("loud", post_id=third), Naming("loud", handle="ada"), Naming("loud", handle="ben")]
    publish(session, cleo, book, *named)
    (notice,) = told(session, ada)
    assert notice.line == "The labeller “Calm” says something of you, or of a post of yours."
    assert notice.path == "/labellers/calm#of-you"
    assert told(session, cleo) == []
    assert len(told(session, ben)) == 1, "Ada subscribes"
    publish(session, cleo, book, Naming("loud", handle="ada"), act="remove")
    assert len(told(session, ada)) == 1


def test_a_label_that_is_disputed_stands_and_its_readers_are_told_so(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    subscribe(session, ben, book, "label")
    post, other = write(session, ada, book), write(session, ada, book)
    publish(session, cleo, book, *(Naming("loud", post_id=one) for one in (post, other)))
    assert said(session, ben, book, post) == [("calm/loud", False)]
    for _ in range(2):
        disputes.say(session, ada, "calm", "loud", post, LATER, disputed=True)
    assert said(session, ben, book, post) == [("calm/loud", True)]
    assert said(session, ben, book, other) == [("calm/loud", False)]
    assert of_me(session, book, ada) == sorted(
        [("loud", other, False), ("loud", post, True)], key=itemgetter(1)
    )
    disputes.say(session, ada, "calm", "loud", post, LATER, disputed=False)
    assert said(session, ben, book, post) == [("calm/loud", False)]


def test_a_label_of_a_member_is_disputed_on_all_that_they_make(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    subscribe(session, ben, book, "collapse")
    post = write(session, ada, book)
    publish(session, cleo, book, Naming("loud", handle="ada"), Naming("loud", post_id=post))
    disputes.say(session, ada, "calm", "loud", None, LATER, disputed=True)
    assert said(session, ben, book, post) == [("calm/loud", True)]
    mark = shown(session, ben, book, post).mark
    assert mark is not None and mark.action == "collapse"


def test_law_07_one_disputes_what_is_said_of_oneself_alone_and_nothing_else_is_told(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    post, gone = write(session, ada, book), write(session, ada, book)
    named = [Naming("loud", post_id=post), Naming("loud", post_id=gone), Naming("loud", handle="ada")]
    publish(session, cleo, book, *named)
    posts.delete(session, ada, gone, NOW)
    assert of_me(session, book, ben) == []
    refused: list[tuple[Identity, str, int | None]] = [
        (ben, "loud", post), (ben, "loud", None), (ada, "odd", post), (ada, "loud", gone), (ada, "loud", 7),
    ]  # fmt: skip
    for who, label, subject in refused:
        with pytest.raises(NotFound):
            disputes.say(session, who, "calm", label, subject, LATER, disputed=True)
    publish(session, cleo, book, Naming("loud", post_id=post), act="remove")
    with pytest.raises(NotFound):
        disputes.say(session, ada, "calm", "loud", post, LATER, disputed=True)
    assert of_me(session, book, ada) == [("loud", None, False)]


def test_law_07_how_many_dispute_is_told_in_steps_of_a_clause(
    session: Session, book: Book, cleo: Identity
) -> None:
    labeller(session, cleo, book)
    five = with_clauses(book, AUDIENCE, {"/reach/least_told": 5})
    people = [identity_of(make_member(session)) for _ in range(6)]
    made = [write(session, people[0], book) for _ in range(5)]
    publish(
        session, cleo, book, *(Naming("loud", handle=one.handle) for one in people),
        *(Naming("loud", post_id=one) for one in made),
    )  # fmt: skip
    labeller_id = labellers.read(session, cleo, book, "calm", NOW).id
    for post in made:
        disputes.say(session, people[0], "calm", "loud", post, LATER, disputed=True)
    for who in people[:4]:
        disputes.say(session, who, "calm", "loud", None, LATER, disputed=True)
    assert disputes.number(session, five, labeller_id) is None, "five labels are no five members"
    for who in people[4:]:
        disputes.say(session, who, "calm", "loud", None, LATER, disputed=True)
        assert disputes.number(session, five, labeller_id) == 5
