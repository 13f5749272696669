"""Statements: written, answered, asked next and taken back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from coop import ledger
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.tables import LedgerEvent
from governance.deliberation import statements
from governance.deliberation.routing import drawn, weight
from governance.deliberation.seals import seal
from governance.deliberation.statement_tables import Statement, StatementVote
from governance.deliberation.statements import Answer, Written
from tests.coop.statements import counted
from tests.governance.assembly import Assembly
from tests.governance.deliberation.talk import Talk


def write(talk: Talk, author: Identity, words: str = "Bread is a right.") -> int:
    book = talk.assembly.books.current(talk.assembly.session)
    assembly = talk.assembly
    return statements.write(assembly.session, book, author, talk.proposal_id, words, assembly.clock)


def say(talk: Talk, member: Identity, statement: int, answer: str) -> None:
    statements.answer(talk.assembly.session, member, statement, Answer(answer), talk.assembly.clock)


def listed(talk: Talk, reader: Identity) -> list[Written]:
    return statements.listing(talk.assembly.session, reader, talk.proposal_id, before=None, limit=100)


def upcoming(talk: Talk, member: Identity) -> statements.Upcoming:
    return statements.upcoming(talk.assembly.session, member, talk.assembly.case(talk.proposal_id))


def told(talk: Talk, kind: str) -> list[dict[str, str]]:
    events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == kind)
    return list(talk.assembly.session.execute(events).scalars())


def test_a_statement_is_written_and_the_ledger_knows_its_seal(talk: Talk) -> None:
    author = talk.assembly.members[1]
    made = write(talk, author, "  Bread   is a right. ")
    (found,) = listed(talk, author)
    assert (found.id, found.words, found.author, found.answer) == (
        made,
        "Bread is a right.",
        author.handle,
        None,
    )
    row = talk.assembly.session.get_one(Statement, made)
    assert row.salt is not None
    assert told(talk, "statement.written") == [
        {
            "proposal": str(talk.proposal_id),
            "statement": str(made),
            "author": author.handle,
            "seal": seal("Bread is a right.", row.salt),
        }
    ]


def test_the_last_answer_counts_and_is_told_to_nobody_else(talk: Talk) -> None:
    _, one, other, *_ = talk.assembly.members
    made = write(talk, one)
    for answer in ("agree", "disagree"):
        say(talk, one, made, answer)
    assert [found.answer for found in listed(talk, one)] == [Answer.DISAGREE]
    assert [found.answer for found in listed(talk, other)] == [None]
    kept = talk.assembly.session.execute(select(func.count()).select_from(StatementVote)).scalar_one()
    assert kept == 1
    assert all(
        "answer" not in kind
        for kind in talk.assembly.session.execute(select(col(LedgerEvent.type))).scalars()
    )


def test_it_is_all_done_while_the_proposal_is_talked_over(talk: Talk) -> None:
    member = talk.assembly.members[1]
    made = write(talk, member)
    talk.assembly.go_to(talk.assembly.times(talk.proposal_id).verification_at)
    acts: list[Callable[[], object]] = [
        lambda: write(talk, member, "Another."),
        lambda: say(talk, member, made, "agree"),
        lambda: upcoming(talk, member),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    assert len(listed(talk, member)) == 1, "reading goes on"


def test_only_those_who_belong_to_the_guild_take_part(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members[:3])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    talk = Talk(assembly, assembly.propose(patch, "audience", "guild:bakers", among=bakers))
    made = write(talk, bakers[1])
    stranger = assembly.members[4]
    acts: list[Callable[[], object]] = [
        lambda: write(talk, stranger, "Another."),
        lambda: say(talk, stranger, made, "agree"),
        lambda: upcoming(talk, stranger),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert [found.id for found in listed(talk, stranger)] == [made]


def test_law_01_how_many_one_may_write_is_a_clause(talk: Talk) -> None:
    author = talk.assembly.members[1]
    for number in range(5):
        made = write(talk, author, f"Statement {number}.")
    statements.withdraw(talk.assembly.session, author, made, talk.assembly.clock)
    with pytest.raises(Forbidden) as refused:
        write(talk, author, "One too many.")
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert (fault.clause.kind, fault.clause.clause, fault.clause.value) == (
        "deliberation",
        "/statements/per_member",
        5,
    )
    write(talk, talk.assembly.members[2], "Somebody else may.")


def test_law_01_how_long_one_may_be_is_a_clause(talk: Talk) -> None:
    write(talk, talk.author, "x" * 280)
    for words in ("x" * 281, "   ", "hidden\u202e"):
        with pytest.raises(RuleBroken):
            write(talk, talk.author, words)


def test_the_same_is_not_stated_twice_while_it_stands(talk: Talk) -> None:
    _, one, other, *_ = talk.assembly.members
    made = write(talk, one)
    with pytest.raises(Conflict):
        write(talk, other)
    statements.withdraw(talk.assembly.session, one, made, talk.assembly.clock)
    assert write(talk, other) != made


def test_law_10_a_statement_taken_back_loses_its_words_and_the_chain_holds(talk: Talk) -> None:
    _, author, other, *_ = talk.assembly.members
    made = write(talk, author)
    with pytest.raises(Forbidden):
        statements.withdraw(talk.assembly.session, other, made, talk.assembly.clock)
    for _ in range(2):
        statements.withdraw(talk.assembly.session, author, made, talk.assembly.clock)
    (found,) = listed(talk, other)
    assert (found.words, found.removed_at) == (None, talk.assembly.clock.at)
    with pytest.raises(NotFound):
        say(talk, other, made, "agree")
    assert upcoming(talk, other).id is None
    assert len(told(talk, "statement.withdrawn")) == 1
    assert "Bread" not in str(list(ledger.export(talk.assembly.session)))
    assert ledger.read(ledger.export(talk.assembly.session))[1] == []


def test_law_07_a_statement_that_is_not_there_is_not_found(talk: Talk) -> None:
    session, clock = talk.assembly.session, talk.assembly.clock
    acts: list[Callable[[], object]] = [
        lambda: say(talk, talk.author, 1, "agree"),
        lambda: statements.withdraw(session, talk.author, 1, clock),
        lambda: statements.one(session, talk.author, 1, clock.at),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_the_next_statement_is_drawn_until_all_are_answered_and_stays_until_it_is(talk: Talk) -> None:
    members = talk.assembly.members
    made = {write(talk, members[number % 2], f"Statement {number}.") for number in range(6)}
    reader = members[3]
    seen = set()
    for answered in range(6):
        found = upcoming(talk, reader)
        assert found == upcoming(talk, reader), "asking again does not change the card"
        assert (found.answered, found.left) == (answered, 6 - answered)
        assert found.id is not None
        seen.add(found.id)
        say(talk, reader, found.id, "pass")
    assert seen == made
    assert upcoming(talk, reader) == statements.Upcoming(None, None, 6, 0)


def test_the_draw_goes_by_the_weights_of_the_last_map_and_new_ones_weigh_as_new(talk: Talk) -> None:
    made = [write(talk, talk.assembly.members[number % 2], f"Statement {number}.") for number in range(4)]
    weights = {made[0]: 1e-9, made[1]: 1e9, made[2]: 1e-9}
    kept = ", ".join(f'"{statement}": {chance}' for statement, chance in weights.items())
    talk.assembly.session.execute(
        text(
            "INSERT INTO opinion_map (proposal_id, computed_at, checked_at, inputs_sha256, clauses, workings)"
            " VALUES (:id, :at, :at, '', '{}', CAST(:kept AS jsonb))"
        ),
        {"id": talk.proposal_id, "at": talk.assembly.clock.at, "kept": f'{{"weights": {{{kept}}}}}'},
    )
    reader = talk.assembly.members[3]
    seed = f"{talk.proposal_id}:{reader.member_id}:0"
    assert upcoming(talk, reader).id == made[1] == drawn({**weights, made[3]: weight(0, 0, 0, 0.0)}, seed)


def test_a_list_takes_as_many_database_statements_whatever_its_length(talk: Talk) -> None:
    write(talk, talk.author)
    with counted(talk.assembly.session) as short:
        listed(talk, talk.author)
    for number in range(4):
        write(talk, talk.assembly.members[1], f"Statement {number}.")
    with counted(talk.assembly.session) as long:
        assert len(listed(talk, talk.author)) == 5
    assert len(long) == len(short)


def test_law_01_a_member_who_writes_many_at_once_keeps_to_the_number(
    committed: Database, books: Books
) -> None:
    with committed.begin() as session:
        assembly = Assembly(committed, session, books)
        author = assembly.admit(5)[1]
        proposal = assembly.propose()
    started = threading.Barrier(8)

    def one(number: int) -> bool:
        started.wait()
        with committed.begin() as session:
            book = books.current(session)
            try:
                statements.write(session, book, author, proposal, f"Statement {number}.", assembly.clock)
            except Forbidden:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 5


def test_one_member_has_one_answer_however_often_they_say_it_at_once(
    committed: Database, books: Books
) -> None:
    with committed.begin() as session:
        assembly = Assembly(committed, session, books)
        author = assembly.admit(5)[1]
        talk = Talk(assembly, assembly.propose())
        made = write(talk, author)
    started = threading.Barrier(8)

    def one(number: int) -> None:
        started.wait()
        with committed.begin() as session:
            answer = (Answer.AGREE, Answer.DISAGREE)[number % 2]
            statements.answer(session, author, made, answer, assembly.clock)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(StatementVote)).scalar_one() == 1


def test_the_words_of_statements_are_read_and_those_taken_back_have_none(talk: Talk) -> None:
    stands, gone = write(talk, talk.author), write(talk, talk.author, "I regret this.")
    statements.withdraw(talk.assembly.session, talk.author, gone, talk.assembly.clock)
    assert statements.words_of(talk.assembly.session, [stands, gone, 7]) == {stands: "Bread is a right."}
