"""Saving a draft that others write too: revisions, merges, conflicts, restoring, and what is kept."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import relations
from audience.cowriting import beginning, history, notes, revising, writers
from audience.cowriting.revising import Diverged
from audience.cowriting.tables import DraftRevision
from audience.rules import AUDIENCE
from coop import guilds
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.tables import GuildMembership
from tests.audience.cowriting.together import BREAD, DAY, HOUR, Bakers, bakers, may_write_together
from tests.audience.factories import NOW, with_clauses, with_guild_policy
from tests.factories import LONG_AGO


@pytest.fixture
def there(session: Session, book: Book) -> Bakers:
    return bakers(session, book)


def test_a_draft_is_begun_saved_and_each_revision_kept(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    assert there.save(draft, there.ben, 1, "Flour\n\nWater\n\nSalt\n\nTime").revision == 2
    found = there.of(draft, there.ben)
    assert (found.revision, found.body) == (2, "Flour\n\nWater\n\nSalt\n\nTime")
    assert [(one.handle, one.wrote) for one in found.writers] == [("ada", True), ("ben", True)]
    kept = history.revisions(there.session, there.ada, draft)
    assert [(one.number, one.author, one.restores) for one in kept] == [(2, "ben", None), (1, "ada", None)]
    assert history.text_of(there.session, there.ben, draft, 1) == BREAD


def test_what_was_changed_apart_is_merged(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    assert not there.save(draft, there.ada, 1, "Rye flour\n\nWater\n\nSalt").merged
    assert there.save(draft, there.ben, 1, "Flour\n\nWater\n\nSea salt").merged
    assert there.of(draft).body == "Rye flour\n\nWater\n\nSea salt"
    assert there.of(draft).revision == 3


def test_where_both_changed_one_part_nothing_is_saved_and_both_are_told(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    there.save(draft, there.ada, 1, "Rye\n\nWater\n\nSalt")
    with pytest.raises(Diverged) as refused:
        there.save(draft, there.ben, 1, "Oats\n\nWater\n\nSea salt")
    (clash,) = refused.value.clashes
    assert (clash.base, clash.one, clash.other) == ("Flour", "Oats", "Rye")
    assert "Oats" in refused.value.faults[0].detail and "Rye" in refused.value.faults[0].detail
    assert there.of(draft).body == "Rye\n\nWater\n\nSalt"
    assert there.of(draft).revision == 2
    assert there.of(draft).writer(there.ben.member_id) == there.of(draft).writers[1]
    assert not there.of(draft).writers[1].wrote


def test_saving_the_same_again_is_no_revision(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    there.save(draft, there.ada, 1, "Rye")
    assert there.save(draft, there.ben, 1, "Rye").revision == 2
    assert there.save(draft, there.ada, 1, BREAD).revision == 2, "what one did not change is not put back"
    assert len(history.revisions(there.session, there.ada, draft)) == 2


@pytest.mark.parametrize("base", [0, -1, 2, 99])
def test_a_revision_that_never_was_cannot_be_begun_from(there: Bakers, base: int) -> None:
    draft = there.begin()
    with pytest.raises(RuleBroken) as refused:
        there.save(draft, there.ada, base, "Rye")
    assert refused.value.faults[0].pointer == "/base"


def test_the_text_and_what_it_is_merged_to_obey_the_guild_s_clause(there: Bakers) -> None:
    book = with_guild_policy(there.book, "bakers", "[posts]\ncharacters = 500\n")
    there.book = may_write_together(book, "bakers")
    draft = there.begin("a" * 300 + "\n\nmiddle\n\nend", there.ben)
    there.save(draft, there.ada, 1, "a" * 300 + "\n\nmiddle\n\n" + "b" * 150)
    for body in ("c" * 501, "a" * 300 + "c" * 100 + "\n\nmiddle\n\nend"):
        with pytest.raises(RuleBroken) as refused:
            there.save(draft, there.ben, 1, body)
        assert refused.value.faults[0].pointer == "/body"
    assert there.of(draft).revision == 2


def test_an_older_revision_comes_back_as_a_new_one(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    there.save(draft, there.ben, 1, "Gone")
    with pytest.raises(Conflict):
        revising.restore(there.session, there.ada, there.book, draft, 1, 1, NOW)
    saved = revising.restore(there.session, there.ada, there.book, draft, 1, 2, NOW)
    assert (saved.revision, there.of(draft).body) == (3, BREAD)
    assert history.revisions(there.session, there.ada, draft)[0].restores == 1
    assert revising.restore(there.session, there.ben, there.book, draft, 1, 3, NOW).revision == 3
    with pytest.raises(NotFound):
        revising.restore(there.session, there.ada, there.book, draft, 9, 3, NOW)


def test_two_revisions_are_compared(there: Bakers) -> None:
    draft = there.begin(BREAD)
    there.save(draft, there.ada, 1, "Rye\n\nWater\n\nSalt")
    found = history.compare(there.session, there.ada, draft, 1, 2)
    assert [(row.what, row.text) for row in found.rows][:2] == [("removed", "Flour"), ("added", "Rye")]
    assert history.compare(there.session, there.ada, draft, 2, 2).rows == []
    for old, new in ((1, 3), (0, 1)):
        with pytest.raises(NotFound):
            history.compare(there.session, there.ada, draft, old, new)


def test_of_too_many_revisions_the_oldest_goes_and_whoever_began_from_it_loses_nothing(there: Bakers) -> None:
    there.book = may_write_together(with_clauses(there.book, AUDIENCE, {"/drafts/revisions": 3}), "bakers")
    draft = there.begin("0", there.ben)
    for number in range(1, 5):
        there.save(draft, there.ada, number, str(number))
    kept = there.session.scalars(select(col(DraftRevision.number)).order_by(col(DraftRevision.number)))
    assert list(kept) == [3, 4, 5]
    with pytest.raises(Diverged) as refused:
        there.save(draft, there.ben, 1, "0 by Ben")
    (clash,) = refused.value.clashes
    assert (clash.one, clash.other) == ("0 by Ben", "4")
    assert there.of(draft).writers[0].wrote, "though the first revision of theirs is gone"
    assert there.save(draft, there.ben, 2, "4").revision == 5


def test_law_07_nobody_but_those_who_write_in_it_finds_it(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    for stranger in (there.eve, there.cleo):
        for attempt in (
            lambda who=stranger: there.of(draft, who),
            lambda who=stranger: there.save(draft, who, 1, "Mine"),
            lambda who=stranger: history.revisions(there.session, who, draft),
            lambda who=stranger: history.text_of(there.session, who, draft, 1),
            lambda who=stranger: history.compare(there.session, who, draft, 1, 1),
            lambda who=stranger: revising.restore(there.session, who, there.book, draft, 1, 1, NOW),
            lambda who=stranger: writers.invite(there.session, who, there.book, draft, "eve", NOW),
            lambda who=stranger: writers.remove(there.session, who, draft, "ben"),
            lambda who=stranger: writers.open_to_guild(there.session, who, draft, opened=True),
            lambda who=stranger: beginning.drop(there.session, who, draft),
            lambda who=stranger: there.offer(draft, who, 1),
            lambda who=stranger: there.answer(draft, who, "named", turn=1),
            lambda who=stranger: notes.leave(there.session, who, there.book, draft, "Why?", NOW),
        ):
            with pytest.raises(NotFound) as refused:
                attempt()
            assert (str(refused.value), refused.value.faults) == (NotFound.title, ())
        assert history.mine(there.session, stranger) == []
    assert [one.id for one in history.mine(there.session, there.ben)] == [draft]


def test_leaving_the_guild_ends_it_at_once_and_coming_back_brings_it_back(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    guilds.leave(there.session, there.ben, "bakers", NOW)
    with pytest.raises(NotFound):
        there.save(draft, there.ben, 1, "Mine")
    assert not there.of(draft).writers[1].here
    assert history.mine(there.session, there.ben) == []
    guilds.join(there.session, there.book, there.ben, "bakers", NOW)
    assert there.save(draft, there.ben, 1, "Ours").revision == 2


@pytest.mark.parametrize("ways", [("ada", "ben"), ("ben", "ada")])
def test_a_block_either_way_with_whoever_began_it_closes_it(there: Bakers, ways: tuple[str, str]) -> None:
    draft = there.begin(BREAD, there.ben, there.cleo)
    who = {"ada": there.ada, "ben": there.ben}[ways[0]]
    relations.block(there.session, who, ways[1], NOW)
    with pytest.raises(NotFound):
        there.of(draft, there.ben)
    assert [one.here for one in there.of(draft, there.cleo).writers] == [True, False, True]
    assert there.of(draft, there.ada).writers[1].handle is None


def test_two_who_block_each_other_write_on_without_each_other_s_names(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben, there.cleo)
    there.save(draft, there.ben, 1, "Rye")
    notes.leave(there.session, there.ben, there.book, draft, "Rye is better.", NOW)
    relations.block(there.session, there.ben, "cleo", NOW)
    assert [one.handle for one in there.of(draft, there.cleo).writers] == ["ada", None, "cleo"]
    assert history.revisions(there.session, there.cleo, draft)[0].author is None
    assert [one.author for one in notes.standing(there.session, there.cleo, draft)] == [None]
    assert [one.author for one in notes.standing(there.session, there.ada, draft)] == ["ben"]


def test_whoever_a_vote_suspended_reads_and_writes_nothing(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    suspended = replace(there.ben, suspended_until=NOW + DAY)
    assert there.of(draft, suspended).body == BREAD
    for attempt in (
        lambda: there.save(draft, suspended, 1, "Rye"),
        lambda: there.offer(draft, suspended, 1),
        lambda: notes.leave(there.session, suspended, there.book, draft, "Why?", NOW),
        lambda: beginning.begin(there.session, suspended, there.book, "bakers", "Rye", NOW, opened=False),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_others_are_told_once_in_an_hour_that_somebody_wrote(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben, there.cleo)
    assert there.told(there.ben) == ["invited"]
    for number, hours in ((1, 0), (2, 0), (3, 1)):
        there.save(draft, there.ada, number, f"Rye {number}", NOW + hours * HOUR)
    there.save(draft, there.ben, 4, "Oats", NOW + HOUR)
    assert there.told(there.ben) == ["invited", "written:1", "written:1"]
    assert there.told(there.cleo) == ["invited", "written:1", "written:1", "written:2"]
    assert there.told(there.ada) == ["written:2"]


def test_what_is_dropped_is_gone_and_only_whoever_keeps_it_drops_it(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    notes.leave(there.session, there.ben, there.book, draft, "Why?", NOW)
    with pytest.raises(Forbidden):
        beginning.drop(there.session, there.ben, draft)
    left = update(GuildMembership).where(col(GuildMembership.member_id) == there.ada.member_id)
    there.session.execute(left.values(left_at=LONG_AGO))
    beginning.drop(there.session, there.ben, draft)
    with pytest.raises(NotFound):
        there.of(draft, there.ben)
    assert there.session.scalars(select(DraftRevision)).all() == []
