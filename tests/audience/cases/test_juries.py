"""Juries: who is drawn for a case, what they see, and how they talk, vote and leave."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select
from sqlmodel import Session, col

from audience import posts, relations, replies
from audience.cases import advancing, drawing, juries
from audience.cases.outcome import Vote
from audience.cases.pool import TIES, pool
from audience.cases.tables import Case, CaseBallot, CaseJuror, JuryPause, JuryService
from audience.moderation.rules import MODERATION, ModerationRules
from audience.posts import Draft
from audience.tables import Relation
from coop import notices, sortition
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import Member
from tests.audience.cases.judging import (
    LATER,
    Standing,
    case_of,
    draw,
    jury,
    make_jurors,
    report,
    vote,
)
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import stranger
from tests.factories import identity_of, make_guild, make_member

DAY = timedelta(days=1)
CLOCK = Standing()
NONE = Vote("none", "nothing", bad_faith=False)


@pytest.fixture
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session)


@pytest.fixture
def case(session: Session, book: Book, ada: Identity, ben: Identity, jurors: list[Identity]) -> Case:
    """A case that was called, about a post of ada's, and has no jury yet."""
    report(session, book, make_post(session, ada, book, body="@ben burns bread"), ben, ground="mine")
    return session.scalars(select(Case)).one()


def step(session: Session, book: Book, case: Case) -> list[Identity]:
    advancing.step(session, book, case.id, LATER)
    return jury(session, case)


def relate(session: Session, one: Identity, other: Identity, kind: str) -> None:
    session.add(Relation(member_id=one.member_id, other_id=other.member_id, kind=kind, since=NOW))
    session.flush()


def test_members_are_drawn_by_lot_and_the_draw_can_be_made_again(
    session: Session, book: Book, case: Case
) -> None:
    drawn = step(session, book, case)
    assert len(drawn) == 5
    assert case.pool is not None and case.seed is not None and case.commitment is not None
    named = select(col(Member.handle), col(Member.id)).where(col(Member.id).in_(case.pool))
    pool = {row.handle: row.id for row in session.execute(named)}
    assert case.commitment == drawing.commitment_of(case.salt, pool)
    assert case.seed == sortition.seed(bytes(32).hex(), case.commitment)
    assert [one.handle for one in drawn] == list(sortition.draw(case.seed, pool, 5))
    assert case.due_at == LATER + timedelta(days=3)


def able(session: Session, book: Book, case: Case) -> set[int]:
    rules = book.rules(MODERATION, ModerationRules).juries
    return set(pool(session, rules, case, LATER).values())


def test_whom_an_answer_is_to_does_not_judge_it(
    session: Session, book: Book, ada: Identity, ben: Identity, jurors: list[Identity]
) -> None:
    hers, theirs, quoted = jurors[:3]
    post = make_post(session, hers, book)
    first = replies.write(session, theirs, book, post.id, "Hello", NOW)
    answer = replies.write(session, ben, book, post.id, "You fool", NOW, parent_id=first.id)
    report(session, book, answer, ada, ground="mine")
    kept = {one.member_id for one in jurors}
    untied = with_clauses(book, MODERATION, {"/juries/conflicts": []})
    assert able(session, untied, case_of(session, answer)) == kept - {hers.member_id, theirs.member_id}
    source = make_post(session, quoted, book)
    quote = posts.publish(session, ben, book, Draft(body="Swine", quote_id=source.id), NOW)
    report(session, book, quote, ada, ground="mine")
    assert able(session, untied, case_of(session, quote)) == kept - {quoted.member_id}


