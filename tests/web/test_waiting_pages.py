"""What waits because a rule holds it, on pages: jurors judge it, and whoever would be followed decides."""

from collections.abc import Callable
from datetime import timedelta

from audience.moderation import follows
from audience.moderation.screening import screen_profile
from coop import profiles
from tests.factories import identity_of, make_member
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_case_pages import drawn, sends, willing, works
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
ASKS = "/members/me/asks"
LINKS = "See https://a.example and https://b.example, says @bruno"


def held_follow(village: Village) -> None:
    """Have ada follow and unfollow bruno until a rule holds it back."""
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        ada = village.people["ada"]
        for turn in range(4):
            at = now - timedelta(minutes=4 - turn)
            if follows.follow(session, ada, book, "bruno", at) != "held":
                follows.unfollow(session, ada, book, "bruno", at)


def test_whoever_would_be_followed_lets_them_in_or_turns_them_away(village: Village, browser_of: Of) -> None:
    held_follow(village)
    bruno = browser_of("bruno")
    page = bruno.get(ASKS)
    check(page)
    assert "Who would like to follow you" in page.text
    _, turn_away = (form.action for form in page.forms if "/follows/" in form.action)
    left = bruno.sent(page, turn_away)
    check(left)
    assert "You turned them away." in left.text
    assert "Who would like to follow you" not in left.text


def test_jurors_judge_a_held_follow_by_what_the_rule_matched_alone(village: Village, browser_of: Of) -> None:
    willing(village)
    held_follow(village)
    works(village)
    works(village)
    judges = drawn(village, browser_of)
    assert len(judges) == 5
    for browser, case in judges.values():
        page = browser.get(case)
        check(page)
        assert "Following and unfollowing somebody again and again" in page.text
        assert "follow.same_day = 3" in page.text, "they are shown what matched"
        assert "Let it wait, until it ends by itself" in page.text
        assert "@ada" not in page.text and "@bruno" not in page.text
        voted = sends(browser, case, f"{case}/ballot", outcome="none")
    assert "Let it through: they follow 5" in voted.text


def test_jurors_see_a_held_profile_masked_and_refuse_it(village: Village, browser_of: Of) -> None:
    willing(village)
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        village.people["newcomer"] = newcomer = identity_of(make_member(session, "newcomer", now))
        profiles.change(session, book, newcomer, {"about": LINKS}, screen_profile, now)
    village.hears_at_once("newcomer")
    works(village)
    works(village)
    judges = drawn(village, browser_of)
    assert len(judges) == 5
    for browser, case in judges.values():
        page = browser.get(case)
        check(page)
        assert "wants to be seen like this" in page.text
        assert "https://a.example" in page.text and "says @A" in page.text
        assert "@newcomer" not in page.text and "@bruno" not in page.text
        voted = sends(browser, case, f"{case}/ballot", outcome="remove")
    assert "Refuse it: others go on seeing what was there before 5" in voted.text
    own = browser_of("newcomer")
    assert "a.example" not in own.get("/members/newcomer").text
    links = {one["href"] for one in own.get("/notices").named("a") if "/decisions/" in one.get("href", "")}
    link = max(links, key=lambda path: int(path.rpartition("/")[2]))
    told = own.get(link)
    check(told)
    assert "Your change of profile was removed" in told.text
    assert "By a jury of members" in told.text
