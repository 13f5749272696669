# ruff: noqa: S608 - the statements are put together from constants
"""Profiles of members' own as they are kept: whose they are, what they say, how asking elsewhere goes.

Law 7: what is not one's own, or shared by somebody whom no block stands between, is not there. Where a fork
came from is told while that is shared, and no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlmodel import Session

from audience.access import BLOCKED
from audience.feeds.own_draft import Draft
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FeedRules
from audience.topics import SHIFT, TAG
from coop.errors import NotFound
from coop.identity import Identity
from coop.names import normal

State = Literal["waiting", "answering", "failing"]


@dataclass(frozen=True, slots=True)
class Fork:
    """The profile that another was made from: its maker's handle, and its name there."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known of an address that names posts."""

    posts: Sequence[int]
    """As it named them last."""
    fetched_at: datetime | None
    failing_since: datetime | None
    failure: str
    """Why the last answer could not be used."""
    strikes: int
    """Failures in a row."""

    @property
    def state(self) -> State:
        """Whether it is still to be asked, answers, or fails."""
        if self.failing_since is not None:
            return "failing"
        return "waiting" if self.fetched_at is None else "answering"


@dataclass(frozen=True, slots=True)
class Own:
    """A profile that a member made."""

    id: int
    owner: str
    """Handle."""
    name: str
    about: str
    base: str | None
    """A profile of the policy, which a vote may have taken away since."""
    sliders: dict[str, float]
    topics: list[str]
    features: frozenset[int]
    """Of those of its tags that any post ever had."""
    shared: bool
    external_url: str | None
    created_at: datetime
    changed_at: datetime
    fork: Fork | None
    asking: Asking | None
    """None where it asks nobody, and for everyone but its owner."""

    def draft(self) -> Draft:
        """Return what its owner would say to make it so."""
        return Draft(self.name, self.about, self.base, self.sliders, self.topics, self.external_url)

    def recipe(self, rules: FeedRules) -> Recipe | None:
        """Return the recipe that it is; None where it comes from elsewhere, or a vote took its base.

        A position whose slider a vote took away is left out.
        """
        profile = rules.profiles.get(self.base or "")
        if self.base is None or profile is None:
            return None
        turned = {signal: self.sliders[signal] for signal in profile.range if signal in self.sliders}
        return Recipe.of(rules, self.base, turned, self.features, self.name)


_OWN = f"""
SELECT own.id, owner.handle AS owner, own.name, own.about, own.base, own.sliders, own.topics,
       ARRAY(SELECT id << {SHIFT} | {TAG} FROM tag WHERE tag.name = ANY(own.topics)) AS features,
       own.shared, own.external_url, own.created_at, own.changed_at,
       source.handle AS fork_handle, source.name AS fork_name,
       asked.profile_id IS NOT NULL AND own.owner_id = :me AS asks,
       asked.posts, asked.fetched_at, asked.failing_since, asked.failure, asked.strikes
FROM own_profile AS own
JOIN member AS owner ON owner.id = own.owner_id
LEFT JOIN external_skeleton AS asked ON asked.profile_id = own.id
LEFT JOIN LATERAL (
  SELECT maker.handle, origin.name
  FROM own_profile AS origin JOIN member AS maker ON maker.id = origin.owner_id
  WHERE origin.id = own.forked_from AND origin.shared
    AND maker.left_at IS NULL AND maker.id NOT IN {BLOCKED}
) AS source ON true
WHERE """

_MINE = text(f"{_OWN} own.owner_id = :me ORDER BY own.name")
_FIND = text(f"{_OWN} own.owner_id = :me AND own.name = :name")
_SHARED = text(
    f"{_OWN} owner.handle = :handle AND owner.left_at IS NULL AND own.name = :name AND own.shared"
    f" AND own.owner_id NOT IN {BLOCKED}"
)


def mine(session: Session, owner: Identity) -> list[Own]:
    """Return the profiles that a member made, in order of their names."""
    return [_own(row) for row in session.connection().execute(_MINE, {"me": owner.member_id})]


def find(session: Session, owner: Identity, name: str) -> Own:
    """Return a profile of one's own; raise NotFound where there is none of that name."""
    return _only(session, _FIND, {"me": owner.member_id, "name": normal(name)})


def find_shared(session: Session, reader: Identity, handle: str, name: str) -> Own:
    """Return a profile that its maker shares; raise NotFound for any other."""
    return _only(session, _SHARED, {"me": reader.member_id, "handle": normal(handle), "name": normal(name)})


def _only(session: Session, statement: Any, bound: dict[str, Any]) -> Own:
    row = session.connection().execute(statement, bound).one_or_none()
    if row is None:
        raise NotFound
    return _own(row)


def _own(row: Row[Any]) -> Own:
    return Own(
        id=row.id,
        owner=row.owner,
        name=row.name,
        about=row.about,
        base=row.base,
        sliders={signal: float(position) for signal, position in row.sliders.items()},
        topics=list(row.topics),
        features=frozenset(row.features),
        shared=row.shared,
        external_url=row.external_url,
        created_at=row.created_at,
        changed_at=row.changed_at,
        fork=None if row.fork_handle is None else Fork(row.fork_handle, row.fork_name),
        asking=Asking(row.posts, row.fetched_at, row.failing_since, row.failure, row.strikes)
        if row.asks
        else None,
    )
