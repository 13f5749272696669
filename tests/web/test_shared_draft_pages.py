"""Writing with others in a browser without scripts."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from coop.features import COLLABORATIVE_EDITING
from coop.tables import Guild
from tests.audience.factories import make_asset
from tests.coop.featured import enacted, give
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
PATH = "/drafts"
BREAD = "Flour\n\nWater\n\nSalt"


@pytest.fixture
def ada(village: Village, browser_of: Of) -> Browser:
    """The browser of Ada, whose guild, with Bruno and Chidi, may write together."""
    village.guild("bakers", "ada", "bruno", "chidi")
    with village.database.begin() as session:
        give(session, COLLABORATIVE_EDITING, bakers(session))
    return browser_of("ada")


def bakers(session: Session) -> Guild:
    return session.exec(select(Guild).where(Guild.slug == "bakers")).one()


def begun(ada: Browser, *others: str) -> str:
    """Have Ada begin a draft and invite others; return its path."""
    page = ada.sent(ada.get(PATH), PATH, guild="bakers", body=BREAD)
    path = page.address.replace("http://localhost", "")
    for handle in others:
        page = ada.sent(page, f"{path}/invite", handle=f"@{handle}")
        assert "They are told." in page.text
    return path


def refused(browser: Browser, page: Page, action: str, **said: str) -> Page:
    return Page(browser.send(page, action, **said))


def test_a_draft_is_begun_and_written_by_two(ada: Browser, browser_of: Of) -> None:
    check(ada.get(PATH))
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    seen = bruno.get(path)
    check(seen)
    assert seen.form(f"{path}/save").values["body"] == BREAD
    ada.sent(ada.get(path), f"{path}/save", body="Rye\n\nWater\n\nSalt")
    merged = bruno.sent(seen, f"{path}/save", body="Flour\n\nWater\n\nSea salt")
    assert "together with what others wrote" in merged.text
    assert merged.form(f"{path}/save").values["body"] == "Rye\n\nWater\n\nSea salt"
    assert "Rye" in ada.get(PATH).text


def test_a_conflict_shows_both_parts_and_keeps_what_was_typed(ada: Browser, browser_of: Of) -> None:
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    seen = bruno.get(path)
    ada.sent(ada.get(path), f"{path}/save", body="Rye\n\nWater\n\nSea salt")
    clash = refused(bruno, seen, f"{path}/save", body="Oats\n\nWater\n\nSalt")
    assert clash.status == 409
    check(clash)
    assert "It says: Rye" in clash.text and "You wrote: Oats" in clash.text
    form = clash.form(f"{path}/save")
    assert form.values["body"] == "Oats\n\nWater\n\nSea salt", (
        "what was typed, and what was written elsewhere"
    )
    assert ada.get(path).form(f"{path}/save").values["body"] == "Rye\n\nWater\n\nSea salt"
    settled = bruno.sent(clash, f"{path}/save", body="Rye and oats\n\nWater\n\nSea salt")
    assert "Saved: others see it now." in settled.text
    assert ada.get(path).form(f"{path}/save").values["body"] == "Rye and oats\n\nWater\n\nSea salt"


def test_its_history_is_read_compared_and_brought_back(ada: Browser) -> None:
    path = begun(ada)
    ada.sent(ada.get(path), f"{path}/save", body="Rye\n\nWater\n\nSalt")
    history = ada.get(f"{path}/history")
    check(history)
    compared = ada.get(f"{path}/compare?old=1&new=2")
    check(compared)
    assert len(compared.named("ins")) == len(compared.named("del")) == 1
    assert "Both say the same." in ada.get(f"{path}/compare?old=2&new=2").text
    for wrong, status in (
        ("old=1&new=9", 404),
        ("old=1", 422),
        ("old=x&new=2", 422),
        (f"old=1&new={9**15}", 422),
    ):
        assert ada.get(f"{path}/compare?{wrong}").status == status, wrong
    back = ada.sent(history, f"{path}/restore")
    assert "It is back" in back.text
    assert back.form(f"{path}/save").values["body"] == BREAD
    assert "brings back revision 1" in ada.get(f"{path}/history").text


def test_it_is_proposed_agreed_to_and_published_with_a_name_that_is_taken_off(
    ada: Browser, browser_of: Of
) -> None:
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    bruno.sent(bruno.get(path), f"{path}/save", body="Rye bread for all")
    asking = ada.get(f"{path}/publish")
    check(asking)
    proposed = ada.sent(asking, f"{path}/offer", reach="local", seats="9")
    assert "It waits for @bruno" in proposed.text
    asked = bruno.get(path)
    check(asked)
    assert "Your answer is waited for" in bruno.get(PATH).text
    bruno.sent(asked, f"{path}/answer", answer="not_yet")
    done = bruno.sent(bruno.get(path), f"{path}/answer", answer="named")
    assert "Published." in done.text and "It is published." in done.text
    check(done)
    (post,) = [
        one["href"]
        for one in done.named("a")
        if one.get("href", "").startswith("/posts/1") or one.get("href", "").startswith("/posts/3")
    ]
    shown = browser_of("dalia").get(post)
    check(shown)
    assert "with @bruno" in shown.text
    own = bruno.get(post)
    check(own)
    bruno.sent(own, f"{post}/unname")
    assert "@bruno" not in browser_of("dalia").get(post).text
    assert "Take my name off" not in bruno.get(path).text
    assert "Take my name off" not in bruno.get(post).text


def test_law_07_what_stood_in_the_way_is_told_to_whoever_proposed_it_alone(
    ada: Browser, browser_of: Of, village: Village
) -> None:
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    bruno.sent(bruno.get(path), f"{path}/save", body="Rye bread for all")
    ada.sent(ada.get(f"{path}/publish"), f"{path}/offer", reach="local", seats="400")
    with village.database.begin() as session:
        enacted(session, {"/seats/ceiling": 200}, "audience")
    page = bruno.sent(bruno.get(path), f"{path}/answer", answer="unnamed")
    check(page)
    assert "Whoever proposed it was told why." in page.text
    assert "At most 200" not in page.text
    own = ada.get(path)
    check(own)
    assert "200" in own.text and "Whoever proposed it was told why." not in own.text
    assert own.form(f"{path}/answer").choices["answer"] == ["named"]


def test_a_picture_is_proposed_with_it_and_seen_by_those_who_are_asked(
    ada: Browser, browser_of: Of, village: Village
) -> None:
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    bruno.sent(bruno.get(path), f"{path}/save", body="Rye bread for all")
    with village.database.begin() as session:
        asset = make_asset(session, village.people["ada"]).id
    page = ada.get(f"{path}/publish")
    check(page)
    ada.sent(page, f"{path}/offer", reach="local", asset_id=str(asset))
    asked = bruno.get(path)
    assert f"/media/{asset}/small" in {one.get("href") for one in asked.named("a")}
    wrong = refused(ada, page, f"{path}/offer", reach="local", asset_id="")
    assert wrong.status == 303


def test_what_is_refused_is_told_where_it_is_wrong(ada: Browser) -> None:
    path = begun(ada)
    for action, said, field in (
        ("invite", {"handle": "dalia"}, "handle"),
        ("note", {"note": " "}, "note"),
        ("save", {"body": "a" * 20_001}, "body"),
    ):
        page = refused(ada, ada.get(path), f"{path}/{action}", **said)
        assert page.status == 422
        check(page)
        assert f"{field}-wrong" in page.html
    wide = refused(ada, ada.get(f"{path}/publish"), f"{path}/offer", reach="local", seats="100000")
    assert wide.status == 422
    check(wide)
    assert "seats-wrong" in wide.html


def test_it_is_noted_opened_left_and_dropped(ada: Browser, browser_of: Of) -> None:
    path, bruno = begun(ada, "bruno"), browser_of("bruno")
    noted = bruno.sent(bruno.get(path), f"{path}/note", note="Why rye?")
    assert "Why rye?" in noted.text
    check(noted)
    assert "Why rye?" not in ada.sent(ada.get(path), f"{path}/settle").text
    chidi = browser_of("chidi")
    assert chidi.get(path).status == 404
    ada.sent(ada.get(path), f"{path}/open")
    assert chidi.get(path).status == 200
    bruno.sent(bruno.get(path), f"{path}/leave")
    assert bruno.get(path).status == 200, "it is open to all of the guild"
    page = ada.sent(ada.get(path), f"{path}/drop")
    assert "Dropped." in page.text
    assert ada.get(path).status == chidi.get(path).status == 404


def test_law_07_a_draft_of_others_answers_like_one_that_is_not_there(
    ada: Browser, browser_of: Of, village: Village
) -> None:
    path = begun(ada, "bruno")
    for who in ("chidi", "dalia"):
        browser = browser_of(who)
        assert "Flour" not in browser.get(PATH).html
        for below in ("", "/history", "/compare?old=1&new=1", "/publish"):
            hidden, unknown = browser.get(f"{path}{below}"), browser.get(f"/drafts/7{below}")
            assert hidden.status == unknown.status == 404
            assert hidden.html == unknown.html


def test_a_guild_without_the_feature_is_shown_the_way(village: Village, browser_of: Of) -> None:
    village.guild("millers", "bruno")
    page = browser_of("bruno").get(PATH)
    check(page)
    assert "said by a feature" in page.text
    assert not [form for form in page.forms if form.action == PATH]


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "-1", "٣", ""])
def test_a_remark_of_no_number_is_refused_and_nothing_breaks(ada: Browser, number: str) -> None:
    path = begun(ada)
    page = ada.sent(ada.get(path), f"{path}/note", note="Of which mill?")
    assert refused(ada, page, f"{path}/settle", note=number).status == 422
    assert "Of which mill?" in ada.get(path).text
