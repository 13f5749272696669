"""Features for tests: a coop whose policy says what a test needs, and grants as a night would leave them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session

from app import POLICY_KINDS
from coop import policies
from coop.book import COOP, Book, guild_scope
from coop.feature_rules import FEATURES
from coop.feature_tables import FeatureGrant
from coop.policies import Books
from coop.policy_text import apply, parse
from coop.tables import Guild, Member, PolicyEpoch
from tests.factories import LONG_AGO, id_of


def enacted(session: Session, clauses: Mapping[str, Any], kind: str = FEATURES) -> Book:
    """Return the book after the coop's policy was made to say this, as a vote would have."""
    head = policies.head(session, COOP, kind)
    assert head is not None
    text = head.text
    for pointer, value in clauses.items():
        text = apply(text, [{"op": "add", "path": pointer, "value": value}])
    return written(session, COOP, kind, text)


def voted(session: Session, slug: str, feature: str, *, yes: bool = True) -> Book:
    """Return the book after a guild's own vote on a feature."""
    return written(session, guild_scope(slug), FEATURES, f"[held]\n{feature} = {str(yes).lower()}\n")


def written(session: Session, scope: str, kind: str, text: str) -> Book:
    """Return the book after a policy was made to be this text, as a vote would have."""
    books = Books(POLICY_KINDS)
    book = books.current(session)
    assert book.check(kind, scope, parse(text)) == []
    policies.new_version(
        session, scope, kind, text, cause="founding", proposal_id=None, tally=None, now=LONG_AGO
    )
    return books.current(session)


def give(
    session: Session,
    feature: str,
    holder: Member | Guild,
    *,
    at: datetime = LONG_AGO,
    grace_until: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Have a member or a guild meet the conditions of a feature."""
    session.add(
        FeatureGrant(
            feature=feature,
            holder="member" if isinstance(holder, Member) else "guild",
            holder_id=id_of(holder),
            granted_at=at,
            granted_version=1,
            grace_until=grace_until,
            expires_at=expires_at,
        )
    )
    session.flush()
    raised(session)


def raised(session: Session) -> None:
    """Have later requests read the holdings anew."""
    session.execute(update(PolicyEpoch).values(holdings=PolicyEpoch.holdings + 1))
