"""Reporting, judging, appealing and the record of moderation, in a browser and without a script."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from audience.cases import advancing, juries
from audience.moderation.tables import Decision
from coop import members
from tests.audience.cases.judging import make_jurors
from tests.audience.factories import make_post
from tests.coop.featured import enacted
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_moderation_pages import answer, publish

Of = Callable[[str], Browser]
CASES = "/moderation/cases"


def willing(village: Village, number: int = 11) -> None:
    """Have so many members offer to judge, and the ledger signed once."""
    village.enrol(number)
    with village.database.begin() as session:
        make_jurors(session, 0)
        for one in range(number):
            juries.offer(session, village.people[f"friend{one}"], village.clock.now(session))


def works(village: Village) -> None:
    village.clock.offset += timedelta(minutes=11)
    advancing.advance(village.database, village.books, village.clock)


def drawn(village: Village, browser_of: Of) -> dict[str, tuple[Browser, str]]:
    """Return the browser of everybody who judges something, and the page of their case."""
    found = {}
    for name in [one for one in village.people if one.startswith("friend")]:
        browser = browser_of(name)
        links = [one["href"] for one in browser.get(CASES).named("a") if "/cases/" in one.get("href", "")]
        if links:
            found[name] = (browser, links[0])
    return found


def sends(browser: Browser, at: str, path: str, **typed: str) -> Page:
    page = browser.sent(browser.get(at), path, **typed)
    check(page)
    return page


def test_a_post_is_reported_judged_without_names_and_comes_back_on_appeal(
    village: Village, browser_of: Of
) -> None:
    village.hears_at_once("ada")
    willing(village)
    post = publish(village, "ada", "I took this one, @bruno")
    ada, bruno = browser_of("ada"), browser_of("bruno")
    assert f"{post}/report" in [one.get("href") for one in bruno.get(post).named("a")]
    told = sends(bruno, f"{post}/report", f"{post}/report", ground="mine", words="It is mine, @ada")
    assert "A jury looks at it. A post of @ada" in told.text
    assert post in [one.get("href") for one in told.named("a")]
    law = told.text.partition("reported under “")[2].partition("”")[0]
    assert law and law != "mine"
    works(village)
    jury = drawn(village, browser_of)
    assert len(jury) == 5
    for browser, case in jury.values():
        page = browser.get(case)
        check(page)
        assert f"The by-law: {law}." in page.text and "What was done:" not in page.text
        assert "5 members judge it: you are juror" in page.text
        assert "I took this one, @A" in page.text and "It is mine, @author" in page.text
        assert "@ada" not in page.text and "@bruno" not in page.text
        assert "Who took it?" in sends(browser, case, f"{case}/remarks", body="Who took it?").text
        voted = sends(browser, case, f"{case}/ballot", outcome="remove")
    assert "Remove it 5" in voted.text and "Remove it. It is done" in voted.text
    assert CASES in [one.get("href") for one in voted.named("a")]
    assert bruno.get(post).status == 404
    (link,) = {one["href"] for one in ada.get("/notices").named("a") if "/decisions/" in one.get("href", "")}
    page = ada.get(link)
    check(page)
    assert "By a jury of members, drawn by lot" in page.text
    assert "Taken away: only its author sees it." in ada.get(post).text
    waits = sends(ada, link, f"{link}/appeal", words="It is an old one")
    assert "You have appealed" in waits.text
    assert f"{link}/appeal" not in [form.action for form in waits.forms]
    works(village)
    fresh = drawn(village, browser_of)
    assert len(fresh) == 5 and not fresh.keys() & jury.keys()
    for browser, case in fresh.values():
        page = browser.get(case)
        assert "It is an old one" in page.text
        assert "What was done: it was removed by a jury of others" in page.text
        assert "Undo it: show it as if nothing had been done" in page.text
        assert "Let stand what was done" in page.text and "Leave it as it is" not in page.text
        sends(browser, case, f"{case}/ballot", outcome="none")
    assert bruno.get(post).status == 200
    page = ada.get(link)
    check(page)
    assert "a jury found otherwise" in page.text
    assert "How the fresh jury voted Undo it: show it as if nothing had been done 5" in page.text
    assert "It is free of what had been done with it." in ada.get("/notices").text
    reported = bruno.get("/moderation/reports")
    check(reported)
    assert "A jury looked, and acted. It was appealed, and a fresh jury undid it." in reported.text


def test_law_07_what_one_may_not_see_cannot_be_reported_nor_judged(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", "Bread")
    answer(village, "bruno", post, "Rye")
    bruno = browser_of("bruno")
    for path in ("/posts/7/report", "/replies/7/report", f"{CASES}/7", f"{CASES}/7/picture"):
        assert bruno.get(path).status == 404
    assert "It is yours" in browser_of("ada").get(f"{post}/report").text


def test_a_profile_is_reported_emptied_and_given_back_on_appeal(village: Village, browser_of: Of) -> None:
    village.hears_at_once("ada")
    willing(village)
    ada = browser_of("ada")
    sends(ada, "/members/me", "/members/me", display_name="Ada", about="Bakers are swine, @bruno")
    page, form = "/members/ada", "/members/ada/report"
    for name in ("bruno", "chidi"):
        browser = browser_of(name)
        assert form in [one.get("href") for one in browser.get(page).named("a")]
        told = sends(browser, form, form, ground="attack")
    assert "A jury looks at it." in told.text
    assert "It is yours. You can change it" in ada.get(form).text
    works(village)
    jury = drawn(village, browser_of)
    for browser, case in jury.values():
        shown = browser.get(case)
        check(shown)
        assert "was seen like this: name and text" in shown.text
        assert "Bakers are swine, @A" in shown.text and "@bruno" not in shown.text
        voted = sends(browser, case, f"{case}/ballot", outcome="remove")
    assert "Remove name and text, where they still stand: the handle is shown 5" in voted.text
    assert "Bakers are swine" not in browser.get(page).text
    (link,) = {one["href"] for one in ada.get("/notices").named("a") if "/decisions/" in one.get("href", "")}
    statement = ada.get(link)
    check(statement)
    assert "Your profile was removed" in statement.text and "You can write them anew." in statement.text
    sends(ada, link, f"{link}/appeal", words="It is a song")
    works(village)
    for fresh, case in drawn(village, browser_of).values():
        assert "Undo it, but for what was changed since" in fresh.get(case).text
        sends(fresh, case, f"{case}/ballot", outcome="none")
    assert "Bakers are swine" in browser.get(page).text


def test_what_is_wrong_with_a_report_is_told_where_it_stands(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", "Bread")
    bruno = browser_of("bruno")
    page = Page(bruno.send(bruno.get(f"{post}/report"), f"{post}/report", ground="envy"))
    check(page)
    assert (page.status, "There is no such ground here" in page.text) == (422, True)
    sends(bruno, f"{post}/report", f"{post}/report", ground="attack")
    again = Page(bruno.send(bruno.get(f"{post}/report"), f"{post}/report", ground="attack"))
    assert (again.status, "one report is enough" in again.text) == (409, True)


def test_one_offers_to_judge_and_steps_down_by_a_tap(village: Village, browser_of: Of) -> None:
    willing(village)
    ada = browser_of("ada")
    assert "You offer to judge since" in sends(ada, CASES, CASES, offer="yes").text
    assert "Offer to judge" in sends(ada, CASES, CASES, offer="no").text
    post = publish(village, "ada", "Bread")
    bruno = browser_of("bruno")
    sends(bruno, f"{post}/report", f"{post}/report", ground="mine")
    works(village)
    browser, case = next(iter(drawn(village, browser_of).values()))
    assert "Another follows you." in sends(browser, case, f"{case}/leave").text
    assert browser.get(case).status == 404


def test_a_steward_holds_at_once_by_the_same_form(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada", "bruno")
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        made = make_post(session, village.people["bruno"], book, now=now, guild="bakers", body="Heavy")
    ada, path = browser_of("ada"), f"/posts/{made.id}/report"
    assert "Hold it at once" in ada.get(path).text
    sends(ada, path, path, ground="attack", at_once="yes")
    assert ada.get(f"/posts/{made.id}").status == 404
    assert browser_of("bruno").get(f"/posts/{made.id}").status == 200


def test_anybody_reads_what_was_done_and_a_reader_may_appeal(village: Village, browser_of: Of) -> None:
    post = publish(village, "ada", "Buy now! Limited offer!")
    bruno = browser_of("bruno")
    (link,) = [one["href"] for one in bruno.get(post).named("a") if one.get("href", "").endswith("/appeal")]
    assert "A fresh jury looks at it." in sends(bruno, link, link, words="It is a joke").text
    assert "already" in sends(bruno, link, link).text
    village.clock.offset += timedelta(days=1)
    page = bruno.get("/moderation")
    check(page)
    assert "How the rules do" in page.text and "Who carries the load" in page.text


def test_a_rule_that_juries_mostly_overturn_is_shown_as_poor_with_the_clause_and_its_repeal(
    village: Village, browser_of: Of
) -> None:
    with village.database.begin() as session:
        enacted(session, {"/quality/judged": 3}, "moderation")
    for number in range(3):
        publish(village, "ada", f"Buy now! Limited offer! {number}")
    clause, repeal = "/policies/coop/moderation#/quality/overturned", "entry=selling"
    village.clock.offset += timedelta(days=1)
    bruno = browser_of("bruno")
    page = bruno.get("/moderation")
    assert "juries mostly overturn it" not in page.text
    assert clause not in [one.get("href") for one in page.named("a")]
    with village.database.begin() as session:
        session.execute(update(Decision).values(judged="overturned"))
    page = bruno.get("/moderation")
    check(page)
    assert "3 overturned juries mostly overturn it shown as poor by a clause" in page.text
    links = [one.get("href", "") for one in page.named("a")]
    assert clause in links
    (link,) = [one for one in links if "/removal?" in one and repeal in one]
    assert "Repeal the rule selling" in bruno.get(link).text


def test_a_guild_s_record_is_a_page_for_whoever_belongs_to_it_and_for_nobody_else(
    village: Village, browser_of: Of
) -> None:
    village.guild("bakers", "ada", "bruno")
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        only = {"see": {"any": [{"guild": "bakers"}]}}
        ada = members.identity_of(session, "ada")
        make_post(session, ada, book, only, body="Buy now! Limited offer!", guild="bakers", now=now)
    village.clock.offset += timedelta(days=1)
    bruno, chidi = browser_of("bruno"), browser_of("chidi")
    path = "/moderation?guild=bakers"
    assert path in {one.get("href") for one in bruno.get("/guilds/bakers").named("a")}
    page = bruno.get(path)
    check(page)
    assert "In the guild" in page.text and "A post was" in page.text
    assert "A post was" not in bruno.get("/moderation").text
    assert all("guild=bakers" in one["href"] for one in page.named("a") if "month=" in one.get("href", ""))
    assert "Who carries the load" in page.text
    assert chidi.get("/guilds/bakers").html.count(path) == 0
    assert chidi.get(path).status == chidi.get("/moderation?guild=nobodys").status == 404
