"""Ballots of jurors: nothing that the database keeps joins one to whoever cast it."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience.cases import advancing, juries
from audience.cases.outcome import Vote
from audience.moderation.case_rules import Outcome
from coop.database import Database
from coop.identity import Identity
from tests.audience.cases.judging import LATER, Standing, case_of, jury, make_jurors, report
from tests.audience.factories import founding_book, make_post
from tests.audience.lines import stranger
from tests.factories import identity_of, make_member
from tests.thorough import much

BOOK = founding_book()
SAID: tuple[Outcome, ...] = ("label", "none", "remove", "collapse")
"""What those vote who vote one after another; the fifth juror does not."""


def voted(committed: Database, author: Identity) -> int:
    """Have four jurors vote on a reported thing, each in a transaction of its own; return the case."""
    with committed.begin() as session:
        post = make_post(session, author, BOOK)
        report(session, BOOK, post, stranger(session), stranger(session))
        case_id = case_of(session, post).id
    with committed.begin() as session:
        advancing.step(session, BOOK, case_id, LATER)
    with committed.begin() as session:
        sitting = jury(session, case_of(session, post))
    for juror, outcome in zip(sitting, SAID, strict=False):
        cast(committed, case_id, juror, outcome)
    return case_id


def cast(committed: Database, case_id: int, juror: Identity, outcome: Outcome) -> None:
    with committed.begin() as session:
        ballot = Vote(outcome, "nothing", bad_faith=False)
        juries.vote(session, juror, BOOK, case_id, ballot, Standing(moment=LATER))


def told(session: Session, case_id: int, order: str) -> list[Outcome]:
    """Return what the ballots of a case say, in an order that the database keeps."""
    wanted = text(f"SELECT outcome FROM case_ballot WHERE case_id = :case ORDER BY {order}")
    return list(session.scalars(wanted, {"case": case_id}))


def test_neither_transactions_nor_commands_nor_ids_nor_places_of_rows_tell_whose_a_ballot_is(
    committed: Database,
) -> None:
    with committed.begin() as session:
        make_jurors(session, 60)
        ada = identity_of(make_member(session, "ada"))
    last: dict[str, Counter[Outcome]] = {"id": Counter(), "ctid": Counter()}
    for _ in range(much(10, 40)):
        case_id = voted(committed, ada)
        with committed.begin() as session:
            written = session.execute(
                text("""
                SELECT array_agg(DISTINCT xmin::text) AS jurors, count(*) AS voted,
                       (SELECT array_agg(DISTINCT xmin::text) FROM case_ballot
                        WHERE case_id = :case) AS ballots
                FROM case_juror WHERE case_id = :case AND voted_at IS NOT NULL
                """),
                {"case": case_id},
            ).one()
            assert written.voted == len(SAID)
            assert written.ballots == written.jurors and len(written.jurors) == 1
            for order, seen in last.items():
                seen[told(session, case_id, order)[-1]] += 1
            advancing.step(session, BOOK, case_id, LATER + timedelta(days=3))
    assert all(len(seen) > 1 for seen in last.values()), f"the last ballot would be the last voter's: {last}"


def test_once_a_case_is_closed_its_tally_alone_is_kept(committed: Database) -> None:
    with committed.begin() as session:
        make_jurors(session, 12)
        ada = identity_of(make_member(session, "ada"))
    case_id = voted(committed, ada)
    with committed.begin() as session:
        assert sorted(told(session, case_id, "id")) == sorted(SAID)
        assert advancing.step(session, BOOK, case_id, LATER + timedelta(days=3))
    with committed.begin() as session:
        assert told(session, case_id, "id") == []
        tally = session.scalar(text("SELECT tally FROM moderation_case WHERE id = :case"), {"case": case_id})
        assert tally["outcome"] == dict.fromkeys(SAID, 1)
