"""Later labels replayed, beside what asking again does with the same labels when the policy is in force."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import replies
from audience.gardens import editions, labellers
from audience.gardens.tables import GivenLabel, Labeller
from audience.moderation import asking_again, asking_editions
from audience.moderation.rules import ACTIONS
from audience.moderation.tables import Decision
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from tests.audience.factories import NOW, make_asset, make_post, with_clauses
from tests.audience.moderation.labelling import asked, found
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.audience.replay.test_moderation import SINCE, counted, crowd, rehearsed
from tests.factories import identity_of, make_member
from tests.thorough import much

BOTH = ["post", "reply"]
RULES: dict[str, dict[str, Any]] = {
    "spam": rule("'spam' in labels.watch && text.contains('rye')", "collapse", on=BOTH, override=True),
    "odd": rule("'odd' in labels.watch", "label", on=BOTH, override=True),
    "both": rule("'spam' in labels.watch && 'odd' in labels.other", on=BOTH),
    "fed": rule("size(labels.other) > 0 && author.posts_day < 4", "unfeed", override=True),
    "calm": rule("!('spam' in labels.watch) && text.links > 0", "label", on=BOTH, override=True),
    "shown": rule("'spam' in labels.other", "label", on=["upload"], override=True),
    "slow": rule("'spam' in labels.watch", "slow", on=BOTH, gap="PT1M"),
    "tried": rule("'spam' in labels.watch", on=BOTH, dry_run=True),
    "plain": rule("text.contains('oats')", "label", on=BOTH),
}
BOUNDS = {"/labelled/within": "P1D", "/labelled/labels_a_day": 8, "/labelled/of_member": 3}


def ruled(book: Book, slug: str) -> Book:
    """Return the book with those rules, about the labellers of one of the two worlds that are compared."""
    labels: dict[str, Any] = {
        "watch": {"labeller": f"watch-{slug}"},
        "other": {"labeller": f"other-{slug}", "missing": "hold"},
    }
    everywhere = with_clauses(with_rules(book, RULES, labels=labels), "moderation", BOUNDS)
    inside = {"inside": rule("'odd' in labels.house", "collapse", override=True)}
    return with_guild_rules(everywhere, slug, inside, labels={"house": {"labeller": f"other-{slug}"}})


def live(session: Session, book: Book, people: list[Identity], slug: str, seed: int) -> None:
    """Have people publish, and labellers speak of them, as a seed draws; a worker comes now and then."""
    lot = Random(seed)
    publisher = identity_of(make_member(session, f"{slug}says", SINCE - timedelta(days=9)))
    for name in ("watch", "other"):
        found(session, publisher, book, SINCE - timedelta(days=8), f"{name}-{slug}")
    root = make_post(session, people[0], book, now=SINCE - timedelta(days=1), body="Root").id
    posts: list[int] = []
    steps = much(70, 140)
    for n in range(steps):
        at = SINCE + timedelta(days=20, minutes=47 * n)
        who, place = lot.choice(people), lot.choice([None, slug])
        body = " ".join(lot.choice(["rye", "oats", "flour", "https://a.example/x"]) for _ in range(2))
        what = lot.choice(["post", "post", "reply", "picture", "speak", "speak", "speak"])
        speaker, label = lot.choice(["watch", "other"]), lot.choice(["spam", "odd"])
        of_member, take = lot.random() < 0.4, lot.random() < 0.3
        named = lot.sample(range(8), 3)
        if what == "post":
            posts.append(make_post(session, who, book, now=at, body=body, guild=place).id)
        elif what == "reply":
            replies.write(session, who, book, root, body, at)
        elif what == "picture":
            asset = make_asset(session, who, now=at - timedelta(hours=3))
            posts.append(make_post(session, who, book, now=at, body="", asset_id=asset.id).id)
        elif speaker == "watch" or not (seed % 3 == 2 and n > steps // 2):
            members = [who.member_id] if of_member else []
            # One at a time: which of an edition's labels are within the budget of a day is by lot.
            chosen = [] if of_member else [posts[-1 - one] for one in named if one < len(posts)][:1]
            speak(session, book, f"{speaker}-{slug}", label, chosen, members, at, take=take)
        if n == steps // 2 and seed % 3 == 2:
            labellers.end(session, publisher, f"other-{slug}", at + timedelta(minutes=1))
        if lot.random() < 0.3:
            asked(session, book, at)
    asked(session, book, NOW)


def speak(
    session: Session,
    book: Book,
    slug: str,
    label: str,
    posts: Sequence[int],
    members: Sequence[int],
    at: datetime,
    *,
    take: bool,
) -> None:
    """Publish an edition of labels, or take some back, of what its publisher saw before it was hidden."""
    labeller = session.scalars(select(Labeller).where(col(Labeller.slug) == slug)).one()
    edition = editions.begin(session, labeller, "", None, at)
    standing = select(col(GivenLabel.post_id), col(GivenLabel.member_id)).where(
        col(GivenLabel.labeller_id) == labeller.id,
        col(GivenLabel.label) == label,
        col(GivenLabel.until).is_(None),
    )
    stands = {(post, member) for post, member in session.execute(standing)}
    for post_id, member_id in [*((one, None) for one in posts), *((None, one) for one in members)]:
        if take:
            of = (
                col(GivenLabel.post_id) == post_id
                if member_id is None
                else col(GivenLabel.member_id) == member_id
            )
            current = (col(GivenLabel.labeller_id) == labeller.id, col(GivenLabel.label) == label)
            session.execute(
                update(GivenLabel)
                .where(*current, of, col(GivenLabel.until).is_(None))
                .values(until=edition.number)
            )
        elif (post_id, member_id) not in stands:
            given = GivenLabel(
                id=new_id(at), labeller_id=labeller.id, label=label, post_id=post_id, member_id=member_id,
                since=edition.number, at=at,
            )  # fmt: skip
            session.add(given)
    session.flush()
    asking_editions.queue(session, book, labeller.id, slug, edition.number, at)


def weightiest(session: Session, people: list[Identity]) -> Counter[str]:
    """Return how many things there are by the weightiest that rules ever did with them."""
    mine = col(Decision.author_id).in_([one.member_id for one in people])
    done: dict[tuple[str, int], set[str]] = {}
    for one in session.scalars(select(Decision).where(mine, col(Decision.dry_run).is_(False))):
        for cause in one.causes:
            kind = "pictures" if cause["rule"] == "shown" else "posts" if one.post_id else "replies"
            done.setdefault((kind, one.post_id or one.reply_id or 0), set()).add(cause["then"])
    return Counter(f"{kind}_{max(said, key=ACTIONS.index)}" for (kind, _), said in done.items())


@pytest.mark.parametrize("seed", range(much(6, 60)))
def test_law_13_what_a_rehearsal_tells_of_later_labels_is_what_asking_again_does(
    session: Session, book: Book, seed: int
) -> None:
    none = with_rules(book, {})
    bakers = crowd(session, "bakers")
    live(session, none, bakers, "bakers", seed)
    gained = {
        name: cells[2] for name, cells in counted(rehearsed(session, none, ruled(book, "bakers"))).items()
    }
    reverse = counted(rehearsed(session, ruled(book, "bakers"), none))
    assert {name: cells[1] for name, cells in reverse.items()} == gained
    weavers = crowd(session, "weavers")
    live(session, ruled(book, "weavers"), weavers, "weavers", seed)
    assert gained == weightiest(session, weavers)
    again = select(col(Decision.id)).where(col(Decision.ended_why) == asking_again.LABELS)
    assert len(session.scalars(again).all()) > 0, "labels have changed what was done"
