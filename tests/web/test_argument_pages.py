"""Arguments on pages: made, marked, answered and taken back, freely and in rounds."""

from collections.abc import Callable

from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Card
from tests.coop.statements import counted
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from web.argument_pages import SHOWN, in_order

Of = Callable[[str], Browser]


def say(browser: Browser, made: int, stance: str = "for", body: str = "It is loud indeed.") -> Page:
    path = f"/proposals/{made}"
    return browser.sent(browser.get(path), f"{path}/arguments", stance=stance, body=body)


def thread_of(page: Page, words: str) -> str:
    """The address of the argument that says this."""
    before = page.html.partition(words)[0]
    return "/arguments/" + before.rpartition('id="argument-')[2].partition('"')[0]


def test_members_argue_on_both_sides_and_see_whom_it_helped(village: Village, browser_of: Of) -> None:
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    listed = say(ada, made, body="It is <loud> indeed.")
    assert "It is <loud> indeed." in listed.text
    check(listed)
    say(bruno, made, "against", "It is lively, not loud.")
    say(bruno, made, "question", "How loud is loud?")
    page = ada.get(path)
    check(page)
    for words in ("For it 1", "Against it 1", "Questions 1", "@bruno", "How loud is loud?"):
        assert words in page.text
    thread = thread_of(page, "It is lively")
    page = ada.sent(page, f"{thread}/mark")
    assert "It helped me understand 1" in page.text
    page = ada.sent(page, f"{thread}/unmark")
    assert "It helped me understand" not in page.text


def test_nobody_is_offered_to_mark_what_is_their_own(village: Village, ada: Browser) -> None:
    made = village.propose()
    village.argue(made, "ada", "It is loud indeed.")
    page = ada.get(f"/proposals/{made}")
    assert not [form for form in page.forms if form.action.endswith("/mark")]


