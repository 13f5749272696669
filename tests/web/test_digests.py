"""Digests: things set out as they came, each batch as one, by topic."""

from datetime import UTC, datetime, timedelta

from coop.notices import Told
from web.digests import digests, page_of

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(number: int, due: float, waited: float = 0, topic: str = "proposal") -> Told:
    """A thing that came so many hours after noon, and had been told so many hours before that."""
    due_at = NOON + due * HOUR
    told_at = due_at - waited * HOUR
    return Told(number, topic, number, "", "", "", "/", told_at, None, told_at, due_at, None)


def test_what_came_together_is_one_digest_and_what_came_by_itself_is_gathered_by_its_day() -> None:
    shown = [
        told(9, 8),
        told(8, 6, 1),
        told(7, 6, 2, "ask"),
        told(6, 6, 3),
        told(5, -1),
        told(4, -2, topic="ask"),
        told(3, -13),
    ]
    found = digests(shown, None, "UTC")
    assert [(one.batch, one.number, one.at) for one in found] == [
        (False, 1, NOON + 8 * HOUR),
        (True, 3, NOON + 6 * HOUR),
        (False, 2, NOON - HOUR),
        (False, 1, NOON - 13 * HOUR),
    ]
    assert found[1].since == NOON + 3 * HOUR
    assert [(topic, [one.id for one in of_it]) for topic, of_it in found[1].topics] == [
        ("proposal", [8, 6]),
        ("ask", [7]),
    ]


def test_days_are_those_of_the_zone() -> None:
    shown = [told(2, 1), told(1, -1)]
    assert len(digests(shown, None, "UTC")) == 1
    assert len(digests(shown, None, "Pacific/Fiji")) == 2


def test_a_page_ends_where_a_batch_does_unless_it_holds_none_that_ends() -> None:
    one, other = [told(number, 6, 1) for number in (6, 5)], [told(number, -18, 1) for number in (4, 3, 2)]
    assert page_of(one + other, 9) == one + other
    assert page_of(one + other, 4) == page_of(one + other, 3) == page_of(one + other, 2) == one
    assert page_of(other, 2) == other[:2]
    (cut,) = digests(other[:2], other[2], "UTC")
    assert (cut.number, cut.whole) == (2, False)
    assert digests(one, other[0], "UTC")[0].whole
