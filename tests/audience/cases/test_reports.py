"""Reports: who may report what, and when a jury is called."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from audience import posts, replies
from audience.cases import bad_faith, reported, reports, subject
from audience.cases.reports import LONGEST_WORDS
from audience.cases.tables import Case
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.errors import AllotmentError, Conflict, Forbidden, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from tests.audience.cases.judging import LATER, case_of, draw, make_jurors, report, thing_of, vote
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import stranger
from tests.audience.moderation.rules import FOUNDED, rule, with_guild_rules, with_rules
from tests.coop.told import told
from tests.factories import identity_of, make_guild, make_member

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def clause_of(error: AllotmentError) -> str:
    (fault,) = error.faults
    assert fault.clause is not None
    return fault.clause.clause


def test_so_many_different_members_reports_call_a_jury(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    (first,) = report(session, book, post, ben)
    assert first.case.called_at is None
    (second,) = report(session, book, post, stranger(session), now=LATER)
    assert (second.case.id, second.case.called_at) == (first.case.id, LATER)
    assert second.case.ground == "attack"


def test_a_claim_of_a_right_of_one_s_own_calls_a_jury_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    (filed,) = report(session, book, make_post(session, ada, book), ben, ground="mine")
    assert filed.case.called_at == NOW


def test_the_ground_of_a_case_is_the_one_that_most_named(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    three = with_clauses(book, MODERATION, {"/reports/to_open": 3})
    post = make_post(session, ada, book)
    report(session, three, post, ben, ground="selling")
    report(session, three, post, stranger(session), stranger(session), ground="deceit")
    case = case_of(session, post)
    assert case.ground == "deceit" and case.by_law is not None
    assert (case.by_law["clause"], case.by_law["version"]) == ("/grounds/deceit/about", 2)


def test_reports_that_come_once_a_jury_is_called_do_not_change_what_it_judges_by(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    report(session, book, post, stranger(session), stranger(session), ground="attack")
    case = case_of(session, post)
    before = case.by_law
    report(session, book, post, *(stranger(session) for _ in range(3)), ground="unwarned", now=LATER)
    assert (case.ground, case.by_law) == ("attack", before)


def test_no_jury_is_called_under_a_ground_that_was_voted_away_since_it_was_reported(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    report(session, book, post, stranger(session), ground="attack")
    left = {name: one for name, one in FOUNDED["grounds"].items() if name != "attack"}
    report(session, with_rules(book, {}, grounds=left), post, stranger(session), ground="deceit")
    assert case_of(session, post).ground == "deceit"


def test_one_report_of_a_member_is_enough(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book)
    report(session, book, post, ben)
    with pytest.raises(Conflict, match="one report is enough"):
        report(session, book, post, ben)
    assert case_of(session, post).called_at is None


def test_nobody_reports_what_is_their_own(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book)
    report(session, book, post, ben)
    with pytest.raises(RuleBroken, match="of yours"):
        report(session, book, post, ada)


def test_a_report_names_a_by_law_that_there_is(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    with pytest.raises(RuleBroken) as caught:
        report(session, book, post, ben, ground="envy")
    (fault,) = caught.value.faults
    assert (fault.pointer, "attack, deceit" in fault.detail) == ("/ground", True)
    with pytest.raises(RuleBroken):
        report(session, book, post, ben, words="x" * (LONGEST_WORDS + 1))


def test_a_guild_adds_grounds_for_what_is_made_in_it(session: Session, book: Book) -> None:
    founder, reader = make_member(session), make_member(session)
    guild = make_guild(session, "bakers", founder, (reader,))
    own = {"salt": {"about": "Too much salt", "outcomes": ["label"], "label": "salty"}}
    ruled = with_guild_rules(book, "bakers", {"r": rule("size(text) > 9000")}, grounds=own)
    author = identity_of(founder, (guild,))
    inside = make_post(session, author, ruled, guild="bakers")
    outside = make_post(session, author, ruled)
    (filed,) = report(session, ruled, inside, identity_of(reader, (guild,)), ground="salt")
    assert (filed.report.scope, filed.case.guild_id) == ("guild:bakers", guild.id)
    with pytest.raises(RuleBroken, match="by-law"):
        report(session, ruled, outside, identity_of(reader, (guild,)), ground="salt")


def test_a_member_reports_so_often_a_day(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    few = with_clauses(book, MODERATION, {"/reports/per_day": 3})
    made = [make_post(session, ada, book) for _ in range(4)]
    for number, post in enumerate(made[:3]):
        report(session, few, post, ben, now=NOW + number * timedelta(hours=1))
    with pytest.raises(TooMany) as caught:
        report(session, few, made[3], ben, now=NOW + timedelta(hours=3))
    assert clause_of(caught.value) == "/reports/per_day"
    assert caught.value.retry_after_s == 21 * 3600
    report(session, few, made[3], ben, now=NOW + DAY + timedelta(seconds=1))


def test_what_a_jury_left_as_it_is_cannot_be_reported_again_for_so_long(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_jurors(session)
    post = make_post(session, ada, book)
    report(session, book, post, ben, ground="mine")
    jurors = draw(session, book, post)
    vote(session, book, case_of(session, post), jurors, "none")
    with pytest.raises(Conflict) as caught:
        report(session, book, post, stranger(session), now=LATER + DAY)
    assert clause_of(caught.value) == "/reports/again"
    assert report(session, book, post, stranger(session), now=LATER + 29 * DAY)


def found_in_bad_faith(session: Session, book: Book, author: Identity, *reporters: Identity) -> None:
    """Have a jury find that a post of somebody's was reported in bad faith."""
    post = make_post(session, author, book)
    report(session, book, post, *reporters)
    vote(session, book, case_of(session, post), draw(session, book, post), "none", bad_faith=True)


