"""Own feeds on pages: the default, shared and forked ones, files, and what comes from elsewhere."""

import io
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask

from audience.feeds import chosen, external, profiles
from audience.feeds.own_draft import Draft
from coop.call import Platform
from coop.identity import Identity
from tests.audience.feeds.outside import OUTBOUND, answers, asking
from tests.coop.receiver import receiving
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.own_feeds import links, make, mine, publish
from tests.web.test_every_page import check

Of = Callable[[str], Browser]


def default_of(village: Village, who: Identity) -> str:
    with village.database.begin() as session:
        return chosen.default_of(session, who, village.books.current(session))


def _token(page: Page) -> str:
    return next(form.values["csrf_token"] for form in page.forms if form.action == "/feed/default")


def test_a_member_s_feed_is_one_of_the_voted_ones_or_their_own(village: Village, ada: Browser) -> None:
    make(village, "ada", "mornings", about="Slow")
    page = ada.get("/feed")
    check(page)
    assert "Slow" in page.text
    assert default_of(village, village.people["ada"]) == "balanced"
    for name in ("own:mornings", "calm", "default"):
        answer = ada.http.post("/feed/default", data={"csrf_token": _token(ada.get("/feed")), "name": name})
        assert answer.status_code == 303
        wanted = "balanced" if name == "default" else name
        assert default_of(village, village.people["ada"]) == wanted
    check(ada.get("/feed/default"))


def test_law_07_a_feed_is_shared_by_a_link_forked_and_unshared(village: Village, browser_of: Of) -> None:
    ada, bruno = browser_of("ada"), browser_of("bruno")
    make(village, "ada", "mornings", sliders={"small": 1.0}, topics=["rye"])
    link = "/feeds/of/ada/mornings"
    hidden, unknown = bruno.get(link), bruno.get("/feeds/of/ada/nothing")
    assert (hidden.status, hidden.html) == (404, unknown.html)
    shared = ada.sent(ada.get("/feed/own:mornings/tune"), "/feed/own%3Amornings/share", shared="yes")
    assert link in links(shared)
    page = bruno.get(link)
    check(page)
    assert "0.6 × 2 1 = 1.2" in page.text
    assert "#rye" in page.text
    forked = bruno.sent(page, f"{link}/fork", name="borrowed")
    check(forked)
    assert link in links(forked)
    assert mine(village, "bruno")[0].sliders == {"small": 1.0}
    taken = Page(bruno.send(page, f"{link}/fork", name="borrowed"))
    check(taken)
    assert (taken.status, 'id="name-wrong"' in taken.html) == (409, True)
    ada.sent(shared, "/feed/own%3Amornings/share", shared="no")
    assert bruno.get(link).html == unknown.html
    assert link not in links(bruno.get("/feed"))


def test_a_feed_is_carried_as_a_file_or_as_text(village: Village, browser_of: Of) -> None:
    ada, bruno = browser_of("ada"), browser_of("bruno")
    make(village, "ada", "mornings", sliders={"small": 1.0})
    with ada.http.get("/feed/own:mornings/export") as answer:
        assert answer.mimetype == "application/json"
        assert 'filename="mornings.feed.json"' in answer.headers["Content-Disposition"]
        text = answer.get_data(as_text=True)
    page = bruno.get("/feed")
    check(bruno.sent(page, "/feed/import", document=text))
    assert mine(village, "bruno")[0].sliders == {"small": 1.0}
    values = page.form("/feed/import").values | {
        "import_name": "again",
        "file": (io.BytesIO(text.encode()), "mornings.feed.json"),
    }
    assert bruno.http.post("/feed/import", data=values).status_code == 303
    assert [one.name for one in mine(village, "bruno")] == ["again", "mornings"]
    changed = json.loads(text)
    changed["weights"] |= {"small": 9.0, "engagement": 1.0}
    told = Page(bruno.send(page, "/feed/import", document=json.dumps(changed), import_name="third"))
    check(told)
    assert "/weights/engagement There is no such signal here." in told.text.replace("1.0 0.0 ", "")
    assert "/policies/coop/feeds#/profiles/balanced/range/small/max" in links(told)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "allotment-feed/9"}', '{"name": "\\u0000"}'])
def test_what_is_no_document_is_told_and_kept_in_the_form(ada: Browser, text: str) -> None:
    refused = Page(ada.send(ada.get("/feed"), "/feed/import", document=text))
    check(refused)
    assert refused.status in (400, 422)
    assert refused.form("/feed/import").values["document"] == text


def test_a_feed_from_elsewhere_is_added_and_its_failure_told_on_every_page(
    app: Flask, village: Village, ada: Browser
) -> None:
    page = ada.get("/feed")
    refused = Page(ada.send(page, "/feed/outside", name="outside", url="http://10.0.0.1/"))
    check(refused)
    assert (refused.status, 'id="url-wrong"' in refused.html) == (422, True)
    made = ada.sent(page, "/feed/outside", name="outside", url="https://example.org/feed")
    check(made)
    assert "Until it answers, your feed comes instead" in made.text
    with village.database.begin() as session:
        session.connection().exec_driver_sql(
            "UPDATE external_skeleton SET failing_since = now(), failure = 'It answered with status 500.'"
        )
    for path in ("/feed", "/feed/own:outside", "/feed/own:outside/tune"):
        shown = ada.get(path)
        check(shown)
        assert "It answered with status 500." in shown.text, path
    saved = ada.sent(
        ada.get("/feed/own:outside/tune"), "/feed/own%3Aoutside/address", url="https://example.org/new"
    )
    assert "It answered" not in saved.text
    ada.sent(saved, "/feed/own%3Aoutside/remove")
    assert mine(village, "ada") == []


def test_law_07_pages_of_another_s_feed_answer_like_those_of_none(village: Village, browser_of: Of) -> None:
    make(village, "ada", "mornings")
    bruno = browser_of("bruno")
    for path in ("/feed/own:{}", "/feed/own:{}/tune", "/feed/own:{}/export", "/feeds/of/ada/{}"):
        hidden, unknown = (bruno.get(path.format(name)) for name in ("mornings", "nothing1"))
        assert hidden.status == unknown.status == 404
        assert hidden.html == unknown.html
    assert bruno.get("/feed/balanced/export").status == 404


def test_visitors_are_shown_no_feed(village: Village, visitor: Browser) -> None:
    make(village, "ada", "mornings")
    paths = (
        "/feed",
        "/feed/balanced/tune",
        "/feeds/of/ada/mornings",
        "/members/me/less",
        "/feed/own:a/export",
    )
    for path in paths:
        assert visitor.get(path).status == 303


def test_posts_that_were_named_elsewhere_are_shown_in_that_order(
    app: Flask, village: Village, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform: Platform = app.extensions["allotment"]
    first, second = publish(village, "bruno", "Loaf", 9), publish(village, "chidi", "Roll", 5)
    with receiving() as server:
        answers(server, first, second)
        with village.database.begin() as session:
            book, now = village.books.current(session), village.clock.now(session)
            draft = Draft("outside", external_url=server.url)
            profiles.create(session, village.people["ada"], book, draft, now, loopback=True)
        external.ask_due(village.database, platform.books, platform.clock, OUTBOUND)
        with village.database.begin() as session:
            assert asking(session, village.people["ada"]).state == "answering"
        page = ada.get("/feed/own:outside")
        named = [link["href"] for link in page.named("a") if re.fullmatch(r"/posts/\d+", link["href"])]
        assert named == [f"/posts/{first}", f"/posts/{second}"]
        assert server.url in page.text
