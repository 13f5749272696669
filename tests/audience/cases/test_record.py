"""The record of moderation: what everybody reads of what was done, and what nobody does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session

from audience import facilitators, replies, volunteers
from audience.access import access_post
from audience.cases import advancing, emergencies, record, reports, roster, subject
from audience.cases.tables import Case
from audience.moderation.rules import MODERATION
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from coop import profiles
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.cases.judging import (
    LATER,
    case_of,
    draw,
    in_force,
    jury,
    make_jurors,
    report,
    thing_of,
    vote,
)
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses
from tests.audience.lines import stranger
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import identity_of, make_guild, make_member, make_members

DAY = timedelta(days=1)
MONTH = "2026-11"
RULES = {
    "fold": rule("text.contains('oats')", then="collapse", about="No oats"),
    "hold": rule("text.contains('ergot')", about="No ergot"),
}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


def entries(session: Session, guild: int | None = None, now: datetime = NOW + DAY) -> list[record.Entry]:
    found, rest = record.entries(session, guild, MONTH, now, offset=0, limit=50)
    assert rest is None
    return found


def test_everybody_reads_what_was_done_once_the_day_is_over(
    session: Session, ruled: Book, ada: Identity
) -> None:
    make_post(session, ada, ruled, body="oats")
    assert entries(session, now=NOW + timedelta(hours=11)) == []
    (entry,) = entries(session)
    assert (entry.day, entry.thing, entry.action, entry.causes, entry.judged) == (
        "2026-11-01", "post", "collapse", 1, None,
    )  # fmt: skip
    assert (entry.cause["about"], entry.cause["clause"]) == ("No oats", "/rules/fold/when")


def test_law_07_the_record_tells_of_nothing_that_not_everybody_may_read(
    session: Session, ruled: Book, ada: Identity
) -> None:
    for audience in (
        NOBODY,
        {"see": {"any": [{"member": "ada"}]}},
        {"see": {"any": [{"follow": {"dir": "follower"}}]}},
    ):
        make_post(session, ada, ruled, audience, body="oats and ergot")
    assert entries(session) == []
    assert record.figures(session, None, MONTH, NOW + DAY) == ([], [])
    assert {one.decided for one in record.quality(session, ruled, None, None, NOW + DAY)} == {0}
    make_post(session, ada, ruled, body="ergot")
    assert [one.action for one in entries(session)] == ["hold"]


def test_the_record_tells_of_profiles_what_others_saw_and_not_what_waited(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    profile_rules = {
        "links": rule("text.links > 0", about="Links", on=["profile"]),
        "shop": rule("text.contains('sale')", "label", about="Sells", label="shop", on=["profile"]),
    }
    ruled = with_rules(book, profile_rules)
    make_jurors(session, 14)
    profiles.change(session, ruled, ada, {"about": "https://a.example"}, screen_profile, NOW)
    (held,) = session.scalars(select(Decision)).all()
    advancing.open_hold(session, ruled, held.id, NOW)
    case = session.scalars(select(Case)).one()
    advancing.step(session, ruled, case.id, LATER)
    vote(session, ruled, case, jury(session, case), "remove")
    assert (entries(session), record.figures(session, None, MONTH, NOW + DAY)) == ([], ([], []))
    profiles.change(session, ruled, ben, {"about": "On sale"}, screen_profile, NOW)
    for reporter in (stranger(session), stranger(session)):
        thing = subject.delivered_profile(session, reporter, "ben")
        filed = reports.report(session, reporter, ruled, thing, "attack", "", NOW)
    advancing.step(session, ruled, filed.case.id, LATER)
    vote(session, ruled, filed.case, jury(session, filed.case), "remove")
    assert [(one.thing, one.action, one.cause["by"]) for one in entries(session)] == [
        ("profile", "label", "rule"), ("profile", "remove", "jury"),
    ]  # fmt: skip
    _, closed = record.figures(session, None, MONTH, NOW + DAY)
    assert [(one.kind, one.outcome, one.number) for one in closed] == [("report", "remove", 1)]
    counted = record.quality(session, ruled, None, None, NOW + DAY)
    assert len(session.scalars(select(Decision)).all()) == 4
    assert all(one.upheld == 0 for one in counted)


def test_law_07_a_guild_s_record_is_read_by_those_who_belong_to_it(
    session: Session, ruled: Book, ada: Identity
) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    author = identity_of(founder, (guild,))
    make_post(session, author, ruled, {"see": {"any": [{"guild": "bakers"}]}}, body="oats", guild="bakers")
    make_post(session, ada, ruled, body="oats")
    mine = record.guild_read(session, author, "bakers")
    assert [one.action for one in entries(session, mine)] == ["collapse"]
    assert record.guild_read(session, author, None) is None
    for reader in (ada, None):
        for slug in ("bakers", "unknown"):
            with pytest.raises(NotFound):
                record.guild_read(session, reader, slug)


def test_the_figures_of_a_month_say_what_was_done_and_what_juries_thought_of_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    make_jurors(session, 14)
    held = make_post(session, ada, ruled, body="ergot")
    decision = in_force(session, held)
    assert decision is not None
    advancing.open_hold(session, ruled, decision.id, NOW)
    vote(session, ruled, case_of(session, held), draw(session, ruled, held), "none")
    post = make_post(session, ada, ruled)
    report(session, ruled, post, ben, ground="private")
    vote(session, ruled, case_of(session, post), draw(session, ruled, post), "narrow")
    done, closed = record.figures(session, None, MONTH, NOW + DAY)
    assert [tuple(one) for one in done] == [("hold", "rule", 1, 0, 1), ("narrow", "jury", 1, 0, 0)]
    assert [tuple(one) for one in closed] == [
        ("hold", "jury", "none", 1, 0.2), ("report", "jury", "narrow", 1, 0.2),
    ]  # fmt: skip


def test_a_rule_that_juries_overturn_is_shown_as_poor(session: Session, ruled: Book, ada: Identity) -> None:
    make_jurors(session, 14)
    quick = with_clauses(ruled, MODERATION, {"/quality/judged": 2})
    for number in range(2):
        post = make_post(session, ada, quick, body="ergot")
        decision = in_force(session, post)
        assert decision is not None
        advancing.open_hold(session, quick, decision.id, NOW)
        vote(session, quick, case_of(session, post), draw(session, quick, post), "none")
        session.expire_all()
        found = record.quality(session, quick, None, None, NOW + DAY)
        assert [(one.name, one.decided, one.overturned, one.poor) for one in found] == [
            ("hold", number + 1, number + 1, number == 1), ("fold", 0, 0, False),
        ]  # fmt: skip


def test_a_rule_that_was_rewritten_begins_anew_and_what_is_long_ago_counts_no_more(
    session: Session, ruled: Book, ada: Identity
) -> None:
    for _ in range(2):
        make_post(session, ada, ruled, body="oats")

    def decided(book: Book, now: datetime) -> int:
        return {one.name: one.decided for one in record.quality(session, book, None, None, now)}["fold"]

    assert decided(ruled, NOW + DAY) == decided(ruled, NOW + 179 * DAY) == 2
    assert decided(ruled, NOW + 182 * DAY) == 0
    other = with_clauses(ruled, MODERATION, {"/rules/fold/when": "text.contains('rolled oats')"})
    assert decided(other, NOW + DAY) == 0


def test_the_record_goes_on_page_by_page(session: Session, ruled: Book, ada: Identity) -> None:
    for _ in range(3):
        make_post(session, ada, ruled, body="oats")
    first, rest = record.entries(session, None, MONTH, NOW + DAY, offset=0, limit=2)
    assert (len(first), rest) == (2, 2)
    last, none = record.entries(session, None, MONTH, NOW + DAY, offset=2, limit=2)
    assert (len(last), none) == (1, None)


def judged(session: Session, book: Book, author: Identity, *, votes: int = 5) -> None:
    """Have something reported, and so many jurors vote on it."""
    post = make_post(session, author, book)
    report(session, book, post, stranger(session), ground="mine")
    vote(session, book, case_of(session, post), draw(session, book, post)[:votes], "label")
    advancing.step(session, book, case_of(session, post).id, LATER + 3 * DAY)


def test_the_roster_of_a_month_that_is_over_says_who_carried_what(
    session: Session, book: Book, ada: Identity
) -> None:
    make_jurors(session, 5)
    for _ in range(5):
        judged(session, book, ada, votes=4)
    found = roster.roster(session, book, None, MONTH, NOW + 31 * DAY)
    assert (found.month, found.offering, found.cases) == (MONTH, 5, 5)
    assert sum(one.voted for one in found.load) == 20
    assert sum(one.missed for one in found.load) == 5
    assert {one.drawn for one in found.load} == {5}


def test_law_07_a_roster_tells_nothing_where_it_would_tell_who_judged_which(
    session: Session, book: Book, ada: Identity
) -> None:
    make_jurors(session, 5)
    over = NOW + 31 * DAY
    for _ in range(4):
        judged(session, book, ada)
    cem = identity_of(make_member(session, "cem"))
    some = [{"follow": {"dir": "follower"}}, {"member": "cem"}]
    hidden = make_post(session, ada, book, {"see": {"any": some}})
    report(session, book, hidden, cem, ground="mine")
    advancing.step(session, book, case_of(session, hidden).id, LATER + 3 * DAY)
    assert roster.roster(session, book, None, MONTH, over)[1:4] == (5, None, [])
    judged(session, book, ada)
    assert roster.roster(session, book, None, MONTH, over).cases == 5
    assert roster.roster(session, book, None, MONTH, NOW + DAY).cases is None


def test_the_roster_counts_what_stewards_held_once_it_tells_not_who_held_which(
    session: Session, book: Book
) -> None:
    founder, second, author = make_members(session, ["gina", "hugo", "ines"])
    guild = make_guild(session, "bakers", founder, (second, author))
    writer = identity_of(author, (guild,))
    stewards = [identity_of(one, (guild,), (guild,)) for one in (founder, second)]
    often = with_clauses(book, MODERATION, {"/emergencies/per_week": 9})
    over = NOW + 31 * DAY
    inside: dict[str, object] = {"see": {"any": [{"guild": "bakers"}]}}

    def hold(steward: Identity, audience: dict[str, object] | None = None) -> None:
        post = make_post(session, writer, often, audience, guild="bakers")
        emergencies.hold(session, steward, often, thing_of(session, post), "attack", NOW)

    def holds(guild_id: int | None = None, now: datetime = over) -> roster.Carried:
        return roster.roster(session, often, guild_id, MONTH, now).holds

    for steward in (stewards[0], stewards[0], stewards[0], stewards[1]):
        hold(steward)
    hold(stewards[0], inside)
    assert holds() == (None, [])
    assert holds(guild.id) == (5, [("gina", 4), ("hugo", 1)])
    hold(stewards[1])
    assert holds() == (5, [("gina", 3), ("hugo", 2)])
    assert holds(now=NOW + DAY) == (None, [])


def test_the_roster_counts_who_was_called_to_calm_threads_and_not_where_they_are_few(
    session: Session, book: Book, ada: Identity
) -> None:
    over = NOW + 31 * DAY
    volunteers.offer(session, identity_of(make_member(session, "hugo")), "calm", "coop", NOW)

    def heat(audience: dict[str, object] | None = None) -> None:
        post = make_post(session, ada, book, audience)
        answer = replies.write(session, ada, book, post.id, "Well…", NOW)
        where = access_post(session, ada, book, post.id, NOW)
        assert len(facilitators.call(session, book, where, answer.id, 3, NOW)) == 1

    for _ in range(4):
        heat()
    heat({"see": {"any": [{"member": "hugo"}]}})
    assert roster.roster(session, book, None, MONTH, over).calls == (None, [])
    heat()
    assert roster.roster(session, book, None, MONTH, over).calls == (5, [("hugo", 5)])
    assert roster.roster(session, book, None, MONTH, NOW + DAY).calls == (None, [])
