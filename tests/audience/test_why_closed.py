"""Why a post that a member may know of is not opened to them."""

from typing import Any

import pytest
from sqlmodel import Session

from audience import following, why_closed
from audience.document import Parts
from audience.rules import AUDIENCE
from audience.stages import tighten
from audience.why_closed import FOR_OTHERS, FULL
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import blocked, closed, crowded, deleted, filled, for_others, full, tightened
from tests.factories import identity_of, make_guild, make_member

LETS_WAIT = {"/seats/on_full": "waitlist"}


def explained(session: Session, viewer: Identity, book: Book, post_id: int) -> why_closed.WhyClosed:
    return why_closed.explain(session, viewer, book, post_id, NOW)


def test_law_11_seats_by_clause_and_waiting_by_clause_are_both_cited(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    book = with_clauses(small, AUDIENCE, LETS_WAIT)
    found = explained(session, ben, book, full(session, ada, book, {}).id)
    assert (found.because, found.closed) == (["It is open to every member of the coop."], FULL)
    assert [(one.name, one.value) for one in found.limits] == [("seats", 2)]
    assert found.limits[0].clause == found.receipts[0]
    assert [(one.clause, one.value) for one in found.receipts] == [
        ("/seats/default", 2),
        ("/seats/on_full", "waitlist"),
    ]


def test_what_the_author_chose_is_told_as_theirs(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    post = full(session, ada, small, {"seats": {"max": 1, "on_full": "waitlist"}})
    found = explained(session, ben, small, post.id)
    assert [(one.value, one.clause) for one in found.limits] == [(1, None)]
    assert found.receipts == []


def test_a_ceiling_below_what_the_author_asked_is_what_is_cited(
    session: Session, book: Book, small: Book, ada: Identity, ben: Identity
) -> None:
    roomy = make_post(session, ada, book, {"seats": {"max": 40, "on_full": "waitlist"}})
    post = filled(session, small, roomy)
    assert [one.clause for one in explained(session, ben, small, post.id).receipts] == ["/seats/ceiling"]


def test_waiting_that_was_settled_by_a_clause_since_changed_cites_no_other_value(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    post = full(session, ada, with_clauses(small, AUDIENCE, LETS_WAIT), {"seats": {"max": 2}})
    assert explained(session, ben, small, post.id).receipts == []


def test_seats_that_a_layer_took_away_are_told_as_the_author_s(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    post = full(session, ada, small)
    tighten(session, ada, small, post.id, Parts.model_validate({"seats": {"max": 1}}), NOW)
    found = explained(session, ben, small, post.id)
    assert [(one.value, one.clause) for one in found.limits] == [(1, None)]


def test_law_07_a_door_names_by_which_group_one_may_know_of_it_and_not_for_whom_it_is(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    cleo = make_member(session, "cleo")
    guild = make_guild(session, "bakers", cleo)
    document = {"see": {"any": [{"follow": {"dir": "follower"}}, {"guild": "bakers"}]}}
    post = make_post(
        session, identity_of(cleo, (guild,)), small, document | {"read": {"any": [{"guild": "bakers"}]}}
    )
    following.follow(session, ben, small, "cleo", NOW)
    found = explained(session, ben, small, post.id)
    assert found.because == ["It is announced to those who follow its author, as you do."]
    assert (found.closed, found.limits, found.receipts) == (FOR_OTHERS, [], [])
    assert "bakers" not in repr(found)


def test_law_07_whoever_could_not_open_it_anyway_is_told_nothing_of_its_seats(
    session: Session, small: Book, ada: Identity, ben: Identity
) -> None:
    found = explained(session, ben, small, for_others(session, small, ada, ben).id)
    assert (found.closed, found.limits, found.receipts) == (FOR_OTHERS, [], [])


@pytest.mark.parametrize(
    "case", [closed, blocked, tightened, deleted, crowded], ids=lambda case: case.__name__
)
def test_law_07_without_a_door_there_is_no_reason(
    session: Session, small: Book, ada: Identity, ben: Identity, case: Any
) -> None:
    post = case(session, small, ada, ben)
    for post_id in (post.id, 7):
        with pytest.raises(NotFound):
            explained(session, ben, small, post_id)
