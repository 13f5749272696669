"""Playlists in a browser without scripts: made, filled from posts, rearranged, read one after another."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from audience import posts
from audience.playlists import items
from audience.posts import Draft
from coop.features import PLAYLISTS
from coop.tables import Guild, Member
from tests.audience.factories import make_post
from tests.coop.featured import give
from tests.web.browser import Browser, Form, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
MADE = {"title": "Good bread", "description": "For winter", "seen_by": "members"}


@pytest.fixture
def ada(village: Village, browser_of: Of) -> Browser:
    """The browser of Ada, who holds the feature as her guild does."""
    village.guild("bakers", "ada", "bruno")
    with village.database.begin() as session:
        give(session, PLAYLISTS, session.get_one(Member, village.people["ada"].member_id))
        give(session, PLAYLISTS, session.scalars(select(Guild)).one())
    return browser_of("ada")


def made(ada: Browser, **said: str) -> Page:
    """Make a list, and return its page."""
    page = ada.sent(ada.get("/playlists"), "/playlists", **{**MADE, **said})
    check(page)
    return page


def path_of(page: Page) -> str:
    """Return the path of a page's address."""
    return urlsplit(page.address).path


def publish(village: Village, handle: str, body: str, *, hidden: bool = False) -> int:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        meant: dict[str, Any] = {"see": {"any": []}} if hidden else {}
        return make_post(session, village.people[handle], book, meant, now=now, body=body).id


def put(browser: Browser, path: str, post: int) -> Page:
    """Choose a list on the page of a post."""
    page, target = browser.get(f"/posts/{post}"), f"/posts/{post}/playlists"
    assert path.rpartition("/")[2] in page.form(target).choices["playlist"]
    return browser.sent(page, target, playlist=path.rpartition("/")[2])


def filled(village: Village, browser: Browser, path: str, *posts: int) -> Page:
    for post in posts:
        page = put(browser, path, post)
        assert "It is in the list." in page.text
    return browser.get(path)


def order(page: Page) -> list[str]:
    """Return the posts that a list shows, by their links."""
    links = [one.get("href", "") for one in page.named("a")]
    return [one.partition("?")[0].rpartition("/")[2] for one in links if "?list=" in one]


def pressed(browser: Browser, page: Page, path: str, name: str) -> Page:
    """Press the button of this name of the form that is sent there."""
    form: Form = page.form(path)
    (value,) = form.choices[name]
    return browser.sent(page, path, **{name: value})


def test_a_list_is_made_filled_from_posts_and_rearranged_with_buttons(village: Village, ada: Browser) -> None:
    page = made(ada)
    path = path_of(page)
    ids = [publish(village, "bruno", name) for name in ("Rye", "Oats", "Spelt")]
    page = filled(village, ada, path, *ids)
    check(page)
    assert order(page) == [str(one) for one in ids]
    assert "It is in" in ada.get(f"/posts/{ids[0]}").text
    page = pressed(ada, page, f"{path}/items/{ids[2]}/move", "before")
    assert order(page) == [str(ids[number]) for number in (0, 2, 1)]
    page = pressed(ada, page, f"{path}/items/{ids[0]}/move", "after")
    assert order(page) == [str(ids[number]) for number in (2, 0, 1)]
    page = ada.sent(page, f"{path}/items/{ids[0]}/remove")
    assert order(page) == [str(ids[number]) for number in (2, 1)]
    again = Page(ada.send(page, f"{path}/change", title="x" * 99))
    check(again)
    assert (again.status, [one["id"] for one in again.named("input") if one.get("aria-invalid")]) == (
        422,
        ["title"],
    )
    page = ada.sent(page, f"{path}/change", title="Rye bread")
    assert "Rye bread" in page.text
    page = ada.sent(page, f"{path}/end")
    assert "Rye bread" not in page.text
    assert ada.get(path).status == 404


def test_law_07_a_post_opened_from_a_list_leads_to_what_its_reader_sees(
    village: Village, ada: Browser, browser_of: Of
) -> None:
    path = path_of(made(ada))
    number = path.rpartition("/")[2]
    ids = [
        publish(village, "ada", name, hidden=hidden)
        for name, hidden in (("Rye", False), ("Secret", True), ("Oats", False), ("Spelt", False))
    ]
    filled(village, ada, path, *ids)
    bruno = browser_of("bruno")
    listed = bruno.get(path)
    check(listed)
    assert order(listed) == [str(ids[one]) for one in (0, 2, 3)]
    assert "Secret" not in listed.html and str(ids[1]) not in listed.html
    middle = bruno.get(f"/posts/{ids[2]}?list={number}")
    check(middle)
    beside = {one.get("rel"): one["href"] for one in middle.named("a") if one.get("rel") in ("prev", "next")}
    assert beside == {
        "prev": f"/posts/{ids[0]}?list={number}",
        "next": f"/posts/{ids[3]}?list={number}",
    }
    assert "place 2" in middle.text
    for query in (f"?list={number}9", "?list=x", "?list=" + "9" * 30, ""):
        alone = bruno.get(f"/posts/{ids[2]}{query}")
        assert (alone.status, "In the list" in alone.html) == (200, False)
    hidden = [bruno.get(f"/posts/{one}?list={number}") for one in (ids[1], 7)]
    assert hidden[0].status == hidden[1].status == 404
    assert hidden[0].html == hidden[1].html


