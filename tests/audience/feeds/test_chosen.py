"""The default: the coop's until a member chooses, and again when what they chose is gone."""

import pytest
from sqlmodel import Session

from audience.feeds import chosen, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.rules import FEEDS
from audience.feeds.tables import ChosenFeed
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, with_clauses
from tests.factories import identity_of, make_member


def test_law_01_the_default_of_whoever_chose_none_is_a_clause(
    session: Session, book: Book, ada: Identity
) -> None:
    assert chosen.default_of(session, ada, book) == "balanced"
    calmer = with_clauses(book, FEEDS, {"/default": "calm"})
    assert chosen.default_of(session, ada, calmer) == "calm"
    chosen.choose(session, ada, book, "learn")
    assert chosen.default_of(session, ada, calmer) == "learn"
    chosen.choose(session, ada, book, "default")
    assert chosen.default_of(session, ada, calmer) == "calm"


def test_a_profile_of_one_s_own_stays_the_default_under_another_name_and_until_it_goes(
    session: Session, book: Book, ada: Identity
) -> None:
    profiles.create(session, ada, book, Draft("mornings", base="calm"), NOW, loopback=False)
    chosen.choose(session, ada, book, "own:mornings")
    renamed = Draft("evenings", base="calm")
    profiles.change(session, ada, book, "mornings", renamed, NOW, loopback=False)
    assert chosen.default_of(session, ada, book) == "own:evenings"
    profiles.remove(session, ada, "evenings")
    assert chosen.default_of(session, ada, book) == "balanced"


def test_a_voted_profile_that_a_vote_took_away_is_nobody_s_default(
    session: Session, book: Book, ada: Identity
) -> None:
    session.add(ChosenFeed(member_id=ada.member_id, profile="gone"))
    session.flush()
    assert chosen.default_of(session, ada, book) == "balanced"


def test_law_07_what_is_not_one_s_own_cannot_be_chosen(session: Session, book: Book, ada: Identity) -> None:
    ben = identity_of(make_member(session, "ben"))
    profiles.create(session, ben, book, Draft("mornings", base="calm"), NOW, loopback=False)
    profiles.share(session, ben, "mornings", shared=True)
    for name in ("own:mornings", "own:none", "none"):
        with pytest.raises(NotFound):
            chosen.choose(session, ada, book, name)
