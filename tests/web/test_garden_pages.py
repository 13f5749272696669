"""Gardens and labellers on pages, without scripts: muted at a post, folded where one looks, chosen again."""

from collections.abc import Callable

from sqlmodel import col, select

from audience.gardens.filter_form import COMPARISONS
from audience.gardens.vocabulary import KNOWN
from coop.features import LABELLER_PUBLISHING
from coop.tables import Guild, Member
from tests.coop.featured import give, voted
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.own_feeds import links, publish
from tests.web.test_every_page import check
from web.garden_pages import WORDS

GARDEN = "/members/me/garden"


def test_the_form_of_a_filter_says_every_fact_in_every_way() -> None:
    assert set(WORDS) == {(fact, one) for fact, known in KNOWN.items() for one in COMPARISONS[known.type]}


def test_a_post_is_muted_from_a_feed_folded_where_one_looks_and_chosen_again(
    village: Village, ada: Browser
) -> None:
    post = publish(village, "bruno", "Rye #bread at dawn", 1)
    feed = ada.get("/feed/chronological")
    check(feed)
    garden = ada.sent(feed, f"{GARDEN}/mute", tag="bread")
    check(garden)
    assert "Muted, from now on" in garden.text and "#bread" in garden.text
    publish(village, "bruno", "More #bread", 0)
    assert "More" not in ada.get("/feed/chronological").text
    page = ada.get(f"/posts/{post}")
    check(page)
    assert "Folded by your garden" in page.text and "you mute a tag of it" in page.text
    assert "/members/me/garden" in links(page)
    check(ada.get("/tags/bread"))
    chosen = ada.sent(page, f"/posts/{post}/choose", of="post")
    check(chosen)
    assert "Folded" not in chosen.text and "You chose to see this" in chosen.text
    garden = ada.get(GARDEN)
    check(garden)
    undone = ada.sent(garden, f"{GARDEN}/choices/undo", name=str(post))
    check(undone)
    freed = ada.sent(undone, f"{GARDEN}/unmute", mute=undone.form(f"{GARDEN}/unmute").choices["mute"][0])
    check(freed)
    assert "Folded" not in ada.get(f"/posts/{post}").text


def test_a_filter_is_made_without_any_syntax_and_removed(village: Village, ada: Browser) -> None:
    post = publish(village, "bruno", "A loaf", 1)
    page = ada.get(GARDEN)
    said = {
        "name": "No loaves",
        "what-1": "text.words has",
        "value-1": "loaf",
        "what-2": "author.followed no",
        "value-2": "",
        "match": "all",
        "then": "hide",
    }
    wrong = ada.http.post(
        f"{GARDEN}/filters", data=page.form(f"{GARDEN}/filters").values | said | {"value-1": ""}
    )
    assert wrong.status_code == 422
    check(Page(wrong))
    assert 'value="No loaves"' in wrong.text, "what was typed is kept"
    kept = ada.sent(page, f"{GARDEN}/filters", **said)
    check(kept)
    assert "No loaves" in kept.text
    folded = ada.get(f"/posts/{post}")
    assert "your filter “No loaves”" in folded.text
    form = kept.form(f"{GARDEN}/filters/remove")
    removed = ada.sent(kept, f"{GARDEN}/filters/remove", filter=form.choices["filter"][0])
    check(removed)
    assert "Folded" not in ada.get(f"/posts/{post}").text


def test_a_labeller_is_founded_looked_at_and_subscribed_to(
    village: Village, ada: Browser, browser_of: Callable[[str], Browser]
) -> None:
    bruno = browser_of("bruno")
    post = publish(village, "chidi", "Loud bread", 1)
    listing = bruno.get("/labellers")
    check(listing)
    assert "You cannot found one now" in listing.text
    assert "/labellers" not in [form.action for form in listing.forms]
    said = {"slug": "calm", "name": "Calm", "labels": "loud"}
    refused = bruno.http.post("/labellers", data=listing.form("/sign-out").values | said)
    assert refused.status_code == 403
    check(Page(refused))
    assert "tenure_days &gt;= 7" in refused.text and "/members/me/features" in links(Page(refused))
    with village.database.begin() as session:
        give(session, LABELLER_PUBLISHING, session.get_one(Member, village.people["bruno"].member_id))
    listing = bruno.get("/labellers")
    assert [one["value"] for one in listing.named("option")] == [""], "bruno is a steward of no guild"
    founded = bruno.sent(listing, "/labellers", slug="calm", name="Calm", labels="loud, odd")
    check(founded)
    published = bruno.sent(
        founded, "/labellers/calm/editions", subject=f"/posts/{post}", label="loud", act="add", note="First"
    )
    check(published)
    assert "Published" in published.text
    wrong = bruno.http.post(
        "/labellers/calm/editions",
        data=founded.form("/labellers/calm/editions").values | {"subject": "@nobody", "label": "loud"},
    )
    assert wrong.status_code == 422
    check(Page(wrong))
    ada.get("/feed/chronological")
    page = ada.get("/labellers/calm")
    check(page)
    assert "1 of them" in page.text and "0 of them" in page.text and "Loud bread" in page.text
    assert "Publish an edition" not in page.text
    subscribed = ada.sent(page, "/labellers/calm/subscribe", **{"label-loud": "hide"})
    check(subscribed)
    assert "Folded by your garden" in ada.get(f"/posts/{post}").text
    assert "/labellers/calm" in links(ada.get(GARDEN))
    chidi = browser_of("chidi")
    of_chidi = chidi.get("/labellers/calm")
    check(of_chidi)
    assert "What it says of you" in of_chidi.text and "What it says of you" not in page.text
    disputed = chidi.sent(of_chidi, "/labellers/calm/dispute", act="dispute")
    check(disputed)
    assert "You dispute it." in disputed.text
    assert "disputed by whom it is about" in ada.get(f"/posts/{post}").text
    undone = chidi.sent(disputed, "/labellers/calm/dispute", act="undo")
    assert "You dispute it." not in undone.text
    check(ada.sent(subscribed, "/labellers/calm/subscribe", **{"label-loud": ""}))
    assert "Folded" not in ada.get(f"/posts/{post}").text
    check(bruno.sent(published, "/labellers/calm/end"))
    assert "It was ended" in ada.get("/labellers/calm").text


