"""Writing a post in a browser without scripts."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlmodel import col

from audience import circles
from audience.tables import Post
from tests.audience.factories import make_asset, make_post
from tests.factories import LISBON
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
NEW = "/posts/new"


def ladder(page: Page) -> dict[str, bool]:
    """Return the steps of the gradient on a page, and whether each may be chosen."""
    radios = [one for one in page.named("input") if one.get("name") == "reach"]
    return {one["value"]: "disabled" not in one for one in radios}


def kept(village: Village) -> int:
    with village.database.begin() as session:
        return session.scalar(select(func.count()).select_from(Post)) or 0


def test_a_post_is_written_previewed_and_published(village: Village, browser_of: Of) -> None:
    village.guild("bakers", "ada", "bruno", "chidi", "dalia")
    ada = browser_of("ada")
    page = ada.get(NEW)
    check(page)
    said = {"body": "Rye for @bruno\n#bread", "guild": "bakers", "reach": "guild", "seats": "9"}
    more = {"verb_quote": "nobody", "later0_days": "7", "later0_step": "self", "friends_wait": "on"}
    seen = Page(ada.send(page, NEW, act="preview", **said, **more))
    check(seen)
    assert seen.status == 200
    assert "When you publish it Fewer than 5 people may open it." in seen.text
    assert "After 1 week Nobody but you may open it." in seen.text
    assert "9, by you" in seen.text
    assert "Quote it: whom you chose, by you" in seen.text
    assert "/policies/coop/audience#/arrivals/per_minute" in seen.html
    assert kept(village) == 0
    for name, value in {**said, **more}.items():
        assert seen.form(NEW).values[name].replace("\r", "") == value
    shown = ada.sent(seen, NEW, act="publish")
    assert "Published." in shown.text
    assert "Rye for @bruno" in shown.text
    assert "It has 9 seats, of which too few are taken to tell you how many." in shown.text
    with village.database.begin() as session:
        post = session.scalars(select(Post)).one()
    assert post.audience == {
        "preset": "guild",
        "seats": {"max": 9},
        "arrivals": {"strangers_only": False},
        "interact": {"quote": {"auto": [], "ask": []}},
        "after": [{"age": "P7D", "set": {"preset": "self"}}],
    }


def test_the_gradient_is_one_control_from_oneself_to_everybody(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        book = village.books.current(session)
        kept = circles.create(session, village.people["ada"], book, "Family", village.clock.now(session))
    page = browser_of("ada").get(NEW)
    assert list(ladder(page).items()) == [
        ("self", True),
        (f"circle:{kept.id}", True),
        ("mutuals", True),
        ("followers", True),
        ("guild", False),
        ("local", True),
        ("public", False),
        ("chosen", True),
    ]
    assert page.form(NEW).values["reach"] == "local"
    assert "/policies/coop/audience#/reach/widest" in page.html
    assert "You are in no guild." in page.text
    village.guild("bakers", "ada", "bruno")
    assert ladder(browser_of("ada").get(NEW))["guild"]


def test_the_guild_is_chosen_before_the_picture_for_which_it_may_answer(
    village: Village, browser_of: Of
) -> None:
    village.guild("bakers", "ada", "bruno")
    page = browser_of("ada").get(NEW)
    assert page.html.index('name="guild"') < page.html.index('type="file"')
    assert "Choose it before a picture or a video" in page.text


def test_what_is_wrong_is_told_at_its_field_with_the_clause_and_what_was_typed_stays(
    village: Village, browser_of: Of
) -> None:
    ada = browser_of("ada")
    answer = ada.send(
        ada.get(NEW), NEW, act="publish", body="Rye", seats="900", later1_days="3", burst="2", per_minute="x"
    )
    page = Page(answer)
    assert page.status == 422
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["per_minute"]
    page = Page(ada.send(page, NEW, act="publish", per_minute=""))
    check(page)
    assert page.status == 422
    assert "This changes nothing" in page.text
    assert [one for one in page.named("fieldset") if one.get("aria-invalid")] != []
    page = Page(ada.send(page, NEW, act="publish", later1_days=""))
    assert page.status == 422
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["seats"]
    assert "/policies/coop/audience#/seats/ceiling" in page.html
    assert page.form(NEW).values["body"] == "Rye"
    assert kept(village) == 0
    page = Page(ada.send(page, NEW, act="publish", body=" ", seats=""))
    assert [one["id"] for one in page.named("textarea") if one.get("aria-invalid")] == ["body"]


def test_a_place_is_looked_for_and_chosen_and_the_rest_stays(village: Village, browser_of: Of) -> None:
    ada = browser_of("ada")
    page = Page(ada.send(ada.get(NEW), NEW, act="look", body="Rye", sought="lisb", reach="followers"))
    check(page)
    assert str(LISBON) in page.form(NEW).choices["place"]
    page = Page(ada.send(page, NEW, act="preview", place=str(LISBON)))
    assert page.form(NEW).values["place"] == str(LISBON)
    assert page.form(NEW).values["body"] == "Rye"
    ada.sent(page, NEW, act="publish")
    with village.database.begin() as session:
        post = session.scalars(select(Post)).one()
    assert (post.place_id, post.audience) == (LISBON, {"preset": "followers"})


def test_a_picture_of_ones_own_that_is_in_nothing_may_be_chosen(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        own = make_asset(session, village.people["ada"]).id
        waiting = make_asset(session, village.people["ada"], state="waiting").id
        other = make_asset(session, village.people["bruno"]).id
    ada = browser_of("ada")
    page = ada.get(NEW)
    assert page.form(NEW).choices["asset_id"] == ["", str(own)]
    assert f"/media/{own}/small" in page.html
    assert str(waiting) not in page.html
    refused = Page(ada.send(page, NEW, act="publish", body="Rye", asset_id=str(other)))
    assert refused.status == 422
    ada.sent(page, NEW, act="publish", body="Rye", asset_id=str(own))
    assert "asset_id" not in ada.get(NEW).form(NEW).choices


def test_law_07_nonsense_in_the_form_tells_nothing_and_writes_nothing(
    village: Village, browser_of: Of
) -> None:
    ada = browser_of("ada")
    page = ada.get(NEW)
    form = page.form(NEW).values
    for said in ({"guild": "nowhere"}, {"asset_id": "9" * 40}, {"place": "-1"}, {"reach": "circle:1"}):
        answer = ada.http.post(NEW, data=form | {"act": "publish", "body": "Rye"} | said)
        assert answer.status_code == 422, said
    assert kept(village) == 0


def test_only_members_write(visitor: Browser, village: Village) -> None:
    assert visitor.get(NEW).status == 303
    assert kept(village) == 0


def test_pictures_and_places_are_as_many_as_fit_a_page(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        for _ in range(14):
            make_asset(session, village.people["ada"])
        assert session.scalar(select(func.count()).select_from(Post).where(col(Post.id) > 0)) == 0
    page = browser_of("ada").get(NEW)
    assert len(page.form(NEW).choices["asset_id"]) == 13


def test_fewer_seats_than_people_are_told_in_the_preview(village: Village, browser_of: Of) -> None:
    village.enrol(20)
    ada = browser_of("ada")
    page = ada.get(NEW)
    said = {"body": "Rye", "reach": "local", "act": "preview"}
    few = Page(ada.send(page, NEW, seats="1", **said))
    check(few)
    many = Page(ada.send(page, NEW, seats="400", **said))
    assert "It has 1 seat: whoever comes first." in few.text
    assert "whoever comes first" not in many.text


def test_a_refusal_leads_to_each_field_that_is_wrong(browser_of: Of) -> None:
    ada = browser_of("ada")
    page = Page(ada.send(ada.get(NEW), NEW, body="Rye", seats="-5", burst="many", act="publish"))
    check(page)
    assert page.status == 422
    assert "#seats-wrong" in {link.get("href") for link in page.named("a")}


def test_a_quote_that_has_to_be_asked_for_is_not_called_published(village: Village, browser_of: Of) -> None:
    with village.database.begin() as session:
        book, now = village.books.current(session), village.clock.now(session)
        made = make_post(session, village.people["bruno"], book, now=now, body="Rye").id
    ada = browser_of("ada")
    shown = ada.sent(ada.get(f"{NEW}?quote={made}"), NEW, body="Look", act="publish")
    assert "Published." not in shown.text
    assert "not shown to others yet" in shown.text
