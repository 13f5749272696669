"""The nightly round: what it gives, keeps and takes, once for each night, in a few statements for all."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience.features import nightly
from audience.features.conditions import compiled
from audience.metrics import reading, snapshot
from coop import feature_grants
from coop.book import COOP, Book
from coop.cel.evaluation import value
from coop.feature_rules import FEATURES, FeatureRules
from coop.feature_state import Met, after, ended
from coop.features import (
    COLLABORATIVE_EDITING,
    GUILD_POLLS,
    LABELLER_PUBLISHING,
    LARGER_QUOTA,
    LIVE_ROOMS,
    LONG_VIDEO,
    PLAYLISTS,
    SCHEDULED_POSTS,
    STITCH_DUET,
    WIDE_REACH,
)
from coop.holdings import HOLDERS, Holder
from coop.notice_tables import Announcement, Notice
from coop.tables import Guild, Member, PolicyEpoch
from tests.audience.factories import NOW, with_clauses
from tests.audience.features.nights import DAY, Numbers, count, lost, night, standing
from tests.coop.statements import counted
from tests.factories import id_of, make_guild, make_member, make_members
from tests.thorough import much

ENDED = snapshot.until(NOW)
TALKING = {"reciprocal_pairs": 9, "counterparts": 6}
KEY = (WIDE_REACH, "member")


def of(member: Member, **numbers: int) -> Numbers:
    return {("member", id_of(member)): TALKING | numbers}


def test_who_talks_with_people_gains_and_who_does_not_gains_nothing(session: Session, book: Book) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    new = make_member(session, "new", joined_at=NOW - 9 * DAY)
    numbers = {**of(ada), ("member", id_of(new)): TALKING}
    assert night(session, book, numbers) == 8
    found = standing(session)
    year = ENDED + 364 * DAY
    assert found == {
        (WIDE_REACH, "member", id_of(ada)): (ENDED, None, None),
        (LARGER_QUOTA, "member", id_of(ada)): (ENDED, None, None),
        (LABELLER_PUBLISHING, "member", id_of(ada)): (ENDED, None, year),
        (SCHEDULED_POSTS, "member", id_of(ada)): (ENDED, None, None),
        (PLAYLISTS, "member", id_of(ada)): (ENDED, None, None),
        (LONG_VIDEO, "member", id_of(ada)): (ENDED, None, None),
        (STITCH_DUET, "member", id_of(ada)): (ENDED, None, None),
        (LABELLER_PUBLISHING, "member", id_of(new)): (ENDED, None, year),
    }
    assert id_of(ben) not in {one for _, _, one in found}


def test_the_inverse_of_the_market_a_grace_the_loss_and_the_way_back(session: Session, book: Book) -> None:
    ada = make_member(session, "ada")
    key = (*KEY, id_of(ada))
    night(session, book, of(ada, reach=4500))
    assert standing(session)[key] == (ENDED, None, None)
    night(session, book, of(ada, reach=4505), 1)
    grace = ENDED + 15 * DAY
    assert standing(session)[key] == (ENDED, grace, None)
    night(session, book, of(ada, reach=4000), 2)
    assert standing(session)[key] == (ENDED, None, None)
    night(session, book, of(ada, reach=5005), 3)
    assert key not in standing(session)
    assert lost(session) == [(WIDE_REACH, id_of(ada), ENDED + 3 * DAY, "limit")]
    night(session, book, of(ada, reach=4800), 4)
    assert key not in standing(session), "below the limit, and not below nine tenths of it"
    night(session, book, of(ada, reach=4400), 5)
    assert standing(session)[key] == (ENDED + 5 * DAY, None, None)


def test_what_juries_uphold_takes_wide_reach_and_the_labels_at_once(session: Session, book: Book) -> None:
    ada = make_member(session, "ada")
    night(session, book, of(ada, upheld_reports=1))
    always = {
        LARGER_QUOTA,
        LABELLER_PUBLISHING,
        LONG_VIDEO,
        PLAYLISTS,
        SCHEDULED_POSTS,
        STITCH_DUET,
    }
    assert {name for name, _, _ in standing(session)} == always
    night(session, book, of(ada), 1)
    assert {name for name, _, _ in standing(session)} == always | {WIDE_REACH}
    night(session, book, of(ada, upheld_reports=2), 2)
    assert not lost(session), "two are no habit"
    night(session, book, of(ada, upheld_reports=3), 3)
    at = ENDED + 3 * DAY
    assert set(lost(session)) == {
        (WIDE_REACH, id_of(ada), at, "limit"),
        (LABELLER_PUBLISHING, id_of(ada), at, "limit"),
    }
    night(session, book, of(ada), 4)
    assert len(standing(session)) == 7, "regained when what was upheld is out of the window"


def test_law_14_a_late_night_takes_what_a_grace_has_ended_at_its_end(session: Session, book: Book) -> None:
    ada = make_member(session, "ada")
    night(session, book, of(ada))
    night(session, book, of(ada, reach=4505), 1)
    night(session, book, of(ada, reach=4505), 40)
    assert lost(session) == [(WIDE_REACH, id_of(ada), ENDED + 15 * DAY, "grace")]


def test_law_14_a_night_that_is_done_is_not_done_again(session: Session, book: Book) -> None:
    ada = make_member(session, "ada")
    assert night(session, book, of(ada)) == 7
    held, before = standing(session), session.scalar(select(col(PolicyEpoch.holdings)))
    assert night(session, book, {}) == 0, "the same day, whatever was counted since"
    assert nightly.refresh(session, book, NOW + timedelta(hours=5)) == 0
    assert standing(session) == held
    assert session.scalar(select(col(PolicyEpoch.holdings))) == before


def test_nothing_moves_before_there_are_numbers_by_the_clauses_in_force(session: Session, book: Book) -> None:
    make_member(session, "ada")
    assert nightly.refresh(session, book, NOW) == 0
    count(session, with_clauses(book, FEATURES, {"/metrics/reach/window": "P14D"}), {}, NOW)
    assert nightly.refresh(session, book, NOW) == 0


def test_law_01_a_vote_on_a_condition_has_the_same_night_asked_again(session: Session, book: Book) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    numbers = {**of(ada), **of(ben, reciprocal_pairs=4)}
    night(session, book, numbers)
    assert (*KEY, id_of(ben)) not in standing(session)
    clause = "/features/wide_reach/member/grant_when"
    voted = with_clauses(book, FEATURES, {clause: "reciprocal_pairs >= 4"})
    assert nightly.refresh(session, voted, NOW) == 1
    assert standing(session)[(*KEY, id_of(ben))] == (ENDED, None, None)
    told = select(col(Notice.member_id)).join(Announcement).where(col(Announcement.topic) == "feature")
    assert id_of(ben) in session.scalars(told).all()


def test_a_feature_that_a_vote_took_away_and_a_member_who_left_lose_it(session: Session, book: Book) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    night(session, book, {**of(ada), **of(ben)})
    session.execute(update(Member).where(col(Member.id) == id_of(ben)).values(left_at=NOW))
    policy = book.policies[COOP, FEATURES]
    kept = {name: one for name, one in policy.data["features"].items() if name != LARGER_QUOTA}
    data = {**policy.data, "features": kept}
    without = replace(book, policies={**book.policies, (COOP, FEATURES): replace(policy, data=data)})
    night(session, without, of(ada), 1)
    at = ENDED + DAY
    assert set(lost(session)) == {
        (WIDE_REACH, id_of(ben), at, "gone"),
        (LARGER_QUOTA, id_of(ada), at, "clause"),
        (LARGER_QUOTA, id_of(ben), at, "clause"),
        (LABELLER_PUBLISHING, id_of(ben), at, "gone"),
        (PLAYLISTS, id_of(ben), at, "gone"),
        (SCHEDULED_POSTS, id_of(ben), at, "gone"),
        (LONG_VIDEO, id_of(ben), at, "gone"),
        (STITCH_DUET, id_of(ben), at, "gone"),
    }
    assert set(standing(session)) == {
        (*KEY, id_of(ada)),
        (LABELLER_PUBLISHING, "member", id_of(ada)),
        (PLAYLISTS, "member", id_of(ada)),
        (SCHEDULED_POSTS, "member", id_of(ada)),
        (LONG_VIDEO, "member", id_of(ada)),
        (STITCH_DUET, "member", id_of(ada)),
    }


def test_a_guild_gains_by_what_its_members_do_together(session: Session, book: Book) -> None:
    bakers = make_guild(session, "bakers")
    own: Numbers = {("guild", id_of(bakers)): {"members": 6, "active_members": 5, "reciprocal_pairs": 10}}
    night(session, book, own)
    assert {name for name, _, _ in standing(session)} == {
        WIDE_REACH,
        LARGER_QUOTA,
        LIVE_ROOMS,
        LABELLER_PUBLISHING,
        GUILD_POLLS,
        PLAYLISTS,
        COLLABORATIVE_EDITING,
        LONG_VIDEO,
    }
    alone: Numbers = {("guild", id_of(bakers)): {"members": 6}}
    night(session, book, alone, 1)
    assert {grace for _, grace, _ in standing(session).values()} == {ENDED + 29 * DAY}


def test_whoever_a_night_concerns_is_told_once_and_wide_reach_shows_the_way_by_a_guild(
    session: Session, book: Book
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    bakers = make_guild(session, "bakers", ben)
    guild: Numbers = {("guild", id_of(bakers)): {"members": 6, "active_members": 5}}
    night(session, book, {**of(ada), **guild})
    night(session, book, {**of(ada, reach=4505), **guild}, 1)
    night(session, book, {**of(ada, reach=4505), **guild}, 2)
    night(session, book, {**of(ada, reach=4400), **guild}, 3)
    night(session, book, {**of(ada, reach=9000), **guild}, 4)

    def told(member: Member) -> list[str]:
        lines = select(col(Announcement.moment)).join(Notice).where(col(Notice.member_id) == id_of(member))
        return list(session.scalars(lines.order_by(col(Announcement.at), col(Announcement.moment))))

    assert told(ada) == [
        "gained:member:labeller_publishing",
        "gained:member:larger_quota",
        "gained:member:long_video",
        "gained:member:playlists",
        "gained:member:scheduled_posts",
        "gained:member:stitch_duet",
        "gained:member:wide_reach",
        "grace:member:wide_reach",
        "kept:member:wide_reach",
        "lost:member:wide_reach",
    ]
    assert told(ben) == [
        "gained:guild:guild_polls",
        "gained:guild:labeller_publishing",
        "gained:guild:playlists",
        "gained:guild:wide_reach",
    ]
    said = select(col(Announcement.line), col(Announcement.detail), col(Announcement.path))
    row = session.execute(said.where(col(Announcement.moment) == "lost:member:wide_reach")).one()
    assert row.line.startswith("You may no longer give a post more seats than others")
    assert "A guild can hold it" in row.detail
    assert row.path == "/members/me/features"


def naive(session: Session, book: Book, holder: Holder, since: dict[int, datetime]) -> dict[Any, Any]:
    """Return what each holding would become, one holder and one feature after another."""
    found: dict[Any, Any] = {}
    states = feature_grants.states(session, holder)
    for one, began in since.items():
        _, facts = reading.numbers(session, book, holder, one, began)
        for name, feature in book.rules(FEATURES, FeatureRules).features.items():
            terms = feature.terms(holder)
            if terms is None:
                continue
            expressions = compiled(terms, holder).items()
            asked = {clause: value(each.root, facts) for clause, each in expressions}
            met = Met(asked["grant_when"], asked["keep_when"], asked.get("lose_when", False))
            grace = timedelta(days=terms.grace_days)
            state = states.pop((name, one), None)
            found[name, one] = after(state, met, ENDED + DAY, grace=grace, expires=terms.expires)
    found |= {key: ended(state, ENDED + DAY, "gone") for key, state in states.items()}
    return {key: one for key, one in found.items() if one.anything}


@pytest.mark.parametrize("seed", range(much(2, 6)))
def test_a_round_over_all_is_what_each_by_itself_would_become(
    session: Session, book: Book, seed: int
) -> None:
    dice = Random(seed)
    members = [
        make_member(session, joined_at=NOW - dice.choice([5, 27, 28, 29, 300]) * DAY) for _ in range(40)
    ]
    guilds = [make_guild(session, founder=members[0]) for _ in range(15)]

    def drawn() -> Numbers:
        edges = (0, 3, 4, 5, 6, 7, 8, 9, 10, 12, 4495, 4500, 4505, 5000, 5005)
        few = edges[:10] * 3 + edges
        everybody: list[tuple[Holder, int]] = [("member", id_of(one)) for one in members]
        everybody += [("guild", id_of(one)) for one in guilds]
        names = {
            holder: [one.name for one in snapshot.METRICS[holder] if one.counting is not None]
            for holder in HOLDERS
        }
        return {one: {name: dice.choice(few) for name in names[one[0]]} for one in everybody}

    for before in range(3):
        night(session, book, drawn(), before - 2)
    gone = members[1]
    session.execute(update(Member).where(col(Member.id) == id_of(gone)).values(left_at=NOW))
    count(session, book, drawn(), NOW + DAY)
    present = session.scalars(select(Member).where(col(Member.left_at).is_(None)))
    here: dict[Holder, dict[int, datetime]] = {
        "member": {id_of(one): one.joined_at for one in present},
        "guild": {id_of(one): one.founded_at for one in session.scalars(select(Guild))},
    }
    expected = {holder: naive(session, book, holder, here[holder]) for holder in HOLDERS}
    changes = sum(map(len, expected.values()))
    assert changes > 20
    assert {
        holder: dict(nightly.round_of(session, book, holder, ENDED + DAY)) for holder in HOLDERS
    } == expected
    assert nightly.refresh(session, book, NOW + DAY) == changes
    states = {holder: feature_grants.states(session, holder) for holder in HOLDERS}
    for holder in HOLDERS:
        for key, changed in expected[holder].items():
            assert states[holder].get(key) == changed.state


def test_a_night_takes_as_many_statements_for_many_as_for_few(session: Session, book: Book) -> None:
    numbers: list[int] = []
    for more in (3, 60):
        people = make_members(session, more)
        one: Numbers = {("member", id_of(each)): TALKING for each in people}
        count(session, book, one, NOW + more * DAY)
        with counted(session) as sent:
            assert nightly.refresh(session, book, NOW + more * DAY) > 0
        numbers.append(len(sent))
        count(session, book, {}, NOW + more * DAY + DAY)
    assert numbers[1] <= numbers[0] + 21, "what the first lost besides: three for each feature"
