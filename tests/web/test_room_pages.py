"""Live rooms in a browser without scripts: every state, every act, every refusal, and what scripts need."""

import re

import pytest
from flask import Flask

from audience.cases import pauses
from audience.rooms import admission
from audience.rooms.sfu import Sfu
from audience.rooms.signalling import RoomMedia
from audience.rules import AUDIENCE
from coop.book import COOP
from tests.audience.cases import judging
from tests.audience.factories import make_post
from tests.audience.rooms.conftest import media_process, server, sfu
from tests.coop.featured import enacted
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.rooms import AMONG, HOUR, MINUTE, TEXT, Bakery, Of, acts, bakery, links
from tests.web.test_every_page import check

__all__ = ["media_process", "server", "sfu"]

CLAUSES = f"/policies/{COOP}/audience#/rooms"
ACTS = (
    *("remind", "unremind", "open", "end", "cancel", "enter", "stay", "exit", "hand", "lower", "floor"),
    *("yield", "give", "take-away", "lower-for", "put-out", "extend", "replies", "here"),
)
"""All that forms and scripts post below a room."""


@pytest.fixture
def bakers(village: Village, browser_of: Of) -> Bakery:
    return bakery(village, browser_of)


@pytest.fixture
def with_media(app: Flask, sfu: Sfu, monkeypatch: pytest.MonkeyPatch) -> None:
    media = RoomMedia(sfu, admission.may_speak, admission.may_listen)
    monkeypatch.setitem(app.extensions, "room_media", media)


def told(page: Page) -> str:
    """Return what the page says in words of how one stands."""
    found = re.search(r'<p class="turn [a-z_]+" role="status">(.*?)</p>', page.html)
    assert found
    return found[1]


def test_a_room_is_ahead_then_open_then_over_and_says_so_in_words(bakers: Bakery) -> None:
    made = bakers.schedule(begins=2 * HOUR + MINUTE)
    page = bakers.page("dalia", made)
    check(page)
    assert "Live with" in page.text and TEXT in page.text and "30 minutes" in page.text
    assert re.search(r"Begins\s+in 2 hours", page.text)
    assert {"/guilds/bakers", "/guilds/bakers/rooms", f"/posts/{made}", "/members/bruno"} <= links(page)
    assert acts(page) == {"remind", "replies"}
    bakers.later(2 * HOUR)
    bakers.does("bruno", made, "open")
    page = bakers.page("dalia", made)
    check(page)
    assert "Open now" in page.text and "Ends in 29 minutes" in page.text
    assert told(page) == "It is open, and there is a place for you."
    assert "is told to those who are there" in page.text
    bakers.later(12 * MINUTE)
    page = bakers.does("bruno", made, "end")
    check(page)
    assert "Whole minutes that were left" not in bakers.page("bruno", made).text
    assert "lasted 12 minutes" in page.text and "This room is over" in page.text
    assert acts(page) == {"replies"}


def test_a_room_that_was_cancelled_and_one_that_nobody_opened_say_so(bakers: Bakery) -> None:
    made, never = bakers.schedule(), bakers.schedule()
    page = bakers.does("bruno", made, "cancel")
    check(page)
    assert "Cancelled" in page.text and acts(page) == {"replies"}
    bakers.later(2 * HOUR)
    page = bakers.page("dalia", never)
    check(page)
    assert "Nobody opened it in time." in page.text and acts(page) == {"replies"}


def test_whoever_asks_is_reminded_and_the_notice_leads_to_the_room(village: Village, bakers: Bakery) -> None:
    village.hears_at_once("dalia")
    made = bakers.schedule(begins=MINUTE)
    page = bakers.does("dalia", made, "remind")
    check(page)
    assert told(page) == "You are told when it opens." and acts(page) == {"unremind", "replies"}
    page = bakers.does("dalia", made, "unremind")
    assert acts(page) == {"remind", "replies"}
    bakers.does("dalia", made, "remind")
    bakers.does("bruno", made, "open")
    notices = bakers.of("dalia").get("/notices")
    assert "Live rooms" in notices.text and f"/rooms/{made}" in links(notices)
    check(bakers.page("dalia", made))


def test_whoever_leads_is_told_from_when_on_it_may_be_opened_and_by_which_clause(bakers: Bakery) -> None:
    made = bakers.schedule()
    page = bakers.page("bruno", made)
    check(page)
    assert told(page) == "You cannot open it now."
    assert "It may be opened from" in page.text and f"{CLAUSES}/early" in links(page)
    assert acts(page) == {"extend", "cancel", "replies"}
    assert "1,200 minutes left to the guild" in page.text
    refused = bakers.post("bruno", made, "open")
    assert refused.status_code == 409 and "It may be opened from" in refused.text
    assert "1,200 minutes" not in bakers.page("dalia", made).text
    assert bakers.post("dalia", made, "open").status_code == 403
    assert acts(bakers.page("ada", made)) == {"remind", "extend", "cancel", "replies"}


