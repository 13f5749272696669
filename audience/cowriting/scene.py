# ruff: noqa: S608 - the statements are put together from constants of this module
"""The scene: a draft that several write together, as one of them finds it, read or held.

Law 7: a draft is there for those who write in it, while they are in its guild, and where it is open for all
of that guild; nobody is let in who blocks whoever began it, or is blocked by them. All others are told what
one who asks for an unknown id is told. That is asked each time, so whoever leaves the guild is out at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience.access import BLOCKED
from audience.cowriting.agreement import Writer
from coop.errors import Conflict, Fault, NotFound
from coop.identity import Identity


def inside(member: str) -> str:
    """Return the condition that a member is in the guild of a ``draft``; ``member`` holds their id."""
    return f"""
  EXISTS (SELECT FROM guild_membership AS inside WHERE inside.guild_id = draft.guild_id
          AND inside.member_id = {member} AND inside.left_at IS NULL)"""


def entitled(member: str) -> str:
    """Return the condition that a member may be let in to a ``draft``; ``member`` is what holds their id."""
    return f"""{inside(member)}
  AND NOT EXISTS (SELECT FROM relation AS shut WHERE shut.kind = 'block'
          AND (shut.member_id, shut.other_id) IN (({member}, draft.begun_by), (draft.begun_by, {member})))"""


SEEN = f"""{entitled(":me")}
  AND (draft.opened AND draft.post_id IS NULL
       OR EXISTS (SELECT FROM draft_writer AS own WHERE own.draft_id = draft.id AND own.member_id = :me))"""
"""Whether somebody may see a ``draft``."""

OFFERED = f"""EXISTS (
  SELECT FROM shared_draft AS draft
  WHERE draft.offered_by = asset.owner_id AND draft.offer->>'asset_id' = CAST(asset.id AS text) AND {SEEN})"""
"""Whether an ``asset`` of somebody is part of what they propose for a draft that the viewer may see."""

_HOLD = text(f"SELECT draft.id FROM shared_draft AS draft WHERE draft.id = :draft AND {SEEN} FOR UPDATE")
_READ = text(f"""
SELECT draft.id, draft.guild_id, guild.slug AS guild, draft.begun_by, draft.opened, draft.revision,
       written.body, draft.joined, draft.offers, draft.offer, draft.offered_by, draft.refusal,
       draft.begun_at, draft.touched_at, draft.post_id,
       (SELECT json_agg(json_build_array(
                 writer.member_id, writer.number,
                 CASE WHEN writer.member_id NOT IN {BLOCKED} THEN member.handle END,
                 CASE WHEN writer.member_id NOT IN {BLOCKED} THEN member.display_name END,
                 writer.wrote, writer.answer, {entitled("writer.member_id")},
                 {inside("writer.member_id")}) ORDER BY writer.number)
        FROM draft_writer AS writer JOIN member ON member.id = writer.member_id
        WHERE writer.draft_id = draft.id) AS writers
FROM shared_draft AS draft
JOIN guild ON guild.id = draft.guild_id
LEFT JOIN draft_revision AS written ON written.draft_id = draft.id AND written.number = draft.revision
WHERE draft.id = :draft AND {SEEN}
""")


@dataclass(frozen=True, slots=True)
class Scene:
    """A draft as one who writes in it finds it."""

    id: int
    guild_id: int
    guild: str
    """Slug."""
    begun_by: int
    opened: bool
    """Whether all of the guild may write in it."""
    revision: int
    body: str | None
    """Of the newest revision; None once it is published."""
    joined: int
    offers: int
    offer: dict[str, Any] | None
    offered_by: int | None
    refusal: dict[str, Any] | None
    begun_at: datetime
    touched_at: datetime
    post_id: int | None
    writers: tuple[Writer, ...]
    """In the order in which they came."""

    def writer(self, member_id: int) -> Writer | None:
        """Return the member among those who write in it."""
        return next((one for one in self.writers if one.member_id == member_id), None)

    @property
    def keeper(self) -> int | None:
        """Who may open, close and drop it, and send others out of it: of those still there, the first."""
        return next((one.member_id for one in self.writers if one.here), None)


def read(session: Session, viewer: Identity, draft_id: int) -> Scene:
    """Return a draft that the viewer may see; raise NotFound for any other."""
    bound = {"draft": draft_id, "me": viewer.member_id}
    row = session.connection().execute(_READ, bound).one_or_none()
    if row is None:
        raise NotFound
    found = row._asdict()
    writers = tuple(Writer._make(one) for one in found.pop("writers") or ())
    return Scene(**found, writers=writers)


def hold(session: Session, viewer: Identity, draft_id: int) -> Scene:
    """Return a draft that is not published, held until the transaction ends.

    It is read after that, so nothing of it is older than what another did who held it before. Raise NotFound
    where the viewer may not see it, and Conflict where it is published.
    """
    bound = {"draft": draft_id, "me": viewer.member_id}
    if session.connection().execute(_HOLD, bound).one_or_none() is None:
        raise NotFound
    found = read(session, viewer, draft_id)
    if found.post_id is not None:
        fault = Fault("", f"It is the post {found.post_id}.")
        raise Conflict("This is published by now.", faults=(fault,))
    return found
