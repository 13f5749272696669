"""The conjunction of two locks: it opens where both do."""

import random
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from audience.keys import LOCAL_KEY, PUBLIC_KEY, guild_key, member_key, place_key
from audience.locks import PLACED_KEY, Lock, compile_lock, conjunction
from audience.predicate import LOCAL, NOBODY, Atom, Predicate
from tests.audience.factories import NOW
from tests.thorough import much

ME, OTHER, READER = 1, 2, 3
GUILDS = {f"guild{n}": guild_key(n) for n in range(1, 4)}
PEOPLE = {"reader": member_key(READER), "ann": member_key(4)}
PLACES = {"7": place_key(7), "8": place_key(8)}
FOLLOWERS = Predicate(any=[Atom.model_validate({"follow": {"dir": "follower", "min_days": 7}})])

_OPENS = text("""
SELECT lock_opens(CAST(:any AS bigint[]), CAST(:all AS bigint[]), CAST(:none AS bigint[]),
  CAST(:groups AS bigint[]), CAST(:follow AS smallint[]), CAST(:keys AS bigint[]), :reader, :author, :now)
""")


def keys() -> dict[Atom, list[int]]:
    found = {Atom(guild=slug): [key] for slug, key in GUILDS.items()}
    found |= {Atom(member=handle): [key] for handle, key in PEOPLE.items()}
    found |= {Atom(place=one): [key] for one, key in PLACES.items()}
    found |= {Atom(local=True): [LOCAL_KEY], Atom(public=True): [PUBLIC_KEY]}
    return found | {atom: [] for atom in FOLLOWERS.atoms()}


def some_predicate(chance: random.Random) -> Predicate:
    atoms = [atom for atom in keys() if not (atom.public or atom.follow)]
    groups = [atom for atom in atoms if not atom.local]

    def some(least: int, most: int, of: list[Atom] = atoms) -> list[Atom]:
        return chance.sample(of, chance.randint(least, most))

    said: dict[str, Any] = {}
    if chance.random() < 0.7:
        said["any"] = some(0, 3)
    if chance.random() < 0.5 or not said:
        said["all"] = [
            one
            if chance.random() < 0.5
            else {"any": [one.model_dump(), *(a.model_dump() for a in some(0, 2))]}
            for one in some(1, 3)
        ]
    if chance.random() < 0.4:
        said["not"] = [one for one in some(1, 2, groups) if one not in said.get("any", ())]
    return Predicate.model_validate({name: part for name, part in said.items() if name != "not" or part})


def opens(session: Session, lock: Lock, held: list[int]) -> bool:
    bound = {
        "any": lock.any,
        "all": lock.all,
        "none": lock.none,
        "groups": lock.groups,
        "follow": lock.follow,
    }
    reader = {"keys": held, "reader": READER, "author": ME, "now": NOW}
    found: bool = session.execute(_OPENS, {**bound, **reader}).scalar_one()
    return found


def test_law_08_a_conjunction_opens_where_both_do_for_random_locks_and_readers(session: Session) -> None:
    chance, admitted, tried = random.Random(19), 0, 0
    while tried < much(600, 6000):
        try:
            one, other = some_predicate(chance), some_predicate(chance)
        except ValueError:
            continue  # a predicate that contradicts itself is refused where it is written
        tried += 1
        mine, theirs = compile_lock([one], ME, keys()), compile_lock([other], OTHER, keys())
        both = conjunction(mine, theirs, ME)
        place = chance.choice([[], [PLACED_KEY], [PLACED_KEY, PLACES["7"]]])
        guilds = chance.sample(sorted(GUILDS.values()), chance.randint(0, 3))
        held = [PUBLIC_KEY, LOCAL_KEY, PEOPLE["reader"], *guilds, *place]
        expected = opens(session, mine, held) and opens(session, theirs, held)
        assert opens(session, both, held) is expected, (one, other, held)
        admitted += expected
    assert tried / 50 < admitted < tried / 2


def test_law_08_what_its_own_author_asks_of_followers_is_kept() -> None:
    mine = compile_lock([FOLLOWERS, Predicate(any=[Atom(guild="guild1")])], ME, keys())
    theirs = compile_lock([Predicate(any=[Atom(guild="guild2"), Atom(guild="guild3")])], OTHER, keys())
    both = conjunction(mine, theirs, ME)
    assert both.follow is not None
    assert 7 in both.follow
    assert GUILDS["guild1"] in (both.all or ())


def test_followers_of_another_author_are_no_part_of_a_lock() -> None:
    with pytest.raises(ValueError, match="another author"):
        conjunction(compile_lock([LOCAL], ME, keys()), compile_lock([FOLLOWERS], OTHER, keys()), ME)


def test_what_is_for_all_stays_as_cheap_as_it_was() -> None:
    local, bakers = (
        compile_lock([one], ME, keys()) for one in (LOCAL, Predicate(any=[Atom(guild="guild1")]))
    )
    public = compile_lock([Predicate(any=[Atom(public=True)])], OTHER, keys())
    assert conjunction(local, public, ME) == local == Lock(any=[LOCAL_KEY])
    assert conjunction(local, compile_lock([LOCAL], OTHER, keys()), ME) == local
    assert conjunction(bakers, public, ME) == bakers
    assert conjunction(public, public, ME) == public


def test_what_is_for_nobody_stays_for_nobody(session: Session) -> None:
    nobody, local = compile_lock([NOBODY], ME, keys()), compile_lock([LOCAL], OTHER, keys())
    for both in (
        conjunction(nobody, local, ME),
        conjunction(local, compile_lock([NOBODY], OTHER, keys()), ME),
    ):
        assert not opens(session, both, [PUBLIC_KEY, LOCAL_KEY, PEOPLE["reader"]])


def test_its_author_has_the_key_of_a_lock_that_is_one_list() -> None:
    local = compile_lock([LOCAL], ME, keys())
    both = conjunction(local, compile_lock([Predicate(any=[Atom(guild="guild1")])], OTHER, keys()), ME)
    assert both == Lock(any=sorted([GUILDS["guild1"], member_key(ME), member_key(OTHER)]))
