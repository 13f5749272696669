"""The sound of another's video on pages: offered, chosen with a moment, asked for, played, credited, gone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import derivatives
from audience.ask_notices import PATH
from audience.document import AudienceDocument
from audience.posts import Draft, publish
from audience.tables import Post
from coop.errors import RuleBroken
from coop.features import STITCH_DUET
from coop.tables import Member
from media.tables import Asset
from tests.audience.factories import make_asset
from tests.coop.featured import give
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_permission_pages import links
from tests.web.test_sent_pictures import marked
from web import moments

Of = Callable[[str], Browser]
NEW = "/posts/new"
FREE: dict[str, Any] = {"interact": {"sound": {"auto": [{"local": True}]}}}
BY_LEAVE: dict[str, Any] = {"interact": {"sound": {"ask": [{"local": True}]}}}


def heard(village: Village, audience: dict[str, Any], *, has_sound: bool | None = True) -> Post:
    """Publish a video of Ada's, and let Bruno hold what it takes to use its sound."""
    with village.database.begin() as session:
        asset = make_asset(session, village.people["ada"], kind="video")
        asset.has_sound = has_sound
        session.flush()
        document = AudienceDocument.model_validate(audience)
        draft = Draft("On the train", asset_id=asset.id, audience=document)
        made = publish(session, village.people["ada"], village.books.current(session), draft, village.now())
        give(session, STITCH_DUET, session.get_one(Member, village.people["bruno"].member_id))
        session.expunge(made)
        return made


def own(village: Village, kind: str) -> Asset:
    with village.database.begin() as session:
        made = make_asset(session, village.people["bruno"], kind=kind, alt="A field")
        session.expunge(made)
        return made


def latest(session: Session, village: Village) -> Post:
    mine = col(Post.author_id) == village.people["bruno"].member_id
    return session.scalars(select(Post).where(mine).order_by(col(Post.id).desc()).limit(1)).one()


@pytest.mark.parametrize("kind", ["photo", "video"])
def test_a_sound_is_offered_used_from_a_moment_on_credited_and_gone_once_it_is_detached(
    village: Village, browser_of: Of, kind: str
) -> None:
    of, mine = heard(village, FREE), own(village, kind)
    path, bruno = f"{NEW}?quote={of.id}&made_as=sound", browser_of("bruno")
    offered = bruno.get(f"/posts/{of.id}")
    check(offered)
    assert path in links(offered) and "Use its sound" in offered.text
    page = bruno.get(path)
    check(page)
    assert "You use the sound of this post with a picture or a video of yours" in page.text
    late = Page(bruno.send(page, NEW, act="publish", asset_id=str(mine.id), from_s="65"))
    check(late)
    assert late.status == 422 and marked(late) == ["from_s"]
    assert late.form(NEW).values["from_s"] == "65", "what was typed stays"
    shown = bruno.sent(late, NEW, act="publish", from_s="12.5")
    check(shown)
    (player,) = shown.named("audio")
    assert player["src"] == f"/media/{of.asset_id}/video#t=12.5"
    assert {"controls", "aria-label"} <= player.keys(), "it can be played without a script"
    assert [one["muted"] for one in shown.named("video")] == ([] if kind == "photo" else [""])
    (box,) = [one for _, one in shown.tags if "data-together" in one]
    assert (box["data-together"], box["data-from-ms"]) == ("sound", "12500")
    assert "together.js" in shown.html and "’s video @ada" in shown.text and "Sound:" in shown.text
    listed = browser_of("ada").get("/members/bruno")
    check(listed)
    assert listed.named("audio") == [] and "Sound:" in listed.text and f"/posts/{of.id}" in links(listed)
    with village.database.begin() as session:
        made = latest(session, village)
        derivatives.detach(session, village.people["ada"], of.id, made.id, village.now())
    for who, told in (("chidi", False), ("bruno", True)):
        alone = browser_of(who).get(f"/posts/{made.id}")
        check(alone)
        assert alone.named("audio") == [] and "together.js" not in alone.html and "Sound:" not in alone.text
        assert f"/posts/{of.id}" not in alone.html
        assert ("detached it" in alone.text) is told, "its author alone is told"
        assert not any("muted" in one for one in alone.named("video"))


