"""What is kept of profiles for those who judge them, and for how long.

While a case about a profile is open, and for as long as what a jury did on reports can be appealed, what the
profile said is kept with the change of it that is judged (``coop/judged_profiles.py``); then no more. Law 14:
nothing rests on when it goes, because by then nobody may read it, and no appeal is taken.

Races: what may go is looked at again under the row of whose profile it is, as whoever reports or appeals
takes it; so nothing goes that a case needs which was opened meanwhile.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from coop import judged_profiles, profiles
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import PAGE, in_pages, one_by_one

_UNNEEDED = """
SELECT id FROM profile_change AS change
WHERE about IS NOT NULL AND held_at IS NULL
  AND NOT EXISTS (SELECT FROM moderation_case WHERE profile_id = change.id AND closed_at IS NULL)
  AND NOT EXISTS (
    SELECT FROM decision
    WHERE decision.profile_id = change.id AND ended_at IS NULL AND NOT dry_run
      AND judged IS NULL AND appeal_until > :now
      AND EXISTS (SELECT FROM moderation_case WHERE made_id = decision.id AND kind = 'report'))
"""
_ALL = text(f"{_UNNEEDED} AND id > :after ORDER BY id LIMIT :most")
_ONE = text(f"{_UNNEEDED} AND id = :change")


def let_go(database: Database, clock: Clock) -> int:
    """Keep no more of profiles what nobody judges any more; return of how many changes that was."""

    def page(session: Session, after: int) -> list[int]:
        return list(session.scalars(_ALL, {"now": clock.now(session), "after": after, "most": PAGE}))

    def let_go_one(session: Session, change_id: int) -> int:
        return let_go_of(session, change_id, clock.now(session))

    return one_by_one(database, "cases", in_pages(database, page), let_go_one)


def let_go_of(session: Session, change_id: int, now: datetime) -> bool:
    """Keep no more what one change says, unless it is needed; say whether it was not."""
    made = profiles.hold(session, change_id)
    if session.scalar(_ONE, {"now": now, "change": change_id}) is None:
        return False
    judged_profiles.drop(session, made)
    return True
