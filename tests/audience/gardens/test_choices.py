"""What a member chose to see: it beats every list, and a rule of moderation only where that rule lets it."""

import pytest
from sqlmodel import Session

from audience.gardens import choices, mutes
from audience.gardens.choices import Of
from audience.gardens.editions import Naming
from audience.gardens.filters import keep
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.cel.form import Line
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, with_clauses
from tests.audience.gardens.growing import brought, labeller, mute, publish, shown, sight, subscribe, write
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import identity_of, make_member


def speak_against(session: Session, book: Book, reader: Identity, post: int) -> None:
    """Have everything that a garden knows speak against a post of Ada's."""
    cleo = identity_of(make_member(session, "cleo"))
    labeller(session, cleo, book)
    publish(session, cleo, book, Naming("loud", post_id=post), Naming("loud", handle="ada"))
    subscribe(session, reader, book, "hide")
    mute(session, reader, book, "word", "bread")
    mute(session, reader, book, "tag", "rye")
    mute(session, reader, book, "kind", "text")
    keep(session, reader, book, "Mine", [Line("author.handle", "is", "ada")], "all", "hide", NOW)


@pytest.mark.parametrize("of", ["post", "author"])
def test_a_choice_beats_everything_that_speaks_against_a_post(
    session: Session, book: Book, ada: Identity, ben: Identity, of: Of
) -> None:
    post = write(session, ada, book, "Bread of #rye")
    other = write(session, ada, book, "Bread again")
    speak_against(session, book, ben, post)
    assert brought(session, ben, book) == []
    with session.begin_nested() as looking:
        choices.choose(session, ben, book, post, of, NOW)
        seats_of_choosing = brought(session, ben, book)
        assert seats_of_choosing == ([other] if of == "author" else []), "what was looked at was seen"
        mark = shown(session, ben, book, post).mark
        assert mark is not None
        assert (mark.action, mark.chosen, len(mark.reasons)) == ("label", True, 5)
        (kept,) = choices.listed(session, ben)
        assert (kept.of, kept.name) == (of, str(post) if of == "post" else "ada")
        choices.undo(session, ben, kept.of, kept.name)
        assert sight(session, ben, book, post) == "collapse"
        looking.rollback()


def test_of_muting_somebody_and_choosing_them_what_was_said_last_holds(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = write(session, ada, book)
    mute(session, ben, book, "person", "ada")
    choices.choose(session, ben, book, post, "author", NOW)
    assert mutes.listed(session, ben, NOW) == []
    mute(session, ben, book, "person", "ada")
    assert choices.listed(session, ben) == []
    assert sight(session, ben, book, post) == "collapse"


@pytest.mark.parametrize("override", [True, False])
@pytest.mark.parametrize("then", ["label", "collapse", "unfeed"])
def test_a_rule_of_moderation_is_overridden_where_it_lets_readers_choose(
    session: Session, book: Book, ada: Identity, ben: Identity, then: str, override: bool
) -> None:
    ruled = with_rules(book, {"odd": rule("true", then, override=override)})
    first, second = write(session, ada, ruled), write(session, ada, ruled)
    assert (second in brought(session, ben, ruled)) is (then != "unfeed")
    choices.choose(session, ben, ruled, first, "author", NOW)
    assert (second in brought(session, ben, ruled)) is (then != "unfeed" or override)
    assert (shown(session, ben, ruled, second).flag is None) is override
    assert shown(session, ada, ruled, second).flag is not None, "its author is told as before"


def test_law_07_one_chooses_what_one_may_see_and_nothing_of_one_s_own(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    hidden = write(session, ada, book, audience={"read": {"any": []}, **NOBODY})
    for post in (hidden, 7):
        with pytest.raises(NotFound):
            choices.choose(session, ben, book, post, "post", NOW)
    with pytest.raises(RuleBroken):
        choices.choose(session, ada, book, hidden, "post", NOW)
    for of, name in (
        ("post", "7"),
        ("post", "x"),
        ("post", "9" * 30),
        ("author", "nobody"),
        ("guild", "ada"),
    ):
        with pytest.raises(NotFound):
            choices.undo(session, ben, of, name)


def test_law_01_a_clause_says_how_many_choices_are_kept(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    tight = with_clauses(book, MODERATION, {"/gardens/choices": 1})
    for _ in range(2):
        choices.choose(session, ben, tight, write(session, ada, tight), "author", NOW)
    with pytest.raises(RuleBroken), session.begin_nested():
        choices.choose(session, ben, tight, write(session, ada, tight), "post", NOW)
    assert len(choices.listed(session, ben)) == 1