def test_law_07_a_list_that_one_may_not_see_is_a_page_that_is_not_there(
    village: Village, ada: Browser, browser_of: Of, visitor: Browser
) -> None:
    page = made(ada, seen_by="keepers")
    check(page)
    bruno = browser_of("bruno")
    hidden, none = bruno.get(page.address), bruno.get("/playlists/7")
    assert (hidden.status, hidden.html) == (404, none.html)
    for path in (page.address, "/members/ada/playlists", "/guilds/bakers/playlists"):
        assert visitor.get(path).status == 303
    assert "Good bread" not in bruno.get("/members/ada/playlists").text
    assert "Good bread" in ada.get("/members/ada/playlists").text


def test_the_lists_of_members_and_guilds_stand_where_they_are_looked_for(
    village: Village, ada: Browser, browser_of: Of
) -> None:
    made(ada)
    made(ada, title="Ours", guild="bakers", seen_by="guild")
    bruno, chidi = browser_of("bruno"), browser_of("chidi")
    for owner, said in (("/members/ada", "Good bread"), ("/guilds/bakers", "Ours")):
        assert f"{owner}/playlists" in {one.get("href") for one in bruno.get(owner).named("a")}
        listed = bruno.get(f"{owner}/playlists")
        check(listed)
        assert said in listed.text
    assert "Ours" not in chidi.get("/guilds/bakers/playlists").text
    assert "Ours" in ada.get("/playlists").text


def test_who_does_not_hold_the_feature_is_shown_where_they_stand(
    village: Village, ada: Browser, browser_of: Of
) -> None:
    chidi, post = browser_of("chidi"), publish(village, "ada", "Rye")
    page = chidi.get("/playlists")
    check(page)
    assert "/members/me/features" in {one.get("href") for one in page.named("a")}
    assert "/playlists" not in {form.action for form in page.forms}
    assert "Add to a playlist" not in chidi.get(f"/posts/{post}").text
    assert "Add to a playlist" in ada.get(f"/posts/{post}").text


def test_an_author_takes_their_post_out_on_pages(village: Village, ada: Browser, browser_of: Of) -> None:
    path = path_of(made(ada))
    ids = [publish(village, "bruno", name) for name in ("Rye", "Oats")]
    filled(village, ada, path, *ids)
    bruno = browser_of("bruno")
    page = bruno.get("/members/me/listed")
    check(page)
    assert "Good bread" in page.text
    own = bruno.get(f"/posts/{ids[0]}")
    check(own)
    own = bruno.sent(own, f"/posts/{ids[0]}/playlists/leave", playlist="all")
    check(own)
    assert "You keep it out of lists of others." in own.text
    page = bruno.get("/members/me/listed")
    page = bruno.sent(page, f"/posts/{ids[1]}/playlists/leave", playlist=path.rpartition("/")[2])
    assert "None is in a list that you can see." in page.text
    assert order(ada.get(path)) == []
    refused = put(ada, path, ids[1])
    assert "Its author keeps this post out of it." in refused.text


def test_a_forged_number_moves_and_adds_nothing(village: Village, ada: Browser) -> None:
    path = path_of(made(ada))
    post = publish(village, "ada", "Rye")
    page = filled(village, ada, path, post)
    token = page.form(f"{path}/items/{post}/remove").values["csrf_token"]
    for said in ({}, {"number": "x"}, {"number": "0"}, {"before": "9" * 30}, {"before": "7"}):
        answer = ada.http.post(f"{path}/items/{post}/move", data={"csrf_token": token, **said})
        assert answer.status_code == 303
    for playlist in ("", "x", "9" * 30):
        answer = ada.http.post(f"/posts/{post}/playlists", data={"csrf_token": token, "playlist": playlist})
        assert answer.status_code == 303
    assert order(ada.get(path)) == [str(post)]


def test_a_long_list_is_read_page_by_page_and_moved_across(village: Village, ada: Browser) -> None:
    path = path_of(made(ada))
    number = int(path.rpartition("/")[2])
    with village.database.begin() as session:
        book, now, who = village.books.current(session), village.clock.now(session), village.people["ada"]
        ids = [posts.publish(session, who, book, Draft(f"Loaf {one}"), now).id for one in range(22)]
        for one in ids:
            items.add(session, who, book, number, one, now)
    first = ada.get(path)
    check(first)
    assert order(first) == [str(one) for one in ids[:20]]
    (further,) = [one["href"] for one in first.named("a") if "cursor=" in one.get("href", "")]
    second = ada.get(further)
    check(second)
    assert order(second) == [str(one) for one in ids[20:]]
    moved = pressed(ada, second, f"{path}/items/{ids[20]}/move", "number")
    assert order(moved)[18:] == [str(ids[18]), str(ids[20])]
    pressed(ada, moved, f"{path}/items/{ids[20]}/move", "number")
    assert order(ada.get(path))[18:] == [str(ids[18]), str(ids[19])]
