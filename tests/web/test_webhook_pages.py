"""Webhooks on pages: the secret told once, what came of each decision, and refusals at the field."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from coop import webhooks
from coop.webhook_tables import Webhook, WebhookDelivery
from coop.webhooks import Event
from tests.web.browser import Browser, Page
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
PATH = "/members/me/webhooks"
URL = "https://hooks.example.org/decisions"


def add(browser: Browser, url: str = URL) -> Page:
    """Add an address, and return the page that answers."""
    page = Page(browser.send(browser.get(PATH), PATH, url=url))
    check(page)
    return page


def path_of(page: Page) -> str:
    """The page of the webhook that was just added."""
    return next(link["href"] for link in page.named("a") if link["href"].startswith(f"{PATH}/"))


def secret_of(page: Page) -> str:
    """The secret that a page tells."""
    secret = page.text.partition("The secret ")[2].split()[0]
    assert secret.startswith("whsec_")
    return secret


def publish(village: Village, subject: int) -> None:
    with village.database.begin() as session:
        now = village.clock.now(session)
        webhooks.publish(session, Event("decision.enacted", subject, now, {}), now)


def test_an_address_is_added_from_one_s_own_page_and_its_secret_is_told_once(ada: Browser) -> None:
    assert PATH in {link["href"] for link in ada.get("/members/me").named("a")}
    page = add(ada)
    secret = secret_of(page)
    for path in (PATH, path_of(page)):
        told = ada.get(path)
        check(told)
        assert URL in told.text
        assert secret not in told.html


def test_another_secret_is_made_and_told_once(ada: Browser) -> None:
    made = add(ada)
    path = path_of(made)
    page = Page(ada.send(ada.get(path), f"{path}/secret"))
    check(page)
    assert "It has a new secret" in page.text
    assert secret_of(page) != secret_of(made)
    assert secret_of(page) not in ada.get(path_of(page)).html


@pytest.mark.parametrize(
    ("url", "status", "why"),
    [
        ("http://hooks.example.org/", 422, "This address is not taken."),
        ("https://10.0.0.1/", 422, "This address is not taken."),
        (URL, 409, "You have this webhook."),
    ],
)
def test_what_cannot_be_added_is_told_at_its_field_and_what_was_typed_stays(
    ada: Browser, url: str, status: int, why: str
) -> None:
    add(ada)
    page = add(ada, url)
    assert page.status == status
    assert why in page.text
    assert [one["id"] for one in page.named("input") if one.get("aria-invalid")] == ["url"]
    assert page.form(PATH).values["url"] == url


def test_law_01_one_more_than_the_clause_allows_is_refused_with_the_clause(ada: Browser) -> None:
    for number in range(20):
        page = add(ada, f"{URL}/{number}")
        if page.status != 200:
            break
    assert page.status == 403
    assert f"You hold {number} of the {number}" in page.text
    links = [link["href"] for link in page.named("a")]
    assert links.count("/policies/coop/deliberation#/notices/webhooks") == 2


def test_what_was_sent_is_shown_with_what_came_of_it(village: Village, ada: Browser) -> None:
    path = path_of(add(ada))
    for subject in (7, 8):
        publish(village, subject)
    page = ada.get(path)
    assert page.text.count("On its way") == 2
    given_up = {"due_at": None, "status": 503, "problem": "It answered 503.", "tries": 5}
    with village.database.begin() as session:
        session.execute(update(WebhookDelivery).values(**given_up))
        session.execute(update(Webhook).values(failures=2))
    page = ada.get(path)
    check(page)
    assert page.text.count("Given up") == 2
    assert "answered 503" in page.text
    assert "2 decisions in a row were given up. After 3 nothing is sent" in page.text
    with village.database.begin() as session:
        now = village.clock.now(session)
        session.execute(update(WebhookDelivery).values(delivered_at=now, problem=""))
        session.execute(update(Webhook).values(disabled_at=now))
    page = ada.get(path)
    assert page.text.count("Arrived") == 2
    assert "Nothing is sent there any more" in page.text
    assert "Nothing is sent there any more" in ada.get(PATH).text


def test_earlier_deliveries_are_on_a_page_of_their_own(village: Village, ada: Browser) -> None:
    path = path_of(add(ada))
    for subject in range(21):
        publish(village, subject)
    page = ada.get(path)
    assert page.text.count("On its way") == 20
    older = next(link["href"] for link in page.named("a") if link["href"].startswith("?before="))
    assert ada.get(path + older).text.count("On its way") == 1


def test_an_address_is_removed_with_its_log(ada: Browser) -> None:
    path = path_of(add(ada))
    page = ada.sent(ada.get(path), f"{path}/remove")
    check(page)
    assert "Nothing is sent there any more." in page.text
    assert URL not in page.text
    assert ada.get(path).status == 404


def test_law_07_another_s_webhook_answers_like_none(village: Village, browser_of: Of) -> None:
    path, bruno = path_of(add(browser_of("ada"))), browser_of("bruno")
    hidden, unknown = bruno.get(path), bruno.get(f"{PATH}/12345")
    assert (hidden.status, hidden.html) == (404, unknown.html)
    token = add(bruno, f"{URL}/bruno").form("/sign-out").values["csrf_token"]
    for target in (path, f"{PATH}/12345"):
        for act in ("remove", "secret"):
            answer = bruno.http.post(f"{target}/{act}", data={"csrf_token": token})
            assert answer.status_code == 404
    with village.database.begin() as session:
        assert len(webhooks.of(session, village.people["ada"])) == 1
