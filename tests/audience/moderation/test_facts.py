"""Facts: what is looked up of a post or reply as it was when it was made."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from audience import following, posts, replies
from audience.moderation.facts import COLUMNS, facts
from audience.moderation.rules import TARGETS, Target
from audience.moderation.vocabulary import FACTS
from audience.tables import Post, Reply
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.factories import identity_of, make_guild, make_member

HOUR = timedelta(hours=1)


def known(session: Session, book: Book, made: Post | Reply) -> dict[str, Any]:
    target: Target = "post" if isinstance(made, Post) else "reply"
    return facts(session, book, target, made.id, made.body, None, frozenset(COLUMNS[target]))


def test_every_fact_of_the_vocabulary_is_found_and_no_other(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, now=NOW)
    reply = replies.write(session, ben, book, post.id, "Rye", NOW)
    both: tuple[Post | Reply, ...] = (post, reply)
    for target, made in zip(TARGETS, both, strict=True):
        found = known(session, book, made)
        assert set(found) == set(FACTS[target])
        for name, value in found.items():
            kind = FACTS[target][name].type
            python = {"bool": bool, "int": int, "double": float, "string": str, "list": frozenset}
            assert type(value) is python.get(kind.name, timedelta), name


def test_how_often_somebody_wrote_counts_what_they_took_back_and_not_the_thing_itself(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    first = make_post(session, ada, book, now=NOW - 30 * HOUR, body="Rye")
    make_post(session, ada, book, now=NOW - 5 * HOUR, body="Rye")
    gone = make_post(session, ada, book, now=NOW - HOUR / 2, body="Rye")
    posts.delete(session, ada, gone.id, NOW)
    replies.write(session, ada, book, first.id, "Rye", NOW - HOUR / 4)
    make_post(session, ben, book, now=NOW - HOUR / 4, body="Rye")
    found = known(session, book, make_post(session, ada, book, now=NOW, body="Rye"))
    named = ("posts_hour", "posts_day", "replies_hour", "replies_day", "same_day")
    assert [found[f"author.{name}"] for name in named] == [1, 2, 1, 1, 3]


def test_the_author_is_told_by_age_guilds_and_followers_as_they_were(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    bakers = make_guild(session, "bakers", make_member(session, "cleo"))
    member = make_member(session, "dora")
    make_guild(session, "weavers", member, ())
    dora = identity_of(member)
    following.follow(session, ben, book, "dora", NOW - HOUR)
    following.follow(session, ada, book, "dora", NOW + HOUR)
    found = known(session, book, make_post(session, dora, book, now=NOW))
    assert found["author.guilds"] == {"weavers"}
    assert bakers.slug not in found["author.guilds"]
    assert found["author.followers"] == 1
    assert found["author.account_age"] == NOW - member.joined_at


def test_a_reply_is_told_by_its_place_and_by_who_follows_whom(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    following.follow(session, ben, book, "ada", NOW - 5 * HOUR)
    following.follow(session, ada, book, "cleo", NOW - HOUR)
    post = make_post(session, ada, book, now=NOW - 3 * HOUR)
    above = replies.write(session, cleo, book, post.id, "Rye", NOW - HOUR)
    theirs = known(session, book, above)
    assert (theirs["reply.follows_for"], theirs["reply.followed"]) == (timedelta(), True)
    deeper = replies.write(session, ben, book, post.id, "Oats", NOW, parent_id=above.id)
    found = known(session, book, deeper)
    assert (found["reply.follows_for"], found["reply.followed"]) == (5 * HOUR, False)
    assert (found["post.age"], found["post.replies"], found["reply.depth"]) == (3 * HOUR, 1, 1)
    again = known(session, book, replies.write(session, ben, book, post.id, "Spelt", NOW + HOUR / 2))
    assert again["reply.here_hour"] == 1


def test_what_no_rule_speaks_of_is_not_looked_up(session: Session, book: Book, ada: Identity) -> None:
    post = make_post(session, ada, book)
    found = facts(session, book, "post", post.id, "Rye", "en", frozenset({"text.links", "post.picture"}))
    assert {name for name in found if not name.startswith("text")} == {"post.picture"}
