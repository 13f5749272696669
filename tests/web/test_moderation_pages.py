"""What the rules do with posts and replies, in a browser."""

from collections.abc import Callable
from datetime import UTC, timedelta

from audience import replies
from audience.calm_tables import CalmerCalled
from audience.gardens.editions import Naming
from audience.moderation import follows
from coop.book import COOP
from coop.tables import Member
from tests.audience.factories import make_post
from tests.audience.moderation.labelling import found, say
from tests.coop.test_outgrown import text_of, write
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
    village.hears_at_once("ada")
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


def test_a_profile_that_waits_says_so_to_its_member_with_the_reasons(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        row = session.get_one(Member, village.people["ada"].member_id)
        row.joined_at = village.clock.now(session)
    ada, bruno = browser_of("ada"), browser_of("bruno")
    links = "https://a.example https://b.example"
    page = ada.sent(ada.get("/members/me"), "/members/me", display_name="Ada", about=links)
    check(page)
    assert "A rule holds back your last change" in page.text
    assert page.form("/members/me").values["about"] == links
    assert "a.example" not in bruno.get("/members/ada").text
    (link,) = {one["href"] for one in page.named("a") if "/moderation/decisions/" in one.get("href", "")}
    told = ada.get(link)
    check(told)
    for said in ("Your change of profile was held back", "text.links = 2", "it is made"):
        assert said in told.text
    page = ada.sent(page, "/members/me", display_name="Ada", about="Rye")
    assert "A rule holds back" not in page.text
    assert "Rye" in bruno.get("/members/ada").text


def test_whoever_follows_many_at_once_is_told_on_the_page_when_they_may_go_on(
    village: Village, browser_of: Of
) -> None:
    village.enrol(32)
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        for number in range(30):
            at = now - timedelta(minutes=40) + timedelta(seconds=number)
            follows.follow(session, village.people["ada"], book, f"friend{number}", at)
        last = now - timedelta(seconds=9)
        follows.follow(session, village.people["ada"], book, "bruno", last)
    ada, path = browser_of("ada"), "/members/friend31"
    form = ada.get(path).form(f"{path}/relation")
    refused = ada.http.post(f"{path}/relation", data=form.values | {"act": "follow"})
    assert refused.status_code == 429
    assert "You may follow somebody again at" in refused.text
    (link,) = {
        one["href"]
        for one in ada.get("/notices").named("a")
        if "/moderation/decisions/" in one.get("href", "")
    }
    told = ada.get(link)
    check(told)
    for said in ("Your following @bruno was followed by a pause", "You may do this again from"):
        assert said in told.text


def test_a_follow_that_is_held_is_said_on_the_page_and_taken_back_there(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        for number in range(4):
            at = now - timedelta(minutes=9 - number)
            follows.follow(session, village.people["ada"], book, "bruno", at)
            if number < 3:
                follows.unfollow(session, village.people["ada"], book, "bruno", at)
    ada, path = browser_of("ada"), "/members/bruno"
    page = ada.get(path)
    check(page)
    assert "A rule holds back your following for now" in page.text
    page = ada.sent(page, f"{path}/relation", act="unfollow")
    assert "A rule holds back" not in page.text
    assert page.form(f"{path}/relation").choices["act"] == ["follow", "block"]


TRUSTING = """[labels]
house = { labeller = "watch" }

[rules.housed]
about = "Spam, as the house has it"
on = ["post"]
when = '"spam" in labels.house'
then = "collapse"
override = true
appeal_days = 14

[labelled] """


def test_whoever_is_folded_by_a_label_reads_whose_it_is_and_which_edition(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        now = village.clock.now(session)
        text = text_of(session).replace("[labels] ", "# ").replace("[labelled] ", TRUSTING)
        write(session, COOP, text, now)
        book, publisher = village.books.current(session), village.people["bruno"]
        found(session, publisher, book, now)
        say(session, publisher, book, now, [Naming("spam", handle="ada")])
    post = publish(village, "ada", "A loaf")
    ada = browser_of("ada")
    page = ada.get(post)
    (link,) = (one["href"] for one in page.named("a") if "/moderation/decisions/" in one.get("href", ""))
    told = ada.get(link)
    check(told)
    assert "It asked the labeller watch , edition 1, whom a clause names." in told.text
    assert "spam of you, since edition 1" in told.text
    links = {one.get("href") for one in told.named("a")}
    assert {"/labellers/watch", "/policies/coop/moderation#/labels/house/labeller"} <= links


def test_members_read_who_carried_what_where_there_was_enough_of_it(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        ada, bruno = village.people["ada"], village.people["bruno"]
        last = now.astimezone(UTC).replace(day=1) - timedelta(days=1)
        for _ in range(5):
            post = make_post(session, ada, book, now=now)
            answer = replies.write(session, ada, book, post.id, "Well…", now)
            session.add(CalmerCalled(reply_id=answer.id, post_id=post.id, member_id=bruno.member_id, at=last))
    page = browser_of("ada").get("/moderation")
    check(page)
    assert "@bruno called 5" in page.text
    assert f"Of {last:%B %Y} nothing is told: there were none" in page.text, "of holds"
