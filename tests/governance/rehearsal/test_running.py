"""Rehearsals asked for and run: what is kept, told, retried and seen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app import REPLAYERS
from coop.book import COOP
from coop.errors import Conflict, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.policy_text import sha256
from coop.rehearsal import Cell, Change, Measure, Rehearsing, Report
from coop.tables import LedgerEvent
from governance.rehearsal import changes, rehearsals, reports, running
from governance.rehearsal.rehearsals import Rehearsed
from governance.rehearsal.replayers import Replayer
from governance.rehearsal.running import FIRST_WAIT, LONGEST_WAIT, MOST_OF_A_DRAFT
from tests.governance.assembly import CLASS_A, CLASS_B, Assembly


def told(session: Session, asked: Rehearsing) -> Report:
    """A replayer that finds ten people, and says how far it has come."""
    asked.progress(3, 4, "uploads")
    ten = Cell(10, 10)
    return Report(
        {"uploads": ten}, (Measure("uploads", "uploads", "refused", "taken", Change(ten, ten, ten)),)
    )


def failing(session: Session, asked: Rehearsing) -> Report:
    raise RuntimeError("the events are unreadable")


def ask(assembly: Assembly, patch: list[dict[str, Any]] | None = None, who: Identity | None = None) -> int:
    """Ask for the rehearsal of a draft of the media policy."""
    book = assembly.books.current(assembly.session)
    text = book.policies[COOP, "media"].text
    wanted = changes.Change(COOP, "media", patch or CLASS_A, sha256(text))
    member = who or assembly.members[0]
    return rehearsals.ask_draft(assembly.session, book, member, wanted, assembly.clock.at)


def run(assembly: Assembly, replayer: Replayer = told) -> int:
    """Run what waits, every kind by this replayer."""
    return running.rehearse_due(
        assembly.database, assembly.books, assembly.clock, dict.fromkeys(REPLAYERS, replayer)
    )


def read(assembly: Assembly, rehearsal_id: int, who: Identity | None = None) -> Rehearsed:
    member = who or assembly.members[0]
    return rehearsals.visible(assembly.session, member, rehearsal_id, assembly.clock.at)


def of_one(assembly: Assembly, proposal: int) -> Rehearsed:
    """The rehearsal of a proposal that is one patch."""
    (found,) = rehearsals.of_proposal(assembly.session, proposal)
    assert (found.pointer, found.label) == ("/patch", "")
    assert found.rehearsed is not None
    return found.rehearsed


def report(assembly: Assembly, rehearsal_id: int) -> dict[str, Any]:
    found = rehearsals.report_of(assembly.session, rehearsal_id)
    assert found is not None
    return found


def test_what_is_asked_for_waits_is_run_and_is_kept_with_its_hash(assembly: Assembly) -> None:
    made = ask(assembly)
    assert (read(assembly, made).state, rehearsals.report_of(assembly.session, made)) == ("waiting", None)
    assert run(assembly) == 1
    found, document = read(assembly, made), report(assembly, made)
    assert (found.state, found.done_at, found.attempts) == ("done", assembly.clock.at, 1)
    assert found.report_sha256 == reports.digest(document)
    assert (found.done, found.total, found.what) == (3, 4, "uploads")
    assert document["measures"][0]["total"] == {"before": 10, "lost": 10, "gained": 10}
    assert document["summary"] == [
        "Of 10 uploads before, 10 would have been refused; besides these, 10 would have been taken."
    ]
    assert document["window"]["days"] == 28
    assert run(assembly) == 0


def test_every_registered_replayer_reads_an_empty_cooperative(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    patches: dict[str, tuple[str, Any]] = {
        "media": ("/photos/per_day", 100),
        "audience": ("/seats/default", 100),
        "feeds": ("/profiles/balanced/weights/small", 2.0),
        "membership": ("/guilds/members_max", 300),
        "voting": ("/classes/A/floor", 0.1),
        "deliberation": ("/arguments/per_member", 20),
        "features": ("/metrics/reach/window", "P14D"),
    }
    for kind, (path, value) in patches.items():
        patch = [{"op": "replace", "path": path, "value": value}]
        wanted = changes.Change(COOP, kind, patch, sha256(book.policies[COOP, kind].text))
        made = rehearsals.ask_draft(assembly.session, book, assembly.members[0], wanted, assembly.clock.at)
        assert running.rehearse_due(assembly.database, assembly.books, assembly.clock, REPLAYERS) == 1
        found = read(assembly, made)
        assert (kind, found.state, found.error) == (kind, "done", None)
        assert report(assembly, made)["limits"]


def test_a_kind_that_nobody_replays_is_reported_on_all_the_same(assembly: Assembly) -> None:
    made = ask(assembly)
    running.rehearse_due(assembly.database, assembly.books, assembly.clock, {})
    assert report(assembly, made)["summary"] == ["Nothing on record would have gone otherwise."]
    assert report(assembly, made)["limits"][0].startswith("Nothing on record shows what a change of media")


def test_law_13_a_failing_replayer_marks_it_failed_and_it_is_tried_again(assembly: Assembly) -> None:
    made = ask(assembly)
    assert run(assembly, failing) == 1
    found = read(assembly, made)
    assert (found.state, found.attempts) == ("failed", 1)
    assert found.error == "What was recorded could not be replayed (RuntimeError)."
    assert found.retry_at == assembly.clock.at + FIRST_WAIT
    assert run(assembly) == 0
    assembly.go_to(assembly.clock.at + FIRST_WAIT)
    assert run(assembly) == 1
    assert (read(assembly, made).state, read(assembly, made).error) == ("done", None)


def test_law_13_a_draft_is_given_up_in_the_end_and_a_proposal_never(assembly: Assembly) -> None:
    draft, proposal = ask(assembly), assembly.propose(CLASS_B)
    book = assembly.books.current(assembly.session)
    rehearsals.ask(assembly.session, book, proposal, assembly.clock.at)
    for _ in range(MOST_OF_A_DRAFT + 2):
        run(assembly, failing)
        assembly.go_to(assembly.clock.at + LONGEST_WAIT)
    assert (read(assembly, draft).attempts, read(assembly, draft).retry_at) == (MOST_OF_A_DRAFT, None)
    waiting = of_one(assembly, proposal)
    assert (waiting.state, waiting.attempts) == ("failed", MOST_OF_A_DRAFT + 2)
    run(assembly)
    assert of_one(assembly, proposal).state == "done"


def test_one_whose_worker_died_is_taken_up_again(assembly: Assembly) -> None:
    made = ask(assembly)
    assert running.claim(assembly.database, assembly.clock) == running.Claimed(made, 1)
    assert running.claim(assembly.database, assembly.clock) is None
    assembly.go_to(assembly.clock.at + FIRST_WAIT)
    assert run(assembly) == 1
    assert (read(assembly, made).state, read(assembly, made).attempts) == ("done", 2)


def test_a_worker_that_comes_back_late_overwrites_nothing(assembly: Assembly) -> None:
    made = ask(assembly)
    first = running.claim(assembly.database, assembly.clock)
    assert first is not None
    assembly.go_to(assembly.clock.at + FIRST_WAIT)
    run(assembly)
    before = read(assembly, made)
    running.run(assembly.database, assembly.books, assembly.clock, {"media": failing}, first)
    assert read(assembly, made) == before


def test_a_worker_that_comes_back_while_another_is_at_it_does_nothing(assembly: Assembly) -> None:
    made = ask(assembly)
    first = running.claim(assembly.database, assembly.clock)
    assembly.go_to(assembly.clock.at + FIRST_WAIT)
    second = running.claim(assembly.database, assembly.clock)
    assert (first, second) == (running.Claimed(made, 1), running.Claimed(made, 2))
    running.run(
        assembly.database, assembly.books, assembly.clock, {"media": failing}, running.Claimed(made, 1)
    )
    assert (read(assembly, made).state, read(assembly, made).attempts) == ("running", 2)


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 2), (4, 8), (9, 256), (10, 360), (99, 360)])
def test_tries_come_ever_later_up_to_a_bound(attempt: int, minutes: int) -> None:
    assert running.waiting(attempt) == timedelta(minutes=minutes)


def test_law_14_a_late_run_makes_the_report_that_a_prompt_one_makes(assembly: Assembly) -> None:
    first, second = ask(assembly), ask(assembly)
    running.run(
        assembly.database,
        assembly.books,
        assembly.clock,
        REPLAYERS,
        running.claim(assembly.database, assembly.clock) or running.Claimed(0, 0),
    )
    assembly.go_to(assembly.clock.at + timedelta(days=3))
    assembly.admit(3)
    running.rehearse_due(assembly.database, assembly.books, assembly.clock, REPLAYERS)
    assert report(assembly, first) == report(assembly, second)


def test_law_07_a_draft_rehearsed_is_seen_by_whoever_asked_alone(assembly: Assembly) -> None:
    made = ask(assembly)
    run(assembly)
    for rehearsal_id in (made, made + 1):
        with pytest.raises(NotFound):
            read(assembly, rehearsal_id, assembly.members[1])


def test_law_07_a_proposals_rehearsal_is_seen_by_whoever_sees_the_proposal(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    proposal = assembly.propose()
    (made,) = rehearsals.ask(assembly.session, book, proposal, assembly.clock.at)
    assert read(assembly, made, assembly.members[3]).proposal_id == proposal


def test_a_proposal_is_rehearsed_once_and_the_record_tells_of_it(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    proposal = assembly.propose()
    first, again = (rehearsals.ask(assembly.session, book, proposal, assembly.clock.at) for _ in range(2))
    assert first == again
    run(assembly)
    found = of_one(assembly, proposal)
    events = assembly.session.scalars(
        select(LedgerEvent).where(col(LedgerEvent.type) == "proposal.rehearsed")
    ).all()
    assert [event.payload["proposal"] for event in events] == [str(proposal)]
    assert events[0].payload["report_sha256"] == found.report_sha256
    assert events[0].payload["patch_sha256"] == found.patch_sha256


def test_law_05_the_seed_could_not_be_known_while_the_patch_was_written(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    first = ask(assembly)
    assembly.propose()
    second = ask(assembly)
    run(assembly)
    documents = [report(assembly, made) for made in (first, second)]
    assert documents[0]["patch_sha256"] == documents[1]["patch_sha256"]
    assert documents[0]["seed"] != documents[1]["seed"]
    assert book.epoch == assembly.books.current(assembly.session).epoch


def test_what_could_not_stand_is_refused_at_once(assembly: Assembly) -> None:
    book, member = assembly.books.current(assembly.session), assembly.members[0]
    good = changes.Change(COOP, "media", CLASS_A, sha256(book.policies[COOP, "media"].text))

    def refused(as_what: type[Exception], **changed: Any) -> None:
        wanted = replace(good, **changed)
        with pytest.raises(as_what):
            rehearsals.ask_draft(assembly.session, book, member, wanted, assembly.clock.at)

    refused(Conflict, base_sha256="0" * 64)
    refused(RuleBroken, patch=[{"op": "replace", "path": "/photos/per_day", "value": 0}])
    refused(RuleBroken, kind="weather")
    refused(RuleBroken, scope="guild:nowhere", kind="audience", base_sha256=sha256(""))
    refused(RuleBroken, scope="elsewhere")
    assert run(assembly) == 0


def test_a_member_has_as_many_drafts_rehearsed_in_a_day_as_the_clause_says(assembly: Assembly) -> None:
    for _ in range(20):
        ask(assembly)
    with pytest.raises(TooMany) as refused:
        ask(assembly)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.kind, clause.clause, clause.value) == ("deliberation", "/rehearsals/per_member_day", 20)
    assert refused.value.retry_after_s == 86400
    ask(assembly, who=assembly.members[1])
    assembly.go_to(assembly.clock.at + timedelta(days=1))
    ask(assembly)


@pytest.mark.parametrize(("kind", "expected"), [("media", True), ("election", False)])
def test_what_changes_a_policy_waits_for_its_rehearsal(assembly: Assembly, kind: str, expected: bool) -> None:
    assert rehearsals.needed(kind, assembly.books.kinds) is expected


def test_one_s_own_newest_try_of_a_change_is_found_and_no_other(assembly: Assembly) -> None:
    ada, bruno = assembly.members[:2]
    text = assembly.books.current(assembly.session).policies[COOP, "media"].text
    wanted = changes.Change(COOP, "media", CLASS_A, sha256(text))
    ask(assembly)
    assembly.go_to(assembly.clock.at + timedelta(minutes=1))
    newest = ask(assembly)
    ask(assembly, CLASS_B)
    found = rehearsals.own(assembly.session, ada, wanted)
    assert found is not None
    assert (found.id, found.proposal_id) == (newest, None)
    assert rehearsals.own(assembly.session, bruno, wanted) is None
