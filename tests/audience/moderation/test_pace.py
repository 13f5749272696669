"""Pace: whoever a rule slows waits for its gap, and nobody else does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import replies
from audience.moderation import follows
from audience.moderation.tables import Decision
from coop.book import Book
from coop.errors import TooMany
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.coop.told import told
from tests.factories import identity_of, make_guild, make_member

SECOND = timedelta(seconds=1)
MINUTE = 60 * SECOND
GAP = 10 * MINUTE
SLOW = rule("text.contains('rye')", "slow", about="Rye slowly", on=["post", "reply"])


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, {"rye": SLOW})


def post(session: Session, who: Identity, book: Book, at: datetime = NOW, body: str = "rye") -> int:
    return make_post(session, who, book, body=body, now=at).id


def refused(session: Session, who: Identity, book: Book, at: datetime, body: str = "Oats") -> TooMany:
    with pytest.raises(TooMany) as found:
        post(session, who, book, at, body)
    return found.value


def test_whoever_is_slowed_does_it_again_after_the_gap_and_is_told_when_and_by_which_clause(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    made = make_post(session, ada, ruled, body="rye")
    assert (made.held_at, made.flag) == (None, None)
    error = refused(session, ada, ruled, NOW + 3 * MINUTE)
    assert error.retry_after_s == 7 * 60
    assert "Rye slowly. You may post again at 2026-11-01 12:10:00 UTC." in error.detail
    clause = error.faults[0].clause
    assert clause is not None and (clause.scope, clause.clause) == ("coop", "/rules/rye/gap")
    (notice,) = told(session, ada)
    assert (notice.line, notice.until) == ("You are slowed down after a post of yours.", NOW + GAP)
    assert post(session, ben, ruled, NOW + 3 * MINUTE)
    assert replies.write(session, ada, ruled, made.id, "Oats", NOW + 3 * MINUTE)
    assert post(session, ada, ruled, NOW + GAP)


def test_law_14_until_when_somebody_waits_is_a_function_of_facts_and_time(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post(session, ada, ruled)
    waits = [refused(session, ada, ruled, NOW + n * MINUTE).retry_after_s for n in (0, 4, 9)]
    assert waits == [600, 360, 60]
    assert refused(session, ada, ruled, NOW + GAP - timedelta(milliseconds=1)).retry_after_s == 1
    assert post(session, ada, ruled, NOW + GAP, "Oats")
    assert post(session, ada, ruled, NOW + GAP, "rye")
    assert refused(session, ada, ruled, NOW + GAP).retry_after_s == 600


def test_law_03_a_rule_that_a_vote_takes_away_slows_nobody_any_more(
    session: Session, book: Book, ruled: Book, ada: Identity
) -> None:
    post(session, ada, ruled)
    assert refused(session, ada, ruled, NOW)
    other = with_rules(book, {"oats": SLOW | {"when": "text.contains('spelt')"}})
    softer = with_rules(book, {"rye": SLOW | {"dry_run": True}, "oats": SLOW})
    for later in (with_rules(book, {}), other, softer):
        assert post(session, ada, later, body="Oats")


def test_what_is_held_slows_too_where_a_rule_says_so_and_one_only_tried_never_does(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    both = with_rules(book, {"hold": rule("text.contains('rye')"), "slow": SLOW})
    assert make_post(session, ada, both, body="rye").held_at == NOW
    assert refused(session, ada, both, NOW)
    tried = with_rules(book, {"slow": SLOW | {"dry_run": True}})
    for _ in range(2):
        post(session, ben, tried)


def test_readers_are_told_of_the_label_and_not_that_its_author_is_slowed(
    session: Session, book: Book, ada: Identity
) -> None:
    label = rule("text.contains('rye')", "label", about="Of grain")
    made = make_post(session, ada, with_rules(book, {"label": label, "slow": SLOW}), body="rye")
    assert made.flag is not None
    assert (made.flag["action"], [one["about"] for one in made.flag["reasons"]]) == ("label", ["Of grain"])


def test_the_longest_of_several_waits_counts(session: Session, book: Book, ada: Identity) -> None:
    rules = {"rye": SLOW, "long": rule("text.contains('spelt')", "slow", gap="PT1H")}
    both = with_rules(book, rules)
    post(session, ada, both, body="rye and spelt")
    error = refused(session, ada, both, NOW)
    (clause,) = (fault.clause for fault in error.faults)
    assert clause is not None
    assert (error.retry_after_s, clause.clause) == (3600, "/rules/long/gap")


def test_law_08_a_guild_slows_what_is_made_in_it_and_the_coop_what_is_made_anywhere(
    session: Session, book: Book
) -> None:
    member = make_member(session, "baker")
    baker = identity_of(member, (make_guild(session, "bakers", member),))
    yeast = {"yeast": rule("text.contains('yeast')", "slow")}
    ruled = with_guild_rules(with_rules(book, {"rye": SLOW}), "bakers", yeast)
    make_post(session, baker, ruled, body="yeast", guild="bakers")
    with pytest.raises(TooMany) as found:
        make_post(session, baker, ruled, body="Oats", guild="bakers", now=NOW + MINUTE)
    clause = found.value.faults[0].clause
    assert clause is not None and (clause.scope, clause.clause) == ("guild:bakers", "/rules/yeast/gap")
    post(session, baker, ruled, NOW + MINUTE)
    for guild in ("bakers", None):
        with pytest.raises(TooMany):
            make_post(session, baker, ruled, body="Oats", guild=guild, now=NOW + 5 * MINUTE)


def test_a_reply_waits_for_its_own_gap_and_one_may_still_post(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    made = make_post(session, ada, ruled)
    replies.write(session, ben, ruled, made.id, "rye", NOW)
    with pytest.raises(TooMany) as found:
        replies.write(session, ben, ruled, made.id, "Oats", NOW + MINUTE)
    assert "You may reply again" in found.value.detail
    assert post(session, ben, ruled, NOW + MINUTE, "Oats")


def test_following_many_at_once_is_slowed_and_following_the_same_again_counts_once(
    session: Session, book: Book, ada: Identity
) -> None:
    many = with_rules(book, {"flood": rule("author.follows_hour >= 2", "slow", on=["follow"])})
    for name in ("ben", "cleo", "dora", "elsa"):
        make_member(session, name)
    for second, name in enumerate(("ben", "ben", "cleo", "dora", "dora")):
        assert follows.follow(session, ada, many, name, NOW + second * SECOND) == "following"
    with pytest.raises(TooMany) as found:
        follows.follow(session, ada, many, "elsa", NOW + MINUTE)
    assert "You may follow somebody again at" in found.value.detail
    assert follows.follow(session, ada, many, "elsa", NOW + GAP + 5 * SECOND) == "following"
    made = select(col(Decision.action)).where(col(Decision.author_id) == ada.member_id)
    assert list(session.scalars(made)) == ["slow", "slow"]
