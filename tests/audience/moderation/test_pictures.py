"""Rules on uploads: what they say of a picture is done with the post or reply that shows it."""

import pytest
from sqlmodel import Session

from audience import posts, replies
from audience.moderation.tables import Decision
from audience.posts import Draft
from audience.tables import Post
from coop.book import Book
from coop.identity import Identity
from media.tables import Asset
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.lines import opens
from tests.audience.moderation.rules import rule, with_guild_rules, with_rules
from tests.audience.moderation.test_decisions import decided
from tests.factories import identity_of, make_guild, make_member

RULES = {
    "huge": rule("upload.bytes > 5000", about="Huge", on=["upload"]),
    "bare": rule("!upload.described", "label", about="Undescribed", label="bare", on=["upload"]),
    "both": rule("author.followers < 0", on=["post", "upload"]),
}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


def picture(session: Session, owner: Identity, size: int | None = 100, alt: str = "A loaf") -> Asset:
    asset = make_asset(session, owner)
    asset.type, asset.bytes, asset.alt = "image/png", size, alt
    session.flush()
    return asset


def show(
    session: Session, who: Identity, book: Book, asset: Asset, body: str = ""
) -> tuple[Post, Decision | None]:
    made = posts.publish(session, who, book, Draft(body=body, asset_id=asset.id), NOW)
    return made, decided(session, made)


def test_law_07_a_post_is_held_for_its_picture_and_shown_without_one_that_is_held(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    fine, nothing = show(session, ada, ruled, picture(session, ada))
    assert nothing is None and opens(session, ben, ruled, fine)
    held, decision = show(session, ada, ruled, picture(session, ada, size=9000))
    assert decision is not None and not opens(session, ben, ruled, held)
    (cause,) = decision.causes
    assert (cause["rule"], cause["matched"][0]["facts"]) == ("huge", {"upload.bytes": 9000})


def test_a_post_is_held_for_its_video_as_it_is_for_its_picture(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    ruled = with_rules(book, {"lengthy": rule("upload.seconds > 60", about="Lengthy", on=["upload"])})
    fine, nothing = show(session, ada, ruled, picture(session, ada))
    film = make_asset(session, ada, kind="video")
    held, decision = show(session, ada, ruled, film)
    assert nothing is None and opens(session, ben, ruled, fine)
    assert decision is not None and not opens(session, ben, ruled, held)
    assert decision.causes[0]["matched"][0]["facts"] == {"upload.seconds": 65}


def test_a_label_of_a_picture_is_told_with_what_shows_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    made, _ = show(session, ada, ruled, picture(session, ada, alt=""))
    assert made.flag is not None and made.flag["labels"] == ["bare"]
    asset = picture(session, ben, size=9000, alt="")
    reply = replies.write(session, ben, ruled, made.id, "", NOW, asset_id=asset.id)
    decision = decided(session, reply)
    assert decision is not None
    assert (reply.state, [one["rule"] for one in decision.causes]) == ("held", ["huge", "bare"])


def test_law_13_a_picture_of_which_a_fact_is_missing_is_held(
    session: Session, ruled: Book, ada: Identity
) -> None:
    made, decision = show(session, ada, ruled, picture(session, ada, size=None))
    assert decision is not None and made.held_at == NOW
    assert decision.causes[0]["undecided"] == "upload.bytes is not known."


def test_a_rule_that_holds_for_a_post_and_its_picture_is_one_cause(
    session: Session, book: Book, ada: Identity
) -> None:
    one = {"all": rule("author.followers >= 0", on=["post", "upload"])}
    _, decision = show(session, ada, with_rules(book, one), picture(session, ada))
    assert decision is not None and len(decision.causes) == 1


def test_law_08_a_guild_s_rules_are_asked_of_a_picture_that_is_shown_in_it(
    session: Session, book: Book
) -> None:
    member = make_member(session, "baker")
    baker = identity_of(member, (make_guild(session, "bakers", member),))
    ruled = with_guild_rules(
        with_rules(book, {}), "bakers", {"small": rule("upload.width < 900", on=["upload"])}
    )
    inside = make_post(session, baker, ruled, guild="bakers", asset_id=picture(session, baker).id)
    outside = make_post(session, baker, ruled, asset_id=picture(session, baker).id)
    assert (inside.held_at, outside.held_at) == (NOW, None)
