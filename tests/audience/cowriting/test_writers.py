"""Who writes in a draft: beginning one, inviting, leaving, opening it to the guild; notes in its margin."""

import pytest
from sqlmodel import Session

from audience import relations
from audience.cowriting import beginning, notes, writers
from audience.rules import AUDIENCE
from coop import guilds
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.features import COLLABORATIVE_EDITING
from tests.audience.cowriting.together import BREAD, Bakers, bakers, may_write_together
from tests.audience.factories import NOW, with_clauses, with_guild_policy


@pytest.fixture
def there(session: Session, book: Book) -> Bakers:
    return bakers(session, book)


def test_a_guild_that_does_not_hold_the_feature_begins_none_and_is_told_the_clause(
    there: Bakers, book: Book
) -> None:
    with pytest.raises(Forbidden) as refused:
        beginning.begin(there.session, there.ada, book, "bakers", BREAD, NOW, opened=False)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert clause.clause == f"/features/{COLLABORATIVE_EDITING}/guild/grant_when"


def test_a_guild_that_loses_it_finishes_what_is_under_way(there: Bakers, book: Book) -> None:
    draft = there.begin(BREAD, there.ben)
    there.book = book
    there.save(draft, there.ben, 1, "Rye")
    writers.invite(there.session, there.ben, book, draft, "cleo", NOW)
    assert there.offer(draft, there.ben, 2) is None
    assert there.answer(draft, there.ada, "named") is not None


def test_only_its_members_begin_one_and_of_no_guild_nothing_is_said(there: Bakers) -> None:
    with pytest.raises(Forbidden):
        beginning.begin(there.session, there.eve, there.book, "bakers", BREAD, NOW, opened=True)
    with pytest.raises(NotFound):
        beginning.begin(there.session, there.ada, there.book, "none", BREAD, NOW, opened=True)


def test_no_more_are_under_way_than_the_stricter_clause_says(there: Bakers) -> None:
    book = with_guild_policy(there.book, "bakers", "[drafts]\nopen = 2\n")
    there.book = may_write_together(book, "bakers")
    first = there.begin()
    there.begin()
    with pytest.raises(Conflict) as refused:
        there.begin()
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.scope, clause.clause) == ("guild:bakers", "/drafts/open")
    assert there.offer(first, there.ada, 1) is not None
    there.begin()


@pytest.mark.parametrize("handle", ["eve", "nobody", "", "ada\0"])
def test_only_members_of_the_guild_are_invited(there: Bakers, handle: str) -> None:
    draft = there.begin()
    with pytest.raises(RuleBroken) as refused:
        writers.invite(there.session, there.ada, there.book, draft, handle, NOW)
    assert refused.value.faults[0].pointer == "/handle"


