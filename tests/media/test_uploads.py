"""Uploads: straight to the store, verified by content, refused with the reason."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.database import Database
from media import uploads
from media.storage import ObjectStore
from media.tables import Asset
from tests.factories import bearer_for, make_member

PHOTOS = Path(__file__).parent.parent / "data" / "photos"


@pytest.fixture
def headers(session: Session) -> dict[str, str]:
    return bearer_for(session, make_member(session))


def send(client: FlaskClient, headers: dict[str, str], data: bytes) -> tuple[str, int]:
    """Open an upload and send bytes with its form; return its id and the store's status."""
    return send_as(client, headers, data)


def send_as(client: FlaskClient, headers: dict[str, str], data: bytes, **said: object) -> tuple[str, int]:
    """Do the same for an upload of which this is said besides."""
    asked = {"alt": "a bed of beans", **said}
    form = client.post("/api/v1/uploads", json=asked, headers=headers).get_json()
    fields: list[tuple[str, Any]] = list(form["fields"].items())
    answer = urllib3.request("POST", form["url"], fields=[*fields, ("file", ("x.jpg", data))])
    return form["id"], answer.status


def finish(client: FlaskClient, headers: dict[str, str], upload: str) -> Any:
    return client.post(f"/api/v1/uploads/{upload}/completion", headers=headers)


def test_a_phones_photo_becomes_three_clean_renditions(
    client: FlaskClient, headers: dict[str, str], store: ObjectStore, session: Session
) -> None:
    upload, status = send(client, headers, (PHOTOS / "DSCN0010.jpg").read_bytes())
    assert status == 204
    answer = finish(client, headers, upload)
    assert answer.status_code == 200
    asset = answer.get_json()
    assert asset["state"] == "ready"
    assert [made["name"] for made in asset["renditions"]] == ["small", "medium", "large"] or len(
        {made["width"] for made in asset["renditions"]}
    ) < 3
    for made in asset["renditions"]:
        data = store.get(f"media/{upload}/{made['name']}.webp")
        assert b"EXIF" not in data and b"GPS" not in data
        with Image.open(BytesIO(data)) as picture:
            assert picture.format == "WEBP"
            assert picture.size == (made["width"], made["height"])
            assert not picture.getexif()
    row = session.get(Asset, int(upload))
    assert row is not None
    assert store.stat(row.upload_key) is None


def test_completing_twice_gives_the_same_answer(client: FlaskClient, headers: dict[str, str]) -> None:
    upload, _ = send(client, headers, (PHOTOS / "portrait_3.jpg").read_bytes())
    assert finish(client, headers, upload).data == finish(client, headers, upload).data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#!/bin/sh\necho hello\n", "not a picture"),
        ((PHOTOS / "DSCN0010.jpg").read_bytes()[:60_000], "damaged or incomplete"),
        ((PHOTOS / "samplefilehub.heif").read_bytes(), "JPEG, PNG or WEBP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a picture"),
    ],
    ids=["script", "truncated", "heif", "svg"],
)
def test_what_is_no_sound_photo_is_refused_with_the_reason_and_removed(
    client: FlaskClient,
    headers: dict[str, str],
    store: ObjectStore,
    session: Session,
    data: bytes,
    words: str,
) -> None:
    upload, _ = send(client, headers, data)
    answer = finish(client, headers, upload)
    assert answer.status_code == 422
    assert words in answer.get_json()["errors"][0]["detail"]
    row = session.get(Asset, int(upload))
    assert row is not None and row.state == "refused"
    assert store.stat(row.upload_key) is None
    assert finish(client, headers, upload).status_code == 422


def test_a_refusal_is_told_again_to_whoever_repeats_the_request(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    upload, _ = send(client, headers, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    answers = [finish(client, headers | {"Idempotency-Key": "once"}, upload) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].data == answers[1].data


def test_a_bomb_is_refused_before_it_is_decoded(client: FlaskClient, headers: dict[str, str]) -> None:
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    upload, _ = send(client, headers, bomb.getvalue())
    answer = finish(client, headers, upload)
    assert answer.status_code == 422
    assert "40,000,000 pixels" in answer.get_json()["errors"][0]["detail"]


def test_more_bytes_than_agreed_are_refused_by_the_store_itself(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    upload, status = send(client, headers, b"\xff\xd8\xff" + bytes(15_000_001))
    assert status >= 400
    assert finish(client, headers, upload).status_code == 409


def test_nothing_can_be_completed_before_it_has_arrived(client: FlaskClient, headers: dict[str, str]) -> None:
    form = client.post("/api/v1/uploads", json={}, headers=headers).get_json()
    assert finish(client, headers, form["id"]).status_code == 409


def test_law_07_somebody_elses_upload_answers_like_one_that_does_not_exist(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    upload, _ = send(client, headers, b"x")
    stranger = bearer_for(session, make_member(session))
    refused = finish(client, stranger, upload)
    unknown = finish(client, stranger, "123456789")
    assert refused.status_code == unknown.status_code == 404
    assert refused.data == unknown.data


def test_law_01_the_days_number_of_uploads_is_a_clause(client: FlaskClient, headers: dict[str, str]) -> None:
    for _ in range(60):
        assert client.post("/api/v1/uploads", json={}, headers=headers).status_code == 201
    answer = client.post("/api/v1/uploads", json={}, headers=headers)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json()["errors"][0]["clause"]["clause"] == "/photos/per_day"


def test_an_upload_that_nobody_finished_is_swept_away(
    client: FlaskClient,
    headers: dict[str, str],
    session: Session,
    database: Database,
    store: ObjectStore,
) -> None:
    upload, _ = send(client, headers, b"half")
    fresh, _ = send(client, headers, b"fresh")
    row = session.get(Asset, int(upload))
    assert row is not None
    long_ago = datetime.now(UTC) - timedelta(hours=8)
    session.execute(update(Asset).where(col(Asset.id) == int(upload)).values(created_at=long_ago))
    assert uploads.sweep(database, store, Clock()) == 1
    assert uploads.sweep(database, store, Clock()) == 0
    assert store.stat(row.upload_key) is None
    session.expunge_all()
    assert session.get(Asset, int(upload)) is None
    assert session.get(Asset, int(fresh)) is not None


def test_a_file_sent_again_after_its_upload_was_settled_is_swept_away(
    client: FlaskClient, headers: dict[str, str], database: Database, store: ObjectStore
) -> None:
    key = f"{uploads.ARRIVALS}sent-again"
    store.put(key, b"again", uploads.ANY_TYPE)
    uploads.sweep(database, store, Clock())
    assert store.stat(key) is not None
    uploads.sweep(database, store, Clock(timedelta(hours=8)))
    assert store.stat(key) is None
