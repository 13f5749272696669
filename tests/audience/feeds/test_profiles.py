"""Profiles of members' own: made, changed, shared, forked and taken away."""

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session, select

from audience import relations
from audience.feeds import own_record, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.own_record import Fork, Own
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import OwnProfile
from coop.book import Book
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.tables import Member
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

ELSEWHERE = "https://example.org/feed"


def make(session: Session, owner: Identity, book: Book, name: str = "mornings", **said: Any) -> Own:
    draft = Draft(name, **{"base": "balanced"} | said)
    return profiles.create(session, owner, book, draft, NOW, loopback=False)


def test_a_profile_is_made_found_changed_and_taken_away(session: Session, book: Book, ada: Identity) -> None:
    made = make(session, ada, book, sliders={"small": 1.0}, topics=["#Bread"])
    assert (made.name, made.base, made.sliders, made.topics) == (
        "mornings",
        "balanced",
        {"small": 1.0},
        ["bread"],
    )
    assert own_record.find(session, ada, "Mornings") == made
    draft = Draft("evenings", "Slower", "calm", {"calm": 0.5})
    changed = profiles.change(session, ada, book, "mornings", draft, NOW, loopback=False)
    assert (changed.id, changed.name, changed.base, changed.topics) == (made.id, "evenings", "calm", [])
    assert own_record.mine(session, ada) == [changed]
    profiles.remove(session, ada, "evenings")
    assert own_record.mine(session, ada) == []


