"""Decisions: what rules do with posts and replies from the moment they are made, until it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import grants, posts, replies, reply_cards
from audience.access import access_post
from audience.cards import cards
from audience.document import AudienceDocument
from audience.feeds.page import page
from audience.moderation import ending_holds, reasons
from audience.moderation.ending_holds import UNSEEN
from audience.moderation.rules import MODERATION
from audience.moderation.tables import Decision
from audience.posts import Draft
from audience.reply_cards import ReplyCard
from audience.tables import Post, Reply
from audience.topic_tables import Contribution
from coop.book import COOP, Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.notices import Told, listing
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import opens
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.factories import identity_of, make_guild, make_member

DAY = timedelta(hours=24)
RULES = {
    "label": rule(
        "text.matches('(?i)rye')", then="label", on=["post", "reply"], label="grain", override=True
    ),
    "fold": rule("text.contains('oats')", then="collapse", on=["post", "reply"]),
    "quiet": rule("text.contains('spelt')", then="unfeed"),
    "hold": rule("text.matches('(?i)ergot')", on=["post", "reply"], notice="Ergot is poison."),
    "try": rule("text.contains('millet')", dry_run=True),
}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


def decided(session: Session, made: Post | Reply, *, dry_run: bool = False) -> Decision | None:
    """Return the decision in force on something."""
    column = col(Decision.post_id) if isinstance(made, Post) else col(Decision.reply_id)
    in_force = (column == made.id, col(Decision.ended_at).is_(None), col(Decision.dry_run).is_(dry_run))
    return session.scalars(select(Decision).where(*in_force)).one_or_none()


def end(session: Session, book: Book, made: Post | Reply) -> bool:
    decision = decided(session, made)
    assert decision is not None
    found = ending_holds.end_hold(session, book, decision.id, UNSEEN, NOW + DAY)
    session.expire_all()
    return found


def told(session: Session, member: Identity) -> list[Told]:
    """Return what a member has been told by the week after."""
    return listing(session, member, NOW + 7 * DAY, unread_only=False, before=None, limit=9)


def given(session: Session, member: Identity) -> int:
    """Return how much a member has given to topics."""
    numbers = select(col(Contribution.number)).where(col(Contribution.member_id) == member.member_id)
    return sum(session.scalars(numbers))


def test_what_no_rule_speaks_of_is_left_alone(session: Session, ruled: Book, ada: Identity) -> None:
    post = make_post(session, ada, ruled)
    assert (decided(session, post), post.flag, post.held_at, post.unfed) == (None, None, None, False)


def test_a_label_is_told_to_whoever_reads_with_the_rule_behind_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Fresh rye")
    access_post(session, ben, ruled, post.id, NOW)
    flag = cards(session, ben, ruled, [post.id], NOW)[post.id].flag
    decision = decided(session, post)
    assert flag is not None and decision is not None
    assert (flag["action"], flag["labels"], flag["override"]) == ("label", ["grain"], True)
    (reason,) = flag["reasons"]
    assert (reason["scope"], reason["clause"], reason["label"]) == ("coop", "/rules/label/when", "grain")
    assert "matched" not in reason


def test_law_07_what_is_held_is_not_there_for_anybody_but_its_author(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Ergot in the rye, ergot #bread")
    for post_id in (post.id, 7):
        with pytest.raises(NotFound):
            access_post(session, ben, ruled, post_id, NOW)
    assert opens(session, ada, ruled, post)
    assert given(session, ada) == 0
    decision = decided(session, post)
    assert decision is not None
    assert (decision.action, decision.holds_until) == ("hold", NOW + DAY)
    assert [one["rule"] for one in decision.causes] == ["hold", "label"]


def test_law_13_a_rule_that_cannot_be_decided_holds(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    divides = with_rules(book, {"divides": rule("10 / text.links > 3", then="label")})
    post = make_post(session, ada, divides)
    decision = decided(session, post)
    assert decision is not None
    assert (decision.action, decision.labels) == ("hold", [])
    assert decision.causes[0]["undecided"] == "A number was divided by zero."
    assert not opens(session, ben, divides, post)


def test_a_hold_ends_by_itself_in_favour_of_the_author_with_what_milder_rules_say(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Ergot, no: rye #bread")
    assert end(session, ruled, post)
    assert opens(session, ben, ruled, post)
    assert given(session, ada) == 1
    left = decided(session, post)
    assert left is not None
    assert (left.action, left.labels, post.held_at) == ("label", ["grain"], None)
    assert post.flag is not None and post.flag["decision"] == str(left.id)
    plain = make_post(session, ada, ruled, body="Only ergot")
    ended = decided(session, plain)
    assert ended is not None and end(session, ruled, plain)
    assert (decided(session, plain), plain.flag) == (None, None)
    assert (ended.ended_at, ended.ended_why) == (NOW + DAY, UNSEEN)
    assert not ending_holds.end_hold(session, ruled, ended.id, UNSEEN, NOW + DAY)


def test_no_feed_offers_what_a_rule_keeps_out_and_pages_show_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    shown, unfed = make_post(session, ada, ruled), make_post(session, ada, ruled, body="Old spelt")
    assert unfed.unfed
    found = [one.card.id for one in page(session, ben, ruled, "chronological", NOW)]
    assert found == [shown.id]
    assert opens(session, ben, ruled, unfed)


def test_what_is_only_tried_is_kept_and_does_nothing(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Warm millet")
    tried = decided(session, post, dry_run=True)
    assert tried is not None and tried.action == "hold"
    assert (decided(session, post), post.flag, post.held_at) == (None, None, None)
    assert opens(session, ben, ruled, post)
    assert told(session, ada) == []
    with pytest.raises(NotFound):
        reasons.read(session, ada, tried.id)


def test_a_reply_is_held_for_all_but_its_author_and_shown_in_the_end(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Bread #bread")
    reply = replies.write(session, ben, ruled, post.id, "Ergot!", NOW)
    assert (reply.state, given(session, ben)) == ("held", 0)
    with pytest.raises(NotFound):
        reply_seen(session, ada, ruled, reply.id)
    assert reply_seen(session, ben, ruled, reply.id).state == "held"
    assert end(session, ruled, reply)
    assert reply_seen(session, ada, ruled, reply.id).state == "shown"
    assert given(session, ben) == 1


def reply_seen(session: Session, reader: Identity, book: Book, reply_id: int) -> ReplyCard:
    return reply_cards.read(session, reader, book, reply_id, NOW + DAY)


def test_a_reply_that_would_have_waited_waits_once_it_is_held_no_more(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    asks = {"interact": {"reply": {"ask": [{"local": True}]}}}
    post = make_post(session, ada, ruled, asks)
    reply = replies.write(session, ben, ruled, post.id, "Ergot!", NOW)
    assert reply.state == "held"
    assert told(session, ada) == []
    assert end(session, ruled, reply)
    assert reply.state == "waiting"
    assert [one.topic for one in told(session, ada)] == ["ask"]


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_quote_that_waits_and_is_held_is_shown_when_both_have_ended(
    session: Session, ruled: Book, ada: Identity, ben: Identity, yes_first: bool
) -> None:
    source = make_post(session, ada, ruled)
    draft = Draft(body="See: ergot #bread", quote_id=source.id, audience=AudienceDocument())
    quote = posts.publish(session, ben, ruled, draft, NOW)
    assert quote.held_at is not None
    for says_yes in (yes_first, not yes_first):
        assert not opens(session, identity_of(make_member(session)), ruled, quote)
        assert given(session, ben) == 0
        if says_yes:
            grants.grant(session, ada, ruled, quote.id, NOW)
        else:
            assert end(session, ruled, quote)
        session.expire_all()
    assert opens(session, identity_of(make_member(session)), ruled, quote)
    assert given(session, ben) == 1


def test_whoever_is_acted_on_is_told_with_reasons_and_nobody_else(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="Ergot")
    decision = decided(session, post)
    assert decision is not None
    (notice,) = told(session, ada)
    assert (notice.line, notice.path) == (
        "A post of yours is held back.",
        f"/moderation/decisions/{decision.id}",
    )
    found = reasons.read(session, ada, decision.id)
    assert found.post_id == post.id
    (cause,) = found.decision.causes
    assert (cause["notice"], cause["when"]) == ("Ergot is poison.", "text.matches('(?i)ergot')")
    assert cause["matched"] == [
        {"text": "text.matches('(?i)ergot')", "facts": {}, "came": True, "undecided": ""}
    ]
    assert reasons.listing(session, ben, before=None, limit=9) == ([], None)
    for decision_id in (decision.id, 7):
        with pytest.raises(NotFound):
            reasons.read(session, ben, decision_id)


def test_law_08_a_guild_s_rules_are_asked_of_what_is_made_in_it(session: Session, book: Book) -> None:
    member = make_member(session, "baker")
    baker = identity_of(member, (make_guild(session, "bakers", member),))
    ruled = with_guild_rules(with_rules(book, {}), "bakers", {"yeast": rule("text.contains('yeast')")})
    inside = make_post(session, baker, ruled, body="yeast", guild="bakers")
    decision = decided(session, inside)
    assert decision is not None
    assert (decision.causes[0]["scope"], inside.held_at) == ("guild:bakers", NOW)
    assert decided(session, make_post(session, baker, ruled, body="yeast")) is None


def test_the_clause_that_is_cited_is_the_one_of_the_rule_that_was_set_last(
    session: Session, ruled: Book, ada: Identity
) -> None:
    before = decided(session, make_post(session, ada, ruled, body="oats"))
    stricter = with_clauses(ruled, MODERATION, {"/rules/fold/then": "hold"})
    policy, earlier = (book.policies[COOP, MODERATION] for book in (stricter, ruled))
    blame = {**earlier.blame, "/rules/fold/then": 3}
    only_then = replace(policy, blame=blame, sources={**policy.sources, **earlier.sources})
    stricter = replace(stricter, policies={**stricter.policies, (COOP, MODERATION): only_then})
    after = decided(session, make_post(session, ada, stricter, body="oats"))
    assert before is not None and after is not None
    assert [(one.causes[0]["clause"], one.causes[0]["version"]) for one in (before, after)] == [
        ("/rules/fold/when", 2),
        ("/rules/fold/then", 3),
    ]
