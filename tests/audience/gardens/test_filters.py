"""Filters: a form without syntax becomes a condition that SQL says exactly, and is asked inside the page."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from audience import following, posts
from audience.access import access_post
from audience.gardens import filter_preview, filters
from audience.gardens.filter_form import COMPARISONS, read_back, written
from audience.gardens.garden import Sight
from audience.gardens.vocabulary import COLUMNS, KNOWN, SCHEMA
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.cel.checker import check
from coop.cel.condition import condition
from coop.cel.form import Form, Line, Match
from coop.cel.types import BOOL, DURATION, INT
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_asset, make_post, with_clauses
from tests.audience.gardens.growing import brought, shown, sight, write
from tests.factories import identity_of, make_guild, make_member


def keep(
    session: Session,
    reader: Identity,
    book: Book,
    *lines: Line,
    match: Match = "all",
    action: Sight = "hide",
) -> filters.Kept:
    return filters.keep(session, reader, book, "Mine", lines, match, action, NOW)


@pytest.mark.parametrize(
    ("line", "body", "other"),
    [
        (Line("text.words", "has", "Crème"), "A creme, please", "A loaf"),
        (Line("text.words", "has_not", "loaf"), "A roll", "A loaf"),
        (Line("text.tags", "has", "#Rye"), "Of #rye", "Of rye"),
        (Line("text.tags", "has_not", "rye"), "Of rye", "Of #rye"),
        (Line("author.handle", "is", "@Ada"), "Bread", ""),
        (Line("post.picture", "no"), "Bread", ""),
        (Line("post.quotes", "no"), "Bread", ""),
        (Line("post.described", "no"), "Bread", ""),
        (Line("post.guild", "is", ""), "Bread", ""),
        (Line("author.guilds", "has_not", "bakers"), "Bread", ""),
        (Line("author.followed", "no"), "Bread", ""),
        (Line("author.follows", "no"), "Bread", ""),
        (Line("author.followers", "at_most", "0"), "Bread", ""),
        (Line("author.account_age", "at_least", "30"), "Bread", ""),
        (Line("post.age", "at_most", "1"), "Bread", ""),
        (Line("text.language", "is_not", "xx"), "Bread", ""),
    ],
)
def test_every_fact_is_asked_inside_the_page(
    session: Session, book: Book, ada: Identity, ben: Identity, line: Line, body: str, other: str
) -> None:
    post = write(session, ada, book, body)
    passed = [write(session, ada, book, other)] if other else []
    keep(session, ben, book, line)
    assert brought(session, ben, book) == passed
    assert sight(session, ben, book, post) == "collapse"


def test_a_filter_holds_for_what_it_says_and_for_nothing_else(
    session: Session, book: Book, ben: Identity
) -> None:
    founder = make_member(session, "dora", NOW - timedelta(days=3))
    guild = make_guild(session, "bakers", founder)
    dora = identity_of(founder, (guild,))
    following.follow(session, ben, book, "dora", NOW - timedelta(days=1))
    following.follow(session, dora, book, "ben", NOW - timedelta(days=1))
    asset = make_asset(session, dora)
    post = make_post(
        session, dora, book, now=NOW - timedelta(minutes=1), guild="bakers", asset_id=asset.id, body="#rye"
    ).id
    opposite = (
        Line("text.tags", "has_not", "rye"),
        Line("author.handle", "is_not", "dora"),
        Line("author.guilds", "has_not", "bakers"),
        Line("author.account_age", "at_least", "4"),
        Line("author.followers", "at_least", "2"),
        Line("author.followed", "no"),
        Line("author.follows", "no"),
        Line("post.guild", "is_not", "bakers"),
        Line("post.picture", "no"),
        Line("post.described", "no"),
        Line("post.quotes", "yes"),
        Line("post.age", "at_least", "1"),
    )
    for first in range(0, len(opposite), 6):
        keep(session, ben, book, *opposite[first : first + 6], match="any")
    assert brought(session, ben, book) == [post]
    assert sight(session, ben, book, post) == "plain"


@pytest.mark.parametrize(("match", "left"), [("any", 0), ("all", 1)])
def test_any_or_all_of_its_lines_hold(
    session: Session, book: Book, ada: Identity, ben: Identity, match: Match, left: int
) -> None:
    write(session, ada, book, "Bread")
    keep(session, ben, book, Line("text.words", "has", "bread"), Line("post.quotes", "yes"), match=match)
    assert len(brought(session, ben, book)) == left


@pytest.mark.parametrize(("action", "seen"), [("label", "label"), ("collapse", "collapse")])
def test_what_is_not_hidden_is_brought_with_its_mark(
    session: Session, book: Book, ada: Identity, ben: Identity, action: Sight, seen: str
) -> None:
    post = write(session, ada, book)
    keep(session, ben, book, Line("author.handle", "is", "ada"), action=action)
    assert brought(session, ben, book) == [post]
    mark = shown(session, ben, book, post).mark
    assert mark is not None
    assert (mark.action, mark.reasons[0].name) == (seen, "Mine")


def test_nobody_s_filter_is_asked_of_what_they_made_themselves(
    session: Session, book: Book, ada: Identity
) -> None:
    post = write(session, ada, book)
    keep(session, ada, book, Line("author.handle", "is", "ada"))
    assert shown(session, ada, book, post).mark is None


def test_a_filter_is_listed_with_its_condition_and_removed_by_its_member_alone(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    made = keep(session, ben, book, Line("text.words", "has", "bread"), Line("author.followed", "no"))
    assert made.when == '"bread" in text.words && !author.followed'
    assert filters.listed(session, ben) == [made]
    assert filters.listed(session, ada) == []
    with pytest.raises(NotFound):
        filters.remove(session, ada, made.id)
    filters.remove(session, ben, made.id)
    assert filters.listed(session, ben) == []


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (Line("text", "has", "x"), "/conditions/0/fact"),
        (Line("post.age", "has", "3"), "/conditions/0/comparison"),
        (Line("post.age", "at_least", "3.5"), "/conditions/0/value"),
        (Line("post.age", "at_least", "36501"), "/conditions/0/value"),
        (Line("author.followers", "at_least", "-1"), "/conditions/0/value"),
        (Line("text.words", "has", "two words"), "/conditions/0/value"),
        (Line("text.words", "has", ""), "/conditions/0/value"),
        (Line("text.tags", "has", "x" * 61), "/conditions/0/value"),
        (Line("post.guild", "is", "a\nb"), "/conditions/0/value"),
        (Line("author.followed", "yes", "very"), "/conditions/0/value"),
    ],
)
def test_a_line_that_is_amiss_is_told_at_its_place(line: Line, pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        written([line], "all")
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_law_01_clauses_say_how_many_filters_and_conditions_there_are(
    session: Session, book: Book, ben: Identity
) -> None:
    line = Line("author.followed", "no")
    tight = with_clauses(book, MODERATION, {"/gardens/filters": 1, "/gardens/conditions": 2})
    keep(session, ben, tight, line, line)
    for lines in ((line,), (line, line, line), ()):
        with pytest.raises(RuleBroken), session.begin_nested():
            keep(session, ben, tight, *lines)
    assert len(filters.listed(session, ben)) == 1


@st.composite
def lines(draw: st.DrawFn) -> Line:
    fact = draw(st.sampled_from(sorted(KNOWN)))
    kind = KNOWN[fact].type
    comparison = draw(st.sampled_from(COMPARISONS[kind]))
    if kind == BOOL:
        return Line(fact, comparison)
    if kind in (INT, DURATION):
        return Line(fact, comparison, str(draw(st.integers(0, 36_500))))
    return Line(fact, comparison, draw(st.text(min_size=1, max_size=60)))


@given(st.lists(lines(), min_size=1, max_size=8), st.sampled_from(["any", "all"]))
def test_whatever_the_form_can_say_is_said_whole_in_sql(said: list[Line], match: Match) -> None:
    try:
        when = written(said, match)
    except RuleBroken:
        return
    made = condition(check(when, SCHEMA).root, COLUMNS)
    assert made.exact
    assert not any(line.value and line.value in made.sql for line in said if len(line.value) > 12)


LINES = st.sampled_from(
    [
        Line("text.words", "has", "loaf"),
        Line("text.tags", "has_not", "rye"),
        Line("text.language", "is", ""),
        Line("author.handle", "is_not", 'a"b'),
        Line("author.followers", "at_most", "7"),
        Line("post.age", "at_least", "3"),
        Line("post.picture", "yes"),
        Line("author.followed", "no"),
    ]
)


@given(st.lists(LINES, min_size=1, max_size=8), st.sampled_from(["all", "any"]))
def test_whatever_a_form_writes_is_read_back_into_it(lines: list[Line], match: Match) -> None:
    found = read_back(written(lines, match))
    assert found == Form(lines, match if len(lines) > 1 else "all")


@pytest.mark.parametrize(
    "when",
    [
        "post.quotes && (post.picture || post.described)",
        "!(post.quotes || post.picture)",
        "author.followers > 3",
        "size(text.tags) > 1",
        "3 <= author.followers",
        "author.followers >= 2000000000",
        "size(text.tags) >= 1",
        "post.age < duration('36h')",
    ],
)
def test_what_no_form_says_is_not_read_into_one(when: str) -> None:
    assert read_back(when) is None


def test_a_filter_is_changed_in_place_and_holds_so_from_then_on(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    rye, oats = write(session, ada, book, "rye"), write(session, ada, book, "oats")
    kept = keep(session, ben, book, Line("text.words", "has", "rye"))
    assert brought(session, ben, book) == [oats]
    lines = [Line("text.words", "has", "oats"), Line("post.picture", "no")]
    changed = filters.change(session, ben, book, kept.id, "Oats", lines, "all", "hide")
    assert (changed.id, changed.made_at, changed.name) == (kept.id, kept.made_at, "Oats")
    assert changed.form == Form(lines, "all")
    assert brought(session, ben, book) == [rye]
    assert filters.listed(session, ben) == [changed]


def test_law_07_nobody_reads_or_changes_a_filter_of_another_s(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    kept = keep(session, ben, book, Line("post.picture", "yes"))
    for number in (kept.id, 7):
        with pytest.raises(NotFound):
            filters.read(session, ada, number)
        with pytest.raises(NotFound):
            filters.change(session, ada, book, number, "X", [Line("post.picture", "no")], "all", "hide")
    assert filters.read(session, ben, kept.id) == kept


def test_a_change_keeps_to_the_clauses_and_one_that_is_refused_leaves_it_as_it_was(
    session: Session, book: Book, ben: Identity
) -> None:
    kept = keep(session, ben, book, Line("post.picture", "yes"))
    most = book.rules(MODERATION, ModerationRules).gardens.conditions
    for lines in ([Line("post.picture", "no")] * (most + 1), [Line("text.words", "has", "two words")], []):
        with pytest.raises(RuleBroken), session.begin_nested():
            filters.change(session, ben, book, kept.id, "X", lines, "all", "hide")
    assert filters.read(session, ben, kept.id) == kept


def test_a_preview_tells_of_how_many_posts_that_one_was_shown_a_filter_holds(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    book = with_clauses(book, MODERATION, {"/gardens/recent": 3, "/gardens/examples": 1})
    said = ("rye", "rye bread", "oats", "rye again")
    made = [
        make_post(session, ada, book, now=NOW - (9 - n) * timedelta(minutes=1), body=body).id
        for n, body in enumerate(said)
    ]
    own = write(session, ben, book, "rye of mine")
    for number, one in enumerate([*made, own]):
        access_post(session, ben, book, one, NOW + number * timedelta(minutes=1))
    later = NOW + timedelta(hours=1)

    def told(*lines: Line, match: Match = "all") -> tuple[int, int, list[int]]:
        found = filter_preview.preview(session, ben, book, lines, match, later)
        return found.posts, found.held, [one.id for one in found.examples]

    assert told(Line("text.words", "has", "rye")) == (3, 2, [made[3]])
    assert told(Line("text.words", "has", "wheat")) == (3, 0, [])
    both = (Line("text.words", "has", "again"), Line("text.words", "has", "oats"))
    assert (told(*both)[1], told(*both, match="any")[1]) == (0, 2)
    posts.delete(session, ada, made[3], later)
    assert told(Line("text.words", "has", "rye")) == (3, 2, [made[1]])


def test_law_07_a_preview_tells_nothing_of_a_post_that_one_was_never_delivered(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    seen = write(session, ada, book, "oats")
    access_post(session, ben, book, seen, NOW)
    write(session, ada, book, "rye")
    write(session, ada, book, "rye", audience={"read": {"any": []}, **NOBODY})
    found = filter_preview.preview(session, ben, book, [Line("text.words", "has", "rye")], "all", NOW)
    assert (found.posts, found.held, found.examples) == (1, 0, [])
