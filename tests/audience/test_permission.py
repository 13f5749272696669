"""Permission: four values, the strictest of all layers and clauses, each with its reason."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.document import Parts, Verb
from audience.permission import KEPT_OUT, OPENED, VALUES, Answer, Heard, answer, default_decides, strictest
from audience.predicate import Atom, Standing, one_of
from audience.rules import AUDIENCE, OPENINGS
from coop.book import Book
from tests.audience.factories import NOW, founding_book, with_clauses, with_guild_policy

BOOK = founding_book()
VERBS: tuple[Verb, ...] = get_args(Verb)
BEN = Standing(NOW, "ben", guilds=frozenset({"bakers"}))

LOCAL, BAKERS, MILLERS = {"local": True}, {"guild": "bakers"}, {"guild": "millers"}
NAMED, BERGEN = {"member": "ben"}, {"place": "3161732"}


def asked(
    verb: Verb,
    *layers: dict[str, Any],
    reader: Standing = BEN,
    book: Book = BOOK,
    guild: str | None = None,
    author: bool = False,
) -> Answer:
    """Ask for a verb under layers that each say this of it."""
    heard = [
        Heard("" if n == 0 else f"/after/{n - 1}/set", Parts.model_validate(one), reader)
        for n, one in enumerate(layers or ({},))
    ]
    return answer(verb, heard, book, guild, author=author)


@pytest.mark.parametrize("verb", VERBS)
def test_law_08_whom_a_limit_for_now_keeps_out_may_nothing_whatever_the_audience_says(verb: Verb) -> None:
    mentioned = replace(BEN, mentioned=True)
    heard = [Heard("", Parts.model_validate({"interact": {verb: {"auto": [LOCAL]}}}), mentioned)]
    found = answer(verb, heard, BOOK, None, author=False, kept_out=True)
    assert found == Answer(verb, "no", KEPT_OUT)
    assert answer(verb, heard, BOOK, None, author=True, kept_out=True).value == "yes"


def quoting(**lists: Sequence[Any]) -> dict[str, Any]:
    return {"interact": {"quote": {name: list(atoms) for name, atoms in lists.items()}}}


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        *((verb, "yes") for verb in ("like", "reply", "repost")),
        *((verb, "ask") for verb in ("quote", "video_reply", "stitch", "duet", "sound")),
        ("download", "no"),
    ],
)
def test_where_its_author_says_nothing_the_default_answers(verb: Verb, value: str) -> None:
    found = asked(verb)
    assert (found.value, found.pointer) == (value, None)
    assert found.clause == BOOK.cite(AUDIENCE, f"/interact/{verb}/default")


@pytest.mark.parametrize(
    ("said", "value", "pointer"),
    [
        (quoting(auto=[BAKERS]), "yes", "/auto"),
        (quoting(auto=[MILLERS], ask=[LOCAL]), "ask", "/ask"),
        (quoting(auto=[MILLERS]), "no", ""),
        (quoting(), "no", ""),
        (quoting(auto=[BERGEN]), "unknown", ""),
        (quoting(auto=[BERGEN], ask=[LOCAL]), "ask", "/ask"),
        (quoting(auto=[LOCAL], ask=[BERGEN]), "yes", "/auto"),
        (quoting(auto=[MILLERS], ask=[BERGEN]), "unknown", ""),
        (quoting(auto=[{"public": True}]), "yes", "/auto"),
    ],
)
def test_an_author_opens_it_at_once_or_for_the_asking(said: dict[str, Any], value: str, pointer: str) -> None:
    found = asked("quote", said)
    assert (found.value, found.pointer, found.clause) == (value, f"/interact/quote{pointer}", None)
    assert found.reason.endswith(".")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (quoting(auto=[LOCAL], ask=[NAMED]), "ask"),
        (quoting(auto=[NAMED], ask=[LOCAL]), "yes"),
        (quoting(auto=[LOCAL], ask=[{"mentioned": True}]), "ask"),
        (quoting(auto=[LOCAL], ask=[BAKERS]), "yes"),
    ],
)
def test_a_person_who_is_named_beats_a_group(said: dict[str, Any], value: str) -> None:
    assert asked("quote", said, reader=replace(BEN, mentioned=True)).value == value


def test_what_is_not_known_is_said() -> None:
    found = asked("quote", quoting(auto=[BERGEN]))
    assert "say where you are" in found.reason
    there = replace(BEN, places=frozenset({"3161732"}))
    assert asked("quote", quoting(auto=[BERGEN]), reader=there).value == "yes"
    elsewhere = replace(BEN, places=frozenset())
    assert asked("quote", quoting(auto=[BERGEN]), reader=elsewhere).value == "no"


def test_law_07_a_reason_names_no_one_and_tells_a_circle_from_no_name() -> None:
    circle = asked(
        "quote", quoting(auto=[{"circle": "Family"}]), reader=replace(BEN, circles=frozenset({"Family"}))
    )
    named = asked("quote", quoting(auto=[NAMED]))
    assert circle == named
    assert "Family" not in circle.reason
    assert "millers" not in asked("quote", quoting(auto=[MILLERS])).reason
    assert asked("quote", quoting(auto=[MILLERS])).reason == asked("quote", quoting()).reason


def test_law_08_a_later_layer_only_narrows() -> None:
    followers = {"follow": {"dir": "follower"}}
    assert asked("like", {}, {"interact": {"like": {"auto": [LOCAL]}}}).value == "yes"
    found = asked("like", {}, {"interact": {"like": {"auto": [followers]}}})
    assert (found.value, found.pointer) == ("no", "/after/0/set/interact/like")
    assert asked("like", {"interact": {"like": {}}}, {"interact": {"like": {"auto": [LOCAL]}}}).value == "no"
    assert asked("quote", {}, quoting(auto=[LOCAL])).value == "ask"


def test_law_08_a_ceiling_that_was_lowered_binds_what_was_published_before() -> None:
    lower = with_clauses(
        BOOK, AUDIENCE, {"/interact/quote/default": "nobody", "/interact/quote/ceiling": "ask"}
    )
    found = asked("quote", quoting(auto=[LOCAL]), book=lower)
    assert (found.value, found.clause) == ("ask", lower.cite(AUDIENCE, "/interact/quote/ceiling"))
    none = with_clauses(lower, AUDIENCE, {"/interact/quote/ceiling": "nobody"})
    assert asked("quote", quoting(auto=[LOCAL]), book=none).value == "no"


def test_a_guild_sets_the_default_for_what_is_made_in_it() -> None:
    book = with_guild_policy(BOOK, "bakers", '[interact.quote]\ndefault = "nobody"\n')
    assert asked("quote", book=book, guild="bakers").value == "no"
    assert asked("quote", book=book, guild="millers").value == "ask"
    clause = asked("quote", book=book, guild="bakers").clause
    assert clause is not None
    assert clause.scope == "guild:bakers"


@pytest.mark.parametrize(("name", "value"), [("default", "ask"), ("ceiling", "no")])
def test_law_08_a_guild_opens_nothing_that_the_coop_has_closed(name: str, value: str) -> None:
    own = with_guild_policy(BOOK, "bakers", f'[interact.quote]\n{name} = "readers"\n')
    closed = {"/interact/quote/default": "nobody", "/interact/quote/ceiling": "nobody"}
    book = own if name == "default" else with_clauses(own, AUDIENCE, closed)
    found = asked("quote", {} if name == "default" else quoting(auto=[LOCAL]), book=book, guild="bakers")
    assert (found.value, found.clause) == (value, book.cite(AUDIENCE, f"/interact/quote/{name}"))


def test_its_author_always_may_and_a_visitor_never() -> None:
    closed: dict[str, Any] = {"interact": {verb: {} for verb in VERBS}}
    assert {asked(verb, closed, author=True).value for verb in VERBS} == {"yes"}
    assert {asked(verb, reader=Standing(NOW, None)).value for verb in VERBS} == {"no"}


def test_whomever_the_text_names_may_answer_unless_a_later_layer_says_who_may() -> None:
    named = replace(BEN, mentioned=True)
    closed: dict[str, Any] = {"interact": {"reply": {}, "like": {}}}
    assert asked("reply", closed).value == "no"
    assert asked("reply", closed, reader=named).value == "yes"
    assert asked("like", closed, reader=named).value == "no"
    assert asked("reply", {}, closed, reader=named).value == "no"
    ceiling = with_clauses(
        BOOK, AUDIENCE, {"/interact/reply/default": "nobody", "/interact/reply/ceiling": "nobody"}
    )
    assert asked("reply", reader=named, book=ceiling).value == "no"


ATOMS = st.sampled_from(
    [LOCAL, BAKERS, MILLERS, NAMED, BERGEN, {"mentioned": True}, {"follow": {"dir": "mutual"}}]
)


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.booleans()):
        return {}
    auto = draw(st.lists(ATOMS, max_size=3))
    ask = [atom for atom in draw(st.lists(ATOMS, max_size=3)) if atom not in auto]
    return quoting(auto=auto, ask=ask)


READERS = st.builds(
    replace,
    st.just(BEN),
    guilds=st.sampled_from([frozenset(), frozenset({"bakers"})]),
    mentioned=st.booleans(),
    places=st.sampled_from([None, frozenset(), frozenset({"3161732"})]),
)


@given(
    st.lists(layers(), min_size=1, max_size=4), READERS, st.sampled_from(OPENINGS), st.sampled_from(OPENINGS)
)
def test_law_08_the_answer_is_the_strictest_of_every_layer_and_clause(
    said: list[dict[str, Any]], reader: Standing, default: Any, ceiling: Any
) -> None:
    book = with_clauses(
        BOOK, AUDIENCE, {"/interact/quote/default": default, "/interact/quote/ceiling": ceiling}
    )
    wide = with_clauses(
        BOOK, AUDIENCE, {"/interact/quote/default": "readers", "/interact/quote/ceiling": "readers"}
    )
    alone = [asked("quote", one, reader=reader, book=wide).value for one in said]
    alone[0] = alone[0] if said[0] else OPENED[default]
    expected = min([*alone, OPENED[ceiling]], key=VALUES.index)
    assert asked("quote", *said, reader=reader, book=book).value == expected


@given(st.lists(ATOMS, max_size=4), READERS)
def test_without_asking_it_is_as_the_list_holds_in_kleene_s_logic(
    atoms: list[dict[str, Any]], reader: Standing
) -> None:
    held = one_of([Atom.model_validate(atom) for atom in atoms], reader)
    value = asked("quote", quoting(auto=atoms), reader=reader).value
    assert value == {True: "yes", None: "unknown", False: "no"}[held]


def test_the_first_of_equally_strict_answers_is_told() -> None:
    one, other = (Answer("like", "no", reason) for reason in ("One.", "Other."))
    assert strictest([Answer("like", "yes", "."), one, other]) is one


def test_a_default_decides_alone_where_nobody_speaks_of_the_verb() -> None:
    assert default_decides("like", [Parts()], BOOK, None)
    assert default_decides("reply", [Parts()], BOOK, None)
    assert not default_decides("quote", [Parts(), Parts.model_validate(quoting())], BOOK, None)
    asking = with_clauses(BOOK, AUDIENCE, {"/interact/reply/default": "ask"})
    assert not default_decides("reply", [Parts()], asking, None)
