"""The features policy replayed, beside what the next night then does."""

from dataclasses import replace
from random import Random

import pytest
from sqlmodel import Session

from audience.features import nightly
from audience.replay.features import NOT_COUNTED, replay_features
from coop.book import COOP, Book, guild_scope
from coop.feature_rules import FEATURES
from coop.features import WIDE_REACH
from coop.holdings import Holder
from coop.rehearsal import Rehearsing, Report
from tests.audience.factories import NOW, in_force, with_clauses
from tests.audience.features.nights import DAY, Numbers, count, night, standing
from tests.factories import id_of, make_guild, make_members


def rehearse(session: Session, before: Book, after: Book, scope: str = COOP) -> Report:
    asked = Rehearsing(
        scope, FEATURES, before, after, NOW - 28 * DAY, NOW, sample=100, hidden_below=5, seed="s"
    )
    return replay_features(session, asked)


def test_without_numbers_nobody_is_known_to_gain_anything(session: Session, book: Book) -> None:
    found = rehearse(session, book, book)
    assert (found.measures, NOT_COUNTED in found.limits) == ((), True)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_is_what_the_next_night_does(session: Session, book: Book, seed: int) -> None:
    dice, people = Random(seed), [id_of(one) for one in make_members(session, 60)]

    def drawn() -> Numbers:
        return {
            ("member", one): {
                "reciprocal_pairs": dice.randrange(4, 12),
                "counterparts": dice.randrange(4, 8),
                "reach": dice.choice([100, 3000, 4400, 4600, 6000]),
            }
            for one in people
        }

    night(session, book, drawn(), -1)
    count(session, book, drawn(), NOW)
    clauses = {
        "/features/wide_reach/member/grant_when": "reciprocal_pairs >= 6 && reach <= 2500",
        "/features/wide_reach/member/lose_when": "reach > 4000",
    }
    patched = with_clauses(book, FEATURES, clauses)
    found = {one.name: one.total for one in rehearse(session, book, patched).measures}["wide_reach_member"]
    of = {}
    for name, rules in (("before", book), ("after", patched)):
        with session.begin_nested() as undone:
            nightly.refresh(session, rules, NOW)
            of[name] = {one for feature, _, one in standing(session) if feature == WIDE_REACH}
            undone.rollback()
    assert found.before.value == len(of["before"])
    assert found.lost.value == len(of["before"] - of["after"])
    assert found.gained.value == len(of["after"] - of["before"])
    assert found.lost.value and found.gained.value


def test_a_guild_s_vote_is_replayed_for_that_guild_alone(session: Session, book: Book) -> None:
    guilds = [make_guild(session, slug) for slug in ("bakers", "others")]
    own: dict[tuple[Holder, int], dict[str, int]] = {
        ("guild", id_of(one)): {"members": 9, "active_members": 5} for one in guilds
    }
    night(session, book, own)
    scope = guild_scope("bakers")
    policy = in_force(scope, FEATURES, "[held]\nwide_reach = true\n")
    patched = replace(book, policies={**book.policies, (scope, FEATURES): policy})
    found = rehearse(session, book, patched, scope)
    assert found.replayed["members"].value == 0
    assert found.replayed["guilds"].value == 1
    changed = {
        one.name: one.total for one in found.measures if one.total.gained.value or one.total.lost.value
    }
    assert list(changed) == ["wide_reach_guild"]
    total = changed["wide_reach_guild"]
    assert (total.before.value, total.gained.value) == (0, 1)


def test_law_14_it_writes_nothing_and_is_told_the_same_again(session: Session, book: Book) -> None:
    (one,) = make_members(session, 1)
    night(session, book, {("member", id_of(one)): {"reciprocal_pairs": 9, "counterparts": 6}})
    held, first = standing(session), rehearse(session, book, book)
    assert rehearse(session, book, book) == first
    assert standing(session) == held
