"""Facts: what is looked up of a post or reply as it was when it was made."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience import following, posts, replies
from audience.moderation import screening
from audience.moderation.act_tables import FollowBegun
from audience.moderation.facts import facts
from audience.moderation.rules import TARGETS, Target
from audience.moderation.vocabulary import FACTS
from audience.posts import Draft
from audience.tables import Post, Reply
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.profile_tables import ProfileChange
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.moderation.rules import rule, with_rules
from tests.coop.statements import counted
from tests.factories import identity_of, make_guild, make_member

HOUR = timedelta(hours=1)


def known(session: Session, book: Book, made: Post | Reply) -> dict[str, Any]:
    target: Target = "post" if isinstance(made, Post) else "reply"
    return facts(session, book, target, made.id, made.body, None, frozenset(FACTS[target]))


def known_of(
    session: Session, book: Book, target: Target, subject_id: int, text: str | None
) -> dict[str, Any]:
    return facts(session, book, target, subject_id, text, None, frozenset(FACTS[target]))


def begin(session: Session, who: Identity, whom: Identity, at: datetime) -> FollowBegun:
    made = FollowBegun(id=new_id(at), author_id=who.member_id, other_id=whom.member_id, created_at=at)
    session.add(made)
    session.flush()
    return made


def test_every_fact_of_the_vocabulary_is_found_and_no_other(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, now=NOW)
    reply = replies.write(session, ben, book, post.id, "Rye", NOW)
    change = ProfileChange(
        id=new_id(NOW), author_id=ada.member_id, display_name="Ada", about="Rye", created_at=NOW
    )
    session.add(change)
    asset = make_asset(session, ada)
    asset.type, asset.bytes = "image/jpeg", 9
    session.flush()
    subjects: dict[Target, tuple[int, str | None]] = {
        "post": (post.id, "Rye"),
        "reply": (reply.id, "Rye"),
        "upload": (asset.id, None),
        "profile": (change.id, "Ada\nRye"),
        "follow": (begin(session, ada, ben, NOW).id, None),
    }
    for target in TARGETS:
        found = known_of(session, book, target, *subjects[target])
        if target == "profile":
            del found["text.language"], found["text.tags"]
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


def test_a_follow_is_told_by_how_often_one_began_to_and_what_both_share(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo, dora = make_member(session, "cleo"), make_member(session, "dora")
    make_guild(session, "weavers", cleo, (dora,))
    one, other = identity_of(cleo), identity_of(dora)
    for whom, ago in ((ada, 30 * HOUR), (other, 5 * HOUR), (ben, HOUR / 2), (other, HOUR / 4)):
        begin(session, one, whom, NOW - ago)
    following.follow(session, other, book, "cleo", NOW - HOUR)
    following.follow(session, ben, book, "dora", NOW - HOUR)
    found = known_of(session, book, "follow", begin(session, one, other, NOW).id, None)
    named = ("author.follows_hour", "author.follows_day", "follow.same_day", "follow.followers")
    assert [found[name] for name in named] == [2, 3, 2, 1]
    assert (found["follow.back"], found["follow.shared_guild"]) == (True, True)
    stranger = known_of(session, book, "follow", begin(session, one, ada, NOW).id, None)
    assert (stranger["follow.back"], stranger["follow.shared_guild"]) == (False, False)


def test_law_13_what_nothing_is_known_of_is_no_fact(session: Session, book: Book, ada: Identity) -> None:
    found = known_of(session, book, "upload", make_asset(session, ada).id, None)
    assert set(FACTS["upload"]) - set(found) == {"upload.type", "upload.bytes"}
    assert (found["upload.width"], found["upload.described"]) == (800, True)


def test_what_is_at_hand_as_a_thing_is_made_is_what_would_be_looked_up(session: Session, book: Book) -> None:
    member = make_member(session, "baker")
    baker = identity_of(member, (make_guild(session, "bakers", member),))
    plain = make_post(session, baker, book, now=NOW + timedelta(microseconds=7))
    draft = Draft(body="See", guild="bakers", asset_id=make_asset(session, baker).id, quote_id=plain.id)
    showing = posts.publish(session, baker, book, draft, NOW)
    for guild, post in ((None, plain), ("bakers", showing)):
        at_hand = screening.of_post(baker, post, guild)
        assert at_hand.items() <= known(session, book, post).items()
        above = replies.write(session, baker, book, post.id, "Rye", NOW)
        shown = make_asset(session, baker).id
        below = replies.write(session, baker, book, post.id, "", NOW, parent_id=above.id, asset_id=shown)
        for reply in (above, below):
            at_hand = screening.of_reply(baker, reply, guild)
            assert at_hand.items() <= known(session, book, reply).items()


def test_what_is_at_hand_costs_no_statement(session: Session, book: Book, ada: Identity) -> None:
    rules = {"new": rule("author.account_age < duration('1h') && text.links > 1 && !post.picture")}
    with counted(session) as run:
        make_post(session, ada, with_rules(book, {}))
    without = len(run)
    with counted(session) as run:
        make_post(session, ada, with_rules(book, rules))
    assert len(run) == without


def test_a_video_is_told_from_a_photo_and_how_long_it_is(session: Session, book: Book, ada: Identity) -> None:
    film, photo = make_asset(session, ada, kind="video"), make_asset(session, ada)
    found = [known_of(session, book, "upload", one.id, None) for one in (film, photo)]
    assert [(one["upload.video"], one["upload.seconds"]) for one in found] == [(True, 65), (False, 0)]
    posts_of = [make_post(session, ada, book, asset_id=one.id) for one in (film, photo)]
    made = [known(session, book, one) for one in (*posts_of, make_post(session, ada, book))]
    assert [(one["post.picture"], one["post.video"]) for one in made] == [
        (True, True),
        (True, False),
        (False, False),
    ]