def test_whoever_leads_is_told_that_as_many_of_the_guild_are_open_as_may_be(bakers: Bakery) -> None:
    with bakers.village.database.begin() as session:
        enacted(session, {"/features/live_rooms/guild/at_once/amount": 1})
    first, second = (bakers.schedule(begins=MINUTE) for _ in range(2))
    bakers.does("bruno", first, "open")
    page = bakers.page("bruno", second)
    check(page)
    assert told(page) == "You cannot open it now."
    assert "Open of this guild besides: 1; 1 may be at once." in page.text
    assert f"/policies/{COOP}/features#/features/live_rooms/guild/at_once/amount" in links(page)
    assert "open" not in acts(page)
    refused = bakers.post("bruno", second, "open")
    assert refused.status_code == 409 and "1 may be at once" in refused.text
    bakers.does("bruno", first, "end")
    bakers.does("bruno", second, "open")


def test_people_come_speak_in_turn_and_go(bakers: Bakery) -> None:
    made = bakers.open("bruno", "chidi", "dalia")
    page = bakers.page("chidi", made)
    check(page)
    assert acts(page) == {"floor", "exit", "stay", "replies"}
    assert "3 are here" in page.text and "Nobody has the floor." in page.text
    page = bakers.does("chidi", made, "floor")
    check(page)
    assert told(page) == "You have the floor."
    assert acts(page) == {"yield", "exit", "stay", "replies"}
    page = bakers.does("chidi", made, "yield")
    assert "Nobody has the floor." in page.text
    page = bakers.does("chidi", made, "exit")
    assert acts(page) == {"enter", "replies"} and "are here" not in page.text
    assert "2 are here" in bakers.page("dalia", made).text


def test_hands_wait_in_a_row_and_whoever_leads_gives_and_takes(village: Village, bakers: Bakery) -> None:
    with village.database.begin() as session:
        enacted(session, {"/rooms/speakers": 1}, AUDIENCE)
    made = bakers.open("bruno", "chidi", "dalia", "emre")
    bakers.does("chidi", made, "floor")
    page = bakers.page("dalia", made)
    assert acts(page) == {"hand", "exit", "stay", "replies"} and f"{CLAUSES}/speakers" in links(page)
    bakers.does("dalia", made, "hand")
    page = bakers.does("emre", made, "hand")
    check(page)
    assert told(page) == "You are 2nd of 2 in the queue."
    assert acts(page) == {"lower", "exit", "stay", "replies"} and "aria-current" in page.html
    host = bakers.page("bruno", made)
    check(host)
    assert {"give", "lower-for", "take-away", "put-out", "extend", "end"} <= acts(host)
    page = bakers.does("bruno", made, "lower-for", handle="emre")
    assert "waits-emre" not in page.html and "waits-dalia" in page.html
    full = bakers.post("bruno", made, "give", handle="dalia")
    assert full.status_code == 409 and "take it from somebody" in full.text
    bakers.does("bruno", made, "take-away", handle="chidi")
    page = bakers.page("dalia", made)
    assert told(page) == "It is your turn: you may take the floor."
    assert {"floor", "lower"} <= acts(page)
    bakers.does("bruno", made, "give", handle="dalia")
    assert told(bakers.page("dalia", made)) == "You have the floor."
    page = bakers.page("dalia", made)
    assert not {"give", "lower-for", "take-away", "put-out", "extend", "end"} & acts(page)


def test_a_hand_that_is_up_is_lowered_again(village: Village, bakers: Bakery) -> None:
    with village.database.begin() as session:
        enacted(session, {"/rooms/speakers": 1}, AUDIENCE)
    made = bakers.open("bruno", "chidi", "dalia")
    bakers.does("chidi", made, "floor")
    bakers.does("dalia", made, "hand")
    page = bakers.does("dalia", made, "lower")
    assert acts(page) == {"hand", "exit", "stay", "replies"} and "No hand is up." in page.text


