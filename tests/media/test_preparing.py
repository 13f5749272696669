"""Videos: sent like photos, prepared by the worker, refused with a reason that a person understands."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlmodel import Session, col

from app import POLICY_KINDS, jobs, platform_of
from coop.clock import Clock
from coop.database import Database
from coop.feature_tables import FeatureBudget, FeatureGrant
from coop.features import LONG_VIDEO
from coop.ids import new_id
from coop.notice_tables import Announcement, Notice
from coop.policies import Books
from coop.settings import Settings
from coop.tables import Guild, Member
from media import preparing, uploads
from media.storage import ObjectStore, StoreUnavailable
from media.tables import Asset, Rendition
from media.transcoding import Transcoder
from tests.coop.featured import enacted, give, raised
from tests.factories import LONG_AGO, bearer_for, id_of, make_guild, make_member
from tests.media.clips import BOTH, PROGRAM, clip, other
from tests.media.test_uploads import finish, headers, send_as

__all__ = ["headers"]


@pytest.fixture
def transcoder(tmp_path: Path) -> Transcoder:
    return Transcoder(PROGRAM, tmp_path / "work")


def sent(client: FlaskClient, headers: dict[str, str], data: bytes, **said: object) -> str:
    """Send a video and have it looked at; return its id."""
    upload, status = send_as(client, headers, data, kind="video", **said)
    assert status == 204
    answer = finish(client, headers, upload)
    assert answer.status_code == 202, answer.get_json()
    assert answer.get_json()["state"] == "processing"
    return upload


def prepare(
    database: Database, store: ObjectStore, transcoder: Transcoder, clock: Clock | None = None
) -> int:
    return preparing.prepare_due(database, Books(POLICY_KINDS), clock or Clock(), store, transcoder)


def read(client: FlaskClient, headers: dict[str, str], upload: str) -> Any:
    return client.get(f"/api/v1/uploads/{upload}", headers=headers).get_json()


def row(session: Session, upload: str) -> Asset:
    session.expire_all()
    return session.get_one(Asset, int(upload))


def in_store(store: ObjectStore, prefix: str) -> list[str]:
    found = store._client.list_objects(store._bucket, prefix=prefix, recursive=True)
    return sorted(str(one.object_name) for one in found)


def test_a_video_is_prepared_by_the_worker_and_then_ready(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    settings: Settings,
    database: Database,
    store: ObjectStore,
) -> None:
    upload = sent(client, headers, clip(2, form="webm"))
    (job,) = (job for job in jobs(platform_of(settings, database), store) if job.name == "videos")
    assert (job.run(), job.run()) == (1, 0)
    found = read(client, headers, upload)
    assert (found["state"], found["kind"], found["width"], found["height"]) == ("ready", "video", 160, 96)
    assert found["thumbhash"]
    assert 1900 <= found["video"]["duration_ms"] <= 2200
    assert found["video"]["url"] == f"/api/v1/media/{upload}/video"
    assert found["video"]["has_sound"]
    assert {one["name"] for one in found["renditions"]} == {"small", "medium", "large"}
    kept = row(session, upload)
    assert (kept.type, kept.bytes, kept.tries) == ("video/webm", len(clip(2, form="webm")), 1)
    assert store.stat(kept.upload_key) is None, "what was sent is never kept"
    files = session.scalars(select(Rendition).where(col(Rendition.asset_id) == int(upload))).all()
    assert in_store(store, f"media/{upload}/") == sorted(one.key for one in files)
    video = next(one for one in files if one.name == "video")
    stat = store.stat(video.key)
    assert stat is not None and (stat.size, stat.content_type) == (video.bytes, "video/mp4")
    assert not list((settings.var / "videos").iterdir())
    assert finish(client, headers, upload).status_code == 200, "and to complete it again changes nothing"


def test_its_owner_is_told_what_came_of_it(
    client: FlaskClient,
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
) -> None:
    ada = make_member(session, "ada")
    headers = bearer_for(session, ada)
    good = sent(client, headers, clip())
    bad = sent(client, headers, clip()[:2000])
    assert prepare(database, store, transcoder) == 2
    said = select(Announcement).join(Notice).where(col(Notice.member_id) == id_of(ada))
    told = {one.moment: one for one in session.scalars(said)}
    assert told["video_ready"].path == f"/uploads/{good}"
    assert told["video_refused"].path == f"/uploads/{bad}"
    assert "damaged or incomplete" in told["video_refused"].detail


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#EXTM3U\nfile:///etc/passwd\n", "not a video: send one as MP4 or WEBM"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "not a video"),
        (b"x", "not a video"),
    ],
)
def test_what_is_no_video_is_refused_at_once(
    client: FlaskClient,
    headers: dict[str, str],
    store: ObjectStore,
    session: Session,
    data: bytes,
    words: str,
) -> None:
    upload, _ = send_as(client, headers, data, kind="video")
    answer = finish(client, headers, upload)
    assert answer.status_code == 422
    assert words in answer.get_json()["errors"][0]["detail"]
    assert store.stat(row(session, upload).upload_key) is None


def test_a_video_that_was_declared_a_photo_is_none(client: FlaskClient, headers: dict[str, str]) -> None:
    upload, _ = send_as(client, headers, clip())
    answer = finish(client, headers, upload)
    assert answer.status_code == 422
    assert "not a picture" in answer.get_json()["errors"][0]["detail"]


def test_law_01_how_large_and_how_many_videos_may_be_are_clauses(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    enacted(session, {"/videos/max_bytes": 100_000, "/videos/per_day": 2}, "media")
    upload, status = send_as(client, headers, clip() + bytes(100_000), kind="video")
    assert status >= 400
    assert finish(client, headers, upload).status_code == 409
    assert client.post("/api/v1/uploads", json={"kind": "video"}, headers=headers).status_code == 201
    refused = client.post("/api/v1/uploads", json={"kind": "video"}, headers=headers)
    assert refused.status_code == 429
    assert refused.get_json()["errors"][0]["clause"]["clause"] == "/videos/per_day"
    photo = client.post("/api/v1/uploads", json={}, headers=headers)
    assert photo.status_code == 201, "photos are counted by themselves"


def test_one_that_is_too_long_is_refused_with_the_clause(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
) -> None:
    enacted(session, {"/videos/max_seconds": 1}, "media")
    upload = sent(client, headers, clip(3))
    assert prepare(database, store, transcoder) == 1
    found = read(client, headers, upload)
    assert found["state"] == "refused" and found["video"] is None and found["renditions"] == []
    assert "longer than 1 seconds" in found["refusal"] and "/videos/max_seconds" in found["refusal"]
    assert in_store(store, f"media/{upload}/") == []
    assert store.stat(row(session, upload).upload_key) is None


def test_who_holds_long_video_may_send_a_long_one(
    client: FlaskClient, session: Session, database: Database, store: ObjectStore, transcoder: Transcoder
) -> None:
    enacted(session, {"/videos/max_seconds": 1, "/videos/long_seconds": 3}, "media")
    ada = make_member(session, "ada")
    headers = bearer_for(session, ada)
    short = sent(client, headers, clip(3))
    give(session, LONG_VIDEO, ada)
    long, longest = sent(client, headers, clip(3)), sent(client, headers, clip(5))
    assert prepare(database, store, transcoder) == 3
    states = [read(client, headers, upload)["state"] for upload in (short, long, longest)]
    assert states == ["refused", "ready", "refused"], "it is asked when the upload is begun"
    assert "/videos/long_seconds" in read(client, headers, longest)["refusal"]


def baker(session: Session) -> tuple[Member, Guild]:
    ada = make_member(session, "ada")
    return ada, make_guild(session, "bakers", ada)


def test_a_guild_answers_for_a_long_one_out_of_its_minutes(
    client: FlaskClient, session: Session, database: Database, store: ObjectStore, transcoder: Transcoder
) -> None:
    ada, bakers = baker(session)
    headers = bearer_for(session, ada)
    refused = client.post("/api/v1/uploads", json={"kind": "video", "guild": "bakers"}, headers=headers)
    assert refused.status_code == 403
    assert refused.get_json()["errors"][0]["clause"]["clause"].startswith("/features/long_video/guild/")
    give(session, LONG_VIDEO, bakers)
    enacted(session, {"/features/long_video/guild/budget/amount": 2})
    enacted(session, {"/videos/max_seconds": 1, "/videos/long_seconds": 5}, "media")
    short = sent(client, headers, clip(1), guild="bakers")
    long = [sent(client, headers, clip(3), guild="bakers") for _ in range(3)]
    assert prepare(database, store, transcoder) == 4
    found = [read(client, headers, upload) for upload in (short, *long)]
    assert [one["state"] for one in found] == ["ready", "ready", "ready", "refused"]
    assert "fewer than 1 minutes left" in found[3]["refusal"]
    assert session.scalars(select(col(FeatureBudget.taken))).one() == 2, "each minute that was begun"
    assert in_store(store, f"media/{long[2]}/") == []


def test_what_a_guild_lost_meanwhile_is_not_claimed_of_it(
    client: FlaskClient, session: Session, database: Database, store: ObjectStore, transcoder: Transcoder
) -> None:
    ada, bakers = baker(session)
    headers = bearer_for(session, ada)
    give(session, LONG_VIDEO, bakers)
    enacted(session, {"/videos/max_seconds": 1}, "media")
    upload = sent(client, headers, clip(3), guild="bakers")
    lost = {"lost_at": LONG_AGO, "lost_version": 1, "cause": "grace"}
    session.execute(update(FeatureGrant).values(**lost))
    raised(session)
    assert prepare(database, store, transcoder) == 1
    assert "does not hold this feature" in read(client, headers, upload)["refusal"]


def test_law_07_no_guild_answers_but_one_of_ones_own(client: FlaskClient, session: Session) -> None:
    ada, _ = baker(session)
    give(session, LONG_VIDEO, make_guild(session, "weavers"))
    said = {"kind": "video", "guild": "weavers"}
    answer = client.post("/api/v1/uploads", json=said, headers=bearer_for(session, ada))
    assert answer.status_code == 422
    assert "no guild of this name" in answer.get_json()["errors"][0]["detail"]
    assert answer.get_json()["errors"][0]["pointer"] == "/guild"


def test_a_program_that_fails_is_tried_again_and_the_video_refused_after_the_last(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    tmp_path: Path,
) -> None:
    failing = other(tmp_path, f"echo try >> {tmp_path}/tries; kill -9 $$")
    upload = sent(client, headers, clip())
    assert prepare(database, store, failing) == 1
    assert (tmp_path / "tries").read_text() == "try\n" * 3
    assert "could not be made ready in 3 tries" in read(client, headers, upload)["refusal"]
    assert not list(failing.workroom.iterdir())
    assert store.stat(row(session, upload).upload_key) is None


def test_a_worker_that_was_killed_midway_is_followed_by_another(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = sent(client, headers, clip())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(preparing, "_settle", _killed)
        prepare(database, store, transcoder)
    assert in_store(store, f"media/{upload}/1/"), "what it had made lies there"
    assert prepare(database, store, transcoder) == 0, "its try may still run"
    assert prepare(database, store, transcoder, Clock(timedelta(hours=1))) == 1
    assert read(client, headers, upload)["state"] == "ready"
    assert row(session, upload).tries == 2
    assert in_store(store, f"media/{upload}/1/") == [] != in_store(store, f"media/{upload}/2/")


def _killed(*said: object, **more: object) -> int:
    raise KeyboardInterrupt


def test_a_worker_whose_try_was_taken_over_settles_nothing(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = sent(client, headers, clip())
    settle = preparing._settle

    def slow(*said: Any, **more: Any) -> int:
        monkeypatch.setattr(preparing, "_settle", settle)
        assert prepare(database, store, transcoder, Clock(timedelta(hours=1))) == 1
        return settle(*said, **more)

    monkeypatch.setattr(preparing, "_settle", slow)
    assert prepare(database, store, transcoder) == 0
    assert row(session, upload).tries == 2
    assert in_store(store, f"media/{upload}/1/") == []
    files = session.scalars(select(col(Rendition.key)).where(col(Rendition.asset_id) == int(upload))).all()
    assert in_store(store, f"media/{upload}/") == sorted(files)


def test_a_store_that_does_not_answer_costs_no_try(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = sent(client, headers, clip())
    with monkeypatch.context() as patch, pytest.raises(StoreUnavailable):
        patch.setattr(store, "put_stream", _away)
        prepare(database, store, transcoder)
    assert row(session, upload).tries == 0
    assert not list(transcoder.workroom.iterdir())
    assert prepare(database, store, transcoder) == 1
    assert read(client, headers, upload)["state"] == "ready"


def _away(*said: object) -> None:
    raise StoreUnavailable


def test_a_file_that_was_exchanged_after_it_was_looked_at_is_looked_at_again(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
) -> None:
    exchanged, gone = sent(client, headers, clip()), sent(client, headers, clip())
    store.put(row(session, exchanged).upload_key, b"#EXTM3U\nfile:///etc/passwd\n", uploads.ANY_TYPE)
    store.remove(row(session, gone).upload_key)
    assert prepare(database, store, transcoder) == 2
    assert "not a video" in read(client, headers, exchanged)["refusal"]
    assert "send it again" in read(client, headers, gone)["refusal"]


def test_a_video_is_handed_out_in_ranges_and_as_what_it_is(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
) -> None:
    upload = sent(client, headers, clip())
    prepare(database, store, transcoder)
    whole = client.get(f"/api/v1/media/{upload}/video", headers=headers)
    assert (whole.status_code, whole.content_type) == (200, "video/mp4")
    assert whole.headers["Cache-Control"] == "no-store" and whole.headers["Accept-Ranges"] == "bytes"
    part = client.get(f"/api/v1/media/{upload}/video", headers={**headers, "Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    beyond = client.get(f"/api/v1/media/{upload}/video", headers={**headers, "Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    stranger = bearer_for(session, make_member(session))
    hidden = client.get(f"/api/v1/media/{upload}/video", headers=stranger)
    unknown = client.get("/api/v1/media/123456789/video", headers=stranger)
    assert hidden.status_code == 404 and hidden.data == unknown.data


def test_a_video_is_in_a_post_only_once_it_is_ready(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
) -> None:
    upload = sent(client, headers, clip(2))
    early = client.post("/api/v1/posts", json={"asset_id": upload}, headers=headers)
    assert early.status_code == 422
    assert "being prepared" in early.get_json()["errors"][0]["detail"]
    prepare(database, store, transcoder)
    post = client.post("/api/v1/posts", json={"asset_id": upload}, headers=headers).get_json()
    assert 1900 <= post["picture"]["video"]["duration_ms"] <= 2200
    assert [one["name"] for one in post["picture"]["renditions"]].count("video") == 0
    kept = client.get(f"/api/v1/posts/{post['id']}/download", headers=headers)
    assert (kept.status_code, kept.content_type) == (200, "video/mp4")
    assert kept.headers["Content-Disposition"].endswith('.mp4"')


@pytest.mark.parametrize(
    ("audience", "way"),
    [({}, 307), ({"seats": {"max": 5}}, 206), ({"see": {"any": [{"member": "ben"}]}}, 206)],
)
def test_law_09_a_video_goes_the_way_of_its_post_and_each_range_is_asked_anew(
    client: FlaskClient,
    session: Session,
    database: Database,
    store: ObjectStore,
    transcoder: Transcoder,
    audience: dict[str, Any],
    way: int,
) -> None:
    enacted(session, {"/seats/default": "open", "/seats/ceiling": "open"}, "audience")
    ada, ben = (make_member(session, name) for name in ("ada", "ben"))
    headers, reader = bearer_for(session, ada), bearer_for(session, ben)
    upload = sent(client, headers, clip())
    prepare(database, store, transcoder)
    said = {"asset_id": upload, "audience": audience}
    post = client.post("/api/v1/posts", json=said, headers=headers).get_json()
    path, part = f"/api/v1/media/{upload}/video", {"Range": "bytes=10-19"}
    found = client.get(path, headers=reader | part)
    assert found.status_code == way, found.get_json()
    if way == 307:
        assert urllib3.request("GET", found.headers["Location"], headers=part).status == 206
    else:
        assert (len(found.data), found.headers["Cache-Control"]) == (10, "no-store")
    assert client.delete(f"/api/v1/posts/{post['id']}", headers=headers).status_code == 204
    gone = client.get(path, headers=reader | part)
    unknown = client.get("/api/v1/media/123456789/video", headers=reader | part)
    assert gone.status_code == 404 and gone.data == unknown.data


def test_what_waits_is_found_in_one_statement_however_much_there_is(
    session: Session, database: Database, store: ObjectStore, transcoder: Transcoder
) -> None:
    ada = make_member(session)
    for number in range(5):
        session.add(
            Asset(
                id=new_id(_long_ago(number)),
                owner_id=id_of(ada),
                kind="video",
                state="processing",
                upload_key=f"uploads/none-{number}",
                created_at=_long_ago(number),
                tries=3,
            )
        )
    session.flush()
    told: list[str] = []
    event.listen(session.connection().engine, "before_cursor_execute", lambda *one: told.append(one[2]))
    assert prepare(database, store, transcoder) == 5, "all were tried enough"
    assert sum("FROM asset" in one for one in told) == 6


def _long_ago(number: int) -> datetime:
    return LONG_AGO + timedelta(minutes=number)


def test_both_families_of_containers_are_taken_by_the_founding_policy(session: Session) -> None:
    book = Books(POLICY_KINDS).current(session)
    asset = Asset(id=1, owner_id=1, upload_key="x", created_at=_long_ago(0), long=True)
    asked = preparing.wanted(book, asset)
    assert (asked.formats, asked.seconds) == (BOTH, 600)
