"""Words for numbers: limits, places on a page, lengths of time."""

from datetime import time, timedelta
from typing import get_args

import pytest

from audience.moderation.case_rules import Outcome
from coop.notice_topics import Topic
from coop.rhythm import EVERY, Every, Quiet, Rhythm
from web import moderation_wording, wording


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("seats", None, "no limit"),
        ("seats", 150, "150"),
        ("replies", 0, "0"),
        ("replies_gap_s", 0, "none"),
        ("replies_gap_s", 90, "1 minute 30 seconds"),
        ("replies_watched_min", 0, "none"),
        ("replies_watched_min", 50, "50 %"),
        ("replies_until", None, "no limit"),
        ("replies_until", timedelta(days=2, hours=1), "2 days 1 hour"),
        ("replies_at_time", "owner", "its author alone"),
    ],
)
def test_a_limit_is_said_as_people_read_it(name: str, value: int | timedelta | None, said: str) -> None:
    assert wording.limit(name, value) == said


@pytest.mark.parametrize(
    ("every", "quiet", "said"),
    [
        ("at_once", None, "at once"),
        ("at_once", Quiet(time(22), time(7, 30)), "at once, not from 22:00 to 07:30 (Asia/Tokyo)"),
        ("hourly", None, "every hour"),
        ("daily", None, "every day at 08:00 (Asia/Tokyo)"),
        ("weekly", Quiet(time(8), time(9)), "every Friday at 08:00, not from 08:00 to 09:00 (Asia/Tokyo)"),
    ],
)
def test_a_rhythm_is_said_with_its_clocks_where_it_names_times(
    every: Every, quiet: Quiet | None, said: str
) -> None:
    assert wording.rhythm(Rhythm(every, 8, "friday", "Asia/Tokyo", quiet)) == said


def test_every_topic_and_rhythm_has_its_words() -> None:
    assert (set(wording.TOPICS), set(wording.RHYTHMS)) == (set(get_args(Topic)), set(EVERY))


def test_places_in_a_row_are_counted_as_people_count_them() -> None:
    numbers = (1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 23, 101, 111, 112, 113, 1002)
    said = "1st 2nd 3rd 4th 11th 12th 13th 20th 21st 22nd 23rd 101st 111th 112th 113th 1002nd"
    assert [wording.ordinal(number) for number in numbers] == said.split()


def test_a_place_on_the_page_is_said_with_what_it_would_be_without_each_signal_that_moves_it() -> None:
    assert wording.place(3, {"fresh": 9, "small": 3}) == "3rd on your page; without Fresh it would be 9th."
    assert wording.place(1, {"fresh": None, "near": 12, "calm": 12, "small": 2}) == (
        "1st on your page; without Smaller creators it would be 2nd; without Closer to home, or without "
        "Calmer, it would be 12th; without Fresh it would not be on it."
    )
    assert wording.place(2, {"fresh": 2}) == "2nd on your page."
    assert wording.place(None, {"fresh": None, "less": 1}) == (
        "not on your page; without Less of what I hid it would be 1st."
    )


def test_a_length_of_time_that_a_rule_was_asked_of_is_said_in_its_unit_and_a_share_is_not() -> None:
    assert wording.fact(18002.54, "author.account_age") == "5 hours"
    assert wording.fact(86400.0, "reply.follows_for") == "1 day"
    assert wording.fact(0.75, "text.capitals") == "0.75"


@pytest.mark.parametrize(
    ("kind", "outcome", "said"),
    [
        ("report", "none", "Leave it as it is"),
        ("hold", "none", "Let it through"),
        ("appeal", "none", "Undo it"),
        ("hold", "remove", "Remove it"),
    ],
)
def test_how_cases_ended_is_said_by_what_was_asked(kind: str, outcome: Outcome, said: str) -> None:
    assert moderation_wording.closed_words(kind, outcome) == said