def test_its_recipe_is_the_voted_one_with_the_sliders_set(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_post(session, ben, book, body="Fresh #bread")
    made = make(session, ada, book, sliders={"small": 1.0}, topics=["bread", "unheard"])
    recipe = made.recipe(book.rules(FEEDS, FeedRules))
    assert recipe is not None
    assert (recipe.name, recipe.title, recipe.via) == ("balanced", "own:mornings", "feed:own")
    small = recipe.weighings["small"]
    assert (small.base, small.slider, small.weight) == (600, 1.0, 1200)
    assert len(recipe.topics) == 1


def test_what_a_vote_takes_away_is_no_part_of_the_recipe_any_more(
    session: Session, book: Book, ada: Identity
) -> None:
    made = make(session, ada, book, base="learn", sliders={"bridge": 1.0, "small": 1.0})
    rules = book.rules(FEEDS, FeedRules)
    learn = rules.profiles["learn"]
    ranges = {signal: one for signal, one in learn.range.items() if signal != "small"}
    without_slider = learn.model_copy(update={"range": ranges})
    voted = rules.model_copy(update={"profiles": {**rules.profiles, "learn": without_slider}})
    recipe = made.recipe(voted)
    assert recipe is not None
    assert recipe.sliders == {"bridge": 1.0}
    others = {name: one for name, one in rules.profiles.items() if name != "learn"}
    assert made.recipe(rules.model_copy(update={"profiles": others})) is None


def test_of_one_name_a_member_has_one_profile(session: Session, book: Book, ada: Identity) -> None:
    make(session, ada, book)
    make(session, ada, book, "evenings")
    with pytest.raises(Conflict):
        make(session, ada, book)
    with pytest.raises(Conflict):
        draft = Draft("mornings", base="calm")
        profiles.change(session, ada, book, "evenings", draft, NOW, loopback=False)
    assert [one.name for one in own_record.mine(session, ada)] == ["evenings", "mornings"]


def test_law_01_how_many_a_member_keeps_is_a_clause(session: Session, book: Book, ada: Identity) -> None:
    few = with_clauses(book, FEEDS, {"/own/number": 1})
    make(session, ada, few)
    with pytest.raises(Forbidden) as told:
        make(session, ada, few, "evenings")
    clause = told.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == ("/own/number", 1)


def test_requests_side_by_side_do_not_pass_the_number(committed: Database, books: Books) -> None:
    with committed.begin() as session:
        ada = identity_of(make_member(session, "ada"))
        book = with_clauses(books.current(session), FEEDS, {"/own/number": 3})
    barrier, told = Barrier(6), list[type[Exception]]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            with committed.begin() as session:
                make(session, ada, book, f"feed-{number}")
        except Forbidden as error:
            told.append(type(error))

    threads = [Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [Forbidden] * 3
    with committed.begin() as session:
        assert len(session.exec(select(OwnProfile)).all()) == 3


def test_law_07_another_s_profile_is_none_until_it_is_shared_and_none_afterwards(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    def asked() -> bool:
        try:
            return own_record.find_shared(session, ben, "Ada", "mornings").name == "mornings"
        except NotFound:
            return False

    make(session, ada, book)
    assert not asked()
    for act in (profiles.remove, own_record.find):
        with pytest.raises(NotFound):
            act(session, ben, "mornings")
    with pytest.raises(NotFound):
        profiles.share(session, ben, "mornings", shared=True)
    profiles.share(session, ada, "mornings", shared=True)
    assert asked()
    relations.block(session, ada, "ben", NOW)
    assert not asked()
    relations.unblock(session, ada, "ben")
    relations.block(session, ben, "ada", NOW)
    assert not asked()
    relations.unblock(session, ben, "ada")
    assert asked()
    profiles.share(session, ada, "mornings", shared=False)
    assert not asked()
    profiles.share(session, ada, "mornings", shared=True)
    session.get_one(Member, ada.member_id).left_at = NOW
    session.flush()
    assert not asked()


def fork(session: Session, book: Book, reader: Identity, name: str | None = None) -> Own:
    return profiles.fork(session, reader, book, "ada", "mornings", name, NOW, loopback=False)


def test_a_fork_is_what_the_shared_one_was_and_then_its_owner_s(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make(session, ada, book, sliders={"small": 1.0}, topics=["bread"], about="Slow")
    with pytest.raises(NotFound):
        fork(session, book, ben)
    profiles.share(session, ada, "mornings", shared=True)
    made = fork(session, book, ben, "mine")
    assert (made.owner, made.name, made.about, made.sliders, made.topics, made.shared) == (
        "ben",
        "mine",
        "Slow",
        {"small": 1.0},
        ["bread"],
        False,
    )
    assert made.fork == Fork("ada", "mornings")
    profiles.remove(session, ada, "mornings")
    kept = own_record.find(session, ben, "mine")
    assert (kept.sliders, kept.fork) == ({"small": 1.0}, None)


def test_law_07_where_a_fork_came_from_is_told_while_that_is_shared(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make(session, ada, book)
    profiles.share(session, ada, "mornings", shared=True)
    assert fork(session, book, ben).fork == Fork("ada", "mornings")
    profiles.share(session, ada, "mornings", shared=False)
    assert own_record.find(session, ben, "mornings").fork is None
    profiles.share(session, ada, "mornings", shared=True)
    relations.block(session, ada, "ben", NOW)
    assert own_record.find(session, ben, "mornings").fork is None


def test_a_fork_leaves_out_what_has_no_slider_any_more(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    made = make(session, ada, book, sliders={"small": 1.0})
    session.get_one(OwnProfile, made.id).sliders = {"small": 1.0, "engagement": 3.0}
    session.flush()
    profiles.share(session, ada, "mornings", shared=True)
    assert fork(session, book, ben).sliders == {"small": 1.0}


def test_law_07_how_an_address_answers_is_told_to_its_owner_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    made = make(session, ada, book, base=None, external_url=ELSEWHERE)
    assert made.asking is not None
    assert made.asking.state == "waiting"
    profiles.share(session, ada, "mornings", shared=True)
    seen = own_record.find_shared(session, ben, "ada", "mornings")
    assert (seen.external_url, seen.asking) == (ELSEWHERE, None)
    forked = fork(session, book, ben)
    assert forked.asking is not None
    assert forked.asking.state == "waiting"


def test_a_profile_may_become_one_from_elsewhere_and_back(
    session: Session, book: Book, ada: Identity
) -> None:
    make(session, ada, book)
    outside = Draft("mornings", external_url=ELSEWHERE)
    assert profiles.change(session, ada, book, "mornings", outside, NOW, loopback=False).asking is not None
    inside = Draft("mornings", base="calm")
    assert profiles.change(session, ada, book, "mornings", inside, NOW, loopback=False).asking is None


def test_what_is_not_there_cannot_be_changed(session: Session, book: Book, ada: Identity) -> None:
    with pytest.raises(NotFound):
        profiles.change(session, ada, book, "mornings", Draft("a-b", base="calm"), NOW, loopback=False)
    make(session, ada, book)
    with pytest.raises(RuleBroken):
        profiles.change(session, ada, book, "mornings", Draft("a-b", base="none"), NOW, loopback=False)
