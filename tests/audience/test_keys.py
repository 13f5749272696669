"""Locks and keys: the array says exactly what the document says."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from audience.document import AudienceDocument
from audience.keys import COOP_KEY, guild_key, guild_of, held_by, lock, member_key, personal
from coop.identity import Identity

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
IDS = st.integers(1, 2**59 - 1)


def member(member_id: int, guilds: set[int]) -> Identity:
    return Identity(member_id, f"m{member_id}", "M", JOINED, frozenset(guilds))


@given(IDS, IDS)
def test_no_two_things_share_a_key(one: int, other: int) -> None:
    keys = [COOP_KEY, guild_key(one), member_key(one)]
    assert len(set(keys)) == 3
    assert all(0 < key < 2**63 for key in keys)
    assert (guild_key(one) == guild_key(other)) == (one == other)
    assert [guild_of(key) for key in keys] == [None, one, None]


def test_a_member_holds_the_coops_key_those_of_their_guilds_and_their_own() -> None:
    assert held_by(member(7, {3, 2})) == [COOP_KEY, guild_key(2), guild_key(3), member_key(7)]
    assert COOP_KEY not in personal(member(7, {3, 2}))


SMALL = st.integers(1, 4)
PARTS = st.one_of(
    st.just({"coop": True}),
    SMALL.map(lambda n: {"guild": f"g{n}"}),
    SMALL.map(lambda n: {"member": f"m{n}"}),
)


@given(st.none() | st.lists(PARTS, max_size=4), SMALL, SMALL, st.sets(SMALL))
def test_law_07_a_lock_opens_to_exactly_those_whom_the_document_names_and_to_its_author(
    parts: list[dict[str, Any]] | None, author_id: int, viewer_id: int, guilds: set[int]
) -> None:
    written = {} if parts is None else {"see": {"any": parts}}
    made = lock(
        AudienceDocument.model_validate(written),
        author_id,
        {f"g{n}": n for n in range(1, 5)},
        {f"m{n}": n for n in range(1, 5)},
    )
    named = parts is None or any(
        part == {"coop": True}
        or part.get("guild") in {f"g{n}" for n in guilds}
        or part.get("member") == f"m{viewer_id}"
        for part in parts
    )
    opens = bool(set(made) & set(held_by(member(viewer_id, guilds))))
    assert opens == (named or viewer_id == author_id)
    assert made