def test_whoever_is_put_out_is_told_why_and_stays_out(bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    refused = bakers.post("bruno", made, "put-out", handle="dalia", why="  ")
    page = Page(refused)
    check(page)
    assert refused.status_code == 422 and 'id="why-wrong"' in page.html
    assert "Say why: they are told." in page.text
    page = bakers.does("bruno", made, "put-out", handle="dalia", why="You shouted.")
    check(page)
    assert "here-dalia" not in page.html
    page = bakers.page("dalia", made)
    check(page)
    assert told(page) == "You cannot come in now."
    assert "You were put out of this room: You shouted." in page.text and acts(page) == {"replies"}
    assert bakers.post("dalia", made, "enter").status_code == 403
    gone = bakers.post("bruno", made, "take-away", handle="dalia")
    assert gone.status_code == 409 and "They are not here any more." in gone.text
    assert bakers.post("dalia", made, "put-out", handle="bruno", why="No").status_code == 403


def test_a_full_room_says_so_with_its_clause(bakers: Bakery) -> None:
    made = bakers.open("bruno", "chidi", seats=2)
    page = bakers.page("dalia", made)
    check(page)
    assert told(page) == "You cannot come in now."
    assert "All 2 places are taken" in page.text and f"{CLAUSES}/seats" in links(page)
    assert "is here" not in page.text
    refused = bakers.post("dalia", made, "enter")
    assert refused.status_code == 409 and "All 2 places are taken" in refused.text


def test_whom_a_jury_paused_listens_and_is_told_until_when(village: Village, bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        post = make_post(session, village.people["dalia"], book, now=now)
        (filed,) = judging.report(session, book, post, village.people["chidi"])
        pauses.pause(session, book, village.people["dalia"].member_id, filed.case.id, now)
    page = bakers.page("dalia", made)
    check(page)
    assert told(page) == "You are here, and listen." and "A jury paused you until" in page.text
    assert not {"hand", "floor"} & acts(page)
    assert bakers.post("dalia", made, "hand").status_code == 403


def test_a_room_is_made_longer_and_a_number_that_is_none_is_told_at_its_field(bakers: Bakery) -> None:
    made = bakers.open("bruno")
    for said, detail in (
        ("soon", "Write a whole number"),
        ("999", "1 to 120"),
        ("5", "It was opened for 30"),
    ):
        refused = bakers.post("bruno", made, "extend", minutes=said)
        page = Page(refused)
        check(page)
        assert refused.status_code == 422 and detail in page.text and 'id="minutes-wrong"' in page.html
        assert page.form(f"/rooms/{made}/extend").values["minutes"] == said
    page = bakers.does("bruno", made, "extend", minutes="45")
    assert "of 45 minutes" in page.text and "1,155 minutes left" in page.text


def test_a_sign_of_life_keeps_a_place_and_is_no_way_in(village: Village, bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    page = bakers.page("dalia", made)
    assert 'data-sign="15"' in page.html and "data-again" in page.html
    for _ in range(3):
        bakers.later(MINUTE / 2)
        answer = bakers.post("dalia", made, "here")
        assert answer.status_code == 200
        assert "Leave the room" in answer.text and "<html" not in answer.text
    assert "here-bruno" not in answer.text and "here-dalia" in answer.text
    bakers.later(MINUTE)
    answer = bakers.post("dalia", made, "here")
    assert answer.status_code == 200
    assert "Enter the room" in answer.text and "data-sign" not in answer.text
    with village.database.begin() as session:
        enacted(session, {"/rooms/away_s": 30}, AUDIENCE)
    assert 'data-sign="10"' in bakers.does("dalia", made, "enter").html


def test_without_scripts_a_place_is_kept_by_a_button(bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    bakers.later(MINUTE / 2)
    bakers.does("dalia", made, "stay")
    bakers.later(MINUTE / 2)
    assert "1 is here" in bakers.page("dalia", made).text


def test_the_parts_that_change_are_those_of_the_page(bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    bakers.does("dalia", made, "floor")
    whole, live = (bakers.of("dalia").http.get(f"/rooms/{made}{more}").text for more in ("", "/live"))
    part = re.compile(r'<(?:section|div) id="([a-z-]+)" data-part')
    assert (
        part.findall(whole)
        == part.findall(live)
        == [*("room-head", "room-yours", "room-stage", "room-chat", "room-people")]
    )
    assert "<html" not in live and "speaker-dalia" in live


def test_its_chat_is_the_thread_of_its_post(bakers: Bakery) -> None:
    made = bakers.open("bruno", "dalia")
    page = bakers.does("dalia", made, "replies", body="Mine smells of apples")
    check(page)
    assert "Mine smells of apples" in page.text
    assert "Mine smells of apples" in bakers.of("chidi").get(f"/posts/{made}").text
    assert "Mine smells of apples" in bakers.page("bruno", made).text
    refused = bakers.post("dalia", made, "replies", body=" ")
    page = Page(refused)
    check(page)
    assert refused.status_code == 422 and "body-wrong" in page.html and "Leave the room" in page.text
    assert f"/rooms/{made}?sort=oldest#replies" in links(page)
    check(bakers.of("dalia").get(f"/rooms/{made}?sort=oldest"))
    assert bakers.of("dalia").get(f"/rooms/{made}?sort=loudest").status == 422


def test_a_post_and_its_guild_lead_to_the_room_and_a_post_without_one_does_not(
    village: Village, bakers: Bakery
) -> None:
    made = bakers.schedule()
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        plain = make_post(session, village.people["bruno"], book, now=now).id
    dalia = bakers.of("dalia")
    assert f"/rooms/{made}" in links(dalia.get(f"/posts/{made}"))
    assert f"/rooms/{made}" in links(dalia.get("/guilds/bakers"))
    assert "/guilds/bakers/rooms" in links(dalia.get("/guilds/bakers"))
    assert "/rooms" in links(dalia.get("/feed"))
    assert "/guilds/bakers/rooms" in links(bakers.of("ada").get("/guilds/bakers/features"))
    assert f"/rooms/{plain}" not in dalia.get(f"/posts/{plain}").html
    for act in ("", "/live"):
        assert dalia.get(f"/rooms/{plain}{act}").html == dalia.get(f"/rooms/12345{act}").html
    assert bakers.post("dalia", plain, "replies", body="Hm").status_code == 404


def test_law_07_a_room_that_one_may_not_know_of_answers_like_an_unknown_one(
    bakers: Bakery, visitor: Browser
) -> None:
    made = bakers.open("bruno", audience=AMONG)
    assert bakers.page("chidi", made).status == 200
    dalia = bakers.of("dalia")
    for more in ("", "/live", "?sort=oldest", "?sort=loudest"):
        hidden, unknown = (dalia.get(f"/rooms/{one}{more}") for one in (made, 12345))
        assert (hidden.status, hidden.html) == (404, unknown.html), more
    for act in ACTS:
        refused, none_such = (
            bakers.post("dalia", one, act, handle="bruno", why="No", minutes="40", body="Hm")
            for one in (made, 12345)
        )
        assert (refused.status_code, refused.text) == (404, none_such.text), act
    for path in ("/rooms", "/guilds/bakers/rooms"):
        assert str(made) not in dalia.get(path).html
        assert str(made) in bakers.of("chidi").get(path).html
    for one in (made, bakers.schedule(), 12345):
        for more in ("", "/live"):
            page = visitor.get(f"/rooms/{one}{more}")
            assert (page.status, page.headers["Location"].split("?")[0]) == (303, "/sign-in")


def test_with_a_media_server_the_page_carries_what_its_script_needs(bakers: Bakery, with_media: None) -> None:
    made = bakers.open("bruno", "chidi", "dalia")
    page = bakers.page("chidi", made)
    check(page)
    (room,) = [tag for _, tag in page.tags if "data-room" in tag]
    assert room["data-room"] == f"/rooms/{made}" and room["data-csrf"]
    scripts = [script["src"].partition("?")[0] for script in page.named("script")]
    assert scripts == ["/static/room_live.js", "/static/room.js"]
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert [tag for name, tag in page.tags if name == "button" and "data-sound" in tag and "hidden" in tag]
    assert [tag for _, tag in page.tags if "data-said" in tag and tag["role"] == "status"]
    assert not [tag for _, tag in page.tags if "data-speak" in tag or "data-listen" in tag]
    page = bakers.does("chidi", made, "floor")
    check(page)
    (speak,) = [tag for _, tag in page.tags if "data-speak" in tag]
    assert (speak["data-speak"], speak["type"], speak["aria-pressed"]) == ("", "button", "false")
    assert [tag for _, tag in page.tags if "data-mute" in tag] and not page.named("audio")
    assert [tag["data-listen"] for tag in bakers.page("dalia", made).named("audio")] == ["chidi"]
    assert not bakers.page("ada", made).named("audio")
    bakers.does("bruno", made, "end")
    scripts = [script["src"].partition("?")[0] for script in bakers.page("dalia", made).named("script")]
    assert scripts == ["/static/room_live.js"]


def test_a_room_with_a_picture_asks_for_the_camera_and_shows_people(bakers: Bakery, with_media: None) -> None:
    made = bakers.open("bruno", "chidi", "dalia", video=True)
    page = bakers.does("chidi", made, "floor")
    assert {"microphone=(self)", "camera=(self)"} <= set(page.headers["Permissions-Policy"].split(", "))
    assert [tag["data-speak"] for _, tag in page.tags if "data-speak" in tag] == ["video"]
    assert [tag for tag in page.named("video") if "data-preview" in tag]
    shown = bakers.page("dalia", made).named("video")
    assert [tag["data-listen"] for tag in shown] == ["chidi"] and "playsinline" in shown[0]


def test_without_a_media_server_a_sentence_says_so_and_nothing_asks_for_a_microphone(bakers: Bakery) -> None:
    made = bakers.open("bruno", "chidi")
    page = bakers.does("chidi", made, "floor")
    assert "This coop runs no media server" in page.text
    assert "microphone=()" in page.headers["Permissions-Policy"]
    assert [script["src"].partition("?")[0] for script in page.named("script")] == ["/static/room_live.js"]
    assert not page.named("audio") and not [tag for _, tag in page.tags if "data-speak" in tag]
