"""Drawing the jury of a case, by lot, from those who offered to judge.

The draw is that of ``coop/sortition.py``. The pool is fixed with a salt that nobody outside the server knows,
because whoever could guess who was in it could tell who was not, and so who reported what. The seed is made
of that commitment and of a checkpoint of the ledger: the first one signed after the jury was called, which
nobody knew then; where the ledger has not moved for ``PATIENCE``, the last one. Jurors are told commitment
and seed; the salt and the pool stay in the database, from which whoever audits it draws again.

Whom the text names comes last in the draw, and is seated only where without them there is no quorum: else
nobody could ever judge a text that names all who offered.

The pool is of the moment of the draw, and is kept with the case: from it, the salt and the checkpoint the
draw follows. Two workers draw one jury, because the case's row is held. Draws of different cases come one
after another, too: whoever sits on a jury by one is counted by the next, so nobody sits on more at once than
a clause says.

Where too few can judge, the whole pool was asked in vain. It is asked again after a share of the time since
the jury was called, so ever more rarely; only how long somebody waits depends on it.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select, text
from sqlmodel import Session, col

from audience.cases import subject
from audience.cases.pool import may_read, pool
from audience.cases.sight import named_in
from audience.cases.subject import Subject
from audience.cases.tables import Case, CaseJuror
from audience.moderation.case_rules import Juries
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.tables import Decision
from audience.moderation.verdict import slowed_until
from coop import notices, sortition
from coop.book import Book
from coop.checkpoint_tables import Checkpoint
from coop.notices import Tidings

PATIENCE = timedelta(minutes=10)
"""For how long a checkpoint is waited for that was not there when the jury was called."""
AGAIN_SHARE, AGAIN_LONGEST = 8, timedelta(hours=1)
"""Where too few could judge, a case waits an eighth of what it has waited, at most an hour."""
AT_A_TIME = 50
"""Of how many it is asked at once whether the thing is for them."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7201951)")
"""Held from before a pool is asked until the jury drawn of it is committed; the case's row comes first."""


def draw(session: Session, book: Book, case: Case, now: datetime) -> bool:
    """Draw the jury of a case that was called and whose row the caller holds; say whether it was drawn now.

    It is not where no checkpoint has been signed since, for a while; nor where too few can judge: then the
    case stays undrawn until it closes by itself (``closing.py``), and is looked at again by :func:`again_at`.
    """
    rules, thing = book.rules(MODERATION, ModerationRules).juries, subject.of_case(session, case)
    root = _root(session, case, now)
    if root is None or case.drawn_at is not None or thing.gone:
        return False
    session.execute(_ONE_AT_A_TIME)
    able, due = pool(session, rules, case, now), _due(session, case, rules, now)
    commitment = commitment_of(case.salt, able)
    seed = sortition.seed(root, commitment)
    order = [able[handle] for handle in sortition.order(seed, able.keys())]
    named = named_in(session, thing)
    drawn = _first(session, thing, [one for one in order if one not in named], rules.size, now)
    if len(drawn) < rules.quorum:
        drawn = _first(session, thing, sorted(order, key=named.__contains__), rules.quorum, now)
    if len(drawn) < rules.quorum or due <= now:
        return False
    case.pool, case.commitment, case.seed = sorted(able.values()), commitment, seed
    case.drawn_at, case.due_at = now, due
    session.flush()
    for position, member_id in enumerate(drawn):
        seat(session, book, case, member_id, position, now)
    return True


def again_at(called_at: datetime, now: datetime) -> datetime:
    """Return from when on the jury of a case is drawn for again that could not be drawn ``now``. Pure."""
    waited = now - called_at
    return now if waited < PATIENCE else now + min(waited / AGAIN_SHARE, AGAIN_LONGEST)


def follow(session: Session, book: Book, case: Case, now: datetime) -> bool:
    """Seat whoever comes next in the draw, because somebody left; say whether anybody does."""
    rules, thing = book.rules(MODERATION, ModerationRules).juries, subject.of_case(session, case)
    session.execute(_ONE_AT_A_TIME)
    seated = set(session.scalars(select(col(CaseJuror.member_id)).where(col(CaseJuror.case_id) == case.id)))
    able, named = pool(session, rules, case, now), named_in(session, thing)
    left = {handle: one for handle, one in able.items() if one in set(case.pool or ()) - seated}
    order = [left[handle] for handle in sortition.order(case.seed or "", left.keys())]
    following = _first(session, thing, [one for one in order if one not in named], 1, now)
    if not following and _sitting(session, case) < rules.quorum:
        following = _first(session, thing, order, 1, now)
    for member_id in following:
        seat(session, book, case, member_id, len(seated), now)
        return True
    return False


def seat(session: Session, book: Book, case: Case, member_id: int, position: int, now: datetime) -> None:
    """Put a member on a jury, and tell them."""
    session.add(CaseJuror(case_id=case.id, member_id=member_id, position=position, seated_at=now))
    session.flush()
    tidings = Tidings(
        topic="jury",
        subject=case.id,
        moment="called",
        line="You were drawn by lot to judge something.",
        detail="Nobody's name is told to you, nor yours to anybody. Read it, talk with the others, and vote.",
        path=f"/moderation/cases/{case.id}",
        at=now,
        until=case.due_at,
        turn=position,
    )
    notices.tell(session, book, tidings, select(literal(member_id)), now)


def commitment_of(salt: str, handles: dict[str, int]) -> str:
    """Return the hash that fixes a pool: sha256, in hex, over the salt and the hash of its handles."""
    return hashlib.sha256((salt + sortition.pool_sha256(handles.keys())).encode()).hexdigest()


def _first(session: Session, thing: Subject, order: list[int], number: int, now: datetime) -> list[int]:
    """Return the first so many of an order for whom the thing is."""
    found: list[int] = []
    for start in range(0, len(order), AT_A_TIME):
        some = order[start : start + AT_A_TIME]
        able = may_read(session, thing, some, now)
        found += [one for one in some if one in able]
        if len(found) >= number:
            break
    return found[:number]


def _root(session: Session, case: Case, now: datetime) -> str | None:
    """Return the root that the seed is made of, in hex; None while it is waited for."""
    if case.called_at is None:
        return None
    after = select(col(Checkpoint.root)).where(col(Checkpoint.at) > case.called_at)
    root = session.scalars(after.order_by(col(Checkpoint.size)).limit(1)).one_or_none()
    if root is None and now >= case.called_at + PATIENCE:
        last = select(col(Checkpoint.root)).order_by(col(Checkpoint.size).desc()).limit(1)
        root = session.scalars(last).one_or_none()
    return None if root is None else root.hex()


def _due(session: Session, case: Case, rules: Juries, now: datetime) -> datetime:
    """Return by when the jury votes: what is held, or slows somebody, is judged by the time that ends."""
    due = now + rules.time
    if case.decision_id is None:
        return due
    judged = session.get_one(Decision, case.decision_id)
    ends = slowed_until(judged.causes) if judged.action == "slow" else judged.holds_until
    return due if ends is None else min(due, ends)


def _sitting(session: Session, case: Case) -> int:
    """Return how many judge a case by now."""
    sits = (col(CaseJuror.case_id) == case.id, col(CaseJuror.left_at).is_(None))
    return session.scalar(select(func.count()).select_from(CaseJuror).where(*sits)) or 0
