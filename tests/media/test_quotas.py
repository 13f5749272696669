"""Quotas: a guild's megabytes for photos past the day's number: taken, given back, refused by a clause."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.database import Database
from coop.feature_tables import FeatureBudget
from coop.features import LARGER_QUOTA
from coop.tables import Guild, Member
from media import quotas, uploads
from media.storage import ObjectStore
from media.tables import Asset, QuotaClaim
from tests.coop.featured import enacted, give
from tests.factories import bearer_for, id_of, identity_of, make_guild, make_member
from tests.media.test_uploads import finish, send_as

AMOUNT = f"/features/{LARGER_QUOTA}/guild/budget/amount"


def photo(size: int = 0) -> bytes:
    """Return a sound photo of at least so many bytes."""
    made = BytesIO()
    Image.new("RGB", (96, 64), "teal").save(made, "JPEG")
    return made.getvalue() + bytes(max(0, size - made.tell()))


@pytest.fixture
def ada(session: Session) -> Member:
    return make_member(session, "ada")


@pytest.fixture
def bakers(session: Session, ada: Member) -> Guild:
    """A guild of Ada's that holds the feature, where one may send one photo a day oneself."""
    guild = make_guild(session, "bakers", ada)
    give(session, LARGER_QUOTA, guild)
    enacted(session, {"/photos/per_day": 1}, "media")
    enacted(session, {AMOUNT: 31})
    return guild


@pytest.fixture
def headers(session: Session, ada: Member, bakers: Guild) -> dict[str, str]:
    return bearer_for(session, ada)


def begin(client: FlaskClient, headers: dict[str, str], **said: object) -> Any:
    return client.post("/api/v1/uploads", json=said, headers=headers)


def taken(session: Session) -> int:
    return session.scalar(select(col(FeatureBudget.taken))) or 0


def claims(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(col(QuotaClaim.megabytes)).order_by(col(QuotaClaim.asset_id))))