def test_law_07_whom_a_block_stands_between_is_refused_like_nobody(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    relations.block(there.session, there.cleo, "ben", NOW)
    relations.block(there.session, there.dora, "ada", NOW)
    said = set()
    for handle in ("cleo", "dora", "nobody"):
        with pytest.raises(RuleBroken) as refused:
            writers.invite(there.session, there.ben, there.book, draft, handle, NOW)
        said.add((refused.value.detail, refused.value.faults))
    assert len(said) == 1
    writers.invite(there.session, there.ada, there.book, draft, "cleo", NOW)


def test_as_many_write_in_one_as_the_clause_says_and_inviting_twice_is_once(there: Bakers) -> None:
    there.book = may_write_together(with_clauses(there.book, AUDIENCE, {"/drafts/writers": 2}), "bakers")
    draft = there.begin(BREAD, there.ben, there.ben)
    assert there.told(there.ben) == ["invited"]
    with pytest.raises(RuleBroken) as refused:
        writers.invite(there.session, there.ada, there.book, draft, "cleo", NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None and clause.clause == "/drafts/writers"
    writers.remove(there.session, there.ben, draft, "ben")
    writers.invite(there.session, there.ada, there.book, draft, "@cleo".removeprefix("@"), NOW)
    assert there.told(there.cleo) == ["invited"]


def test_whoever_left_is_invited_again_and_told_again(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    there.save(draft, there.ben, 1, "Rye")
    writers.remove(there.session, there.ben, draft, "ben")
    with pytest.raises(NotFound):
        there.of(draft, there.ben)
    assert there.of(draft).body == "Rye"
    writers.invite(there.session, there.ada, there.book, draft, "ben", NOW)
    assert there.told(there.ben) == ["invited", "invited"]
    assert there.of(draft).writers[1].wrote, "what they wrote before is in it still"


def test_only_whoever_keeps_it_sends_others_out_and_the_last_drops_it(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben, there.cleo)
    with pytest.raises(Forbidden):
        writers.remove(there.session, there.ben, draft, "cleo")
    with pytest.raises(NotFound):
        writers.remove(there.session, there.ada, draft, "dora")
    writers.remove(there.session, there.ada, draft, "ada")
    assert there.of(draft, there.ben).keeper == there.ben.member_id
    writers.remove(there.session, there.ben, draft, "cleo")
    with pytest.raises(Conflict):
        writers.remove(there.session, there.ben, draft, "ben")


def test_nobody_is_sent_out_whose_words_are_in_it(there: Bakers) -> None:
    """Else a no could be passed over by sending out whoever says it."""
    draft = there.begin(BREAD, there.ben, there.cleo)
    there.save(draft, there.ben, 1, "Rye")
    with pytest.raises(Forbidden):
        writers.remove(there.session, there.ada, draft, "ben")
    writers.remove(there.session, there.ada, draft, "cleo")
    guilds.leave(there.session, there.ben, "bakers", NOW)
    writers.remove(there.session, there.ada, draft, "ben")
    assert [one.handle for one in there.of(draft).writers] == ["ada"]


def test_an_open_draft_is_there_for_all_of_the_guild_and_who_saves_writes_in_it(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben, opened=True)
    assert there.of(draft, there.cleo).body == BREAD
    with pytest.raises(NotFound):
        there.of(draft, there.eve)
    there.save(draft, there.cleo, 1, "Rye")
    assert [one.handle for one in there.of(draft).writers] == ["ada", "ben", "cleo"]
    with pytest.raises(Forbidden):
        writers.open_to_guild(there.session, there.ben, draft, opened=False)
    writers.open_to_guild(there.session, there.ada, draft, opened=False)
    assert there.of(draft, there.cleo).body == "Rye"
    with pytest.raises(NotFound):
        there.of(draft, there.dora)


def test_a_note_is_left_and_settled_by_anybody(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    made = notes.leave(there.session, there.ben, there.book, draft, "Why  so\nmuch salt?", NOW)
    (note,) = notes.standing(there.session, there.ada, draft)
    assert note == (made, "ben", 1, "Why so much salt?", NOW)
    notes.settle(there.session, there.ada, draft, made, NOW)
    notes.settle(there.session, there.ben, draft, made, NOW)
    assert notes.standing(there.session, there.ada, draft) == []
    with pytest.raises(NotFound):
        notes.settle(there.session, there.ada, there.begin(), made, NOW)


def test_notes_obey_their_clauses(there: Bakers) -> None:
    clauses = {"/drafts/notes": 1, "/drafts/note_characters": 9}
    there.book = may_write_together(with_clauses(there.book, AUDIENCE, clauses), "bakers")
    draft = there.begin(BREAD)
    for body in ("", "Ten of them"):
        with pytest.raises(RuleBroken):
            notes.leave(there.session, there.ada, there.book, draft, body, NOW)
    first = notes.leave(there.session, there.ada, there.book, draft, "Salt?", NOW)
    with pytest.raises(RuleBroken) as refused:
        notes.leave(there.session, there.ada, there.book, draft, "Rye?", NOW)
    assert refused.value.faults[0].clause is not None
    notes.settle(there.session, there.ada, draft, first, NOW)
    notes.leave(there.session, there.ada, there.book, draft, "Rye?", NOW)