def test_answers_follow_what_they_answer_and_go_no_deeper_than_agreed(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    ada, bruno = browser_of("ada"), browser_of("bruno")
    thread = f"/arguments/{village.argue(made, 'ada', 'It is loud indeed.')[0]}"
    page = bruno.sent(bruno.get(thread), f"{thread}/replies", body="The first answer.")
    page = ada.sent(ada.get(thread), f"{thread}/replies", body="The second answer.")
    reply = thread_of(page, "The first answer.")
    page = ada.sent(page, f"{reply}/replies", body="To the first.")
    page = bruno.sent(bruno.get(thread), f"{thread_of(page, 'To the first.')}/replies", body="To that.")
    check(page)
    order = [page.text.index(words) for words in ("The first", "To the first", "To that", "The second")]
    assert order == sorted(order)
    deepest = thread_of(page, "To that.")
    assert f"{deepest}/replies" not in [form.action for form in page.forms]
    moved = bruno.get(deepest)
    assert moved.status == 303
    assert moved.headers["Location"] == f"{thread}#argument-{deepest.rpartition('/')[2]}"


def test_what_is_taken_back_is_gone_and_that_it_was_said_stays(village: Village, ada: Browser) -> None:
    made = village.propose()
    thread = f"/arguments/{village.argue(made, 'ada', 'I regret this.')[0]}"
    page = ada.sent(ada.get(thread), f"{thread}/withdraw")
    assert "I regret this." not in page.html
    assert "Its author has taken this back" in page.text
    assert [form.action for form in page.forms] == ["/sign-out"]
    check(page)


def test_an_argument_that_cannot_stand_is_shown_again_with_what_was_typed(
    village: Village, ada: Browser
) -> None:
    made = village.propose()
    path = f"/proposals/{made}"
    page = Page(ada.send(ada.get(path), f"{path}/arguments", stance="for", body=" "))
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == ["argument-body"]
    assert page.form(f"{path}/arguments").values["stance"] == "for"
    assert "#arguments" in {link.get("href") for link in page.named("a")}
    check(page)
    page = Page(ada.send(page, f"{path}/arguments", stance="", body="I forgot to choose."))
    assert page.status == 422
    assert page.form(f"{path}/arguments").values["body"] == "I forgot to choose."


def test_an_answer_that_cannot_stand_is_shown_again_where_it_was_typed(
    village: Village, ada: Browser
) -> None:
    made = village.propose()
    thread = f"/arguments/{village.argue(made, 'ada', 'It is loud indeed.')[0]}"
    page = Page(ada.send(ada.get(thread), f"{thread}/replies", body=" "))
    assert page.status == 422
    assert [one["id"] for _, one in page.tags if one.get("aria-invalid")] == [f"reply-{thread.split('/')[2]}"]
    check(page)


def test_whoever_acts_goes_back_where_they_were_or_else_to_the_thread(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    thread = f"/arguments/{village.argue(made, 'ada', 'It is loud indeed.')[0]}"
    bruno, anchor = browser_of("bruno"), f"#argument-{thread.split('/')[2]}"
    listed = bruno.get(f"/proposals/{made}/arguments?order=newest")
    marked = bruno.send(listed, f"{thread}/mark").headers["Location"]
    assert marked == f"/proposals/{made}/arguments?order=newest{anchor}"
    refused = Page(bruno.send(bruno.get(thread), f"{thread}/replies", body=" "))
    assert bruno.send(refused, f"{thread}/unmark").headers["Location"] == f"{thread}{anchor}"
    listed.address = "https://elsewhere.example/proposals"
    assert bruno.send(listed, f"{thread}/mark").headers["Location"] == f"{thread}{anchor}"


def test_arguments_are_read_and_no_longer_made_once_the_text_is_locked(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    bruno, path = browser_of("bruno"), f"/proposals/{made}"
    village.argue(made, "ada", "It is loud indeed.")
    early = bruno.get(path)
    village.go_to(village.times(made).verification_at)
    page = bruno.get(path)
    assert "It is loud indeed." in page.text
    assert f"{path}/arguments" not in [form.action for form in page.forms]
    assert "This helped me understand" in page.text
    late = bruno.send(early, f"{path}/arguments", stance="for", body="One more thing.")
    assert late.status_code == 409
    assert (
        "This is done while it is talked over: this proposal is being verified before the vote." in late.text
    )
    assert "What you wrote, to keep: One more thing." in Page(late).text


def test_what_was_typed_under_an_argument_that_takes_no_more_answers_is_kept(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    bruno = browser_of("bruno")
    thread = f"/arguments/{village.argue(made, 'ada', 'It is loud indeed.')[0]}"
    early = bruno.get(thread)
    refused = Page(bruno.send(early, f"{thread}/replies", body="a" * 4001))
    assert "to keep" not in refused.text, "the form is there, and holds it"
    village.go_to(village.times(made).verification_at)
    late = Page(bruno.send(early, f"{thread}/replies", body="It is <quieter> in winter."))
    assert "What you wrote, to keep: It is <quieter> in winter." in late.text
    check(late)


def test_in_rounds_each_speaks_once_before_anybody_speaks_twice(village: Village, browser_of: Of) -> None:
    made = village.propose()
    ada, bruno, path = browser_of("ada"), browser_of("bruno"), f"/proposals/{made}"
    page = ada.sent(ada.get(path), f"{path}/rounds")
    assert "each speaks once before anybody speaks twice" in page.text
    bruno.sent(bruno.get(path), f"{path}/rounds/join")
    say(ada, made)
    page = ada.get(path)
    assert "It waits for @bruno" in page.text
    assert "others come first" in page.text
    assert f"{path}/arguments" not in [form.action for form in page.forms]
    assert "It is your turn to speak" in bruno.get(path).text
    page = bruno.sent(bruno.get(path), f"{path}/rounds/pass")
    check(page)
    assert f"{path}/arguments" in [form.action for form in ada.get(path).forms]


def test_the_page_of_all_arguments_sorts_and_pages_on(village: Village, browser_of: Of) -> None:
    made = village.propose()
    path = f"/proposals/{made}/arguments"
    for handle in village.people:
        village.argue(made, handle, *(f"{handle} says {number}." for number in range(7)))
    ada = browser_of("ada")
    first = ada.get(f"{path}?order=newest")
    check(first)
    assert first.text.index("emre says 6.") < first.text.index("emre says 0.")
    more = next(link["href"] for link in first.named("a") if "after=" in link["href"])
    rest = ada.get(more)
    assert rest.text.count(" says ") == 7 * len(village.people) - SHOWN
    assert "Nobody has argued against it yet." in ada.get(f"{path}?stance=against").text
    assert ada.get(f"{path}?stance=nothing").status == 404
    assert ada.get(f"{path}?order=nothing").status == 404
    assert ada.get(f"{path}?after=nonsense!").status == 422


def test_law_07_nobody_else_reads_the_talk_on_a_draft_and_no_visitor_any(
    village: Village, browser_of: Of, visitor: Browser
) -> None:
    draft, made = village.draft("bruno"), village.propose()
    thread = f"/arguments/{village.argue(made, 'ada', 'Among ourselves.')[0]}"
    for what in ("arguments", "amendments", "opinions", "summaries", "outcomes"):
        assert browser_of("ada").get(f"/proposals/{draft}/{what}").status == 404, what
        assert visitor.get(f"/proposals/{made}/{what}").status == 303, what
    assert visitor.get(thread).status == 303
    page = visitor.get(f"/proposals/{made}")
    assert "Among ourselves." not in page.html
    assert "@ada" not in page.html
    assert "Members talk it over here" in page.text


def test_a_proposal_s_page_takes_the_same_statements_for_many_arguments_as_for_one_of_each(
    village: Village, browser_of: Of
) -> None:
    made = village.propose()
    ada, path = browser_of("ada"), f"/proposals/{made}"
    for stance in Stance:
        village.argue(made, "bruno", "A thing.", stance=stance)
    ada.get(path)
    with village.database.begin() as session, counted(session) as few:
        ada.get(path)
    for stance in Stance:
        for handle in ("bruno", "chidi", "dalia"):
            village.argue(made, handle, "And another thing.", stance=stance)
    with village.database.begin() as session, counted(session) as many:
        ada.get(path)
    assert len(many) == len(few)


def card(id: int, parent: int | None, village: Village) -> Card:
    return Card(id, 1, parent, 1, "ada", None, None, "", "", "", village.now(), None, 0, False, 0)


def test_replies_whose_parent_is_on_another_page_stand_where_they_came(village: Village) -> None:
    replies = [card(5, 1, village), card(6, 4, village), card(7, 5, village), card(8, 6, village)]
    assert [one.id for one in in_order(replies)] == [5, 7, 6, 8]