def test_whoever_juries_find_twice_to_report_in_bad_faith_reports_nothing_for_so_long(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_jurors(session, 14)
    other, cem = make_post(session, ada, book), stranger(session)
    found_in_bad_faith(session, book, ada, ben, cem)
    (filed,) = report(session, book, other, ben, now=LATER)
    assert not filed.report.bad_faith
    found_in_bad_faith(session, book, ada, ben, stranger(session))
    another = make_post(session, ada, book)
    with pytest.raises(Forbidden) as caught:
        report(session, book, another, ben, now=LATER + 7 * DAY - SECOND)
    assert clause_of(caught.value) == "/reports/bad_faith"
    assert report(session, book, another, cem, now=LATER + DAY), "once is a warning"
    assert report(session, book, another, ben, now=LATER + 7 * DAY)


def test_findings_of_bad_faith_that_lie_far_apart_are_warnings_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_jurors(session, 14)
    found_in_bad_faith(session, book, ada, ben, stranger(session))
    for case in session.scalars(select(Case)):
        case.closed_at = LATER - 90 * DAY
    session.flush()
    found_in_bad_faith(session, book, ada, ben, stranger(session))
    assert all(line.startswith("This is a warning.") for line in said(session, ben))
    assert len(said(session, ben)) == 2
    assert report(session, book, make_post(session, ada, book), ben, now=LATER + DAY)


def test_whoever_is_found_to_report_in_bad_faith_is_told_by_which_clause_and_until_when(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_jurors(session, 14)
    cem = stranger(session)
    found_in_bad_faith(session, book, ada, ben, cem)
    assert said(session, ben) == said(session, cem)
    (warning,) = said(session, ben)
    assert warning.startswith("This is a warning. By the clause /reports/bad_faith of moderation")
    assert "2 times within 90 days reports nothing for 7." in warning
    found_in_bad_faith(session, book, ada, ben, stranger(session))
    assert [one.line for one in told(session, ben)] == [bad_faith.LINE] * 2
    until = f"{LATER + 7 * DAY:%Y-%m-%d %H:%M} UTC"
    assert any(f"you report nothing until {until}." in one for one in said(session, ben))
    assert len(said(session, cem)) == 1
    listed, _ = reports.listing(session, ben, before=None, limit=9)
    assert [one.report.bad_faith for one in listed] == [True, True]
    assert told(session, ada) == []


def said(session: Session, member: Identity) -> list[str]:
    """Return what somebody was told besides the line of each notice."""
    return [one.detail for one in told(session, member)]


def test_law_07_one_reports_what_one_was_delivered_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"see": {"any": [{"member": "ben"}]}})
    reply = replies.write(session, ben, book, post.id, "Hm", NOW)
    cem = stranger(session)
    for thing_id in (post.id, 7):
        with pytest.raises(NotFound):
            subject.delivered_post(session, cem, book, thing_id, NOW)
    for thing_id in (reply.id, 7):
        with pytest.raises(NotFound):
            subject.delivered_reply(session, cem, book, thing_id, NOW)
    assert subject.delivered_post(session, ben, book, post.id, NOW) == thing_of(session, post)
    assert subject.delivered_reply(session, ada, book, reply.id, NOW) == thing_of(session, reply)


def test_law_07_one_is_told_of_one_s_own_reports_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    (mine, _) = report(session, book, post, ben, stranger(session))
    found, rest = reports.listing(session, ben, before=None, limit=5)
    assert ([one.report.id for one in found], rest) == ([mine.report.id], None)


def test_law_07_a_report_names_what_it_is_about_as_long_as_its_reporter_may_see_that(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post, narrowed = make_post(session, ada, book), make_post(session, ada, book)
    answer = replies.write(session, ada, book, post.id, "Fools", NOW)
    on = subject.delivered_reply(session, ben, book, answer.id, NOW)
    profile = subject.delivered_profile(session, ben, "ada")
    filed = [
        *report(session, book, post, ben),
        *report(session, book, narrowed, ben),
        *(reports.report(session, ben, book, one, "attack", "", NOW) for one in (on, profile)),
    ]
    cases = [one.case for one in filed]

    def named() -> list[tuple[str, int | None, int | None] | None]:
        found = reported.things(session, ben, book, cases, LATER)
        told = [found.get(one.id) for one in cases]
        return [None if one is None else (one.member, one.post_id, one.reply_id) for one in told]

    whole = [
        ("ada", post.id, None),
        ("ada", narrowed.id, None),
        ("ada", post.id, answer.id),
        ("ada", None, None),
    ]
    assert named() == whole
    replies.delete(session, ada, answer.id, LATER)
    posts.delete(session, ada, narrowed.id, LATER)
    assert named() == [whole[0], None, None, whole[3]]
    posts.delete(session, ada, post.id, LATER)
    assert named() == [None, None, None, whole[3]]
