"""Videos on pages: sent with the form of a post, prepared, played on their own page, a frame elsewhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import derivatives, replies
from audience.document import AudienceDocument
from audience.posts import Draft, publish
from audience.tables import Post
from coop.features import LONG_VIDEO, STITCH_DUET
from coop.identity import Identity
from coop.tables import Guild, Member
from media import preparing
from media.storage import ObjectStore
from media.tables import Asset
from media.transcoding import Transcoder
from tests.audience.factories import make_asset
from tests.coop.featured import enacted, give
from tests.media.clips import PROGRAM, clip
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_sent_pictures import marked
from web import wording

Of = Callable[[str], Browser]
NEW = "/posts/new"
ALT = "A field, from the train"


def film(session: Session, owner: Identity, alt: str = ALT) -> Asset:
    """Add a video that is ready; the store holds none of its bytes."""
    return make_asset(session, owner, kind="video", alt=alt)


def prepare(village: Village, store: ObjectStore, folder: Path) -> int:
    transcoder = Transcoder(PROGRAM, folder)
    return preparing.prepare_due(village.database, village.books, village.clock, store, transcoder)


def asset(village: Village) -> Asset:
    with village.database.begin() as session:
        found = session.scalars(select(Asset).order_by(col(Asset.id).desc()).limit(1)).one()
        session.expunge(found)
        return found


def test_a_video_is_sent_with_the_form_prepared_and_then_published(
    village: Village, browser_of: Of, store: ObjectStore, tmp_path: Path
) -> None:
    ada = browser_of("ada")
    page = ada.get(NEW)
    field = next(one for one in page.named("input") if one.get("type") == "file")
    assert "video/mp4" in field["accept"] and "up to 200 MB and 60 seconds" in page.text
    sent = (BytesIO(clip(2)), "holiday.jpg")
    waits = Page(ada.send(page, NEW, act="publish", body="On the train", picture=sent, alt=ALT))
    check(waits)
    assert waits.status == 422
    assert "being prepared" in waits.text and "asset_id" in waits.html
    assert waits.form(NEW).values["body"] == "On the train", "what was written stays"
    assert asset(village).state == "processing"
    own = ada.get(f"/uploads/{asset(village).id}")
    check(own)
    assert 'http-equiv="refresh"' in own.html and "data-live" in own.html
    assert prepare(village, store, tmp_path) == 1
    ready = ada.get(f"/uploads/{asset(village).id}")
    check(ready)
    assert "It is ready: 0:02 long." in ready.text and "refresh" not in ready.html
    shown = ada.sent(waits, NEW, act="publish")
    check(shown)
    (player,) = shown.named("video")
    assert (player["src"], player["preload"], player["aria-label"]) == (
        f"/media/{asset(village).id}/video",
        "none",
        ALT,
    )
    assert {"controls", "playsinline"} <= player.keys()
    with ada.http.get(player["src"], headers={"Range": "bytes=0-9"}) as part:
        assert (part.status_code, part.content_type, len(part.data)) == (206, "video/mp4", 10)
    with ada.http.get(player["poster"]) as poster:
        assert poster.data[8:12] == b"WEBP"


def test_a_video_that_is_ready_is_chosen_among_what_one_has(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        own = film(session, village.people["ada"])
    page = browser_of("ada").get(f"{NEW}?asset_id={own.id}")
    check(page)
    assert page.form(NEW).values["asset_id"] == str(own.id)
    assert "▶ 1:05" in page.text


def test_what_was_refused_says_why_where_it_was_sent_and_where_it_is_used(
    village: Village, browser_of: Of, store: ObjectStore, tmp_path: Path
) -> None:
    ada = browser_of("ada")
    sent = (BytesIO(clip(2)[: len(clip(2)) // 2]), "holiday.mp4")
    waits = Page(ada.send(ada.get(NEW), NEW, act="look", body="On the train", picture=sent))
    check(waits)
    assert waits.form(NEW).values["asset_id"] == str(asset(village).id)
    assert prepare(village, store, tmp_path) == 1
    own = ada.get(f"/uploads/{asset(village).id}")
    check(own)
    assert "It was not taken. The file is damaged or incomplete" in own.text
    again = Page(ada.send(waits, NEW, act="publish"))
    assert again.status == 422 and "damaged or incomplete" in again.text


def test_law_01_a_video_that_is_larger_than_agreed_comes_back_with_the_clause(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        enacted(session, {"/videos/max_bytes": 100_000}, "media")
    ada = browser_of("ada")
    page = Page(
        ada.send(
            ada.get(NEW),
            NEW,
            act="publish",
            body="Rye",
            picture=(BytesIO(clip() + bytes(100_000)), "holiday.mp4"),
        )
    )
    assert page.status == 422
    assert marked(page) == ["picture"]
    assert "/policies/coop/media#/videos/max_bytes" in page.html


def test_among_other_posts_a_video_is_a_frame_that_leads_to_its_page(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.now()
        who = village.people["ada"]
        post = publish(session, who, book, Draft("On the train", asset_id=film(session, who).id), now)
    village.clock.offset += timedelta(minutes=1)
    page = browser_of("bruno").get("/feed/balanced")
    check(page)
    assert page.named("video") == []
    (link,) = [one for one in page.named("a") if one.get("class") == "film"]
    assert link["href"] == f"/posts/{post.id}"
    assert "A video of ▶ 1:05" in page.text
    sources = next(one["srcset"] for one in page.named("img") if one.get("class") == "picture")
    assert "/video" not in sources and "small" in sources
    listed = browser_of("bruno").get("/members/ada")
    check(listed)
    assert "▶ 1:05" in listed.text


def test_a_reply_with_a_video_plays_in_its_thread(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.now()
        post = publish(session, village.people["ada"], book, Draft("Where?"), now)
        film_id = film(session, village.people["bruno"]).id
        replies.write(session, village.people["bruno"], book, post.id, "Here", now, asset_id=film_id)
    page = browser_of("ada").get(f"/posts/{post.id}")
    check(page)
    (player,) = page.named("video")
    assert player["src"] == f"/media/{film_id}/video"


def test_media_may_come_from_the_store_and_from_nowhere_else(village: Village, browser_of: Of) -> None:
    policy = browser_of("ada").get(NEW).headers["Content-Security-Policy"]
    (media,) = re.findall(r"media-src ([^;]*)", policy)
    (images,) = re.findall(r"img-src ([^;]*)", policy)
    assert media.split() == [one for one in images.split() if one != "data:"]


def test_law_07_a_file_that_somebody_else_sent_has_no_page(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        other = film(session, village.people["bruno"]).id
    ada = browser_of("ada")
    there, nowhere = ada.get(f"/uploads/{other}"), ada.get("/uploads/7")
    assert there.status == nowhere.status == 404
    assert there.html == nowhere.html


def test_in_a_guild_that_answers_for_it_a_video_may_be_long(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada")
    with village.database.begin() as session:
        give(session, LONG_VIDEO, session.scalars(select(Guild)).one())
    ada = browser_of("ada")
    page = ada.get(f"{NEW}?guild=bakers")
    assert "600 seconds" in page.text and "600 seconds" not in ada.get(NEW).text
    Page(ada.send(page, NEW, act="look", guild="bakers", picture=(BytesIO(clip()), "holiday.mp4")))
    assert (asset(village).long, asset(village).guild_id is not None) == (True, True)


@pytest.mark.parametrize(
    ("ms", "words"), [(400, "0:00"), (6_600, "0:07"), (65_000, "1:05"), (3_605_000, "1:00:05")]
)
def test_a_length_is_told_as_players_do(ms: int, words: str) -> None:
    assert wording.lasting(ms) == words


def test_a_video_answer_is_offered_made_and_shown_with_what_it_answers(
    village: Village, browser_of: Of
) -> None:
    asked = AudienceDocument.model_validate({"interact": {"video_reply": {"auto": [{"local": True}]}}})
    with village.database.begin() as session:
        book, now = village.books.current(session), village.now()
        ada, bruno = village.people["ada"], village.people["bruno"]
        of = publish(session, ada, book, Draft("Who bakes with rye?", audience=asked), now)
        mine = film(session, bruno, "Rye in a bowl").id
    path = f"{NEW}?quote={of.id}&made_as=video_reply"
    browser = browser_of("bruno")
    assert path in {one.get("href") for one in browser.get(f"/posts/{of.id}").named("a")}
    page = browser.get(path)
    check(page)
    assert "You answer this post with a video of yours" in page.text
    shown = browser.sent(page, NEW, act="publish", asset_id=str(mine))
    check(shown)
    assert [one["src"] for one in shown.named("video")] == [f"/media/{mine}/video"]
    assert "It answers a post of @ada" in shown.text and "Who bakes with rye?" in shown.text


@pytest.mark.parametrize("kind", ["stitch", "duet"])
def test_a_stitch_and_a_duet_are_offered_made_and_played_as_one(
    village: Village, browser_of: Of, kind: str
) -> None:
    asked = AudienceDocument.model_validate({"interact": {kind: {"auto": [{"local": True}]}}})
    with village.database.begin() as session:
        book, now = village.books.current(session), village.now()
        ada, bruno = village.people["ada"], village.people["bruno"]
        draft = Draft("On the train", asset_id=film(session, ada).id, audience=asked)
        of = publish(session, ada, book, draft, now)
        mine = film(session, bruno, "The same train").id
    path = f"{NEW}?quote={of.id}&made_as={kind}"
    browser = browser_of("bruno")
    assert path not in {one.get("href") for one in browser.get(f"/posts/{of.id}").named("a")}
    refused = Page(browser.send(browser.get(path), NEW, act="publish", asset_id=str(mine)))
    assert (
        refused.status == 403 and "It is gained in the night in which this holds: tenure_days" in refused.text
    )
    with village.database.begin() as session:
        give(session, STITCH_DUET, session.get_one(Member, bruno.member_id))
    assert path in {one.get("href") for one in browser.get(f"/posts/{of.id}").named("a")}
    page = browser.get(path)
    check(page)
    shown = browser.sent(page, NEW, act="publish", asset_id=str(mine))
    check(shown)
    first, own = shown.named("video")
    until = "#t=0,5.0" if kind == "stitch" else ""
    assert (first["src"], own["src"]) == (f"/media/{of.asset_id}/video{until}", f"/media/{mine}/video")
    assert [one["data-together"] for _, one in shown.tags if "data-together" in one] == [kind]
    assert "@ada" in shown.text and "together.js" in shown.html
    listed = browser_of("ada").get("/members/bruno")
    check(listed)
    assert listed.named("video") == [] and "a video of @ada" in listed.text
    with village.database.begin() as session:
        made = session.scalars(select(Post).where(col(Post.author_id) == bruno.member_id)).one()
        derivatives.detach(session, ada, of.id, made.id, village.now())
    alone = browser_of("ada").get(f"/posts/{made.id}")
    assert [one["src"] for one in alone.named("video")] == [f"/media/{mine}/video"]
    assert "together.js" not in alone.html and f"/posts/{of.id}" not in alone.html
