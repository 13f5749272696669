"""Ids: in order of time, and never the same twice."""

from datetime import UTC, datetime, timedelta

from coop.ids import LARGEST, REMEMBERED, as_id, first_id_at, moment_of, new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_as_many_as_are_remembered_can_be_made_at_one_moment() -> None:
    made = [new_id(NOW) for _ in range(REMEMBERED)]
    assert len(set(made)) == REMEMBERED
    assert {moment_of(one) for one in made} == {NOW}


def test_an_id_made_later_is_larger() -> None:
    later = NOW + timedelta(milliseconds=1)
    assert new_id(NOW) < first_id_at(later) <= new_id(later)


def test_what_a_form_sent_is_an_id_as_far_as_the_database_holds_it() -> None:
    made = new_id(NOW)
    assert (as_id(str(made)), as_id(str(LARGEST))) == (made, LARGEST)
    assert [as_id(one) for one in (str(LARGEST + 1), "9" * 19, f"-{made}", "")] == [None] * 4
