"""Why a member sees a post: reasons, limits with their clauses, and terms that add up."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from audience import stages, why
from audience.access import access_post
from audience.document import Parts
from audience.feeds import chosen, explanation, profiles, serving
from audience.feeds import page as feeds
from audience.feeds.grounds import grounds
from audience.feeds.named import recipe_of
from audience.feeds.own_draft import Draft as OwnDraft
from audience.limits import Asked, limits_of
from audience.rules import AUDIENCE
from audience.standing import layered
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses, with_guild_policy
from tests.audience.feeds.outside import add
from tests.factories import identity_of, make_guild, make_member, make_members

HOUR = timedelta(hours=1)


def ask(session: Session, viewer: Identity, book: Book, post_id: int, profile: str | None = None) -> why.Why:
    asked = None if profile is None else recipe_of(session, viewer, book, profile)
    return why.explain(session, viewer, book, post_id, asked, NOW)


def test_the_reason_is_the_part_of_the_lock_that_opens(session: Session, book: Book) -> None:
    author, reader = make_member(session), make_member(session, "reader")
    guild = make_guild(session, "bakers", author, (reader,))
    maker, viewer = identity_of(author, (guild,)), identity_of(reader, (guild,))
    for document, reasons in (
        ({}, ["It is open to every member of the coop."]),
        ({"see": {"any": [{"guild": "bakers"}]}}, ["It is open to the guild bakers, to which you belong."]),
        (
            {"see": {"any": [{"guild": "bakers"}, {"member": "reader"}]}},
            [
                "It is open to the guild bakers, to which you belong.",
                "It is open to you by name.",
            ],
        ),
    ):
        assert ask(session, viewer, book, make_post(session, maker, book, document).id).because == reasons


def test_law_07_no_other_name_in_the_audience_is_told(session: Session, book: Book, ada: Identity) -> None:
    make_member(session, "cleo")
    reader = make_member(session, "reader")
    make_guild(session, "weavers", reader)
    post = make_post(session, ada, book, {"see": {"any": [{"member": "reader"}, {"member": "cleo"}]}})
    assert "cleo" not in repr(ask(session, identity_of(reader), book, post.id))


def test_law_07_whoever_may_not_see_a_post_may_not_ask_why(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for post_id in (make_post(session, ada, book, NOBODY).id, 7):
        with pytest.raises(NotFound):
            ask(session, ben, book, post_id)
    with pytest.raises(NotFound):
        ask(session, ben, book, make_post(session, ada, book).id, "engagement")


def test_seats_are_counted_for_the_author_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"seats": {"max": 1}})
    theirs = ask(session, ben, book, post.id)
    assert (theirs.seat, theirs.taken) == (True, None)
    mine = ask(session, ada, book, post.id)
    assert (mine.because, mine.seat, mine.taken) == (["You wrote it."], False, 1)


def test_the_author_alone_is_told_which_layers_were_reached_and_since_when(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    later = [
        {"age": "P9D", "set": {"preset": "self"}},
        {"age": "PT2H", "set": {"replies": {"max": 9}, "read": {"any": [{"local": True}]}}},
        {"seats_pct": 50, "set": {"preset": "local"}},
    ]
    post = make_post(session, ada, book, {"seats": {"max": 10}, "after": later})
    half = [identity_of(row) for row in make_members(session, 5)]
    for number, reader in enumerate(half):
        access_post(session, reader, book, post.id, NOW + number * HOUR)
    stages.tighten(session, ada, book, post.id, Parts.model_validate({"seats": {"max": 6}}), NOW + 7 * HOUR)

    def told(viewer: Identity, at: datetime) -> list[tuple[str, datetime, timedelta | None, int | None]]:
        found = why.explain(session, viewer, book, post.id, None, at).narrowed
        return [(one.at, one.since, one.age, one.seats_pct) for one in found]

    by_age = ("/after/1/set", NOW + 2 * HOUR, 2 * HOUR, None)
    by_seats = ("/after/2/set", NOW + 4 * HOUR, None, 50)
    by_hand = ("/after/3/set", NOW + 7 * HOUR, None, None)
    assert told(ada, NOW + 8 * HOUR) == [by_age, by_seats, by_hand]
    assert told(ada, NOW + 216 * HOUR)[-1] == ("/after/0/set", NOW + 216 * HOUR, 216 * HOUR, None)
    assert told(ben, NOW + 8 * HOUR) == []
    found = why.explain(session, ada, book, post.id, None, NOW + 8 * HOUR).narrowed
    assert [one.sets for one in found] == [["read", "replies"], ["see"], ["seats"]]


def test_law_07_a_share_of_the_seats_does_not_tell_that_one_person_came(
    session: Session, book: Book, ada: Identity
) -> None:
    shares = [{"seats_pct": 10 * n, "set": {"preset": "local"}} for n in range(1, 9)]
    post = make_post(session, ada, book, {"seats": {"max": 10}, "after": shares})
    told = []
    for _ in range(5):
        told.append(len(ask(session, ada, book, post.id).narrowed))
        access_post(session, identity_of(make_member(session)), book, post.id, NOW)
    assert told == [0] * 5
    assert len(ask(session, ada, book, post.id).narrowed) == 5


def test_what_its_author_asked_of_arrivals_is_told_as_theirs(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"arrivals": {"per_minute": 6}})
    limits = {one.name: one for one in ask(session, ben, book, post.id).limits}
    assert (limits["arrivals"].value, limits["arrivals"].clause) == (6, None)
    clause = limits["burst"].clause
    assert (limits["burst"].value, clause and clause.clause) == (20, "/arrivals/burst")


def test_each_limit_names_who_set_it(session: Session, book: Book) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    maker = identity_of(founder, (guild,))
    ruled = with_guild_policy(book, "bakers", "[seats]\ndefault = 90\n[replies]\nper_member = 2\n")

    def seats(document: dict[str, object], made_in: str | None, asked: Book) -> tuple[object, str]:
        post = make_post(session, maker, ruled, document, guild=made_in)
        found = access_post(session, maker, asked, post.id, NOW)
        (limit, *others) = why.limits(asked, found, layered(session, post.id, NOW))
        assert limit.value == limits_of(asked, made_in, Asked(post.seats_max)).seats
        assert {one.name for one in others} == {"arrivals", "burst", *why.OF_REPLIES}
        return (
            limit.value,
            "author" if limit.clause is None else f"{limit.clause.scope} {limit.clause.clause}",
        )

    low = with_clauses(ruled, AUDIENCE, {"/seats/ceiling": 100, "/seats/default": 50})
    assert seats({}, None, ruled) == (150, "coop /seats/default")
    assert seats({}, "bakers", ruled) == (90, "guild:bakers /seats/default")
    assert seats({"seats": {"max": 9}}, "bakers", ruled) == (9, "author")
    assert seats({"seats": {"max": 400}}, None, low) == (100, "coop /seats/ceiling")


def test_a_limit_on_replies_is_told_by_whoever_set_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    later = {"after": [{"age": "PT1H", "set": {"replies": {"max": 3}}}]}
    post = make_post(session, ada, book, {"replies": {"per_member": 2}, **later})
    for now, most, clause in ((NOW, 500, "/replies/per_post"), (NOW + timedelta(hours=2), 3, None)):
        limits = {one.name: one for one in why.explain(session, ben, book, post.id, None, now).limits}
        assert limits["replies"].value == most
        told = limits["replies"].clause
        assert (None if told is None else told.clause) == clause
        assert (limits["replies_each"].value, limits["replies_each"].clause) == (2, None)


def test_every_limit_of_replies_is_told_by_whoever_set_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    names = list(why.OF_REPLIES)
    plain = {one.name: one for one in ask(session, ben, book, make_post(session, ada, book).id).limits}
    for name in names:
        clause = plain[name].clause
        assert clause is not None and clause.clause.startswith("/replies/")
    assert {name: plain[name].value for name in names[2:]} == {
        "replies_gap_s": 0,
        "replies_watched_min": 0,
        "replies_until": None,
        "replies_at_time": "on",
    }
    asked = {"gap_s": 60, "watched_min": 50, "until": "P7D", "at_time": "owner"}
    strict = make_post(session, ada, book, {"replies": asked})
    told = {one.name: (one.value, one.clause) for one in ask(session, ben, book, strict.id).limits}
    assert {name: told[name] for name in names[2:]} == {
        "replies_gap_s": (60, None),
        "replies_watched_min": (50, None),
        "replies_until": (timedelta(days=7), None),
        "replies_at_time": ("owner", None),
    }


def test_law_11_the_terms_add_up_and_each_cites_its_clause(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    found = ask(session, ben, book, post.id, "balanced")
    assert found.made.score == sum(term.contribution for term in found.made.terms)
    assert {term.signal for term in found.made.terms} <= found.made.weighings.keys()
    for one, receipt in zip(found.made.weighings.values(), found.receipts, strict=False):
        assert receipt.clause == f"/profiles/balanced/weights/{one.signal}"
        assert round(receipt.value * 1000) == one.weight
    recipe = feeds.recipe_of(book, "balanced")
    assert found.made == explanation.explain(session, ben, book, recipe, post.id, NOW)
    assert [one.clause for one in found.receipts] == grounds(book, recipe, found.made)
    assert "/profiles/balanced/half_life" in [one.clause for one in found.receipts]


def test_without_a_profile_the_reader_s_own_default_explains(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)

    def explaining(viewer: Identity) -> str:
        return ask(session, viewer, book, post.id).profile

    assert explaining(ben) == explaining(ada) == "balanced"
    chosen.choose(session, ben, book, "learn")
    profiles.create(session, ada, book, OwnDraft("mornings", base="calm"), NOW, loopback=False)
    chosen.choose(session, ada, book, "own:mornings")
    assert (explaining(ben), explaining(ada)) == ("learn", "own:mornings")


def test_where_the_default_weighs_nothing_the_coop_s_explains(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    add(session, ben, book, "https://example.org/feed", "outside")
    chosen.choose(session, ben, book, "own:outside")
    assert ask(session, ben, book, make_post(session, ada, book).id).profile == "balanced"


def test_without_a_profile_the_voted_one_that_delivered_it_explains(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    chosen.choose(session, ben, book, "learn")
    assert [item.card.id for item in feeds.page(session, ben, book, "explore", NOW)] == [post.id]
    assert ask(session, ben, book, post.id).profile == "explore"
    assert ask(session, ben, book, post.id, "calm").profile == "calm"


def test_law_07_a_feed_of_one_s_own_is_kept_by_no_seat_so_the_default_explains(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    profiles.create(session, ben, book, OwnDraft("mornings", base="calm"), NOW, loopback=False)
    assert serving.serve(session, ben, book, "own:mornings", NOW).items
    assert ask(session, ben, book, post.id).profile == "balanced"
