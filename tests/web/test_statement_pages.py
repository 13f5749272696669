"""Statements on pages: written, answered one by one, changed, and drawn as a map."""

from collections.abc import Callable

from governance.deliberation import maps, statements
from governance.deliberation.statements import Answer
from tests.factories import LONG_AGO, identity_of, make_member
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def write(village: Village, made: int, handle: str, *words: str) -> list[int]:
    with village.database.begin() as session:
        book, who = village.books.current(session), village.people[handle]
        return [statements.write(session, book, who, made, one, village.clock) for one in words]


def crowd(village: Village, made: int, listed: list[int], size: int) -> None:
    """Have so many newcomers answer: half of them the one way, half the other, all agreeing on the last."""
    with village.database.begin() as session:
        for number in range(size):
            who = identity_of(make_member(session, f"crowd{number}", LONG_AGO))
            for place, statement in enumerate(listed):
                agrees = place == len(listed) - 1 or (place + number) % 2 == 0
                said = Answer.AGREE if agrees else Answer.DISAGREE
                statements.answer(session, who, statement, said, village.clock)
        now = village.clock.now(session)
        maps.redraw(session, village.books.current(session), made, now)


def test_a_member_writes_one_and_another_answers_it(village: Village, browser_of: Of) -> None:
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/statements", words="Rooms should be <small>")
    assert "It is put to everybody now." in page.text
    page = bruno.get(path)
    check(page)
    assert "Rooms should be <small>" in page.text
    assert "Answer 1 statement" in page.text
    answer = next(form for form in page.forms if form.action.startswith("/statements/"))
    assert answer.choices["answer"] == list(Answer)
    page = bruno.sent(page, answer.action, answer="disagree")
    assert "You have answered all 1 statements." in page.text
    listed = bruno.get(f"{path}/opinions")
    check(listed)
    pressed = [one["value"] for one in listed.named("button") if one.get("aria-pressed")]
    assert pressed == ["disagree"]
    listed = bruno.sent(listed, answer.action, answer="pass")
    assert [one["value"] for one in listed.named("button") if one.get("aria-pressed")] == ["pass"]


def test_law_07_nobody_is_told_what_another_answered(village: Village, browser_of: Of) -> None:
    made = village.propose()
    (statement,) = write(village, made, "ada", "Rooms should be small")
    bruno, path = browser_of("bruno"), f"/proposals/{made}/opinions"
    listed = bruno.get(path)
    form = next(form for form in listed.forms if "small" not in form.action and "answer" in form.choices)
    bruno.http.post(form.action, data=form.values | {"answer": "agree"})
    page = browser_of("ada").get(path)
    assert "1 of us has answered so far" in page.text
    assert not [one for one in page.named("button") if one.get("aria-pressed")]
    assert str(statement) in form.action


def test_what_is_taken_back_is_gone_and_no_longer_asked(village: Village, ada: Browser) -> None:
    made = village.propose()
    (statement,) = write(village, made, "ada", "I regret this")
    path = f"/proposals/{made}/opinions"
    page = ada.sent(ada.get(path), f"/statements/{statement}/withdraw")
    assert "I regret this" not in page.html
    assert "Its author has taken this back." in page.text
    check(page)


def test_a_statement_that_is_there_already_is_told_at_its_field(village: Village, ada: Browser) -> None:
    made = village.propose()
    write(village, made, "bruno", "Rooms should be small")
    path = f"/proposals/{made}"
    page = Page(ada.send(ada.get(path), f"{path}/statements", words="Rooms should be small"))
    assert page.status == 409
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["statement-words"]
    assert page.form(f"{path}/statements").values["words"] == "Rooms should be small"
    check(page)


def test_the_map_shows_groups_and_what_they_share_and_where_one_stands(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    listed = write(village, made, "ada", *(f"Thought {number}" for number in range(4)))
    listed += write(village, made, "bruno", *(f"Idea {number}" for number in range(3)), "We all want rooms")
    crowd(village, made, listed, 40)
    chidi, path = browser_of("chidi"), f"/proposals/{made}"
    page = chidi.get(f"{path}/opinions")
    check(page)
    assert "Opinion map of 40 people, in 2 groups" in page.text
    assert "What all groups share “We all want rooms”".replace("“", "").replace("”", "") in page.text
    assert "Answer 7 statements to see where you are: you have answered 0." in page.text
    assert "@crowd" not in page.html
    with village.database.begin() as session:
        for statement in listed:
            statements.answer(session, village.people["chidi"], statement, Answer.AGREE, village.clock)
    assert "You are in group" in chidi.get(path).text


def test_statements_are_read_and_no_longer_answered_once_the_text_is_locked(
    village: Village, ada: Browser
) -> None:
    made = village.propose()
    (statement,) = write(village, made, "bruno", "Rooms should be small")
    path = f"/proposals/{made}"
    early = ada.get(path)
    village.go_to(village.times(made).verification_at)
    late = ada.send(early, f"/statements/{statement}/answer", answer="agree")
    assert late.status_code == 409
    page = ada.get(f"{path}/opinions")
    assert "Rooms should be small" in page.text
    assert [form.action for form in page.forms] == ["/sign-out"]
    check(page)
