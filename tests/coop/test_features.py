"""Whether somebody holds a feature: by the request's own book, and no longer than it lasts."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app import POLICY_KINDS
from coop import features
from coop.book import Book
from coop.feature_rules import FEATURES
from coop.features import FEATURES_KNOWN, LARGER_QUOTA, LIVE_ROOMS, WIDE_REACH
from coop.holdings import NOTHING_HELD
from coop.policies import Books
from tests.audience.factories import NOW
from tests.coop.featured import enacted, give, raised, voted
from tests.coop.statements import counted
from tests.factories import identity_of, make_guild, make_member

ROOT = Path(__file__).parents[2]
TICK = timedelta(microseconds=1)


@pytest.fixture
def fresh() -> Books:
    return Books(POLICY_KINDS)


def test_law_03_a_grant_is_seen_by_the_next_request_and_by_none_that_began_before(
    session: Session, fresh: Books
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    before = fresh.current(session)
    give(session, WIDE_REACH, ada)
    book = fresh.current(session)
    assert not features.held(before, WIDE_REACH, identity_of(ada), NOW)
    assert features.held(book, WIDE_REACH, identity_of(ada), NOW)
    assert not features.held(book, WIDE_REACH, identity_of(ben), NOW)
    assert not features.held(book, LARGER_QUOTA, identity_of(ada), NOW)
    assert fresh.current(session) is book, "read once a version"
    with counted(session) as sent:
        assert features.held(fresh.current(session), WIDE_REACH, identity_of(ada), NOW)
    assert len(sent) == 1, "the version, as the first statement of a request reads it"


def test_law_03_what_was_made_of_the_rules_is_shared_by_books_with_other_holdings(
    session: Session, fresh: Books
) -> None:
    ada, before = make_member(session, "ada"), fresh.current(session)
    made = before.derived(("made", "once"), object)
    give(session, WIDE_REACH, ada)
    book = fresh.current(session)
    assert book is not before
    assert book.derived(("made", "once"), object) is made
    assert book.cite(FEATURES, "/limits/cost") is before.cite(FEATURES, "/limits/cost")
    assert fresh.at(session, book.epoch).holdings is NOTHING_HELD


@pytest.mark.parametrize("end", ["grace_until", "expires_at"])
def test_law_14_a_holding_ends_at_its_end_whether_or_not_a_job_has_come(
    session: Session, fresh: Books, end: str
) -> None:
    ada, bakers = make_member(session, "ada"), make_guild(session, "bakers")
    give(session, WIDE_REACH, ada, **{end: NOW})
    give(session, LIVE_ROOMS, bakers, **{end: NOW})
    book = fresh.current(session)
    for moment, holds in ((NOW - TICK, True), (NOW, False)):
        assert features.held(book, WIDE_REACH, identity_of(ada), moment) is holds
        assert features.held_by_guild(book, LIVE_ROOMS, "bakers", moment) is holds


def test_law_01_what_a_vote_took_out_of_the_policy_is_held_by_nobody(session: Session) -> None:
    ada = make_member(session, "ada")
    give(session, LARGER_QUOTA, ada)
    before = enacted(session, {"/features/wide_reach/about": "go wide"})
    assert features.held(before, LARGER_QUOTA, identity_of(ada), NOW)
    wide = before.policies["coop", FEATURES].data["features"][WIDE_REACH]
    bounds: dict[str, Any] = {"coop": {}, "guild": {}}
    clauses = {"/features": {WIDE_REACH: wide}, "/held": {WIDE_REACH: False}, "/bounds": bounds}
    gone = enacted(session, clauses)
    assert not features.held(gone, LARGER_QUOTA, identity_of(ada), NOW)


def test_law_02_a_guild_holds_what_takes_a_vote_from_the_request_after_its_own_vote_on(
    session: Session, fresh: Books
) -> None:
    bakers, others = make_guild(session, "bakers"), make_guild(session, "others")
    for guild in (bakers, others):
        give(session, WIDE_REACH, guild)
        give(session, LIVE_ROOMS, guild)
    before = fresh.current(session)
    assert not features.held_by_guild(before, WIDE_REACH, "bakers", NOW)
    assert features.held_by_guild(before, LIVE_ROOMS, "bakers", NOW), "takes no vote"
    after = voted(session, "bakers", WIDE_REACH)
    assert features.held_by_guild(after, WIDE_REACH, "bakers", NOW)
    assert not features.held_by_guild(after, WIDE_REACH, "others", NOW)
    back = voted(session, "bakers", WIDE_REACH, yes=False)
    assert not features.held_by_guild(back, WIDE_REACH, "bakers", NOW)


def test_a_vote_alone_gives_a_guild_nothing_whose_conditions_it_does_not_meet(session: Session) -> None:
    make_guild(session, "bakers")
    assert not features.held_by_guild(voted(session, "bakers", WIDE_REACH), WIDE_REACH, "bakers", NOW)


def test_in_a_guild_one_holds_what_oneself_or_the_guild_holds(session: Session) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    give(session, WIDE_REACH, make_guild(session, "bakers", ben))
    give(session, WIDE_REACH, ada)
    book = voted(session, "bakers", WIDE_REACH)
    held = [
        features.held_in(book, WIDE_REACH, identity_of(who), guild, NOW)
        for who in (ada, ben)
        for guild in ("bakers", "others", None)
    ]
    assert held == [True, True, True, True, False, False]


def test_a_version_that_moved_on_meanwhile_is_kept_under_its_own_number(
    session: Session, fresh: Books
) -> None:
    epoch = fresh.current(session).epoch
    give(session, WIDE_REACH, make_member(session, "ada"))
    raised(session)
    book = fresh.at(session, epoch, 1)
    assert book.holdings.version == fresh.current(session).holdings.version == 2


@pytest.mark.parametrize("name", FEATURES_KNOWN)
def test_law_01_every_feature_is_asked_for_where_the_list_says(name: str) -> None:
    constant = next(key for key, value in vars(features).items() if value == name)
    text = (ROOT / FEATURES_KNOWN[name].asked_in).read_text(encoding="utf-8")
    asks = rf"held(_in|_by_guild)?\(book, (features\.)?{constant}\b"
    assert re.search(asks, text) or (FEATURES_KNOWN[name].unit and "held_by_guild(book, feature," in text)


def test_the_founding_policy_offers_every_feature_to_whom_it_may(book: Book) -> None:
    offered = book.policies["coop", FEATURES].data["features"]
    assert {name: set(one) - {"about"} for name, one in offered.items()} == {
        name: set(known.holders) for name, known in FEATURES_KNOWN.items()
    }
