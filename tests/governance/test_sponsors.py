"""Sponsors: the signature that was needed last starts deliberation."""

from datetime import timedelta

import pytest

from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from governance import sponsors
from governance.facts import State
from tests.governance.assembly import MOMENT, START, Assembly


def crowded(assembly: Assembly) -> int:
    """A proposal in a cooperative of 105, where three signatures are needed."""
    assembly.admit(100)
    return assembly.submit()


def test_an_author_is_the_first_sponsor(assembly: Assembly) -> None:
    made = assembly.submit()
    signed = sponsors.signatures(assembly.session, made)
    assert [signature.handle for signature in signed] == [assembly.members[0].handle]
    assert assembly.case(made).sponsors_needed == 3
    assert assembly.state(made) is State.SPONSORING


def test_law_12_whoever_is_alone_in_a_guild_needs_nobody_else(assembly: Assembly) -> None:
    _, (baker,) = assembly.guild("bakers", assembly.members[0])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.submit(patch, "audience", "guild:bakers", author=baker)
    assert assembly.state(made) is State.DELIBERATION


def test_law_14_deliberation_starts_at_the_signature_that_was_needed_last(assembly: Assembly) -> None:
    made = crowded(assembly)
    assembly.go_to(START + timedelta(days=1))
    assembly.sponsor(made, assembly.members[1])
    assert assembly.state(made) is State.SPONSORING
    third = START + timedelta(days=3)
    assembly.go_to(third)
    assembly.sponsor(made, assembly.members[2])
    assert assembly.case(made).facts.sponsored_at == third
    assert assembly.state(made) is State.DELIBERATION


def test_signing_twice_is_signing_once(assembly: Assembly) -> None:
    made = crowded(assembly)
    for member in (*assembly.members[:2], assembly.members[1]):
        assembly.sponsor(made, member)
    assert assembly.state(made) is State.SPONSORING
    assert len(sponsors.signatures(assembly.session, made)) == 2


def test_nobody_signs_what_waits_for_no_sponsors(assembly: Assembly) -> None:
    made = assembly.propose()
    with pytest.raises(Conflict):
        assembly.sponsor(made, assembly.members[4])
    with pytest.raises(NotFound):
        assembly.sponsor(made + 1, assembly.members[1])


def test_a_proposal_lapses_without_sponsors_and_takes_none_any_more(assembly: Assembly) -> None:
    made = crowded(assembly)
    assembly.go_to(START + timedelta(days=14) - MOMENT)
    assembly.sponsor(made, assembly.members[1])
    assembly.go_to(START + timedelta(days=14))
    with pytest.raises(Conflict):
        assembly.sponsor(made, assembly.members[2])


def test_only_those_who_belong_to_a_guild_sponsor_in_it(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.admit(60))
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.submit(patch, "audience", "guild:bakers", author=bakers[0])
    with pytest.raises(Forbidden):
        assembly.sponsor(made, assembly.members[0])
    for baker in bakers[1:3]:
        assembly.sponsor(made, baker)
    assert assembly.state(made) is State.DELIBERATION


def take_back(assembly: Assembly, made: int, member: Identity) -> None:
    sponsors.take_back(assembly.session, member, made, assembly.clock)


def test_a_signature_is_taken_back_while_others_are_needed(assembly: Assembly) -> None:
    made = crowded(assembly)
    assembly.sponsor(made, assembly.members[1])
    for _ in range(2):
        take_back(assembly, made, assembly.members[1])
    assert len(sponsors.signatures(assembly.session, made)) == 1
    assembly.sponsor(made, assembly.members[2])
    assert assembly.state(made) is State.SPONSORING
    assembly.sponsor(made, assembly.members[1])
    assert assembly.state(made) is State.DELIBERATION


def test_the_authors_signature_stays_and_so_does_one_that_has_counted(assembly: Assembly) -> None:
    made = crowded(assembly)
    with pytest.raises(Forbidden):
        take_back(assembly, made, assembly.members[0])
    for member in assembly.members[1:3]:
        assembly.sponsor(made, member)
    with pytest.raises(Conflict):
        take_back(assembly, made, assembly.members[1])
    with pytest.raises(NotFound):
        take_back(assembly, made + 1, assembly.members[1])
    assert len(sponsors.signatures(assembly.session, made)) == 3
