"""Conflicts: proposals under way that would set the same clauses are named before anybody votes."""

from dataclasses import replace
from typing import Any

from governance import conflicts, dossier, drafts, proposals
from governance.conflicts import Rival
from governance.facts import State
from tests.governance.assembly import CLASS_A, CLASS_B, Assembly
from tests.governance.test_proposals import statements

PER_DAY = "/photos/per_day"
BOTH = [*CLASS_B, {"op": "replace", "path": "/renditions_webp/quality", "value": 70}]
QUALITY = BOTH[1:]


def rivals(assembly: Assembly, made: int) -> list[Rival]:
    return conflicts.of(assembly.session, assembly.case(made))


def drafted(assembly: Assembly, patch: list[dict[str, Any]], who: int = 0) -> int:
    book = assembly.books.current(assembly.session)
    wanted = replace(assembly.draft(patch), title="A draft")
    return drafts.draft(assembly.session, book, assembly.members[who], wanted, assembly.clock.at)


def test_each_names_the_other_and_the_clauses_they_share(assembly: Assembly) -> None:
    one, both, quality = (assembly.propose(patch) for patch in (CLASS_A, BOTH, QUALITY))
    named = {
        made: {rival.id: rival.clauses for rival in rivals(assembly, made)} for made in (one, both, quality)
    }
    assert named == {
        one: {both: [PER_DAY]},
        both: {one: [PER_DAY], quality: ["/renditions_webp/quality"]},
        quality: {both: ["/renditions_webp/quality"]},
    }
    (rival,) = rivals(assembly, one)
    assert (rival.title, rival.state) == ("A change", State.DELIBERATION)


def test_an_author_is_told_while_drafting(assembly: Assembly) -> None:
    running, draft = assembly.propose(), drafted(assembly, CLASS_B, who=1)
    assert [rival.id for rival in rivals(assembly, draft)] == [running]


def test_law_07_drafts_of_others_are_never_named(assembly: Assembly) -> None:
    draft, running = drafted(assembly, CLASS_B, who=1), assembly.propose()
    assert rivals(assembly, running) == []
    book = assembly.books.current(assembly.session)
    proposals.submit(assembly.session, book, assembly.members[1], draft, assembly.clock)
    assert [rival.id for rival in rivals(assembly, running)] == [draft]


def test_what_is_over_is_no_rival(assembly: Assembly) -> None:
    made, other = assembly.propose(), assembly.propose(CLASS_B)
    proposals.withdraw(assembly.session, assembly.members[0], other, assembly.clock)
    assert rivals(assembly, made) == []
    lapsing = assembly.submit(CLASS_B)
    assert [rival.id for rival in rivals(assembly, made)] == [lapsing]
    assembly.go_to(assembly.case(lapsing).stage.until or assembly.clock.at)
    assert rivals(assembly, made) == []


def test_what_has_passed_and_waits_is_a_rival_still(assembly: Assembly) -> None:
    first = assembly.propose()
    assembly.carry(first, "for", "for", "for")
    assembly.go_to(assembly.times(first).closes_at)
    made = assembly.propose(CLASS_B)
    assert [(rival.id, rival.state) for rival in rivals(assembly, made)] == [(first, State.TIMELOCK)]


def test_other_policies_and_other_guilds_are_no_rivals(assembly: Assembly) -> None:
    seats = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = []
    for slug in ("bakers", "weavers"):
        people = assembly.guild(slug, *assembly.members)[1]
        made.append(assembly.propose(seats, "audience", f"guild:{slug}", among=people))
    coop = assembly.propose([{"op": "replace", "path": "/seats/default", "value": 100}], "audience")
    assert [rivals(assembly, one) for one in (*made, coop)] == [[], [], []]


def test_the_dossier_names_them_and_many_cost_no_more_statements(assembly: Assembly) -> None:
    made, taken = assembly.propose(), []
    for number in (1, 9):
        for _ in range(number):
            assembly.propose(CLASS_B)
        with statements(assembly) as seen:
            found = rivals(assembly, made)
        taken.append((len(found), len(seen)))
    assert [number for number, _ in taken] == [1, 10]
    assert taken[0][1] == taken[1][1]
    dossiers = dossier.read(assembly.session, assembly.books, assembly.case(made))
    assert len(dossiers.rivals) == 10
