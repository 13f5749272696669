"""A vote among several changes waits until each was rehearsed, and its ballots bind to all the reports."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from app import REPLAYERS
from coop.book import COOP, Book
from coop.errors import Conflict
from coop.rehearsal import Rehearsing, Report
from coop.tables import LedgerEvent
from governance import rebasing
from governance.drafts import Draft
from governance.facts import State
from governance.rehearsal import rehearsals, running
from governance.rehearsal.changes import joined
from governance.rehearsal.rehearsals import Placed
from governance.rehearsal.running import FIRST_WAIT
from governance.rehearsal.tables import Rehearsal
from governance.tables import Proposal
from tests.governance.assembly import Assembly
from tests.governance.changes import in_force, setting
from tests.governance.contesting import CHOICES, CLAUSE, contest, number, photos
from tests.governance.record import audited

Wanted = Callable[[Book], Draft]


def told(session: Session, asked: Rehearsing) -> Report:
    return Report({})


def failing_on(value: int) -> Callable[[Session, Rehearsing], Report]:
    """A replayer that breaks on the rules that have this many photos a day."""

    def replayer(session: Session, asked: Rehearsing) -> Report:
        if asked.after.policies[COOP, "media"].data["photos"]["per_day"] == value:
            raise RuntimeError("the events are unreadable")
        return Report({})

    return replayer


def brought(assembly: Assembly, wanted: Wanted) -> int:
    """Bring a proposal to its verification, its rehearsals asked for."""
    made = assembly.bring(wanted(assembly.books.current(assembly.session)))
    assembly.session.get_one(Proposal, made).rehearsal_needed = True
    assembly.session.flush()
    assembly.go_to(assembly.times(made).verification_at)
    assembly.advance()
    return made


def run(assembly: Assembly, replayer: Any = told) -> int:
    return running.rehearse_due(
        assembly.database, assembly.books, assembly.clock, dict.fromkeys(REPLAYERS, replayer)
    )


def run_one(assembly: Assembly) -> None:
    claimed = running.claim(assembly.database, assembly.clock)
    assert claimed is not None
    running.run(assembly.database, assembly.books, assembly.clock, {"media": told}, claimed)


def of(assembly: Assembly, made: int) -> list[Placed]:
    return rehearsals.of_proposal(assembly.session, made)


def states(assembly: Assembly, made: int) -> dict[str, str | None]:
    found = of(assembly, made)
    return {one.label: None if one.rehearsed is None else one.rehearsed.state for one in found}


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        pytest.param(contest, ["Eighty", "A hundred"], id="a contest"),
        pytest.param(number, ["5, the least", "500, the most"], id="a number"),
    ],
)
def test_law_05_a_vote_opens_once_each_change_was_rehearsed_and_binds_to_all_the_reports(
    assembly: Assembly, wanted: Wanted, labels: list[str]
) -> None:
    made = brought(assembly, wanted)
    assert states(assembly, made) == dict.fromkeys(labels, "waiting")
    run_one(assembly)
    assembly.go_to(assembly.times(made).voting_at)
    assembly.advance()
    assert sorted(filter(None, states(assembly, made).values())) == ["done", "waiting"]
    assert (assembly.state(made), assembly.times(made).held) == (State.VERIFICATION, True)
    assert assembly.case(made).rehearsal_sha256 is None
    run_one(assembly)
    assert assembly.state(made) is State.VOTING
    reports = {one.pointer: one.report_sha256 or "" for one in of(assembly, made)}
    assert assembly.case(made).rehearsal_sha256 == joined(reports) not in reports.values()
    assembly.vote(made, assembly.members[0], "abstain")
    for stale in (None, *reports.values()):
        with pytest.raises(Conflict) as refused:
            assembly.vote(made, assembly.members[0], "abstain", rehearsal_sha256=stale)
        assert refused.value.faults[0].pointer == "/rehearsal_sha256"
    audited(assembly)


def test_the_changes_of_a_vote_are_tried_on_the_same_window_with_the_same_lots(assembly: Assembly) -> None:
    made = brought(assembly, contest)
    rows = assembly.session.scalars(select(Rehearsal).where(col(Rehearsal.proposal_id) == made)).all()
    assert len(rows) == 2
    assert {(row.asked_at, row.seed) for row in rows} == {(rows[0].asked_at, rows[0].seed)}


def test_law_14_whoever_asks_again_asks_for_the_same(assembly: Assembly) -> None:
    made = brought(assembly, contest)
    asked = [one.rehearsed.id for one in of(assembly, made) if one.rehearsed]
    book = assembly.books.current(assembly.session)
    assert rehearsals.ask(assembly.session, book, made, assembly.clock.at) == asked
    assembly.advance()
    assert [one.rehearsed.id for one in of(assembly, made) if one.rehearsed] == asked


def test_law_13_a_choice_that_cannot_be_tried_holds_the_vote_and_loses_nothing_of_the_others(
    assembly: Assembly,
) -> None:
    made = brought(assembly, contest)
    run(assembly, failing_on(100))
    assert states(assembly, made) == {"Eighty": "done", "A hundred": "failed"}
    (_, failed) = of(assembly, made)
    assert failed.rehearsed is not None
    assert failed.rehearsed.error == "What was recorded could not be replayed (RuntimeError)."
    assembly.go_to(assembly.times(made).voting_at)
    assembly.advance()
    assert assembly.state(made) is State.VERIFICATION
    (stands, _) = of(assembly, made)
    assembly.go_to(assembly.clock.at + FIRST_WAIT)
    assert run(assembly) == 1
    assert of(assembly, made)[0] == stands
    assert (states(assembly, made)["A hundred"], assembly.state(made)) == ("done", State.VOTING)


def test_law_05_reports_on_a_text_that_was_replaced_open_no_vote(assembly: Assembly) -> None:
    made = brought(assembly, contest)
    run_one(assembly)
    choices = [{"label": "As it is"}, CHOICES[0], {"label": "Ninety", "patch": photos(90)}]
    assembly.session.execute(
        update(Proposal).where(col(Proposal.id) == made).values(options={"choices": choices})
    )
    run_one(assembly)
    assert states(assembly, made) == {"Eighty": "done", "Ninety": None}
    assembly.go_to(assembly.times(made).voting_at)
    assert assembly.state(made) is State.VERIFICATION
    assert assembly.advance() == 1
    assert run(assembly) == 1
    assert states(assembly, made) == {"Eighty": "done", "Ninety": "done"}
    assert assembly.state(made) is State.VOTING


def test_law_05_of_a_number_that_can_go_one_way_alone_the_one_report_stands_for_itself(
    assembly: Assembly,
) -> None:
    made = brought(assembly, lambda book: number(book, CLAUSE | {"min": 60}))
    assert states(assembly, made) == {"500, the most": "waiting"}
    run(assembly)
    (only,) = of(assembly, made)
    assert assembly.case(made).rehearsal_sha256 == only.report_sha256 is not None


def test_law_05_a_contest_that_is_rebased_is_rehearsed_anew_against_the_new_text(assembly: Assembly) -> None:
    made = brought(assembly, contest)
    run(assembly, failing_on(100))
    (stored, _) = (one.report_sha256 for one in of(assembly, made))
    in_force(assembly, setting(small=500))
    assert assembly.state(made) is State.CONFLICTED
    book, author = assembly.books.current(assembly.session), assembly.members[0]
    again = rebasing.rebase(assembly.session, book, author, made, None, assembly.clock)
    assert states(assembly, again) == {"Eighty": None, "A hundred": None}
    assembly.advance()
    assert run(assembly) == 2
    assert stored not in {one.report_sha256 for one in of(assembly, again)}
    assembly.go_to(assembly.times(again).voting_at)
    assert assembly.state(again) is State.VOTING


def test_what_was_withdrawn_is_rehearsed_no_more(assembly: Assembly) -> None:
    made = brought(assembly, contest)
    run_one(assembly)
    assembly.session.execute(
        update(Proposal)
        .where(col(Proposal.id) == made)
        .values(ended_as="withdrawn", ended_at=assembly.clock.at)
    )
    assert run(assembly) == 0
    kept = select(LedgerEvent).where(col(LedgerEvent.type) == "proposal.rehearsed")
    assert len(assembly.session.scalars(kept).all()) == 1
