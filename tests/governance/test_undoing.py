"""Undoing: what goes out of force takes back what it set, and nothing of what others set."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app import ENACTORS
from coop import policies
from coop.policies import Books
from coop.policy_text import leaves, parse
from coop.tables import LedgerEvent, PolicyVersion
from governance import enactment, restoring, undoing
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import MOMENT, START, Assembly
from tests.governance.changes import (
    DAY,
    FOUNDING,
    MEDIUM,
    PHOTOS,
    SMALL,
    enact,
    founding_text,
    go_on,
    head,
    in_force,
    said,
    setting,
    told,
    undone,
)
from tests.governance.record import audited


def sunset_of(assembly: Assembly, made: int) -> datetime:
    found = assembly.case(made).sunset_at
    assert found is not None
    return found


def test_law_02_a_sunset_puts_back_the_very_text_that_stood_before(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    ends_at = sunset_of(assembly, made)
    assembly.go_to(ends_at - MOMENT)
    assert assembly.advance() == 0
    assembly.go_to(ends_at)
    assert assembly.state(made) is State.SUNSET
    assert assembly.advance() == 1
    assert undone(assembly, made) == (State.SUNSET, ends_at)
    newest = head(assembly)
    assert (newest.number, newest.cause, newest.proposal_id) == (3, "sunset", made)
    assert newest.text == founding_text(assembly)
    (event,) = told(assembly, "proposal.undone")
    assert (event["proposal"], event["as"], event["number"]) == (str(made), "sunset", 3)
    audited(assembly)


def test_a_receipt_of_what_was_put_back_names_the_version_that_did(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    assembly.go_to(sunset_of(assembly, made))
    assembly.advance()
    cited = assembly.books.current(assembly.session).cite("media", SMALL)
    assert (cited.value, cited.version, cited.proposal, cited.tally) == (480, 3, str(made), None)


def test_law_12_what_others_set_since_stays(assembly: Assembly) -> None:
    first = in_force(assembly, setting(small=500, medium=1000))
    second = in_force(assembly, setting(medium=1200, photos=70))
    assembly.go_to(sunset_of(assembly, first))
    assembly.advance()
    assert said(assembly) == FOUNDING | {MEDIUM: 1200, PHOTOS: 70}
    assert assembly.state(second) is State.IN_FORCE
    assembly.go_to(sunset_of(assembly, second))
    assembly.advance()
    assert said(assembly) == FOUNDING
    audited(assembly)


def test_what_has_no_clause_left_is_superseded_and_says_by_what(assembly: Assembly) -> None:
    first = in_force(assembly, setting(small=500))
    second = in_force(assembly, setting(small=520, medium=1000))
    case = assembly.case(first)
    assert undone(assembly, first) == (State.SUPERSEDED, assembly.case(second).facts.enacted_at)
    assert case.undone_reason is not None
    assert str(second) in case.undone_reason
    audited(assembly)


def test_what_was_superseded_is_back_when_what_was_laid_over_it_ends(assembly: Assembly) -> None:
    first = in_force(assembly, setting(photos=70), review_after=90 * DAY)
    second = in_force(assembly, setting(photos=1000), sunset_after=30 * DAY)
    assert assembly.state(first) is State.SUPERSEDED
    go_on(assembly, 30 * DAY)
    assembly.advance()
    assert assembly.state(second) is State.SUNSET
    assert said(assembly)[PHOTOS] == 70
    assert assembly.state(first) is State.IN_FORCE
    assert told(assembly, "proposal.restored") == [{"proposal": str(first), "by": str(second)}]
    audited(assembly)


def test_law_02_what_had_to_end_while_it_was_superseded_does_not_come_back(assembly: Assembly) -> None:
    first = in_force(assembly, setting(small=500), sunset_after=40 * DAY)
    second = in_force(assembly, setting(small=520), sunset_after=60 * DAY)
    assembly.go_to(sunset_of(assembly, second))
    assembly.advance()
    assert said(assembly) == FOUNDING
    assert assembly.state(first) is State.SUPERSEDED
    assert told(assembly, "proposal.restored") == []
    audited(assembly)


def outcome(assembly: Assembly, *made: int) -> Any:
    """Everything that undoing may write, but for when it wrote it."""
    rows = assembly.session.execute(
        select(col(Proposal.undone_as), col(Proposal.undone_at), col(Proposal.undone_reason))
        .where(col(Proposal.id).in_(made))
        .order_by(col(Proposal.id))
    ).all()
    texts = [version.text for version in policies.versions(assembly.session, "coop", "media")]
    events = assembly.session.scalars(select(LedgerEvent).order_by(col(LedgerEvent.seq))).all()
    of_these = [event.type for event in events if event.payload.get("proposal") in {str(one) for one in made}]
    facts = [(row[0], row[1], (row[2] or "").replace(str(made[-1]), "")) for row in rows]
    return facts, texts, of_these


def test_law_14_jobs_on_time_late_or_doubled_undo_the_same(assembly: Assembly) -> None:
    found = []
    for runs in (1, 2, 0):
        point = assembly.session.begin_nested()
        assembly.go_to(START)
        first = in_force(assembly, setting(small=500), sunset_after=40 * DAY)
        second = in_force(assembly, setting(small=520, medium=1000), sunset_after=30 * DAY)
        last = sunset_of(assembly, second) + 60 * DAY
        while assembly.clock.at < last:
            go_on(assembly, 5 * DAY)
            for _ in range(runs):
                assembly.advance()
        assembly.advance()
        found.append(outcome(assembly, first, second))
        point.rollback()
        assembly.books = Books(assembly.books.kinds)
    assert found[0] == found[1] == found[2]
    assert found[0][0][0][0] == "superseded"
    assert found[0][0][1][0] == "sunset"


def test_law_14_an_end_that_is_due_before_an_enactment_comes_before_it(assembly: Assembly) -> None:
    first = in_force(assembly, setting(small=500), sunset_after=30 * DAY)
    assembly.go_to(sunset_of(assembly, first) - 16 * DAY)
    second = assembly.propose(setting(medium=1000))
    assembly.carry(second, *["for"] * 5)
    assert assembly.clock.at > sunset_of(assembly, first)
    assembly.advance()
    assert assembly.state(first) is State.SUNSET
    assert assembly.state(second) is State.CONFLICTED
    assert said(assembly) == FOUNDING


def test_the_next_moment_to_do_something_is_the_first_sunset(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    sooner = in_force(assembly, setting(medium=1000), sunset_after=30 * DAY)
    assert enactment.next_due(assembly.session, assembly.clock.at) == sunset_of(assembly, sooner)
    assembly.go_to(sunset_of(assembly, sooner))
    assembly.advance()
    assert enactment.next_due(assembly.session, assembly.clock.at) == sunset_of(assembly, made)


def test_law_13_what_cannot_be_put_back_stays_with_its_reason_and_holds_up_nothing(
    assembly: Assembly,
) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    own = assembly.propose(
        [{"op": "add", "path": "/seats", "value": {"default": 40}}], "audience", "guild:bakers", among=bakers
    )
    enact(assembly, own)
    wider = assembly.propose(
        [
            {"op": "replace", "path": "/seats/default", "value": 200},
            {"op": "add", "path": "/arrivals", "value": {"per_minute": 30}},
        ],
        "audience",
        "guild:bakers",
        among=bakers,
    )
    enact(assembly, wider)
    raised = [{"op": "replace", "path": "/bounds/guild/~1seats~1default/min", "value": 100}]
    enact(assembly, assembly.propose(raised, "audience"))
    row = assembly.session.get_one(Proposal, wider)
    row.sunset_after = int(((assembly.clock.at - assembly.times(wider).due_at) + DAY).total_seconds())
    assembly.session.flush()
    other = in_force(assembly, setting(small=500), sunset_after=30 * DAY)
    assembly.go_to(sunset_of(assembly, other))
    assembly.advance()
    assert assembly.state(wider) is State.SUNSET
    reason = assembly.case(wider).undone_reason
    assert reason is not None
    assert "/seats/default" in reason
    text = policies.versions(assembly.session, "guild:bakers", "audience")[0].text
    assert leaves(parse(text)) == {"/seats/default": 200}
    ended = {event["proposal"]: event for event in told(assembly, "proposal.undone")}
    assert [one["clause"] for one in ended[str(wider)]["left"]] == ["/seats/default"]
    assert ended[str(own)]["as"] == "superseded"
    assert assembly.state(other) is State.SUNSET


def test_law_13_an_unforeseen_failure_ends_the_change_and_holds_up_nothing(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = in_force(assembly, setting(small=500), sunset_after=30 * DAY)
    whole = in_force(assembly, setting(medium=1000), sunset_after=30 * DAY)
    restored = restoring.restored

    def fails_on_the_first(text: str, wanted: dict[str, Any], *rest: Any, **more: Any) -> Any:
        if SMALL in wanted:
            raise ZeroDivisionError
        return restored(text, wanted, *rest, **more)

    monkeypatch.setattr(undoing, "restored", fails_on_the_first)
    assembly.go_to(sunset_of(assembly, whole))
    assembly.advance()
    assert {assembly.state(made) for made in (broken, whole)} == {State.SUNSET}
    assert said(assembly) == FOUNDING | {SMALL: 500}
    reason = assembly.case(broken).undone_reason
    assert reason is not None
    assert "ZeroDivisionError" in reason


def test_law_03_an_undoing_is_an_epoch_of_its_own(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    before = policies.current_epoch(assembly.session)
    assembly.go_to(sunset_of(assembly, made))
    enactment.advance(assembly.database, assembly.books, assembly.clock, ENACTORS)
    assert policies.current_epoch(assembly.session) == before + 1
    newest: PolicyVersion = head(assembly)
    assert newest.epoch == before + 1
