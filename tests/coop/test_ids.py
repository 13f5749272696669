"""Ids: in order of time, and never the same twice."""

from datetime import UTC, datetime, timedelta

from coop.ids import REMEMBERED, first_id_at, moment_of, new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_as_many_as_are_remembered_can_be_made_at_one_moment() -> None:
    made = [new_id(NOW) for _ in range(REMEMBERED)]
    assert len(set(made)) == REMEMBERED
    assert {moment_of(one) for one in made} == {NOW}


def test_an_id_made_later_is_larger() -> None:
    later = NOW + timedelta(milliseconds=1)
    assert new_id(NOW) < first_id_at(later) <= new_id(later)
