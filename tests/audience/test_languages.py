"""Languages are recognised where it is clear enough, by clauses, and never against the author."""

import pytest
from sqlmodel import Session

from audience import posts
from audience.languages import recognised
from audience.posts import Draft
from audience.rules import AUDIENCE, AudienceRules
from audience.topics import language_feature
from coop.book import Book
from tests.audience.factories import NOW, founding_book, with_clauses
from tests.factories import identity_of, make_member

RULES = founding_book().rules(AUDIENCE, AudienceRules).language


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("The bread that we baked today was good.", "en"),
        ("Das Brot, das wir heute gebacken haben, war gut.", "de"),
        ("O pão que assámos hoje estava muito bom.", "pt"),
        ("今日焼いたパンはとてもおいしかったです。本当に。", "ja"),
        ("الخبز الذي خبزناه اليوم كان جيدا", "ar"),
        ("Das Brot war gut\nund es war warm.", "de"),
    ],
)
def test_a_text_is_in_the_language_that_it_is_written_in(body: str, language: str) -> None:
    assert recognised(body, RULES) == language


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Bread!",
        "#bread #pain #pão #brot #paine",
        "https://example.org/the-good-bread-of-today",
        "🍞" * 40,
        "1234567890" * 9,
    ],
)
def test_what_is_short_or_no_language_is_in_none(body: str) -> None:
    assert recognised(body, RULES) is None


def test_law_01_how_long_and_how_sure_are_clauses() -> None:
    body = "El pan está bueno"
    assert recognised(body, RULES.model_copy(update={"characters": 10, "certainty": 0.5})) == "es"
    assert recognised(body, RULES.model_copy(update={"characters": 10, "certainty": 0.99})) is None
    assert recognised(body, RULES.model_copy(update={"characters": 50, "certainty": 0.5})) is None


def test_what_the_author_says_stands(session: Session, book: Book) -> None:
    ada = identity_of(make_member(session))
    body = "The bread that we baked today was good."
    for said, language in ((None, "en"), ("sw", "sw")):
        post = posts.publish(session, ada, book, Draft(body=body, language=said), NOW)
        assert (post.language, post.features) == (language, [language_feature(language)])
    unsure = with_clauses(book, AUDIENCE, {"/language/characters": 200})
    assert posts.publish(session, ada, unsure, Draft(body=body), NOW).language is None