def test_whom_a_text_names_judges_it_only_where_there_is_no_jury_without_them(
    session: Session, book: Book, ada: Identity, ben: Identity, jurors: list[Identity]
) -> None:
    named = " ".join(f"@{one.handle}" for one in jurors[:4])
    post = make_post(session, ada, book, body=f"{named} burn bread")
    report(session, book, post, ben, ground="mine")
    assert set(draw(session, book, post)) == set(jurors[4:])
    juries.step_down(session, jurors[4], book, case_of(session, post).id, CLOCK)
    assert set(jury(session, case_of(session, post))) == set(jurors[5:]), "four of them are a quorum"
    everybody = " ".join(f"@{one.handle}" for one in jurors)
    answer = replies.write(session, ben, book, post.id, f"{everybody} too", NOW)
    report(session, book, answer, ada, ground="mine")
    assert len(draw(session, book, answer)) == 3, "a text that names all who offered is judged all the same"


def test_whoever_is_drawn_is_told(session: Session, book: Book, case: Case) -> None:
    for juror in step(session, book, case):
        told = notices.listing(session, juror, LATER + DAY, unread_only=False, before=None, limit=9)
        assert [one.path for one in told] == [f"/moderation/cases/{case.id}"]
        assert "burns" not in told[0].line + told[0].detail


def test_law_14_a_jury_is_drawn_once(session: Session, book: Book, case: Case) -> None:
    first = step(session, book, case)
    assert step(session, book, case) == first


def test_a_draw_waits_for_a_root_that_nobody_knew_when_the_jury_was_called(
    session: Session, book: Book, case: Case
) -> None:
    assert not advancing.step(session, book, case.id, NOW + timedelta(minutes=9))
    assert jury(session, case) == []
    assert advancing.step(session, book, case.id, NOW + timedelta(minutes=10))


@pytest.mark.parametrize("kind", ["follow", "block"])
@pytest.mark.parametrize("theirs", [True, False])
def test_whoever_is_tied_to_the_author_does_not_judge_them(
    session: Session, book: Book, case: Case, jurors: list[Identity], ada: Identity, kind: str, theirs: bool
) -> None:
    for one in jurors[:4]:
        relate(session, *((one, ada) if theirs else (ada, one)), kind)
    assert set(step(session, book, case)) == set(jurors[4:])


def test_whoever_answered_the_author_of_late_does_not_judge_them(
    session: Session, book: Book, case: Case, jurors: list[Identity], ada: Identity
) -> None:
    post = make_post(session, ada, book)
    for one in jurors[:4]:
        replies.write(session, one, book, post.id, "Hm", NOW)
    assert set(step(session, book, case)) == set(jurors[4:])


def test_whoever_shares_a_guild_judges_where_the_clause_lets_them(
    session: Session, book: Book, case: Case, jurors: list[Identity], ada: Identity
) -> None:
    people = [session.get_one(Member, one.member_id) for one in (ada, *jurors[:4])]
    make_guild(session, "bakers", people[0], tuple(people[1:]))
    strict = with_clauses(book, MODERATION, {"/juries/conflicts": sorted(TIES)})
    assert set(step(session, strict, case)) == set(jurors[4:])


def test_nobody_judges_what_they_reported_or_made_nor_new_paused_or_busy_members(
    session: Session, book: Book, case: Case, ada: Identity, ben: Identity, jurors: list[Identity]
) -> None:
    new = make_member(session, joined_at=NOW - timedelta(days=3))
    juries.offer(session, identity_of(new), NOW)
    for one in (ada, ben):
        juries.offer(session, one, NOW)
    session.add(
        JuryPause(id=1, member_id=jurors[0].member_id, case_id=case.id, since=NOW, until=NOW + 9 * DAY)
    )
    other = make_post(session, stranger(session), book)
    busy = with_clauses(book, MODERATION, {"/juries/at_once": 1})
    report(session, book, other, ben, ground="mine")
    session.flush()
    left = set(jurors[1:]) - set(draw(session, busy, other))
    assert len(left) in (3, 4)
    assert set(step(session, busy, case)) == left


