"""Emergency holds: what a steward may do alone, and until when."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.cases import advancing, emergencies
from audience.cases.pool import pool
from audience.cases.tables import JuryService
from audience.moderation import ending_holds
from audience.moderation.rules import MODERATION, ModerationRules
from audience.tables import Post
from coop import notices
from coop.book import Book
from coop.errors import Conflict, Forbidden, RuleBroken, TooMany
from coop.identity import Identity
from coop.tables import GuildMembership
from tests.audience.cases.judging import LATER, case_of, draw, in_force, make_jurors, report, thing_of, vote
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import opens
from tests.factories import id_of, identity_of, make_guild, make_member, make_members

DAY = timedelta(days=1)


class Bakery:
    """A guild with a steward, an author, a reader and members who offer to judge."""

    def __init__(self, session: Session) -> None:
        jurors = make_jurors(session)
        founder, author, reader = make_members(session, 3)
        self.guild = make_guild(session, "bakers", founder, (author, reader))
        self.steward = identity_of(founder, (self.guild,), (self.guild,))
        self.author = identity_of(author, (self.guild,))
        self.reader = identity_of(reader, (self.guild,))
        self.jurors = jurors


@pytest.fixture
def bakery(session: Session) -> Bakery:
    return Bakery(session)


def hold(session: Session, who: Identity, book: Book, post: Post, ground: str = "attack") -> None:
    emergencies.hold(session, who, book, thing_of(session, post), ground, NOW)
    session.expire_all()


def test_a_steward_holds_what_was_made_in_the_guild_and_its_author_is_told_who_did(
    session: Session, book: Book, bakery: Bakery
) -> None:
    post = make_post(session, bakery.author, book, guild="bakers")
    hold(session, bakery.steward, book, post)
    assert not opens(session, bakery.reader, book, post)
    decision = in_force(session, post)
    assert decision is not None
    assert (decision.action, decision.holds_until) == ("hold", NOW + timedelta(hours=12))
    assert (decision.causes[0]["by"], decision.steward_id) == ("steward", bakery.steward.member_id)
    (told,) = notices.listing(session, bakery.author, LATER + DAY, unread_only=False, before=None, limit=9)
    assert f"@{bakery.steward.handle}, a steward" in told.line


def test_a_jury_looks_at_once_and_its_word_ends_it(session: Session, book: Book, bakery: Bakery) -> None:
    inside = make_post(session, bakery.author, book, guild="bakers")
    hold(session, bakery.steward, book, inside)
    decision = in_force(session, inside)
    assert decision is not None
    advancing.open_hold(session, book, decision.id, NOW)
    for one in bakery.jurors[:5]:
        session.add(
            GuildMembership(
                guild_id=id_of(bakery.guild), member_id=one.member_id, role="member", joined_at=NOW
            )
        )
    session.flush()
    vote(session, book, case_of(session, inside), draw(session, book, inside), "none")
    session.expire_all()
    assert opens(session, bakery.reader, book, inside)
    with pytest.raises(Conflict, match="before"):
        hold(session, bakery.steward, book, inside)


def test_the_steward_who_held_a_thing_does_not_judge_it(session: Session, book: Book, bakery: Bakery) -> None:
    post = make_post(session, bakery.author, book, guild="bakers")
    session.add(JuryService(member_id=bakery.steward.member_id, since=NOW))
    report(session, book, post, bakery.reader, ground="mine")
    rules = book.rules(MODERATION, ModerationRules).juries
    assert bakery.steward.member_id in pool(session, rules, case_of(session, post), LATER).values()
    hold(session, bakery.steward, book, post)
    decision = in_force(session, post)
    assert decision is not None and advancing.open_hold(session, book, decision.id, NOW)
    assert bakery.steward.member_id not in pool(session, rules, case_of(session, post), LATER).values()


def test_law_13_it_ends_by_itself(session: Session, book: Book, bakery: Bakery) -> None:
    post = make_post(session, bakery.author, book, guild="bakers")
    hold(session, bakery.steward, book, post)
    decision = in_force(session, post)
    assert decision is not None
    assert ending_holds.end_hold(session, book, decision.id, ending_holds.UNSEEN, NOW + timedelta(hours=12))
    session.expire_all()
    assert opens(session, bakery.reader, book, post)


def test_nobody_else_holds_anything(session: Session, book: Book, bakery: Bakery) -> None:
    inside = make_post(session, bakery.author, book, guild="bakers")
    outside = make_post(session, bakery.author, book)
    with pytest.raises(Forbidden, match="steward"):
        hold(session, bakery.reader, book, inside)
    with pytest.raises(Forbidden, match="steward"):
        hold(session, bakery.steward, book, outside)
    own = make_post(session, bakery.steward, book, guild="bakers")
    with pytest.raises(RuleBroken, match="of yours"):
        hold(session, bakery.steward, book, own)
    with pytest.raises(RuleBroken, match="by-law"):
        hold(session, bakery.steward, book, inside, ground="envy")


def test_a_steward_holds_so_much_a_week(session: Session, book: Book, bakery: Bakery) -> None:
    few = with_clauses(book, MODERATION, {"/emergencies/per_week": 1})
    first, second = (make_post(session, bakery.author, book, guild="bakers") for _ in range(2))
    hold(session, bakery.steward, few, first)
    with pytest.raises(TooMany) as caught:
        hold(session, bakery.steward, few, second)
    (fault,) = caught.value.faults
    assert fault.clause is not None and fault.clause.clause == "/emergencies/per_week"
    none = with_clauses(book, MODERATION, {"/emergencies/per_week": 0})
    with pytest.raises(TooMany):
        hold(session, identity_of(make_member(session), (bakery.guild,), (bakery.guild,)), none, second)


def test_a_hold_takes_the_place_of_reports_and_reporters_are_told(
    session: Session, book: Book, bakery: Bakery
) -> None:
    post = make_post(session, bakery.author, book, guild="bakers")
    report(session, book, post, bakery.reader, ground="mine")
    hold(session, bakery.steward, book, post)
    assert case_of(session, post).closed_why == "ended"
    decision = in_force(session, post)
    assert decision is not None and advancing.open_hold(session, book, decision.id, LATER)
    (told,) = notices.listing(session, bakery.reader, LATER + DAY, unread_only=False, before=None, limit=9)
    assert told.topic == "report"
    assert told.line == "You reported something. A steward holds it back until a jury has looked."