def test_what_no_form_of_ours_sends_is_refused(village: Village, ada: Browser) -> None:
    page = ada.get(GARDEN)
    token = page.form(f"{GARDEN}/filters").values["csrf_token"]
    for path, said, status in (
        ("mute", {"of": "person", "name": "nobody", "days": ""}, 404),
        ("mute", {"of": "person", "name": "bruno", "days": "many"}, 404),
        ("mute", {"of": "sound", "name": "x", "days": ""}, 422),
        ("unmute", {"mute": "x"}, 404),
        ("unmute", {"mute": "9" * 19}, 404),
        ("filters", {"name": "x"}, 422),
        ("filters/remove", {"filter": "7"}, 404),
        ("choices/undo", {"of": "post", "name": "7"}, 404),
    ):
        answer = ada.http.post(f"{GARDEN}/{path}", data={"csrf_token": token, **said})
        assert answer.status_code == status, (path, said)
    assert ada.http.post("/posts/7/choose", data={"csrf_token": token, "of": "post"}).status_code == 404
    assert ada.http.post("/posts/7/choose", data={"csrf_token": token, "of": "guild"}).status_code == 404


def test_a_filter_is_tried_and_changed_in_place(village: Village, ada: Browser) -> None:
    post = publish(village, "bruno", "A loaf", 1)
    publish(village, "bruno", "Oats", 2)
    ada.get(f"/posts/{post}")
    page = ada.get(GARDEN)
    said = {
        "name": "No loaves",
        "what-1": "text.words has",
        "value-1": "loaf",
        "match": "all",
        "then": "hide",
    }
    tried = Page(ada.send(page, f"{GARDEN}/filters", **said, act="try"))
    check(tried)
    assert "Of the last 1 post that you were shown, it would hold of 1 ." in tried.text
    assert 'value="loaf"' in tried.html, "what was typed is kept, and nothing else is"
    assert "No loaves" not in ada.get(GARDEN).text
    kept = ada.sent(page, f"{GARDEN}/filters", **said)
    path = next(link["href"] for link in kept.named("a") if link["href"].startswith(f"{GARDEN}/filters/"))
    form = ada.get(path)
    check(form)
    assert "it holds of 1 ." in form.text
    assert form.form(path).values["value-1"] == "loaf"
    other = Page(ada.send(form, path, **{"value-1": "oats"}, act="try"))
    check(other)
    assert "it would hold of 0 ." in other.text
    assert "your filter “No loaves”" in ada.get(f"/posts/{post}").text, "trying changes nothing"
    wrong = ada.http.post(path, data=form.form(path).values | {"value-1": ""})
    assert wrong.status_code == 422
    check(Page(wrong))
    done = ada.sent(form, path, **{"value-1": "oats"})
    assert "Changed. It holds from now on." in done.text
    assert "Folded" not in ada.get(f"/posts/{post}").text
    assert ada.get(f"{GARDEN}/filters/7").status == 404


def test_a_name_that_nobody_has_is_told_at_its_field_with_what_was_typed(ada: Browser) -> None:
    page = ada.get(GARDEN)
    said = {"of": "person", "name": "nobody", "days": "", "csrf_token": page.forms[-1].values["csrf_token"]}
    again = Page(ada.http.post(f"{GARDEN}/mute", data=said))
    check(again)
    assert "has this name" in again.text
    (field,) = [one for one in again.named("input") if one.get("id") == "name"]
    assert (field["value"], field["aria-invalid"]) == ("nobody", "true")


def test_a_guild_that_there_is_not_is_told_at_its_field_when_a_labeller_is_founded(ada: Browser) -> None:
    page = ada.get("/labellers")
    said = {"slug": "calm", "name": "Calm", "about": "By ear", "labels": "loud", "guild": "nobodys"}
    again = Page(ada.http.post("/labellers", data=page.form("/sign-out").values | said))
    check(again)
    assert (again.status, "no guild with this slug" in again.text) == (422, True)
    assert again.form("/labellers").values["about"] == "By ear"


def test_a_labeller_is_founded_for_a_guild_that_holds_the_feature_by_its_stewards_alone(
    village: Village, browser_of: Callable[[str], Browser]
) -> None:
    for slug in ("bakers", "poets"):
        village.guild(slug, "ada", "bruno")
    with village.database.begin() as session:
        bakers = session.scalars(select(Guild).where(col(Guild.slug) == "bakers")).one()
        give(session, LABELLER_PUBLISHING, bakers)
        voted(session, "bakers", LABELLER_PUBLISHING)
    ada = browser_of("ada")
    page = ada.get("/labellers")
    check(page)
    assert [one["value"] for one in page.named("option")] == ["bakers"]
    founded = ada.sent(page, "/labellers", slug="calm", name="Calm", labels="loud", guild="bakers")
    assert "It is founded" in founded.text
    assert "You cannot found one now" in browser_of("bruno").get("/labellers").text
