"""Stored maps: drawn anew where answers change, told while their clauses hold."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, select, text
from sqlmodel import col

from coop.identity import Identity
from coop.ids import new_id
from governance.deliberation import floor, maps, statements
from governance.deliberation.maps import MapRead
from governance.deliberation.statement_tables import Statement, StatementVote, StoredMap
from governance.deliberation.statements import Answer
from tests.governance.deliberation.conversations import camps
from tests.governance.deliberation.talk import Talk

LATER = timedelta(minutes=5)


class Room:
    """Two camps that have answered twelve statements on one proposal."""

    def __init__(self, talk: Talk, *sizes: int) -> None:
        self.talk, self.assembly = talk, talk.assembly
        session, clock = self.assembly.session, self.assembly.clock
        self.made = [new_id(clock.at + timedelta(milliseconds=at)) for at in range(12)]
        session.execute(
            insert(Statement),
            [
                {
                    "id": made,
                    "proposal_id": talk.proposal_id,
                    "author_id": talk.author.member_id,
                    "words": f"Statement {at}.",
                    "salt": "",
                    "seal": "",
                    "written_at": clock.at,
                }
                for at, made in enumerate(self.made)
            ],
        )
        self.people = self.assembly.admit(sum(sizes))
        answers = camps(*sizes, loyal=1)
        said = [
            {
                "proposal_id": talk.proposal_id,
                "member_id": self.people[person].member_id,
                "statement_id": self.made[at],
                "value": int(answers.values[person, at]),
                "at": clock.at,
            }
            for person in range(sum(sizes))
            for at in np.flatnonzero(answers.seen[person]).tolist()
        ]
        if said:
            session.execute(insert(StatementVote), said)

    def redraw(self) -> int:
        return maps.redraw_due(self.assembly.database, self.assembly.books, self.assembly.clock)

    def later(self) -> None:
        self.assembly.go_to(self.assembly.clock.at + LATER)

    def settled(self) -> None:
        """Draw, and let the time pass in which answers may still be under way."""
        for _ in range(2):
            self.redraw()
            self.later()
        assert self.redraw() == 0
        assert maps.due(self.assembly.session, self.assembly.books.current(self.assembly.session)) == []

    def read(self, reader: Identity) -> MapRead:
        session = self.assembly.session
        book = self.assembly.books.current(session)
        return maps.read(session, book, reader, self.assembly.case(self.talk.proposal_id))

    def stored(self) -> StoredMap:
        self.assembly.session.expire_all()
        return self.assembly.session.get_one(StoredMap, self.talk.proposal_id)


@pytest.fixture
def room(talk: Talk) -> Room:
    return Room(talk, 20, 12)


def test_a_map_is_drawn_and_told_with_ones_own_place(room: Room) -> None:
    assert room.read(room.people[0]).document is None
    assert room.redraw() == 1
    for person, group in ((0, "A"), (19, "A"), (20, "B"), (31, "B")):
        found = room.read(room.people[person])
        assert found.you is not None
        assert found.you.group == group
    assert found.drawn_at == room.assembly.clock.at
    assert found.document is not None
    assert [one["people"] for one in found.document["groups"]] == [20, 12]
    assert [(one["statement"], one["side"]) for one in found.document["consensus"]] == [
        (str(room.made[10]), "agree"),
        (str(room.made[11]), "disagree"),
    ]
    assert (found.people, found.needed) == (32, 7)


def test_law_07_nothing_that_is_kept_with_a_map_names_a_member(room: Room) -> None:
    room.redraw()
    stored = room.stored()
    kept = f"{stored.document} {stored.workings}"
    assert all(f"'{person.member_id}'" not in kept and person.handle not in kept for person in room.people)


def test_whoever_has_not_answered_enough_reads_the_map_without_a_place(room: Room) -> None:
    room.redraw()
    newcomer = room.assembly.admit(1)[0]
    found = room.read(newcomer)
    assert found.document is not None
    assert (found.you, found.answered, found.needed) == (None, 0, 7)


def test_law_01_before_enough_take_part_there_is_no_map(talk: Talk) -> None:
    room = Room(talk, 17, 12)
    assert room.redraw() == 1
    found = room.read(room.people[0])
    assert (found.document, found.you, found.people) == (None, None, 29)
    assert room.stored().workings["weights"], "what comes next is drawn by weight already"
    room.later()
    last = room.assembly.admit(1)[0]
    statements.answer(room.assembly.session, last, room.made[0], Answer.AGREE, room.assembly.clock)
    assert room.redraw() == 1
    assert room.read(room.people[0]).document is not None


def test_law_14_a_map_is_drawn_once_for_the_same_answers(room: Room) -> None:
    assert room.redraw() == 1
    first = room.stored().inputs_sha256
    assert room.redraw() == 0, "answers under way are looked for again, and there were none"
    room.settled()
    statements.answer(room.assembly.session, room.people[0], room.made[0], Answer.PASS, room.assembly.clock)
    assert room.redraw() == 1
    assert room.stored().inputs_sha256 != first


def test_law_14_an_answer_that_was_under_way_is_not_missed(room: Room) -> None:
    room.redraw()
    vote = select(StatementVote).where(col(StatementVote.member_id) == room.people[0].member_id).limit(1)
    room.assembly.session.execute(vote).scalar_one().value = 0
    room.assembly.session.flush()
    room.assembly.go_to(room.assembly.clock.at + timedelta(seconds=50))
    assert room.redraw() == 1


def test_law_14_an_older_drawing_never_takes_the_place_of_a_newer_one(room: Room) -> None:
    room.redraw()
    newer = room.stored().inputs_sha256
    session = room.assembly.session
    session.execute(text("UPDATE statement_vote SET value = -value"))
    before = room.assembly.clock.at - timedelta(seconds=1)
    maps.redraw(session, room.assembly.books.current(session), room.talk.proposal_id, before)
    assert room.stored().inputs_sha256 == newer


def test_law_01_a_map_is_not_told_once_the_clauses_it_was_drawn_under_have_changed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.settled()
    book = room.assembly.books.current(room.assembly.session)
    rules = floor.rules_of(book)
    stricter = rules.model_copy(update={"map": rules.map.model_copy(update={"group": 13})})
    monkeypatch.setattr(floor, "rules_of", lambda book: stricter)
    assert room.read(room.people[0]).document is None
    assert room.redraw() == 1
    found = room.read(room.people[31])
    assert found.document is not None
    assert [one["people"] for one in found.document["groups"]] == [20]
    assert found.document["too_small"] is True
    assert found.you is not None
    assert found.you.group is None


def test_a_statement_taken_back_leaves_the_map(room: Room) -> None:
    room.settled()
    statements.withdraw(room.assembly.session, room.talk.author, room.made[10], room.assembly.clock)
    assert room.redraw() == 1
    found = room.read(room.people[0])
    assert found.document is not None
    assert found.document["statements"] == 11
    assert str(room.made[10]) not in str(found.document)


def test_a_map_is_drawn_without_any_answers_and_tells_nothing(talk: Talk) -> None:
    room = Room(talk)
    assert room.redraw() == 1
    assert room.redraw() == 0
    found = room.read(talk.author)
    assert (found.document, found.people, found.answered, found.needed) == (None, 0, 0, 7)
