"""Pictures that come along with the form of a post, in a browser without scripts."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from sqlmodel import col
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from audience.tables import Post
from coop.features import LARGER_QUOTA
from coop.ids import new_id
from coop.tables import Guild
from media.rules import PhotoRules, VideoRules
from media.storage import ObjectStore, StoreUnavailable
from media.tables import Asset
from tests.coop.featured import enacted, give
from tests.media.pictures import PHOTOS, exif, quarters, saved
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web import sent_pictures

Of = Callable[[str], Browser]
NEW = "/posts/new"
PHOTO = saved(quarters(), "JPEG", exif=exif())


def chosen(data: bytes = PHOTO, name: str = "photo.jpg") -> tuple[BytesIO, str]:
    return BytesIO(data), name


def send_large(browser: Browser, size: int) -> TestResponse:
    """Send the form with a file of so many zeros, encoded in memory: the client would leave a file open."""
    said = browser.get(NEW).form(NEW).values | {"act": "publish", "body": "Rye"}
    data, kind = encode_multipart_formdata({**said, "picture": ("large.jpg", bytes(size))})
    return browser.http.post(NEW, data=data, content_type=kind)


def assets(village: Village) -> list[Asset]:
    with village.database.begin() as session:
        found = list(session.scalars(select(Asset).order_by(col(Asset.id))))
        session.expunge_all()
        return found


def posts(village: Village) -> list[Post]:
    with village.database.begin() as session:
        found = list(session.scalars(select(Post)))
        session.expunge_all()
        return found


def marked(page: Page) -> list[str]:
    """Names of the fields at which something is wrong."""
    return [one["name"] for _, one in page.tags if one.get("aria-invalid")]


def test_a_picture_is_chosen_described_and_published_in_one_form(
    village: Village, browser_of: Of, store: ObjectStore
) -> None:
    ada = browser_of("ada")
    page = ada.get(NEW)
    check(page)
    field = next(one for one in page.named("input") if one.get("type") == "file")
    assert field["accept"].startswith("image/jpeg,image/png,image/webp,video/mp4")
    assert "up to 15 MB" in page.text
    shown = ada.sent(page, NEW, act="publish", body="Four colours", picture=chosen(), alt="A chequered field")
    check(shown)
    assert [one["alt"] for one in shown.named("img") if one["src"].startswith("/media/")] == [
        "A chequered field"
    ]
    (asset,), (post,) = assets(village), posts(village)
    assert (post.asset_id, asset.state, asset.width) == (asset.id, "ready", 96)
    assert store.stat(asset.upload_key) is None
    with ada.http.get(f"/media/{asset.id}/large") as sent, Image.open(BytesIO(sent.data)) as picture:
        assert (picture.format, dict(picture.getexif())) == ("WEBP", {})


@pytest.mark.parametrize(
    ("name", "claimed"), [("run.exe", "text/html"), ("../../etc/passwd", "image/svg+xml"), ("x" * 400, "")]
)
def test_nobody_reads_what_a_browser_claims_a_file_to_be(
    village: Village, browser_of: Of, name: str, claimed: str
) -> None:
    ada = browser_of("ada")
    said = ada.get(NEW).form(NEW).values
    file = (BytesIO(saved(quarters(), "PNG")), name, claimed)
    answer = ada.http.post(NEW, data=said | {"act": "publish", "picture": file})
    assert answer.status_code == 303
    assert [one.state for one in assets(village)] == ["ready"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a picture"),
        (b"", "not a picture"),
        ((PHOTOS / "samplefilehub.heif").read_bytes(), "JPEG, PNG or WEBP"),
        ((PHOTOS / "DSCN0010.jpg").read_bytes()[:60_000], "damaged or incomplete"),
    ],
    ids=["svg", "empty", "heif", "truncated"],
)
def test_what_is_no_sound_picture_is_refused_at_its_field_and_what_was_typed_stays(
    village: Village, browser_of: Of, store: ObjectStore, data: bytes, told: str
) -> None:
    ada = browser_of("ada")
    answer = ada.send(ada.get(NEW), NEW, act="publish", body="Rye", alt="A loaf", picture=chosen(data))
    page = Page(answer)
    check(page)
    assert (page.status, marked(page)) == (422, ["picture"])
    assert told in page.text
    assert (page.form(NEW).values["body"], page.form(NEW).values["alt"]) == ("Rye", "A loaf")
    (asset,) = assets(village)
    assert (asset.state, store.stat(asset.upload_key), posts(village)) == ("refused", None, [])
    assert "asset_id" not in page.form(NEW).choices
    assert ada.sent(page, NEW, act="publish").status == 200


def test_past_the_day_s_number_the_guild_answers_in_which_it_is_shown(
    village: Village, browser_of: Of
) -> None:
    village.guild("weavers", "ada", "bruno")
    with village.database.begin() as session:
        give(session, LARGER_QUOTA, session.scalars(select(Guild).where(col(Guild.slug) == "weavers")).one())
        enacted(session, {"/photos/per_day": 1}, "media")
    ada = browser_of("ada")
    assert "megabytes" not in ada.get(NEW).text
    page = Page(ada.send(ada.get(NEW), NEW, act="preview", body="Wool", picture=chosen()))
    assert (page.status, marked(page)) == (200, [])
    answer = Page(ada.send(ada.get(NEW), NEW, act="preview", body="Wool", picture=chosen()))
    check(answer)
    assert (answer.status, marked(answer)) == (429, ["picture"])
    assert "name a guild of yours that holds larger_quota" in answer.text
    page = Page(ada.send(answer, NEW, act="preview", guild="weavers", picture=chosen()))
    check(page)
    assert (page.status, marked(page)) == (200, [])
    assert "weavers answers for one: 4,999 of 5,000 megabytes are left" in page.text
    assert [one.state for one in assets(village)] == ["ready", "ready"]


def test_what_is_left_to_a_guild_can_be_used_to_the_last_megabyte_and_then_the_clause_is_told(
    village: Village, browser_of: Of
) -> None:
    village.guild("weavers", "ada", "bruno")
    with village.database.begin() as session:
        guild = session.scalars(select(Guild).where(col(Guild.slug) == "weavers")).one()
        give(session, LARGER_QUOTA, guild)
        enacted(session, {"/photos/per_day": 1}, "media")
        enacted(session, {"/features/larger_quota/guild/budget/amount": 1})
    ada = browser_of("ada")
    ada.send(ada.get(NEW), NEW, act="preview", body="Wool", picture=chosen())
    page = Page(ada.send(ada.get(NEW), NEW, act="preview", guild="weavers", picture=chosen()))
    assert (page.status, marked(page)) == (200, [])
    assert "weavers answers for one: 0 of 1 megabytes are left" in page.text
    refused = Page(ada.send(ada.get(NEW), NEW, act="publish", body="Wool", guild="weavers", picture=chosen()))
    check(refused)
    assert (refused.status, marked(refused)) == (429, ["picture"])
    assert "has 0 of 1 megabytes left until" in refused.text and "this photo may take 1." in refused.text
    clause = "/policies/coop/features#/features/larger_quota/guild/budget/amount"
    assert clause in [one.get("href") for one in refused.named("a")]
    assert (len(assets(village)), posts(village)) == (2, [])


def test_law_01_how_large_a_picture_may_be_is_a_clause_and_the_form_comes_back(
    village: Village, browser_of: Of
) -> None:
    ada = browser_of("ada")
    most = 15_000_000
    page = Page(send_large(ada, most + 1))
    assert (page.status, marked(page)) == (422, ["picture"])
    assert "larger than 15,000,000 bytes" in page.text
    assert "/policies/coop/media#/photos/max_bytes" in page.html
    assert page.form(NEW).values["body"] == "Rye"
    assert assets(village) == []
    assert "not a picture" in Page(send_large(ada, most)).text


def test_law_01_how_many_pictures_a_day_is_a_clause_and_refused_ones_count(
    village: Village, browser_of: Of
) -> None:
    ada, now = browser_of("ada"), village.now()
    with village.database.begin() as session:
        for number in range(59):
            key = f"uploads/{number}"
            owner = village.people["ada"].member_id
            session.add(Asset(id=new_id(now), owner_id=owner, upload_key=key, created_at=now))
    ada.send(ada.get(NEW), NEW, act="look", picture=chosen(b"nothing"))
    page = Page(ada.send(ada.get(NEW), NEW, act="publish", body="Rye", picture=chosen()))
    check(page)
    assert (page.status, marked(page)) == (429, ["picture"])
    assert "You have sent 60 photos in a day" in page.text
    assert "/policies/coop/media#/photos/per_day" in page.html
    assert (len(assets(village)), posts(village)) == (60, [])


def test_a_picture_that_was_taken_stays_chosen_when_its_form_comes_back(
    village: Village, browser_of: Of
) -> None:
    ada, bruno = browser_of("ada"), browser_of("bruno")
    page = Page(ada.send(ada.get(NEW), NEW, act="publish", body="Rye", seats="900", picture=chosen()))
    check(page)
    assert marked(page) == ["seats"]
    (asset,) = assets(village)
    assert page.form(NEW).values["asset_id"] == str(asset.id)
    assert f"/media/{asset.id}/" in page.html
    for path in (f"/media/{asset.id}/large", f"/media/{asset.id}/small"):
        with bruno.http.get(path) as hidden, bruno.http.get("/media/7/large") as unknown:
            assert (hidden.status_code, hidden.data) == (unknown.status_code, unknown.data)
    refused = Page(ada.send(page, NEW, act="publish", seats="9", alt="x" * 1501))
    assert (refused.status, marked(refused), posts(village)) == (422, ["alt"], [])
    ada.sent(refused, NEW, act="publish", alt="A loaf")
    assert [one.asset_id for one in posts(village)] == [asset.id]
    assert [one.alt for one in assets(village)] == ["A loaf"]


@pytest.mark.parametrize("act", ["look", "preview"])
def test_a_picture_is_taken_in_whatever_the_form_is_sent_for(
    village: Village, browser_of: Of, act: str
) -> None:
    ada = browser_of("ada")
    page = Page(ada.send(ada.get(NEW), NEW, act=act, body="Rye", picture=chosen()))
    check(page)
    (asset,) = assets(village)
    assert (page.status, page.form(NEW).values["asset_id"]) == (200, str(asset.id))
    other = Page(ada.send(page, NEW, act=act, picture=chosen(saved(quarters(), "WEBP"))))
    assert other.form(NEW).values["asset_id"] == str(assets(village)[1].id)
    assert posts(village) == []


def test_where_no_words_are_written_a_picture_keeps_those_that_it_had(
    village: Village, browser_of: Of
) -> None:
    ada = browser_of("ada")
    page = Page(ada.send(ada.get(NEW), NEW, act="look", picture=chosen()))
    with village.database.begin() as session:
        session.scalars(select(Asset)).one().alt = "As it was"
    ada.sent(page, NEW, act="publish", alt="  ")
    assert [one.alt for one in assets(village)] == ["As it was"]


def test_where_the_store_does_not_answer_the_form_comes_back_whole(
    village: Village, browser_of: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: ObjectStore, key: str, data: bytes, content_type: str) -> None:
        raise StoreUnavailable

    ada = browser_of("ada")
    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "put", fail)
        page = Page(ada.send(ada.get(NEW), NEW, act="publish", body="Rye", picture=chosen()))
    check(page)
    assert (page.status, marked(page)) == (503, ["picture"])
    assert "Pictures cannot be reached now" in page.text
    assert page.form(NEW).values["body"] == "Rye"
    # Written down before its bytes were sent, so that the sweep finds what came of it.
    assert [one.state for one in assets(village)] == ["waiting"]
    assert posts(village) == []


def test_only_this_form_of_a_member_may_be_as_large_as_a_picture(
    village: Village, visitor: Browser, browser_of: Of
) -> None:
    ada, large = browser_of("ada"), bytes(300_000)
    token = ada.get("/").form("/sign-out").values
    assert ada.http.post("/members/me", data=token | {"about": (BytesIO(large), "x")}).status_code == 413
    assert ada.http.post(NEW, data={"picture": (BytesIO(large), "x")}).status_code == 400
    answer = visitor.http.post(NEW, data={"picture": (BytesIO(large), "x")})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/sign-in")
    length = str(sent_pictures.READ_AT_MOST + 1)
    beyond = ada.http.post(NEW, environ_overrides={"CONTENT_LENGTH": length})
    assert (beyond.status_code, "choose a smaller picture" in beyond.text) == (413, True)
    assert assets(village) == []


def test_a_form_is_read_however_large_a_clause_could_let_its_picture_or_video_be() -> None:
    rules = (PhotoRules, VideoRules)
    widest = max(one.model_json_schema()["properties"]["max_bytes"]["maximum"] for one in rules)
    assert widest < sent_pictures.READ_AT_MOST <= 2 * widest
