import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlmodel import Session

from audience.gate import Claim
from audience.limits import Limits
from bench import seats_full
from bench.__main__ import main
from bench.seats_coop import add_members, add_posts
from bench.seats_crowd import PAGE, Come, Crowd, Posts, gated, ungated
from bench.seats_full import Standing
from bench.server import Server
from coop.database import Database
from coop.identity import Identity
from coop.settings import Settings

SMALL = replace(seats_full.FULL, views=4000, posts=60, members=80, processes=2, threads=4, rounds=2)
ARGUMENTS = ["seats", "--full", "--views=4000", "--posts=60", "--members=80", "--rounds=2", "--json"]
CAP = 5


def nobody(session: Session, viewer: Identity, claims: Sequence[Claim]) -> set[int]:
    return set()


def everybody(session: Session, viewer: Identity, claims: Sequence[Claim]) -> set[int]:
    return {claim.post_id for claim in claims}


def only_once(session: Session, viewer: Identity, claims: Sequence[Claim]) -> set[int]:
    """Turn away whoever came before."""
    held = session.scalars(text("SELECT post_id FROM seat WHERE member_id = :id"), {"id": viewer.member_id})
    return gated(session, viewer, claims) - set(held)


def broken(session: Session, viewer: Identity, claims: Sequence[Claim]) -> set[int]:
    raise ValueError("the gate is out of order")


def make_crowd(database: Database, come: Come, posts: int = 40) -> tuple[Crowd, Posts]:
    author, *viewers = add_members(database, 21)
    ids = add_posts(database, author, 2 * posts)
    made = Posts(ids[:posts], [Limits(CAP, None, 1)] * posts, ids[posts:])
    return Crowd(database, viewers, made, 4, come), made


@pytest.mark.long
def test_law_06_processes_that_race_for_many_posts_get_exactly_the_seats_there_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats_full, "FULL", SMALL)
    result = CliRunner().invoke(main, ARGUMENTS)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert (found["bench"], found["met"]) == ("seats --full", True)
    assert (figures["views"], figures["posts"], figures["connections"]) == (4000, 60, 8)
    assert figures["full_posts"] > 20
    assert figures["seats"] + figures["refused"] < 4000, "some come again"
    assert figures["refused"] > 0
    assert figures["ratio_ungated"] > 0
    assert set(found["goals"]) == {
        *("oversold", "refused_seated", "refused_with_room", "miscounted", "unrecorded", "errors")
    }


@pytest.mark.long
def test_views_that_pass_by_the_gate_are_found_to_oversell(server: Server) -> None:
    figures = seats_full.measure(server, replace(SMALL, views=2000, rounds=1), come=ungated)
    assert figures["oversold"] > 0
    assert figures["miscounted"] > 0
    assert figures["errors"] == 0
    assert "seats_full" not in server.databases()


def test_a_crowd_is_let_in_as_far_as_there_is_room(committed: Database) -> None:
    crowd, posts = make_crowd(committed, gated)
    visits = crowd.visits(600, seed=1)
    met = crowd.load(visits)
    standings = seats_full._standings(committed, posts, met.refused)
    assert (met.views, met.errors, met.refused_seated) == (600, 0, 0)
    assert met.seated == sum(post.seats for post in standings)
    assert any(post.full for post in standings)
    assert met.refused.total() > 0
    assert not any(post.oversold or post.miscounted or post.refused_with_room for post in standings)
    again = crowd.load(visits)
    assert (again.seated, again.refused_seated) == (met.seated, 0), "whoever is seated comes again and again"


def test_whoever_is_turned_away_where_there_is_room_is_found_out(committed: Database) -> None:
    crowd, posts = make_crowd(committed, nobody)
    met = crowd.load(crowd.visits(100, seed=1))
    standings = seats_full._standings(committed, posts, met.refused)
    assert sum(post.refused_with_room for post in standings) == 100


def test_whoever_is_turned_away_from_a_seat_that_they_hold_is_found_out(committed: Database) -> None:
    crowd, _ = make_crowd(committed, only_once)
    visits = crowd.visits(100, seed=1)
    crowd.load(visits)
    assert crowd.load(visits).refused_seated > 0


def test_whoever_is_let_in_without_a_seat_is_found_out(committed: Database) -> None:
    crowd, posts = make_crowd(committed, everybody)
    met = crowd.load(crowd.visits(100, seed=1))
    assert met.seated > sum(post.seats for post in seats_full._standings(committed, posts, met.refused)) == 0


def test_every_view_that_fails_is_an_error_and_says_why(committed: Database) -> None:
    crowd, _ = make_crowd(committed, broken)
    met = crowd.load(crowd.visits(100, seed=1))
    assert (met.views, met.errors) == (0, 100)
    assert met.fault == "ValueError: the gate is out of order"


def test_visits_are_pages_of_different_posts_and_single_ones_the_same_each_time(committed: Database) -> None:
    crowd, _ = make_crowd(committed, gated)
    visits = crowd.visits(1000, seed=1)
    sizes = [len(places) for _, places in visits]
    assert sum(sizes) == 1000
    assert (sizes.count(PAGE), set(sizes)) == (27, {1, PAGE})
    assert all(len(set(places)) == len(places) for _, places in visits)
    assert visits == crowd.visits(1000, seed=1) != crowd.visits(1000, seed=2)


@pytest.mark.parametrize(
    ("post", "oversold", "miscounted", "refused_with_room"),
    [
        (Standing(cap=5, seats=5, taken=5, refused=9), 0, False, 0),
        (Standing(cap=5, seats=6, taken=6, refused=9), 1, False, 0),
        (Standing(cap=5, seats=4, taken=4, refused=9), 0, False, 9),
        (Standing(cap=5, seats=5, taken=4, refused=0), 0, True, 0),
        (Standing(cap=5, seats=0, taken=None, refused=0), 0, False, 0),
        (Standing(cap=5, seats=1, taken=None, refused=0), 0, True, 0),
        (Standing(cap=None, seats=8, taken=None, refused=0), 0, False, 0),
        (Standing(cap=None, seats=8, taken=None, refused=2), 0, False, 2),
    ],
)
def test_a_post_is_judged_by_its_seats_its_gate_and_its_refusals(
    post: Standing, oversold: int, miscounted: bool, refused_with_room: int
) -> None:
    assert (post.oversold, post.miscounted, post.refused_with_room) == (
        oversold,
        miscounted,
        refused_with_room,
    )
