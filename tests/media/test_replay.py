"""The media policy replayed: uploads beyond a day's number, and pictures too large."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from coop.book import Book
from coop.ids import new_id
from coop.rehearsal import Rehearsing
from media.replay import replay_media, within_the_day
from media.tables import Asset, QuotaClaim
from tests.audience.factories import NOW
from tests.coop.policy import with_clause
from tests.factories import id_of, make_guild, make_member

SINCE = NOW - timedelta(days=28)


def upload(
    session: Session, owner_id: int, hours: float, width: int = 3000, height: int = 2000, *, video_s: int = 0
) -> int:
    """Add a picture, or a video of so many seconds, sent so long after the window began; return its id."""
    at = SINCE + timedelta(hours=hours)
    asset_id = new_id(at)
    session.add(
        Asset(
            id=asset_id,
            owner_id=owner_id,
            state="ready",
            upload_key=f"uploads/{new_id(at)}",
            kind="video" if video_s else "photo",
            duration_ms=1000 * video_s or None,
            width=width,
            height=height,
            created_at=at,
        )
    )
    session.flush()
    return asset_id


def rehearse(session: Session, book: Book, clause: str, value: int) -> tuple[int, ...]:
    after = with_clause(book, "media", clause, value)
    asked = Rehearsing("coop", "media", book, after, SINCE, NOW, 9, 5, "seed")
    (measure,) = replay_media(session, asked).measures
    return tuple(cell.value for cell in measure.total.cells.values())


def test_uploads_beyond_a_days_number_are_counted_each_member_apart(session: Session, book: Book) -> None:
    for _ in range(2):
        owner = id_of(make_member(session))
        for hours in (-1, 0, 1, 2, 30):
            upload(session, owner, hours)
    assert rehearse(session, book, "/photos/per_day", 2) == (8, 4, 0)
    assert rehearse(session, book, "/photos/per_day", 9) == (8, 0, 0)


def test_videos_are_counted_by_themselves_and_by_how_long_they_are(session: Session, book: Book) -> None:
    owner = id_of(make_member(session))
    for hours, seconds in ((0, 20), (1, 40), (2, 0), (3, 0)):
        upload(session, owner, hours, video_s=seconds)
    assert rehearse(session, book, "/videos/max_seconds", 30) == (4, 1, 0)
    assert rehearse(session, book, "/videos/per_day", 1) == (4, 1, 0)
    assert rehearse(session, book, "/photos/per_day", 1) == (4, 1, 0)


def test_what_came_out_of_a_guild_s_megabytes_counts_in_nobody_s_day(session: Session, book: Book) -> None:
    owner, guild = id_of(make_member(session)), id_of(make_guild(session))
    ids = [upload(session, owner, hours) for hours in (0, 1, 2)]
    assert rehearse(session, book, "/photos/per_day", 1) == (3, 2, 0)
    for one in ids[:2]:
        session.add(QuotaClaim(asset_id=one, guild_id=guild, since=SINCE, megabytes=3))
    session.flush()
    assert rehearse(session, book, "/photos/per_day", 1) == (3, 0, 0)


def test_pictures_with_more_pixels_than_allowed_are_counted(session: Session, book: Book) -> None:
    owner = id_of(make_member(session))
    upload(session, owner, 1)
    upload(session, owner, 2, 1000, 800)
    assert rehearse(session, book, "/photos/max_pixels", 1_000_000) == (2, 1, 0)


@pytest.mark.parametrize(
    ("per_day", "expected"),
    [(1, [True, False, False, True]), (2, [True, True, False, True]), (3, [True, True, True, True])],
)
def test_one_refused_takes_no_room_from_the_next(per_day: int, expected: list[bool]) -> None:
    moments = [SINCE + timedelta(hours=hours) for hours in (0, 1, 2, 24)]
    assert within_the_day(moments, per_day) == expected