def test_too_few_make_no_jury_and_doubt_ends_in_the_author_s_favour(
    session: Session, book: Book, case: Case, jurors: list[Identity]
) -> None:
    for one in jurors[2:]:
        juries.withdraw(session, one)
    assert step(session, book, case) == []
    assert case.closed_at is None
    advancing.step(session, book, case.id, NOW + 3 * DAY)
    assert (case.closed_why, case.outcome) == ("no_jury", None)


def test_law_07_a_case_is_judged_by_those_for_whom_the_thing_is(
    session: Session, book: Book, ada: Identity, jurors: list[Identity]
) -> None:
    named = [{"member": one.handle} for one in jurors[:4]]
    post = make_post(session, ada, book, {"see": {"any": named}})
    report(session, book, post, jurors[0], ground="mine")
    assert set(draw(session, book, post)) == set(jurors[1:4])


def test_what_is_made_in_a_guild_is_judged_by_its_members(
    session: Session, book: Book, jurors: list[Identity]
) -> None:
    founder, reader = make_member(session), make_member(session)
    people = [session.get_one(Member, one.member_id) for one in jurors[:4]]
    guild = make_guild(session, "bakers", founder, (reader, *people))
    post = make_post(session, identity_of(founder, (guild,)), book, guild="bakers")
    report(session, book, post, identity_of(reader, (guild,)), ground="mine")
    assert {one.member_id for one in draw(session, book, post)} == {one.member_id for one in jurors[:4]}


def test_law_07_for_whoever_was_not_drawn_there_is_no_such_case(
    session: Session, book: Book, case: Case, jurors: list[Identity], ada: Identity, ben: Identity
) -> None:
    drawn = step(session, book, case)
    assert juries.read(session, drawn[0], case.id).case.id == case.id
    for other in {*jurors, ada, ben} - set(drawn):
        for case_id in (case.id, 7):
            with pytest.raises(NotFound):
                juries.read(session, other, case_id)
            with pytest.raises(NotFound):
                juries.vote(session, other, book, case_id, NONE, CLOCK)
            with pytest.raises(NotFound):
                juries.say(session, other, case_id, "Hm", CLOCK)
            with pytest.raises(NotFound):
                juries.step_down(session, other, book, case_id, CLOCK)
        assert not juries.mine(session, other)
    assert [one.id for one in juries.mine(session, drawn[0])] == [case.id]


def test_jurors_see_what_was_said_with_every_name_masked(
    session: Session, book: Book, ada: Identity, ben: Identity, jurors: list[Identity]
) -> None:
    post = make_post(session, ada, book, body="Rye, says @ben")
    first = replies.write(session, ben, book, post.id, "No, @ada", NOW)
    reply = replies.write(session, ada, book, post.id, "Fool, @ben", NOW, parent_id=first.id)
    report(session, book, reply, ben, ground="mine", words="@ada hates me, @cem saw it")
    seen = juries.read(session, draw(session, book, reply)[0], case_of(session, reply).id)
    assert (seen.noun, seen.body) == ("reply", "Fool, @A")
    assert [(one.who, one.body) for one in seen.before] == [
        ("author", "Rye, says @A"),
        ("other", "No, @author"),
    ]
    assert [one.words for one in seen.reports] == ["@author hates me, @B saw it"]
    assert (seen.jurors, seen.voted, seen.me, seen.voted_at) == (5, 0, 1, None)


def test_jurors_talk_to_each_other_as_numbers(session: Session, book: Book, case: Case) -> None:
    first, second, *_ = step(session, book, case)
    juries.say(session, first, case.id, "It is hot", CLOCK)
    later = Standing(moment=LATER + timedelta(minutes=1))
    seen = juries.say(session, second, case.id, "It is bread", later)
    assert [(one.juror, one.body) for one in seen.remarks] == [(1, "It is hot"), (2, "It is bread")]
    with pytest.raises(RuleBroken):
        juries.say(session, second, case.id, " ", CLOCK)


