"""What the page of a post says of where it is from, and of what one may do with it."""

from collections.abc import Callable

from sqlmodel import col, select

from audience.tables import Post
from tests.factories import LISBON
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check
from tests.web.test_permission_pages import ASKING, actions, links, pictured

Of = Callable[[str], Browser]


def test_the_page_of_a_post_offers_what_one_may_do_and_says_why(village: Village, browser_of: Of) -> None:
    path = pictured(village, ASKING)
    page = browser_of("ada").get(path)
    check(page)
    assert "Like it Ask. Its author decides" in page.text
    assert {f"{path}/like", f"{path}/download"} <= actions(page)
    assert f"{path}/repost" not in actions(page)


def test_a_post_links_to_the_place_that_it_is_from(village: Village, browser_of: Of) -> None:
    path = pictured(village, {})
    with village.database.begin() as session:
        session.scalars(select(Post).where(col(Post.id) == int(path.split("/")[-1]))).one().place_id = LISBON
    for page in (browser_of("ada").get(path), browser_of("ada").get("/members/bruno")):
        check(page)
        assert f"/places/{LISBON}" in links(page)
        assert "from Lisbon" in page.text
