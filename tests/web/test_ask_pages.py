"""What waits for one's yes, on pages: answers with their words and pictures beside every other ask."""

from collections.abc import Callable
from datetime import timedelta

from audience import replies
from tests.audience.factories import make_asset
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_feed_pages import publish

Of = Callable[[str], Browser]
ASKED = {"interact": {"reply": {"ask": [{"local": True}]}}}


def test_an_author_is_told_of_answers_that_wait_and_decides_on_them_in_one_place(
    village: Village, browser_of: Of
) -> None:
    village.hears_at_once("bruno")
    made = publish(village, village.people["bruno"], audience=ASKED)
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        ada = village.people["ada"]
        asset = make_asset(session, ada).id
        replies.write(session, ada, book, made, "May I?", now)
        replies.write(session, ada, book, made, "", now + timedelta(seconds=1), asset_id=asset)
    bruno = browser_of("bruno")
    notices = bruno.get("/notices")
    check(notices)
    assert notices.text.count("Somebody waits for your yes") == 1
    asks = bruno.get("/members/me/asks")
    check(asks)
    assert "would like to answer" in asks.text
    assert "May I?" in asks.text
    assert f"/media/{asset}/large" in {image["src"] for image in asks.named("img")}
    grant, other = (form.action for form in asks.forms if form.action.endswith("/grant"))
    left = bruno.sent(asks, grant)
    assert "You said yes" in left.text
    assert "Nothing waits" in bruno.sent(left, other.replace("/grant", "/refuse")).text
    chidi = browser_of("chidi").get(f"/posts/{made}")
    assert "May I?" in chidi.text
    assert f"/media/{asset}/large" not in {image["src"] for image in chidi.named("img")}
