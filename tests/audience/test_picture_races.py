"""One picture under races: whatever would show it, and however often, it is shown in one place."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from audience import posts, replies
from audience.posts import Draft
from coop.database import Database
from coop.errors import Conflict
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book, make_asset, make_post, wide_open
from tests.factories import identity_of, make_member
from tests.thorough import much

BOOK = wide_open(founding_book())

_SHOWN = text("""
SELECT (SELECT count(*) FROM post WHERE asset_id = :asset)
     + (SELECT count(*) FROM reply WHERE asset_id = :asset)
""")

Show = Callable[[Database, Identity, int, int], None]


def by_a_post(database: Database, owner: Identity, asset_id: int, post_id: int) -> None:
    with database.begin() as session:
        posts.publish(session, owner, BOOK, Draft(body="Look", asset_id=asset_id), NOW)


def by_a_quote(database: Database, owner: Identity, asset_id: int, post_id: int) -> None:
    with database.begin() as session:
        posts.publish(session, owner, BOOK, Draft(body="Look", asset_id=asset_id, quote_id=post_id), NOW)


def by_a_reply(database: Database, owner: Identity, asset_id: int, post_id: int) -> None:
    with database.begin() as session:
        replies.write(session, owner, BOOK, post_id, "Look", NOW, asset_id=asset_id)


def race(database: Database, ways: tuple[Show, ...]) -> tuple[int, int]:
    """Show one new picture in all these ways at once; return how often it is shown, and was refused."""
    with database.begin() as session:
        author, owner = (identity_of(make_member(session)) for _ in range(2))
        post_id, asset_id = make_post(session, author, BOOK).id, make_asset(session, owner).id
    barrier, refused = Barrier(len(ways)), []

    def run(show: Show) -> None:
        barrier.wait()
        try:
            show(database, owner, asset_id, post_id)
        except Conflict as error:
            refused.append(error)

    threads = [Thread(target=run, args=(show,)) for show in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as session:
        return session.scalar(_SHOWN, {"asset": asset_id}) or 0, len(refused)


@pytest.mark.parametrize("ways", [(by_a_post, by_a_reply), (by_a_quote, by_a_reply)])
def test_law_09_a_picture_is_shown_by_a_post_or_by_a_reply_and_never_by_both(
    committed: Database, ways: tuple[Show, ...]
) -> None:
    for _ in range(much(25, 200)):
        assert race(committed, (*ways, *ways)) == (1, 3)
