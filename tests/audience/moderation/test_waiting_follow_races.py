"""Races about a held follow: a yes and a no at once, of which one alone counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select
from sqlmodel import Session, col

from audience.moderation import follows, waiting_follows
from audience.moderation.act_tables import FollowBegun
from audience.moderation.tables import Decision
from coop.database import Database
from coop.errors import NotFound
from coop.tables import Member
from tests.audience.factories import NOW, founding_book
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import identity_of, make_member, make_members
from tests.thorough import much

BOOK = with_rules(founding_book(), {"hold": rule("author.followers >= 0", on=["follow"])})


def test_of_a_yes_and_a_no_at_once_one_alone_counts(committed: Database) -> None:
    with committed.begin() as session:
        ben = identity_of(make_member(session, "ben"))
    for _ in range(much(25, 250)):
        with committed.begin() as session:
            (ada,) = (identity_of(one) for one in make_members(session, 1))
            assert follows.follow(session, ada, BOOK, "ben", NOW) == "held"
            mine = col(FollowBegun.author_id) == ada.member_id
            begun = session.scalars(select(col(FollowBegun.id)).where(mine)).one()

        def says(act: Callable[..., None], begun: int = begun) -> str | None:
            try:
                with committed.begin() as session:
                    act(session, ben, BOOK, begun, NOW)
            except NotFound:
                return None
            return act.__name__

        with ThreadPoolExecutor(2) as pool:
            came = list(pool.map(says, [waiting_follows.let_in, waiting_follows.turn_away]))
        (counted,) = [one for one in came if one is not None]
        with committed.begin() as session:
            assert _standing(session, begun, ada.member_id) == {
                "let_in": ("let_in", "following"), "turn_away": ("turned_away", "none"),
            }[counted]  # fmt: skip


def _standing(session: Session, begun: int, author_id: int) -> tuple[str | None, str]:
    decision = session.scalars(select(Decision).where(col(Decision.follow_id) == begun)).one()
    follower = identity_of(session.get_one(Member, author_id))
    other = session.get_one(FollowBegun, begun).other_id
    return decision.ended_why, follows.state(session, follower, other)
