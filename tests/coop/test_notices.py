"""Notices: told once, to whom they concern, and read by nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlmodel import Session, col

from coop import notices
from coop.book import Book
from coop.clock import Clock
from coop.identity import Identity
from coop.notices import Tidings
from coop.tables import Member
from tests.coop.told import EVER, told, unread
from tests.factories import bearer_for, identity_of, make_member

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(session: Session) -> list[Member]:
    return [make_member(session, handle) for handle in ("ada", "bruno", "chidi")]


@pytest.fixture
def ada(people: list[Member]) -> Identity:
    return identity_of(people[0])


@pytest.fixture
def bruno(people: list[Member]) -> Identity:
    return identity_of(people[1])


def about(subject: int, moment: str = "opened", **said: Any) -> Tidings:
    return Tidings(
        topic="proposal",
        subject=subject,
        moment=moment,
        line=f"Number {subject}",
        path=f"/proposals/{subject}",
        at=NOW,
        **said,
    )


def to(*people: Identity) -> Select[Any]:
    return select(col(Member.id)).where(col(Member.id).in_([one.member_id for one in people]))


def lines(session: Session, member: Identity, now: datetime = EVER, **wanted: Any) -> list[str]:
    return [one.line for one in notices.listing(session, member, now, **{"limit": 10} | wanted)]


def tell(session: Session, book: Book, *subjects: int, to_whom: Identity) -> list[int]:
    """Tell of these one second after another, and return the ids, the first first."""
    for second, subject in enumerate(subjects):
        notices.tell(session, book, about(subject), to(to_whom), NOW + timedelta(seconds=second))
    return [one.id for one in reversed(told(session, to_whom))]


def test_whom_it_concerns_is_told_and_nobody_else(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    assert notices.tell(session, book, about(7, detail="Why", until=NOW), to(ada), NOW) == 1
    (notice,) = told(session, ada)
    assert (notice.topic, notice.subject, notice.moment) == ("proposal", 7, "opened")
    assert (notice.line, notice.detail, notice.path) == ("Number 7", "Why", "/proposals/7")
    assert (notice.at, notice.until, notice.told_at, notice.read_at) == (NOW, NOW, NOW, None)
    assert (unread(session, ada), unread(session, bruno)) == (1, 0)
    assert lines(session, bruno) == []


def test_law_14_a_thing_is_told_once_however_often_it_is_said(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    assert notices.tell(session, book, about(7), to(ada), NOW) == 1
    assert notices.tell(session, book, about(7), to(ada, bruno), NOW + timedelta(hours=1)) is None
    assert lines(session, bruno) == []
    for other in (about(7, "closed"), about(8), about(7, turn=1)):
        assert notices.tell(session, book, other, to(ada), NOW) == 1
    assert notices.told_before(session, "proposal", [7]) == {
        (7, "opened", 0),
        (7, "closed", 0),
        (7, "opened", 1),
    }


def test_a_member_selected_twice_is_told_once(session: Session, book: Book, ada: Identity) -> None:
    assert notices.tell(session, book, about(7), to(ada).union_all(to(ada)), NOW) == 1


def test_of_one_batch_the_newest_comes_first_and_pages_hold_each_once(
    session: Session, book: Book, ada: Identity
) -> None:
    tell(session, book, 1, 2, 3, 4, 5, to_whom=ada)
    assert lines(session, ada, limit=2) == ["Number 5", "Number 4"]
    second = told(session, ada)[1].position
    assert lines(session, ada, before=second, limit=9) == ["Number 3", "Number 2", "Number 1"]


def test_law_07_one_marks_what_one_has_read_and_nobody_else_s(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    ids = tell(session, book, 1, 2, 3, to_whom=ada)
    notices.mark_read(session, bruno, ids, NOW)
    notices.mark_read_through(session, bruno, ids[-1], EVER)
    assert unread(session, ada) == 3
    notices.mark_read(session, ada, [ids[1], 12345], NOW)
    assert lines(session, ada, unread_only=True) == ["Number 3", "Number 1"]


def test_what_comes_after_the_one_that_was_seen_stays_unread(
    session: Session, book: Book, ada: Identity
) -> None:
    ids = tell(session, book, 1, 2, 3, to_whom=ada)
    notices.mark_read_through(session, ada, ids[1], EVER)
    assert lines(session, ada, unread_only=True) == ["Number 3"]


def test_marking_again_keeps_when_it_was_first_read(session: Session, book: Book, ada: Identity) -> None:
    ids = tell(session, book, 1, to_whom=ada)
    for later in (timedelta(), timedelta(hours=1)):
        notices.mark_read(session, ada, ids, NOW + later)
    (notice,) = told(session, ada)
    assert notice.read_at == NOW


def test_old_notices_are_swept_and_what_was_told_is_not_told_again(
    session: Session, book: Book, ada: Identity
) -> None:
    kept = timedelta(days=90)
    tell(session, book, 1, to_whom=ada)
    notices.tell(session, book, about(2), to(ada), NOW + timedelta(days=1))
    seen_at = told(session, ada)[1].due_at
    assert notices.sweep(session, kept, seen_at + kept) == 0
    assert notices.sweep(session, kept, seen_at + kept + timedelta(seconds=1)) == 1
    assert lines(session, ada) == ["Number 2"]
    assert notices.tell(session, book, about(1), to(ada), NOW + kept) is None


def test_over_http_one_reads_and_marks_one_s_own(
    session: Session, book: Book, client: FlaskClient, clock: Clock, people: list[Member], ada: Identity
) -> None:
    ids = tell(session, book, 1, 2, 3, to_whom=ada)
    clock.offset += NOW + timedelta(hours=7) - clock.now(session)
    own, other = bearer_for(session, people[0]), bearer_for(session, people[1])
    page = client.get("/api/v1/notices?limit=2", headers=own).get_json()
    assert ([item["line"] for item in page["items"]], page["unread"]) == (["Number 3", "Number 2"], 3)
    rest = client.get(f"/api/v1/notices?cursor={page['next']}", headers=own).get_json()
    assert [item["id"] for item in rest["items"]] == [str(ids[0])]
    assert client.get("/api/v1/notices", headers=other).get_json() == {"items": [], "next": None, "unread": 0}

    def mark(headers: dict[str, str], **body: Any) -> int:
        answer = client.post("/api/v1/notices/read", json=body, headers=headers)
        assert answer.status_code == 200
        return int(answer.get_json()["unread"])

    assert mark(other, ids=[str(one) for one in ids]) == 0
    assert mark(own) == 3
    assert mark(own, ids=[str(ids[2])]) == 2
    unread = client.get("/api/v1/notices?show=unread", headers=own).get_json()
    assert [item["line"] for item in unread["items"]] == ["Number 2", "Number 1"]
    assert mark(own, through=str(ids[1])) == 0


@pytest.mark.parametrize(
    "body", [{"ids": ["x"]}, {"through": "-1"}, {"through": "9" * 19}, {"ids": ["1"] * 101}]
)
def test_what_names_no_notice_is_refused(
    session: Session, client: FlaskClient, people: list[Member], body: dict[str, Any]
) -> None:
    headers = bearer_for(session, people[0])
    assert client.post("/api/v1/notices/read", json=body, headers=headers).status_code == 422