def test_a_photo_past_the_day_s_number_comes_out_of_the_guild_s_megabytes(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    assert begin(client, headers, guild="Bakers").status_code == 201, "one's own number comes first"
    assert taken(session) == 0
    refused = begin(client, headers)
    assert refused.status_code == 429
    (fault,) = refused.get_json()["errors"]
    assert fault["clause"]["clause"] == "/photos/per_day"
    assert "name a guild of yours that holds larger_quota" in fault["detail"]
    upload, status = send_as(client, headers, photo(1_000_001), guild="Bakers")
    assert status == 204
    assert taken(session) == 15, "as much as its form takes"
    assert finish(client, headers, upload).status_code == 200
    assert finish(client, headers, upload).status_code == 200
    assert (taken(session), claims(session)) == (2, [2]), "each megabyte that was begun"


def test_where_too_few_megabytes_are_left_nothing_is_opened_and_the_clause_is_told(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    begun = [begin(client, headers, guild="bakers") for _ in range(3)]
    assert [one.status_code for one in begun] == [201] * 3
    refused = begin(client, headers, guild="bakers")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    (fault,) = refused.get_json()["errors"]
    assert (fault["pointer"], fault["clause"]["clause"], fault["clause"]["value"]) == ("/guild", AMOUNT, 31)
    told = refused.get_json()["detail"]
    assert "has 1 of 31 megabytes left until" in told and "this photo may take 15" in told
    assert fault["detail"].startswith("Wait until your own number of a day has room for it")
    assert taken(session) == 30
    assert len(session.scalars(select(col(Asset.id))).all()) == 3


def test_whoever_says_how_large_a_photo_is_claims_no_more_and_sends_no_more(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    begin(client, headers)
    file = photo(1_000_001)
    upload, status = send_as(client, headers, file, guild="bakers", size=len(file))
    assert (status, claims(session)) == (204, [2])
    assert finish(client, headers, upload).status_code == 200
    _, status = send_as(client, headers, file, guild="bakers", size=len(file) - 1)
    assert status == 400, "its form takes as many bytes as were said"


def test_whoever_says_that_a_file_is_larger_than_it_may_be_is_told_the_clause(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    most = begin(client, headers).get_json()["max_bytes"]
    refused = begin(client, headers, guild="bakers", size=most + 1)
    assert refused.status_code == 422
    (fault,) = refused.get_json()["errors"]
    assert (fault["pointer"], fault["clause"]["clause"]) == ("/size", "/photos/max_bytes")
    assert taken(session) == 0
    assert begin(client, headers, guild="bakers", size=0).status_code == 422
    assert begin(client, headers, guild="bakers", size=most).status_code == 201


def test_what_is_refused_costs_nothing_and_still_counts_in_nobody_s_day(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    upload, _ = send_as(client, headers, photo(), guild="bakers")
    assert finish(client, headers, upload).status_code == 200
    upload, _ = send_as(client, headers, b"#!/bin/sh", guild="bakers")
    assert finish(client, headers, upload).status_code == 422
    assert (taken(session), claims(session)) == (0, [0])
    earlier = {"created_at": datetime.now(UTC) - timedelta(days=2)}
    session.execute(update(Asset).where(col(Asset.id) != int(upload)).values(**earlier))
    assert begin(client, headers).status_code == 201, "the one that was refused was the guild's"


def test_what_nobody_finished_is_given_back_when_it_is_swept_away(
    client: FlaskClient, headers: dict[str, str], session: Session, database: Database, store: ObjectStore
) -> None:
    for _ in range(2):
        begin(client, headers, guild="bakers")
    assert taken(session) == 15
    long_ago = datetime.now(UTC) - timedelta(hours=8)
    session.execute(update(Asset).values(created_at=long_ago))
    assert uploads.sweep(database, store, Clock()) == 2
    assert (taken(session), claims(session)) == (0, [])


def test_what_was_taken_goes_back_to_the_period_that_gave_it(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    begin(client, headers)
    upload, _ = send_as(client, headers, photo(), guild="bakers")
    earlier = session.scalars(select(col(FeatureBudget.since))).one() - timedelta(days=28)
    for table in (FeatureBudget, QuotaClaim):
        session.execute(update(table).values(since=earlier))
    assert finish(client, headers, upload).status_code == 200
    rows = session.execute(select(col(FeatureBudget.since), col(FeatureBudget.taken))).all()
    assert [tuple(row) for row in rows] == [(earlier, 1)]


def test_a_guild_that_does_not_hold_the_feature_answers_for_nothing(
    client: FlaskClient, headers: dict[str, str], session: Session, ada: Member
) -> None:
    make_guild(session, "weavers", ada)
    refused = begin(client, headers, guild="weavers")
    assert refused.status_code == 403
    clause = refused.get_json()["errors"][0]["clause"]["clause"]
    assert clause == f"/features/{LARGER_QUOTA}/guild/grant_when"


def test_law_07_a_guild_of_others_answers_like_one_that_does_not_exist(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    give(session, LARGER_QUOTA, make_guild(session, "others"))
    refused, absent = (begin(client, headers, guild=slug) for slug in ("others", "none-such"))
    assert refused.status_code == absent.status_code == 422
    assert refused.data == absent.data


def test_what_a_guild_gives_is_for_photos_and_videos_have_their_own_number(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    enacted(session, {"/videos/per_day": 1}, "media")
    assert begin(client, headers, kind="video").status_code == 201
    refused = begin(client, headers, kind="video")
    assert refused.status_code == 429
    assert refused.get_json()["errors"][0]["detail"] == "Wait, or propose a larger number."


def test_a_member_reads_what_is_left_of_a_guild_of_theirs_alone(
    client: FlaskClient, headers: dict[str, str], session: Session, ada: Member, bakers: Guild
) -> None:
    book = enacted(session, {AMOUNT: 40})
    now = datetime.now(UTC)
    me = identity_of(ada, (bakers,), (bakers,))
    assert quotas.pool(session, book, me, None, now) is None
    assert quotas.pool(session, book, me, "none-such", now) is None
    assert quotas.pool(session, book, identity_of(make_member(session)), "bakers", now) is None
    for _ in range(2):
        begin(client, headers, guild="bakers")
    found = quotas.pool(session, book, me, "Bakers", now)
    assert found is not None
    assert (found.left, found.amount, found.unit) == (25, 40, "megabytes")


@pytest.mark.parametrize(("size", "told"), [(0, 0), (1, 1), (1_000_000, 1), (1_000_001, 2), (15_000_000, 15)])
def test_each_megabyte_that_was_begun_counts(size: int, told: int) -> None:
    assert quotas.megabytes(size) == told


def test_nothing_is_settled_of_what_no_guild_answers_for(session: Session, ada: Member) -> None:
    asset = Asset(id=7, owner_id=id_of(ada), upload_key="x", created_at=datetime.now(UTC))
    session.add(asset)
    session.flush()
    quotas.settle(session, asset, 5)
    quotas.forget(session, asset)
    assert claims(session) == []
