"""A pile-on over HTTP: strangers rush to a post and its thread, and its author ends it in one call.

At full size (``make prove``) 500 strangers come within a minute. They meet the limiter, some are let in and
answer; then the author limits for now, or tightens the post to followers, and whoever comes later is refused,
every one of them.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from app import POLICY_KINDS, create_app
from audience import following
from coop.database import Database
from coop.policies import Books
from coop.settings import Settings
from tests.audience.factories import make_post
from tests.factories import LONG_AGO, bearer_for, identity_of, make_member, make_members
from tests.thorough import much

STRANGERS, LATE = much(80, 500), much(10, 60)
BURST, PER_MINUTE = 20, 60
Headers = dict[str, str]


class Storm:
    """An author with a follower, a crowd of strangers, and who comes later."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app = app
        with database.begin() as session:
            book = Books(POLICY_KINDS).current(session)
            now = app.extensions["allotment"].clock.now(session)
            author, friend = make_members(session, ["ada", "fay"])
            self.post = make_post(session, identity_of(author), book, now=now).id
            following.follow(session, identity_of(friend), book, "ada", LONG_AGO)
            self.author, self.friend = (bearer_for(session, row) for row in (author, friend))
            crowd = [bearer_for(session, make_member(session)) for _ in range(STRANGERS + LATE)]
        self.strangers, self.late = crowd[:STRANGERS], crowd[STRANGERS:]

    def call(self, who: Headers, method: str, path: str, body: Any = None) -> int:
        """Ask for something below the post, and return the status."""
        path = path if path.startswith("/") else f"/posts/{self.post}{'/' + path if path else ''}"
        with self.app.test_client() as client:
            return client.open("/api/v1" + path, method=method, json=body, headers=who).status_code

    def rush(self, people: list[Headers]) -> list[int]:
        """Have people open the post all at once; return what each is answered."""
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(lambda who: self.call(who, "GET", ""), people))


@pytest.fixture
def storm(committed: Database, settings: Settings) -> Storm:
    return Storm(create_app(settings, committed), committed)


ONE_CALL: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "limits for now": ("PUT", "/members/me/limit", {}, 200),
    "tightens to followers": ("POST", "tightening", {"preset": "followers"}, 200),
}
"""What the author does: method, path, body and status."""


@pytest.mark.parametrize("act", ONE_CALL)
def test_law_06_a_pile_on_meets_the_limiter_and_its_author_ends_it_in_one_call(
    storm: Storm, act: str
) -> None:
    answers = storm.rush(storm.strangers)
    let_in = [who for who, status in zip(storm.strangers, answers, strict=True) if status == 200]
    assert Counter(answers).keys() == {200, 404}
    assert BURST <= len(let_in) < STRANGERS
    said = [storm.call(who, "POST", "replies", {"body": "No!"}) for who in let_in]
    assert 201 in said
    method, path, body, status = ONE_CALL[act]
    assert storm.call(storm.author, method, path, body) == status
    assert set(storm.rush(storm.late)) == {404}
    shut_out = [who for who in storm.strangers if who not in let_in]
    assert set(storm.rush(shut_out[:LATE])) == {404}
    assert storm.call(storm.friend, "GET", "") == 200
    reads_on = {storm.call(who, "GET", "") for who in let_in[:3]}
    assert reads_on == ({200} if act == "limits for now" else {404})
    if act == "limits for now":
        assert storm.call(let_in[0], "POST", "replies", {"body": "No!"}) == 403
