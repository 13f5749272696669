"""The moderation policy replayed, beside what the same rules do with the same posts when in force."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import replies
from audience.moderation import follows
from audience.moderation.rules import ACTIONS, DONE_WITH, MODERATION
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from audience.replay.moderation import replay_moderation
from coop import profiles
from coop.book import COOP, Book, guild_scope
from coop.identity import Identity
from coop.profile_tables import ProfileChange
from coop.rehearsal import Rehearsing, Report
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.factories import identity_of, make_guild, make_member
from tests.thorough import much

SINCE = NOW - timedelta(days=28)
LINK = "https://a.example/x"
WORDS = (
    "rye",
    "oats",
    "FLOUR",
    "cheap",
    "https://bit.ly/y",
    LINK,
    "@ada",
    "#bread",
    "Buy now",
    "call +31 6 12345678",
)
BOTH = ["post", "reply"]
RULES: dict[str, dict[str, Any]] = {
    "links": rule("text.links > 1 && author.account_age < duration('200h')", on=BOTH),
    "often": rule("author.posts_day + author.replies_day > 2", "label", on=BOTH, label="busy"),
    "cheap": rule("size(words.cheap) > 0 && text.contains('rye')", "collapse", on=BOTH),
    "phone": rule("patterns.phone", "unfeed"),
    "same": rule("author.same_day > 0", "label", on=BOTH, label="again"),
    "ratio": rule("100 / (text.links - 1) > 40", "collapse"),
    "deep": rule("reply.depth > 0 || post.age > duration('30h')", "collapse", on=["reply"]),
    "tried": rule("true", dry_run=True),
    "over": rule("true", expires="2026-01-01"),
}
LISTS = {"words": {"cheap": ["cheap", "buy*"]}, "patterns": {"phone": r"\+\d[\d ]{8,}"}}


@dataclass
class Written:
    """What somebody writes, and when."""

    who: int
    at: datetime
    body: str
    guild: str | None
    reply: bool


def plan(seed: int) -> list[Written]:
    lot = Random(seed)
    moments = sorted(SINCE + timedelta(minutes=lot.randrange(60 * 24 * 27)) for _ in range(much(25, 60)))
    return [
        Written(
            who=lot.randrange(3),
            at=at,
            body=" ".join(lot.choice(WORDS) for _ in range(lot.randint(1, 4))),
            guild=lot.choice([None, None, "bakers"]),
            reply=lot.random() < 0.4,
        )
        for at in moments
    ]


def publish(session: Session, book: Book, people: list[Identity], written: list[Written], slug: str) -> None:
    """Publish all of it; replies go to a post and a reply of before the window, which no rule holds for."""
    ago = SINCE - timedelta(days=9)
    root = make_post(session, people[0], book, now=ago, body="Root").id
    above = replies.write(session, people[0], book, root, "Leaf", ago).id
    for one in written:
        who = people[one.who]
        if not one.reply:
            guild = None if one.guild is None else slug
            make_post(session, who, book, now=one.at, body=one.body, guild=guild)
            continue
        parent = above if one.guild is None else None
        replies.write(session, who, book, root, one.body, one.at, parent_id=parent)


def crowd(session: Session, slug: str) -> list[Identity]:
    rows = [
        make_member(session, f"{slug}{n}", SINCE + timedelta(days=9 * n) - timedelta(days=3))
        for n in range(3)
    ]
    guild = make_guild(session, slug, rows[0], tuple(rows[1:]))
    return [identity_of(row, (guild,)) for row in rows]


def rehearsed(session: Session, before: Book, after: Book, scope: str = COOP) -> Report:
    return replay_moderation(
        session, Rehearsing(scope, MODERATION, before, after, SINCE, NOW, 9, 1, "seed")
    )  # fmt: skip


def counted(report: Report) -> dict[str, tuple[int, int, int]]:
    return {
        one.name: (one.total.before.value, one.total.lost.value, one.total.gained.value)
        for one in report.measures
    }


def decided(session: Session, people: list[Identity]) -> Counter[str]:
    """Return how many decisions in force there are, by thing and action."""
    mine = col(Decision.author_id).in_([one.member_id for one in people])
    found = session.scalars(select(Decision).where(mine, col(Decision.dry_run).is_(False)))
    return Counter(f"{'posts' if one.reply_id is None else 'replies'}_{one.action}" for one in found)


@pytest.mark.parametrize("seed", range(much(4, 40)))
def test_what_a_rehearsal_tells_is_what_the_rules_do_with_the_same_posts(
    session: Session, book: Book, seed: int
) -> None:
    none = with_rules(book, {})
    ruled = with_rules(book, RULES, **LISTS)
    written = plan(seed)
    publish(session, none, crowd(session, "bakers"), written, "bakers")
    gained = {name: cells[2] for name, cells in counted(rehearsed(session, none, ruled)).items()}
    reverse = {name: cells[:2] for name, cells in counted(rehearsed(session, ruled, none)).items()}
    assert reverse == {name: (number, number) for name, number in gained.items()}
    others = crowd(session, "weavers")
    publish(session, ruled, others, written, "weavers")
    assert gained == decided(session, others)
    assert sum(gained.values()) > 0


def test_a_guild_s_rules_are_tried_on_what_was_made_in_it_alone(session: Session, book: Book) -> None:
    none = with_rules(book, {})
    people = crowd(session, "bakers")
    for guild in ("bakers", None):
        make_post(session, people[0], none, now=NOW - timedelta(days=2), body="yeast", guild=guild)
    after = with_guild_rules(none, "bakers", {"yeast": rule("text.contains('yeast')")})
    report = rehearsed(session, none, after, guild_scope("bakers"))
    assert counted(report) == {"posts_hold": (0, 0, 1)}
    assert report.replayed["posts"].value == 1


def test_a_rule_that_is_dropped_tells_what_it_would_let_go_and_what_stays_by_another(
    session: Session, book: Book
) -> None:
    rules = {"rye": rule("text.contains('rye')"), "oats": rule("text.contains('oats')", "collapse")}
    before, after = with_rules(book, rules), with_rules(book, {"oats": rules["oats"]})
    none = with_rules(book, {})
    people = crowd(session, "bakers")
    for body in ("rye", "rye and oats", "oats", "flour"):
        make_post(session, people[0], none, now=NOW - timedelta(days=2), body=body)
    assert counted(rehearsed(session, before, after)) == {
        "posts_collapse": (1, 0, 1),
        "posts_hold": (2, 2, 0),
    }


def test_every_action_has_words_for_what_it_takes_and_lets_go(session: Session, book: Book) -> None:
    done = [one for one in ACTIONS if one in DONE_WITH["post"]]
    rules = {name: rule("true", name, on=["post"]) for name in done}
    people = crowd(session, "bakers")
    make_post(session, people[0], with_rules(book, {}), now=NOW - timedelta(days=2))
    for name in done:
        report = rehearsed(session, with_rules(book, {}), with_rules(book, {name: rules[name]}))
        (measure,) = report.measures
        assert (measure.name, measure.total.gained.value) == (f"posts_{name}", 1)
        assert measure.lost and measure.gained
        assert measure.things == f"posts {measure.gained}", "those before are those with which it was done"


ACTS: dict[str, dict[str, Any]] = {
    "often": rule("author.follows_day > 1 || follow.same_day > 0", "slow", on=["follow"], gap="PT1M"),
    "alone": rule("follow.shared_guild && author.account_age < duration('700h')", on=["follow"]),
    "links": rule("text.links > 0 && author.changes_day < 3", on=["profile"]),
    "named": rule("profile.name.contains('x') || patterns.phone", "label", on=["profile"]),
    "large": rule("upload.bytes > 5 && upload.width > upload.height", on=["upload"]),
    "bare": rule("!upload.described || author.uploads_day > 1", "label", on=["upload"]),
}


def act(session: Session, book: Book, people: list[Identity], slug: str, seed: int) -> None:
    """Have people follow one another, change their profiles and show pictures, in turns that a seed draws."""
    lot = Random(seed)
    for n in range(much(30, 80)):
        # Never a whole day apart: on the edge of a window, to the millisecond, it is by lot what lies in it.
        at = SINCE + timedelta(days=22, minutes=61 * n)
        who, other = lot.sample(people, 2)
        kind = lot.choice(["follow", "follow", "profile", "picture"])
        if kind == "follow":
            if lot.random() < 0.3:
                follows.unfollow(session, who, book, other.handle, at)
            follows.follow(session, who, book, other.handle, at)
        elif kind == "profile":
            said = {"about": " ".join(lot.choice(WORDS) for _ in range(2)), "display_name": lot.choice("xy")}
            profiles.change(session, book, who, said, screen_profile, at)
        else:
            asset = make_asset(session, who, now=at)
            asset.alt = lot.choice(["", "A loaf"])
            asset.type, asset.bytes = lot.choice([(None, None), ("image/png", 3), ("image/png", 9)])
            session.flush()
            guild = lot.choice([None, slug])
            make_post(session, who, book, now=at, body="", asset_id=asset.id, guild=guild)


def acted_on(session: Session, people: list[Identity]) -> Counter[str]:
    """Return how many decisions there are, by what they are about and what was done; of profiles the last."""
    mine = [one.member_id for one in people]
    found = list(session.scalars(select(Decision).where(col(Decision.author_id).in_(mine))))
    last = select(func.max(ProfileChange.id)).group_by(col(ProfileChange.author_id))
    changed = set(session.scalars(last))
    return Counter(
        f"{'follows' if one.follow_id else 'profiles' if one.profile_id else 'pictures'}_{one.action}"
        for one in found
        if one.profile_id is None or one.profile_id in changed
    )


@pytest.mark.parametrize("seed", range(much(3, 30)))
def test_law_13_what_a_rehearsal_tells_of_acts_is_what_the_rules_decide_on_the_same(
    session: Session, book: Book, seed: int
) -> None:
    none = with_rules(book, {})
    ruled = with_rules(book, ACTS, patterns=LISTS["patterns"])
    act(session, none, crowd(session, "bakers"), "bakers", seed)
    gained = {name: cells[2] for name, cells in counted(rehearsed(session, none, ruled)).items()}
    found = rehearsed(session, ruled, none)
    assert {name: cells[1] for name, cells in counted(found).items()} == gained
    others = crowd(session, "weavers")
    act(session, ruled, others, "weavers", seed)
    assert gained == acted_on(session, others)
    things = {name.partition("_")[0] for name in gained}
    assert things and things <= {"follows", "profiles", "pictures"}
    assert seed > 2 or len(things) == 3, "the first seeds find something of each"