def test_where_its_author_is_asked_the_page_says_so_and_they_read_what_is_asked(
    village: Village, browser_of: Of
) -> None:
    of, mine, bruno = heard(village, BY_LEAVE), own(village, "photo"), browser_of("bruno")
    assert "Ask to use its sound" in bruno.get(f"/posts/{of.id}").text
    page = bruno.get(f"{NEW}?quote={of.id}&made_as=sound")
    bruno.sent(page, NEW, act="publish", asset_id=str(mine.id))
    asks = browser_of("ada").get(PATH)
    check(asks)
    assert "would like to use the sound of your post" in asks.text
    assert any(f"/media/{mine.id}/" in one["src"] for one in asks.named("img"))
    with village.database.begin() as session:
        made = latest(session, village)
    browser_of("ada").sent(asks, f"{PATH}/{made.id}/grant")
    shown = browser_of("chidi").get(f"/posts/{made.id}")
    assert shown.named("audio")[0]["src"] == f"/media/{of.asset_id}/video#t=0.0"


@pytest.mark.parametrize(
    ("audience", "has_sound", "who"),
    [(FREE, False, "bruno"), ({"interact": {"sound": {}}}, True, "bruno"), (FREE, True, "chidi")],
    ids=["silent", "closed", "without the feature"],
)
def test_a_sound_is_not_offered_where_it_cannot_be_used(
    village: Village, browser_of: Of, audience: dict[str, Any], has_sound: bool, who: str
) -> None:
    of = heard(village, audience, has_sound=has_sound)
    page = browser_of(who).get(f"/posts/{of.id}")
    check(page)
    assert f"{NEW}?quote={of.id}&made_as=sound" not in links(page)


def test_where_another_is_heard_its_sound_is_offered_there_alone(village: Village, browser_of: Of) -> None:
    of, mine = heard(village, FREE), own(village, "video")
    with village.database.begin() as session:
        document = AudienceDocument.model_validate(FREE)
        draft = Draft("Mine", asset_id=mine.id, audience=document, quote_id=of.id, made_as="sound")
        made = publish(session, village.people["bruno"], village.books.current(session), draft, village.now())
        give(session, STITCH_DUET, session.get_one(Member, village.people["chidi"].member_id))
    chidi = browser_of("chidi")
    assert f"{NEW}?quote={made.id}&made_as=sound" not in links(chidi.get(f"/posts/{made.id}"))
    assert f"{NEW}?quote={of.id}&made_as=sound" in links(chidi.get(f"/posts/{of.id}"))
    with village.database.begin() as session:
        derivatives.detach(session, village.people["ada"], of.id, made.id, village.now())
    assert f"{NEW}?quote={made.id}&made_as=sound" in links(chidi.get(f"/posts/{made.id}"))


def test_law_07_whoever_may_not_hear_the_source_is_not_told_that_there_is_one(
    village: Village, browser_of: Of
) -> None:
    of, mine = heard(village, FREE), own(village, "video")
    with village.database.begin() as session:
        book = village.books.current(session)
        draft = Draft("Mine", asset_id=mine.id, quote_id=of.id, made_as="sound")
        made = publish(session, village.people["bruno"], book, draft, village.now())
    assert browser_of("chidi").get(f"/posts/{made.id}").named("audio")
    with village.database.begin() as session:
        session.get_one(Post, of.id).deleted_at = village.now()
    for path in (f"/posts/{made.id}", "/members/bruno"):
        page = browser_of("chidi").get(path)
        check(page)
        assert page.named("audio") == [] and "Sound:" not in page.text and "ada" not in page.text


@pytest.mark.parametrize(
    ("said", "ms"), [("", None), (" ", None), ("0", 0), ("12.5", 12_500), ("1e1", 10_000)]
)
def test_a_moment_is_typed_in_seconds(said: str, ms: int | None) -> None:
    assert moments.milliseconds(said, "/quote/from_ms", "No such moment.") == ms


@pytest.mark.parametrize("said", ["-1", "nan", "inf", "soon", "1:30", "3000000"])
def test_what_is_no_moment_is_refused_where_it_was_typed(said: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        moments.milliseconds(said, "/quote/from_ms", "No such moment.")
    assert refused.value.faults[0].pointer == "/quote/from_ms"
