"""Where one stands with features, over HTTP: of oneself and of one's guilds, number by number."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlmodel import Session

from app import POLICY_KINDS
from audience.metrics import snapshot
from audience.rooms import opening
from coop import feature_budgets
from coop.book import Book
from coop.clock import Clock
from coop.features import LARGER_QUOTA, LIVE_ROOMS, WIDE_REACH
from coop.policies import Books
from coop.tables import Member
from tests.audience.factories import NOW
from tests.audience.features.nights import DAY, night
from tests.audience.rooms.live import MINUTE, live
from tests.coop.featured import give, raised, voted
from tests.factories import bearer_for, id_of, make_guild, make_member

TALKING = {"reciprocal_pairs": 9, "counterparts": 6}


def ask(client: FlaskClient, session: Session, member: Member, path: str = "/me/features") -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}", headers=bearer_for(session, member))
    assert answer.status_code == 200, answer.data
    return {one["name"]: one for one in answer.get_json()["items"]}


def test_before_anything_is_counted_nothing_is_held_and_the_clauses_are_told(
    client: FlaskClient, session: Session
) -> None:
    ada = make_member(session, "ada")
    found = ask(client, session, ada)
    assert list(found) == [
        "wide_reach",
        "larger_quota",
        "labeller_publishing",
        "scheduled_posts",
        "playlists",
        "long_video",
        "stitch_duet",
    ]
    wide = found[WIDE_REACH]
    assert (wide["held"], wide["since"], wide["grant_when"]["holds"]) == (False, None, None)
    assert wide["change"] == ["Nothing is counted yet by the clauses in force: the next night does."]
    assert wide["lose_when"]["clause"]["clause"] == "/features/wide_reach/member/lose_when"
    assert [one["text"] for one in wide["lose_when"]["comparisons"]] == [
        "reach > 5000",
        "upheld_reports >= 3",
    ]


def test_each_number_stands_beside_its_clause_with_what_would_change_it(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada = make_member(session, "ada")
    night(session, book, {("member", id_of(ada)): {"reciprocal_pairs": 3, "counterparts": 6, "reach": 700}})
    wide = ask(client, session, ada)[WIDE_REACH]
    assert (wide["held"], wide["grant_when"]["holds"], wide["keep_when"]["holds"]) == (False, False, True)
    rows = {one["metric"]: one for one in wide["grant_when"]["comparisons"]}
    pairs = rows["reciprocal_pairs"]
    assert (pairs["value"], pairs["limit"], pairs["holds"]) == (3, 8, False)
    assert (rows["reach"]["value"], rows["reach"]["holds"]) == (700, True)
    (said,) = wide["change"]
    assert said.startswith("It takes exchanges with somebody")
    assert said.endswith("at least 8 (now 3).")


def test_what_is_held_says_what_keeps_it_and_a_grace_says_until_when(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada, ended = make_member(session, "ada"), snapshot.until(NOW)
    night(session, book, {("member", id_of(ada)): TALKING})
    wide = ask(client, session, ada)[WIDE_REACH]
    assert (wide["held"], wide["grace_until"]) == (True, None)
    assert wide["change"] == [
        "It is kept while this holds: different people who opened any post, at most 4,500.",
        "It is lost at once where this holds: different people who opened any post, more than 5,000; or else"
        " times a jury found, on reports, that a by-law was broken, at least 3.",
    ]
    night(session, book, {("member", id_of(ada)): {**TALKING, "reach": 4600}}, 20)
    wide = ask(client, session, ada)[WIDE_REACH]
    assert wide["grace_until"] == (ended + 34 * DAY).isoformat().replace("+00:00", "Z")
    assert wide["change"][0] == (
        "It is kept where this is mended: different people who opened any post: at most 4,500 (now 4,600)."
    )
    night(session, book, {("member", id_of(ada)): {**TALKING, "reach": 6000}}, 21)
    wide = ask(client, session, ada)[WIDE_REACH]
    assert (wide["held"], wide["cause"], wide["since"]) == (False, "limit", None)


def test_law_14_a_grace_that_is_over_is_told_as_lost_before_any_job_has_come(
    client: FlaskClient, session: Session
) -> None:
    ada = make_member(session, "ada")
    give(session, WIDE_REACH, ada, grace_until=NOW - timedelta(days=300))
    wide = ask(client, session, ada)[WIDE_REACH]
    assert (wide["held"], wide["cause"]) == (False, "grace")


def test_a_guild_reads_its_vote_and_what_is_left_of_its_budget(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada = make_member(session, "ada")
    bakers = make_guild(session, "bakers", ada)
    give(session, LIVE_ROOMS, bakers)
    give(session, WIDE_REACH, bakers)
    found = ask(client, session, ada, "/guilds/Bakers/features")
    assert list(found) == [
        "wide_reach",
        "larger_quota",
        "live_rooms",
        "labeller_publishing",
        "guild_polls",
        "playlists",
        "collaborative_editing",
        "long_video",
    ]
    rooms, wide = found[LIVE_ROOMS], found[WIDE_REACH]
    assert (rooms["held"], rooms["vote"], rooms["budget"]["left"]) == (True, None, 1200)
    assert rooms["at_once"] == {"unit": "rooms", "amount": 2, "taken": 0, "left": 2}
    quota = found["larger_quota"]["budget"]
    assert (quota["unit"], quota["amount"], quota["taken"]) == ("megabytes", 5000, 0)
    assert (wide["held"], wide["since"] is not None, wide["budget"]) == (False, True, None)
    assert (wide["vote"]["clause"], wide["vote"]["value"]) == ("/held/wide_reach", False)
    voted(session, "bakers", WIDE_REACH)
    raised(session)
    wide = ask(client, session, ada, "/guilds/bakers/features")[WIDE_REACH]
    assert (wide["held"], wide["vote"]["scope"], wide["vote"]["value"]) == (True, "guild:bakers", True)


def test_a_member_reads_what_they_share_with_others_of_their_guilds(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    bakers, weavers = make_guild(session, "bakers", ada, (ben,)), make_guild(session, "weavers", ben)
    for guild, feature in ((bakers, LIVE_ROOMS), (bakers, LARGER_QUOTA), (weavers, LIVE_ROOMS)):
        give(session, feature, guild)
    books = Books(POLICY_KINDS)
    now = Clock().now(session)
    feature_budgets.claim(session, books.current(session), bakers, LARGER_QUOTA, 7, now)

    def shared(member: Member) -> list[tuple[str, str, int, int | None]]:
        answer = client.get("/api/v1/me/features", headers=bearer_for(session, member)).get_json()
        return [
            (one["guild"], one["feature"], one["budget"]["left"], (one["at_once"] or {}).get("left"))
            for one in answer["shared"]
        ]

    of_bakers = [("bakers", "larger_quota", 4993, None), ("bakers", "live_rooms", 1200, 2)]
    assert shared(ada) == of_bakers
    assert shared(ben) == [*of_bakers, ("weavers", "live_rooms", 1200, 2)]
    assert shared(make_member(session)) == []


def test_the_rooms_that_are_open_are_told_beside_how_many_may_be(
    client: FlaskClient, session: Session
) -> None:
    bakers, now = live(session), Clock().now(session)
    first, second = (bakers.schedule(at=now + MINUTE, now=now) for _ in range(2))
    opening.begin(session, bakers.people["ada"], bakers.book, first.post_id, now)
    ada = session.get_one(Member, bakers.people["ada"].member_id)
    own = client.get("/api/v1/me/features", headers=bearer_for(session, ada)).get_json()["shared"]
    assert [one["at_once"] for one in own] == [{"unit": "rooms", "amount": 2, "taken": 1, "left": 1}]
    opening.begin(session, bakers.people["ada"], bakers.book, second.post_id, now)
    rooms = ask(client, session, ada, "/guilds/bakers/features")[LIVE_ROOMS]
    assert rooms["at_once"] == {"unit": "rooms", "amount": 2, "taken": 2, "left": 0}
    assert rooms["budget"]["taken"] == 120


def test_law_07_of_a_guild_of_others_one_is_told_what_one_is_told_of_none(
    client: FlaskClient, session: Session
) -> None:
    ada = make_member(session, "ada")
    make_guild(session, "bakers")
    headers = bearer_for(session, ada)
    refused, absent = (
        client.get(f"/api/v1/guilds/{slug}/features", headers=headers) for slug in ("bakers", "none-such")
    )
    assert refused.status_code == absent.status_code == 404
    assert refused.data == absent.data
