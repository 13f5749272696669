"""Proposing to publish a draft, agreeing to it, and the post that it becomes."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from audience import posts, relations
from audience.access import access_post
from audience.asset_access import Delivery, asset_delivery
from audience.cards import Card, cards
from audience.cowriting import agreement, history, names, notes, offering, scene, writers
from audience.cowriting.tables import DraftNote, DraftRevision, PostWriter
from audience.rules import AUDIENCE
from coop import guilds
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import Member
from tests.audience.cowriting.together import BREAD, Bakers, bakers, may_write_together
from tests.audience.factories import NOW, make_asset, with_clauses
from tests.coop.statements import counted

RYE = "Rye flour\n\nWater\n\nSalt"
ALL = "Rye flour\n\nWater\n\nSea salt #bread"


@pytest.fixture
def there(session: Session, book: Book) -> Bakers:
    return bakers(session, book)


@pytest.fixture
def draft(there: Bakers) -> int:
    """A draft in whose third revision Ada, Ben and Cleo wrote, and Dora nothing."""
    made = there.begin(BREAD, there.ben, there.cleo, there.dora)
    there.save(made, there.ben, 1, RYE)
    there.save(made, there.cleo, 2, ALL)
    return made


def card(there: Bakers, reader: Identity | None, post_id: int) -> Card:
    if reader is not None:
        access_post(there.session, reader, there.book, post_id, NOW)
    return cards(there.session, reader, there.book, [post_id], NOW)[post_id]


def named_to(there: Bakers, reader: Identity | None, post_id: int) -> list[str]:
    return [handle for handle, _ in card(there, reader, post_id).writers or ()]


def test_it_is_published_once_all_who_wrote_in_it_said_yes(there: Bakers, draft: int) -> None:
    notes.leave(there.session, there.ada, there.book, draft, "Why?", NOW)
    assert there.offer(draft, there.ben, 3) is None
    assert there.answer(draft, there.ada, "named") is None
    assert there.told(there.cleo) == ["invited", "offered", "written:2"]
    made = there.answer(draft, there.cleo, "unnamed")
    assert made is not None
    found = card(there, there.dora, made)
    assert (found.author, found.guild, found.body) == ("ben", "bakers", ALL)
    assert [tuple(one) for one in found.writers or ()] == [("ada", "Ada")]
    assert there.of(draft, there.dora).post_id == made
    assert there.of(draft).body is None
    for table in (DraftRevision, DraftNote):
        assert there.session.scalars(select(table)).all() == []
    assert "published" in there.told(there.dora)


def test_a_card_takes_no_more_statements_where_it_names_others(there: Bakers, draft: int) -> None:
    alone = there.offer(there.begin(BREAD), there.ada, 1, {"preset": "local"})
    assert alone is not None
    made = published(there, draft)
    sent = []
    for post_id in (alone, made):
        access_post(there.session, there.eve, there.book, post_id, NOW)
        with counted(there.session) as statements:
            cards(there.session, there.eve, there.book, [post_id], NOW)
        sent.append(len(statements))
    assert sent[0] == sent[1]
    assert named_to(there, None, made) == ["ben", "cleo"]


def test_once_the_last_who_is_waited_for_left_its_author_publishes_it(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "unnamed")
    guilds.leave(there.session, there.cleo, "bakers", NOW)
    assert there.answer(draft, there.ada, "named") is not None


@pytest.mark.parametrize("ways", [("ada", "ben"), ("ben", "ada")])
def test_a_block_publishes_nobody_s_words_without_their_yes(
    there: Bakers, draft: int, ways: tuple[str, str]
) -> None:
    who = {"ada": there.ada, "ben": there.ben}[ways[0]]
    relations.block(there.session, who, ways[1], NOW)
    assert there.offer(draft, there.ada, 3) is None
    assert there.answer(draft, there.cleo, "named") is None
    assert there.answer(draft, there.ada, "named") is None
    assert "offered" not in there.told(there.ben), "they could not read it"
    relations.unblock(there.session, who, ways[1])
    assert there.answer(draft, there.ben, "unnamed") is not None


def test_whom_a_block_keeps_out_and_who_wrote_in_it_is_not_sent_out(there: Bakers, draft: int) -> None:
    relations.block(there.session, there.ada, "ben", NOW)
    writers.remove(there.session, there.ada, draft, "ada")
    assert there.of(draft, there.cleo).keeper == there.cleo.member_id
    with pytest.raises(Forbidden, match="with their yes"):
        writers.remove(there.session, there.cleo, draft, "ben")


def test_law_07_whom_a_block_keeps_out_looks_to_others_like_any_who_is_silent(
    there: Bakers, draft: int
) -> None:
    there.offer(draft, there.ada, 3)

    def told() -> list[tuple[object, ...]]:
        found = there.of(draft, there.cleo)
        waits = agreement.outstanding(found.writers, there.ada.member_id)
        return [(one.handle, one.wrote, one.answer, one.inside) for one in (*found.writers, *waits)]

    before = told()
    relations.block(there.session, there.ada, "ben", NOW)
    assert told() == before


def test_a_yes_that_was_given_before_a_block_stands_for_what_it_was_given_to(
    there: Bakers, draft: int
) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "unnamed")
    relations.block(there.session, there.ada, "ben", NOW)
    there.offer(draft, there.ada, 3, {"preset": "local"})
    assert there.answer(draft, there.cleo, "named") is None, "they agreed to another audience"
    relations.unblock(there.session, there.ada, "ben")
    there.answer(draft, there.ben, "unnamed")
    assert there.of(draft).post_id is not None


def test_who_wrote_nothing_in_it_is_neither_asked_nor_named(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    assert "offered" not in there.told(there.dora)
    with pytest.raises(Forbidden):
        there.answer(draft, there.dora, "named")
    there.answer(draft, there.ben, "named")
    made = there.answer(draft, there.cleo, "named")
    assert made is not None
    assert named_to(there, there.dora, made) == ["ben", "cleo"]


def test_who_wrote_it_alone_publishes_it_at_once(there: Bakers) -> None:
    made = there.offer(there.begin(BREAD, there.ben), there.ada, 1)
    assert made is not None
    assert card(there, there.ben, made).writers is None


def test_one_who_wrote_nothing_may_propose_and_be_its_author(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    assert there.offer(draft, there.ben, 1) is None
    made = there.answer(draft, there.ada, "named")
    assert made is not None
    assert (card(there, there.cleo, made).author, named_to(there, there.cleo, made)) == ("ben", ["ada"])


def test_a_new_revision_ends_what_was_agreed_to(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "named")
    there.save(draft, there.cleo, 3, ALL + "\n\nTime")
    assert there.of(draft).offer is None
    with pytest.raises(Conflict):
        there.answer(draft, there.cleo, "named")
    with pytest.raises(Conflict):
        there.offer(draft, there.ada, 3)
    there.offer(draft, there.ada, 4)
    assert {one.answer for one in there.of(draft).writers} == {"named", None}, "all but Ada are asked anew"
    there.answer(draft, there.cleo, "named")
    assert there.of(draft).post_id is None
    assert there.answer(draft, there.ben, "unnamed") is not None


def test_other_terms_end_what_was_agreed_to_as_well(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "named")
    there.offer(draft, there.cleo, 3, {"preset": "local"})
    with pytest.raises(Conflict):
        there.answer(draft, there.ben, "named", turn=1)
    there.answer(draft, there.ben, "named")
    made = there.answer(draft, there.ada, "named")
    assert made is not None
    assert card(there, there.eve, made).author == "cleo"


def test_not_yet_holds_it_back_and_takes_back_a_yes(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "named")
    there.answer(draft, there.ben, None)
    there.answer(draft, there.cleo, "named")
    assert there.of(draft).post_id is None
    assert there.answer(draft, there.ben, "named") is not None


def test_only_whoever_proposed_takes_it_back_and_says_nothing_but_yes(there: Bakers, draft: int) -> None:
    offering.withdraw(there.session, there.ben, draft)
    there.offer(draft, there.ada, 3)
    for said in ("unnamed", None):
        with pytest.raises(Forbidden):
            there.answer(draft, there.ada, said)
    with pytest.raises(Forbidden):
        offering.withdraw(there.session, there.ben, draft)
    offering.withdraw(there.session, there.ada, draft)
    assert there.of(draft).offer is None
    with pytest.raises(Conflict):
        there.answer(draft, there.ben, "named", turn=1)


def test_what_could_not_be_published_is_refused_as_it_is_proposed(there: Bakers, draft: int) -> None:
    with pytest.raises(RuleBroken):
        there.offer(draft, there.ada, 3, {"seats": {"max": 100_000}})
    assert there.of(draft).offer is None
    with pytest.raises(RuleBroken):
        there.offer(there.begin(""), there.ada, 1)


def test_what_the_rules_of_then_refuse_is_kept_with_its_reason_and_tried_again(
    there: Bakers, draft: int
) -> None:
    there.offer(draft, there.ada, 3, {"seats": {"max": 400}})
    there.answer(draft, there.ben, "named")
    allowed = there.book
    there.book = may_write_together(with_clauses(allowed, AUDIENCE, {"/seats/ceiling": 300}), "bakers")
    assert there.answer(draft, there.cleo, "named") is None
    found = there.of(draft)
    assert found.refusal is not None and found.refusal["faults"][0]["clause"]["clause"] == "/seats/ceiling"
    assert found.body == ALL
    assert "refused" in there.told(there.ada)
    there.answer(draft, there.ben, None)
    assert there.of(draft).refusal is None, "not all agree any more"
    there.answer(draft, there.ben, "unnamed")
    there.book = allowed
    assert there.answer(draft, there.ada, "named") is not None


def test_whoever_was_suspended_meanwhile_is_not_published_for(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "named")
    guilds.appoint(there.session, replace(there.ada, steward_of=there.ada.guilds), "bakers", "ben", NOW)
    guilds.leave(there.session, there.ada, "bakers", NOW)
    assert there.answer(draft, there.cleo, "named") is None
    found = there.of(draft, there.cleo)
    assert found.refusal is not None and "not there any more" in found.refusal["detail"]
    there.offer(draft, there.cleo, 3)
    made = there.answer(draft, there.ben, "named")
    assert made is not None
    assert named_to(there, there.dora, made) == ["ben"], "who left is neither asked nor named"


def test_when_whoever_proposed_leaves_the_draft_the_proposal_falls(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ben, 3)
    writers.remove(there.session, there.ben, draft, "ben")
    assert there.of(draft).offer is None


def test_a_picture_of_whoever_proposes_goes_with_it_and_is_seen_before(there: Bakers, draft: int) -> None:
    asset, other = (make_asset(there.session, there.ada) for _ in range(2))

    def handed(who: Identity, asset_id: int = asset.id) -> Delivery | None:
        try:
            return asset_delivery(there.session, who, there.book, asset_id, NOW)
        except NotFound:
            return None

    assert [handed(one) for one in (there.ada, there.ben)] == [Delivery.BY_STREAM, None]
    there.offer(draft, there.ada, 3, asset_id=asset.id)
    assert [handed(one) for one in (there.ben, there.dora, there.eve)] == [
        Delivery.BY_STREAM,
        Delivery.BY_STREAM,
        None,
    ]
    assert handed(there.ben, other.id) is None
    offering.withdraw(there.session, there.ada, draft)
    assert handed(there.ben) is None
    there.offer(draft, there.ada, 3, asset_id=asset.id)
    there.answer(draft, there.ben, "named")
    made = there.answer(draft, there.cleo, "named")
    assert made is not None
    assert card(there, there.dora, made).asset_id == asset.id


def test_nothing_is_done_in_what_is_published(there: Bakers, draft: int) -> None:
    there.offer(draft, there.ada, 3)
    there.answer(draft, there.ben, "named")
    there.answer(draft, there.cleo, "named")
    for attempt in (
        lambda: there.save(draft, there.ada, 3, "More"),
        lambda: there.offer(draft, there.ada, 3),
        lambda: there.answer(draft, there.ben, "unnamed"),
        lambda: writers.remove(there.session, there.ben, draft, "ben"),
        lambda: notes.leave(there.session, there.ben, there.book, draft, "Why?", NOW),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert history.revisions(there.session, there.ben, draft) == []
    assert history.mine(there.session, there.ben) == []


def test_an_open_draft_that_is_published_is_there_for_whoever_wrote_in_it_alone(there: Bakers) -> None:
    draft = there.begin(BREAD, opened=True)
    assert there.of(draft, there.cleo).body == BREAD
    there.offer(draft, there.ada, 1)
    with pytest.raises(NotFound):
        scene.read(there.session, there.cleo, draft)


def published(there: Bakers, draft: int) -> int:
    there.offer(draft, there.ada, 3, {"preset": "local"})
    there.answer(draft, there.ben, "named")
    made = there.answer(draft, there.cleo, "named")
    assert made is not None
    return made


def test_a_name_is_taken_off_at_any_time_and_by_its_owner_alone(there: Bakers, draft: int) -> None:
    made = published(there, draft)
    for stranger in (there.ada, there.dora, there.eve):
        with pytest.raises(NotFound):
            names.take_off(there.session, stranger, made)
    names.take_off(there.session, there.ben, made)
    assert named_to(there, there.eve, made) == ["cleo"]
    with pytest.raises(NotFound):
        names.take_off(there.session, there.ben, made)
    relations.block(there.session, there.ada, "cleo", NOW)
    with pytest.raises(NotFound):
        access_post(there.session, there.cleo, there.book, made, NOW)
    names.take_off(there.session, there.cleo, made)
    assert card(there, there.eve, made).writers is None
    assert there.session.scalars(select(PostWriter)).all() == []


@pytest.mark.parametrize("ways", [("eve", "ben"), ("ben", "eve")])
def test_law_07_a_name_is_not_shown_where_a_block_stands_between(
    there: Bakers, draft: int, ways: tuple[str, str]
) -> None:
    made = published(there, draft)
    blocks = {"eve": there.eve, "ben": there.ben}[ways[0]]
    relations.block(there.session, blocks, ways[1], NOW)
    assert named_to(there, there.eve, made) == ["cleo"]
    assert named_to(there, there.dora, made) == ["ben", "cleo"]


def test_whoever_left_the_coop_is_named_no_more(there: Bakers, draft: int) -> None:
    made = published(there, draft)
    gone = update(Member).where(col(Member.id) == there.ben.member_id).values(left_at=NOW)
    there.session.execute(gone)
    assert named_to(there, there.eve, made) == ["cleo"]


def test_what_its_author_takes_back_is_gone_for_all_whom_it_named(there: Bakers, draft: int) -> None:
    made = published(there, draft)
    with pytest.raises(NotFound):
        posts.delete(there.session, there.ben, made, NOW)
    posts.delete(there.session, there.ada, made, NOW)
    with pytest.raises(NotFound):
        access_post(there.session, there.ben, there.book, made, NOW)
