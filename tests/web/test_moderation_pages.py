"""What the rules do with posts and replies, in a browser."""

from collections.abc import Callable

from audience import replies
from tests.audience.factories import make_post
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
LONG = "The same long words again, and again, and once more."


def publish(village: Village, author: str, body: str) -> str:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        return f"/posts/{make_post(session, village.people[author], book, now=now, body=body).id}"


def answer(village: Village, author: str, post: str, body: str) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        replies.write(session, village.people[author], book, int(post.rpartition("/")[2]), body, now)


def test_whoever_is_held_back_reads_by_which_rule_and_what_matched(village: Village, browser_of: Of) -> None:
    posts = [publish(village, "ada", LONG) for _ in range(4)]
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert bruno.get(posts[2]).status == 200
    assert bruno.get(posts[3]).html == bruno.get("/posts/12345").html
    page = ada.get(posts[3])
    check(page)
    (link,) = (one["href"] for one in page.named("a") if "/moderation/decisions/" in one.get("href", ""))
    told = ada.get(link)
    check(told)
    for said in ("Your post was held back", "Only you see it.", "author.same_day = 3", "as founded"):
        assert said in told.text
    assert bruno.get(link).html == bruno.get("/moderation/decisions/12345").html
    notices = ada.get("/notices")
    assert "A post of yours is held back." in notices.text


def test_what_a_rule_folds_is_opened_by_whoever_wants_to_and_labels_name_their_rule(
    village: Village, browser_of: Of
) -> None:
    folded = publish(village, "ada", "Buy now! Limited offer!")
    labelled = publish(village, "ada", "See https://bit.ly/x")
    bruno = browser_of("bruno")
    for path in ("/feed/chronological", folded, "/members/ada"):
        page = bruno.get(path)
        check(page)
        assert "Folded by a rule" in page.text
        assert "Selling to strangers" in page.text
        assert "Limited offer!" in page.text
    page = bruno.get(labelled)
    assert "hidden link" in page.text
    assert "Folded by a rule" not in page.text
    clause = "/policies/coop/moderation#/rules/hidden-destination/when"
    assert clause in {one.get("href") for one in page.named("a")}
    assert "What matched" not in page.text


def test_a_reply_that_is_held_says_so_to_whoever_wrote_it_and_is_not_there_for_others(
    village: Village, browser_of: Of
) -> None:
    post = publish(village, "ada", "Bread")
    for _ in range(4):
        answer(village, "bruno", post, LONG)
    theirs = browser_of("bruno").get(post)
    check(theirs)
    assert "held back: only you see it" in theirs.text
    assert theirs.text.count(LONG) == 4
    assert browser_of("ada").get(post).text.count(LONG) == 3