def test_a_juror_votes_once_and_the_last_vote_closes_the_case(
    session: Session, book: Book, case: Case
) -> None:
    drawn = step(session, book, case)
    vote(session, book, case, drawn[:4], "remove", "remove", "none", "none")
    assert case.closed_at is None
    with pytest.raises(Conflict, match="nobody can change it"):
        juries.vote(session, drawn[0], book, case.id, NONE, CLOCK)
    with pytest.raises(Conflict, match="nobody can take that back"):
        juries.step_down(session, drawn[0], book, case.id, CLOCK)
    assert juries.read(session, drawn[4], case.id).voted == 4
    vote(session, book, case, drawn[4:], "remove")
    assert (case.closed_why, case.outcome) == ("jury", "remove")
    assert case.tally is not None and case.tally["outcome"] == {"remove": 3, "none": 2}
    with pytest.raises(Conflict, match="closed"):
        juries.say(session, drawn[0], case.id, "Well", CLOCK)


def test_nothing_that_is_kept_says_whose_a_ballot_is(session: Session, book: Book, case: Case) -> None:
    drawn = step(session, book, case)
    vote(session, book, case, drawn[:4], "none", "remove", "none", "remove")
    assert {one.key for one in inspect(CaseBallot).columns} == {
        "id", "case_id", "outcome", "measure", "bad_faith",
    }  # fmt: skip
    kept = session.scalars(select(CaseBallot).order_by(col(CaseBallot.id))).all()
    assert sorted(one.outcome for one in kept) == ["none", "none", "remove", "remove"]
    vote(session, book, case, drawn[4:], "none")
    assert session.scalars(select(CaseBallot)).all() == [], "once they are counted they are kept no more"
    told = [juries.read(session, one, case.id) for one in drawn]
    assert len({repr((one.case.tally, one.voted, one.remarks)) for one in told}) == 1


def test_a_jury_chooses_from_what_the_ground_allows(session: Session, book: Book, case: Case) -> None:
    drawn = step(session, book, case)
    with pytest.raises(RuleBroken) as caught:
        juries.vote(session, drawn[0], book, case.id, Vote("collapse", "pause", bad_faith=True), CLOCK)
    assert [one.pointer for one in caught.value.faults] == ["/outcome", "/measure", "/bad_faith"]
    assert "none, label, remove" in caught.value.faults[0].detail


def test_whoever_steps_down_is_followed_by_the_next_in_the_draw(
    session: Session, book: Book, case: Case, jurors: list[Identity]
) -> None:
    drawn = step(session, book, case)
    juries.step_down(session, drawn[1], book, case.id, CLOCK)
    now = jury(session, case)
    assert len(now) == 5 and set(drawn) - set(now) == {drawn[1]}
    with pytest.raises(NotFound):
        juries.read(session, drawn[1], case.id)
    for one in jury(session, case):
        juries.step_down(session, one, book, case.id, CLOCK)
    assert len(jury(session, case)) == len(jurors) - 6


def test_a_juror_who_is_tied_to_the_author_by_now_is_told_and_followed(
    session: Session, book: Book, case: Case, ada: Identity
) -> None:
    drawn = step(session, book, case)
    relations.block(session, drawn[2], ada.handle, NOW)
    with pytest.raises(Forbidden) as caught:
        juries.vote(session, drawn[2], book, case.id, NONE, CLOCK)
    (fault,) = caught.value.faults
    assert fault.clause is not None and fault.clause.clause == "/juries/conflicts"
    step(session, book, case)
    assert drawn[2] not in jury(session, case) and len(jury(session, case)) == 5
    gone = session.get_one(CaseJuror, (case.id, drawn[2].member_id))
    assert gone.left_why == "conflict"


def test_offering_twice_and_withdrawing_twice_change_nothing(session: Session, ada: Identity) -> None:
    assert juries.offered(session, ada) is None
    juries.offer(session, ada, NOW)
    juries.offer(session, ada, LATER)
    assert juries.offered(session, ada) == NOW
    juries.withdraw(session, ada)
    juries.withdraw(session, ada)
    assert session.get(JuryService, ada.member_id) is None
