"""Which posts, answers and seats count, as members make them."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from audience import posts, relations, replies, stages
from audience.access import access_post
from audience.document import Parts
from audience.metrics import facts, reading, snapshot
from audience.tables import Post
from coop import members
from coop.book import Book
from coop.feature_rules import FEATURES, FeatureRules
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, wide_open
from tests.audience.public_square import PUBLIC
from tests.factories import identity_of, make_guild, make_member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = NOW + DAY
"""The run after which all that was done at NOW counts."""
BAKERS = {"see": {"any": [{"guild": "bakers"}]}}


class People:
    """Ada, Ben and some more, of whom the first two and Cleo are in a guild."""

    def __init__(self, session: Session, book: Book) -> None:
        self.session = session
        self.book = wide_open(book)
        names = ("ada", "ben", "cleo", "dora", "eve", "finn", "gus")
        self.rows = {name: make_member(session, name) for name in names}
        self.guild = make_guild(session, "bakers", self.rows["ada"], (self.rows["ben"], self.rows["cleo"]))

    def who(self, name: str) -> Identity:
        inside = (self.guild,) if name in ("ada", "ben", "cleo") else ()
        return identity_of(self.rows[name], inside)

    def publish(self, name: str, audience: dict[str, object], guild: str | None = None) -> Post:
        return make_post(self.session, self.who(name), self.book, audience, guild=guild)

    def say(self, name: str, post: Post, under: int | None = None, ago: timedelta = timedelta()) -> int:
        said = replies.write(
            self.session, self.who(name), self.book, post.id, "Yes", NOW - ago, parent_id=under
        )
        return said.id

    def talk(self, post: Post) -> tuple[int, int]:
        """Have Ben answer the post of Ada, and Ada answer Ben."""
        first = self.say("ben", post)
        return first, self.say("ada", post, under=first)

    def come(self, post: Post, *names: str) -> None:
        for name in names:
            access_post(self.session, self.who(name), self.book, post.id, NOW)

    def of(self, name: str) -> dict[str, int]:
        snapshot.refresh(self.session, self.book, TONIGHT)
        since = self.rows[name].joined_at
        id = self.who(name).member_id
        return dict(reading.numbers(self.session, self.book, "member", id, since)[1])

    def of_guild(self) -> dict[str, int]:
        snapshot.refresh(self.session, self.book, TONIGHT)
        assert self.guild.id is not None
        return dict(
            reading.numbers(self.session, self.book, "guild", self.guild.id, self.guild.founded_at)[1]
        )


@pytest.fixture
def people(session: Session, book: Book) -> People:
    return People(session, book)


def exchanges(numbers: dict[str, int]) -> tuple[int, int]:
    return numbers["reciprocal_pairs"], numbers["counterparts"]


def test_an_answer_and_one_back_are_an_exchange_of_both(people: People) -> None:
    people.talk(people.publish("ada", {}))
    ada, ben = people.of("ada"), people.of("ben")
    assert exchanges(ada) == exchanges(ben) == (1, 1)
    assert (ada["posts"], ada["active_days"], ada["replies_received_from"]) == (1, 1, 1)
    assert (ben["posts"], ben["active_days"], ben["replies_received_from"]) == (0, 1, 1)


def test_one_answers_under_one_post_and_the_other_under_another(people: People) -> None:
    people.say("ben", people.publish("ada", {}))
    people.say("ada", people.publish("ben", {}))
    assert exchanges(people.of("ada")) == (1, 1)


def test_talking_to_oneself_or_to_all_under_ones_own_post_is_no_exchange(people: People) -> None:
    post = people.publish("ada", {})
    people.say("ada", post, under=people.say("ada", post))
    people.say("ben", post)
    ada = people.of("ada")
    assert exchanges(ada) == (0, 0)
    assert ada["replies_received_from"] == 1


@pytest.mark.parametrize(
    ("audience", "guild", "expected"),
    [
        ({}, None, {"all"}),
        ({}, "bakers", {"all", "bakers"}),
        (BAKERS, "bakers", {"bakers"}),
        (BAKERS, None, set()),
        ({"seats": {"max": 3}}, None, {"all"}),
        ({"see": {"any": [{"member": "ben"}]}}, "bakers", set()),
        ({"see": {"all": [{"local": True}], "not": [{"member": "ben"}]}}, None, set()),
        ({**BAKERS, "after": [{"age": "P30D", "set": {"preset": "self"}}]}, "bakers", set()),
        ({"preset": "followers"}, "bakers", set()),
        (NOBODY, "bakers", set()),
    ],
)
def test_law_07_a_post_counts_among_those_all_of_whom_may_read_it(
    people: People, audience: dict[str, object], guild: str | None, expected: set[str]
) -> None:
    post = people.publish("ada", audience, guild)
    named = {facts.ALL: "all", people.guild.id: "bakers"}
    rules = people.book.rules(FEATURES, FeatureRules).metrics
    found = text("SELECT sphere FROM counted_post WHERE id = :post")
    with facts.gathered(people.session, rules, snapshot.until(TONIGHT)):
        assert {named[one] for one in people.session.scalars(found, {"post": post.id})} == expected


def test_law_07_reach_goes_in_steps_and_nobody_counts_twice_or_for_themself(people: People) -> None:
    first, second = people.publish("ada", {}), people.publish("ada", {})
    people.come(first, "ada", "ben", "cleo", "dora", "eve")
    people.come(second, "ben", "cleo")
    assert people.of("ada")["reach"] == 0, "four are told like nobody"
    people.session.execute(text("DELETE FROM signal_run"))
    people.come(second, "finn", "gus")
    assert people.of("ada")["reach"] == 5, "six are at least five"


def test_law_07_who_blocks_ends_the_exchange_for_both_and_takes_nobody_out_of_reach(people: People) -> None:
    post = people.publish("ada", {})
    people.come(post, "ben", "cleo", "dora", "eve", "finn")
    people.talk(post)
    relations.block(people.session, people.who("ben"), "ada", NOW)
    ada, ben = people.of("ada"), people.of("ben")
    assert exchanges(ada) == exchanges(ben) == (0, 0)
    assert (ada["replies_received_from"], ada["reach"], ben["active_days"]) == (0, 5, 1)


def test_what_was_deleted_waits_or_was_narrowed_does_not_count(people: People) -> None:
    session, book = people.session, people.book
    deleted, narrowed, asking = (
        people.publish("ada", {}),
        people.publish("ada", {**PUBLIC, "preset": "local"}),
        people.publish("ada", {"interact": {"reply": {"ask": [{"local": True}]}}}),
    )
    people.talk(deleted)
    people.talk(narrowed)
    people.say("ben", asking)
    posts.delete(session, people.who("ada"), deleted.id, NOW + HOUR)
    layer = Parts.model_validate({"preset": "self"})
    stages.tighten(session, people.who("ada"), book, narrowed.id, layer, NOW + HOUR)
    assert people.of("ada") | {"tenure_days": 0} == {
        "reciprocal_pairs": 0,
        "counterparts": 0,
        "active_days": 1,
        "posts": 1,
        "replies_received_from": 0,
        "reach": 0,
        "upheld_reports": 0,
        "tenure_days": 0,
    }
    assert people.of("ben")["active_days"] == 0


def test_an_answer_that_was_taken_back_and_one_to_what_was_answer_nobody(people: People) -> None:
    post = people.publish("ada", {})
    first, _ = people.talk(post)
    other = people.say("cleo", post)
    people.say("ada", post, under=other)
    replies.delete(people.session, people.who("ben"), first, NOW + HOUR)
    assert exchanges(people.of("ada")) == (1, 1)
    assert exchanges(people.of("ben")) == (0, 0)


def test_whoever_has_left_holds_no_number_and_was_still_a_counterpart(people: People) -> None:
    people.talk(people.publish("ada", {}))
    members.leave(people.session, people.who("ben"), NOW + HOUR)
    assert exchanges(people.of("ada")) == (1, 1)
    assert people.of("ben")["counterparts"] == 0


def test_a_guilds_people_are_told_exactly_and_its_age_in_days(people: People) -> None:
    assert people.of_guild() | {"age_days": 0} == {
        "members": 3,
        "active_members": 0,
        "reciprocal_pairs": 0,
        "reach": 0,
        "age_days": 0,
    }
    since = people.guild.founded_at
    assert people.of_guild()["age_days"] == (snapshot.until(TONIGHT) - since).days
