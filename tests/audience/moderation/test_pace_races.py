"""Races of one member against themself: of many acts at once a rule that slows lets one pass."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import following, replies
from audience.moderation import ending_holds, follows
from audience.moderation.act_tables import FollowBegun
from audience.moderation.tables import Decision
from audience.tables import Post, Reply
from coop.database import Database
from coop.errors import TooMany
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book, make_post
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import LONG_AGO, identity_of, make_member, make_members
from tests.thorough import much

BOOK = with_rules(
    founding_book(),
    {
        "slow": rule("author.followers >= 0", "slow", on=["post", "reply", "follow"], about="One at a time"),
    },
)
HOLDS = with_rules(founding_book(), {"hold": rule("author.followers >= 0", on=["follow"])})
Act = Callable[[Session], object]


def passed(database: Database, act: Act) -> bool:
    """Do something in a transaction of its own; say whether it was done."""
    try:
        with database.begin() as session:
            act(session)
    except TooMany:
        return False
    return True


def at_once(database: Database, acts: list[Act]) -> int:
    """Return how many of some acts are done that begin at one moment."""
    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(partial(passed, database), acts))


def _post_in_a_process(url: str, member_id: int, number: int) -> int:
    database = Database(url, pool_size=4)
    who = Identity(member_id, "ada", "Ada", LONG_AGO)
    done = at_once(database, [lambda session: make_post(session, who, BOOK)] * number)
    database.dispose()
    return done


def test_law_14_of_many_posts_of_one_member_in_many_processes_one_passes(committed: Database) -> None:
    with committed.begin() as session:
        people = [identity_of(row) for row in make_members(session, much(4, 24))]
        # Every other one was slowed before, so that their row is there already.
        for who in people[::2]:
            make_post(session, who, BOOK, now=NOW - timedelta(hours=1))
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("forkserver")) as processes:
        for who in people:
            runs = [processes.submit(_post_in_a_process, url, who.member_id, 8) for _ in range(3)]
            assert sum(run.result(timeout=60) for run in runs) == 1
    with committed.begin() as session:
        for made in (Post, Decision):
            number = select(func.count()).select_from(made)
            assert session.scalar(number) == len(people) * 3 // 2


def test_of_many_replies_and_of_many_follows_of_one_member_one_each_passes(committed: Database) -> None:
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session, name)) for name in ("ada", "ben"))
        posts = [make_post(session, ada, with_rules(BOOK, {})).id for _ in range(8)]
        others = [row.handle for row in make_members(session, 8)]

    def answer(session: Session, post_id: int) -> None:
        replies.write(session, ben, BOOK, post_id, "Rye", NOW)

    def follow(session: Session, handle: str) -> None:
        follows.follow(session, ben, BOOK, handle, NOW)

    assert at_once(committed, [partial(answer, post_id=one) for one in posts]) == 1
    assert at_once(committed, [partial(follow, handle=one) for one in others]) == 1
    with committed.begin() as session:
        assert session.scalar(select(func.count()).select_from(Reply)) == 1
        assert session.scalar(select(func.count()).select_from(FollowBegun)) == 1


def test_a_held_follow_that_ends_and_is_taken_back_at_once_leaves_nothing_half_done(
    committed: Database,
) -> None:
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session, name)) for name in ("ada", "ben"))
    for _ in range(much(12, 120)):
        with committed.begin() as session:
            assert follows.follow(session, ada, HOLDS, "ben", NOW) == "held"
            held = (col(Decision.ended_at).is_(None), col(Decision.action) == "hold")
            decision_id = session.scalars(select(col(Decision.id)).where(*held)).one()

        def end(session: Session, decision: int = decision_id) -> None:
            ending_holds.end_hold(session, HOLDS, decision, ending_holds.UNSEEN, NOW)

        def take_back(session: Session) -> None:
            follows.unfollow(session, ada, HOLDS, "ben", NOW)

        assert at_once(committed, [end, take_back]) == 2
        with committed.begin() as session:
            assert session.get_one(Decision, decision_id).ended_why is not None
            assert follows.state(session, ada, ben.member_id) == "none"
            assert following.state(session, ada, ben.member_id) == "none"
